#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// A list of integers of at least 0 as a method's parameter, which commas would end: "197/196/180".
// Nothing where `text` is anything else; the empty text is no list.
std::optional<std::vector<std::int64_t>> parse_number_list(std::string_view text);
std::string number_list_text(const std::vector<std::int64_t>& numbers);

}  // namespace yardstick
