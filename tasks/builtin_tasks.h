#pragma once

#include <yardstick/registry.h>

#include <string>

namespace yardstick {

// Registers imagenet1k, imagefolder, digits and images. `share_dir` holds the data that ships with
// Yardstick (data/mnist5k.tar.gz).
void register_builtin_tasks(Registrar& registrar, const std::string& share_dir);

}  // namespace yardstick
