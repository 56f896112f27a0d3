#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick::detail {

// `text` with control characters, which could drive a terminal, shown as "?", and bytes that are no
// UTF-8 as U+FFFD.
std::string printable(std::string_view text);

// Characters of UTF-8, each taken as one column wide.
std::size_t width_of(std::string_view text);

enum class Align { kLeft, kRight };
std::string pad(std::string_view text, std::size_t width, Align align);

// Rows of equal length as columns, two spaces apart, without blanks at the ends of lines.
std::string lay_out(const std::vector<std::vector<std::string>>& rows,
                    const std::vector<Align>& aligns, std::string_view indent = {});

std::string joined(const std::vector<std::string>& parts, std::string_view separator);

// "3 runs", "1 run".
std::string count_text(std::int64_t count, std::string_view one, std::string_view many);

}  // namespace yardstick::detail
