#pragma once

#include <string>
#include <string_view>

namespace yardstick::detail {

// A field of CSV (RFC 4180), quoted where it has to be. An apostrophe is set before a text that a
// spreadsheet would compute (= + - @), whoever wrote it.
std::string csv_text(std::string_view text);

// The shortest decimal form that reads back as the same double; "nan", "inf", "-inf".
std::string number_text(double value);

// Text that Markdown shows as it is, on one line and inside a table's cell.
std::string markdown_text(std::string_view text);

// Text inside an element or an attribute of XML.
std::string xml_text(std::string_view text);

}  // namespace yardstick::detail
