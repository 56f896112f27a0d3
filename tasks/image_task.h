#pragma once

#include <yardstick/task.h>

#include <memory>
#include <string>

namespace yardstick {

// A task on images below a root, classified where info.has_targets. `embedded` is the data that is
// read where a request names no root, or "" where there is none.
std::unique_ptr<Task> make_image_task(TaskInfo info, std::string embedded);

}  // namespace yardstick
