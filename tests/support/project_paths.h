#pragma once

#include <string>
#include <string_view>

namespace yardstick::test {

// Of the checkout that the tests were built from; `relative` counts from the folder, "" is the
// folder.
std::string source_path(std::string_view relative = "");
// In tests/.
std::string test_data(std::string_view relative = "");

// What the build made, by its path in the build's folder; the program, and the files that it ships
// with.
std::string built(std::string_view relative);
std::string program();
std::string share_dir();

}  // namespace yardstick::test
