#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <yardstick/export.h>

namespace yardstick {

// True where `name` matches `glob` (`*` any run, `?` one character), letter for letter.
YS_API bool glob_match(std::string_view glob, std::string_view name);

// Orders names as people do: runs of digits compare as numbers (vit_9 before vit_10).
YS_API bool natural_less(std::string_view a, std::string_view b);

// Up to `limit` of `candidates` that `name` may be a mistyping of, nearest first.
YS_API std::vector<std::string> nearest_names(std::string_view name,
                                              std::span<const std::string> candidates,
                                              std::size_t limit = 3);

// "did you mean a, b or c?" from nearest_names, or "" where none is near.
YS_API std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace yardstick
