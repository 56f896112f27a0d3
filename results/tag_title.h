#pragma once

#include <string>

namespace yardstick {

// What readers call a measurement: "top-1" for "accuracy/top1". A tag that has no such name stays
// as it is.
std::string tag_title(const std::string& tag);

}  // namespace yardstick
