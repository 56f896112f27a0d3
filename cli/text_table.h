#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yardstick::cli {

// Rows of text as aligned columns, two spaces apart, without trailing blanks. Widths count
// characters, not bytes of UTF-8.
class TextTable {
 public:
  enum class Align { kLeft, kRight };

  explicit TextTable(std::vector<Align> columns, std::string indent = {});
  TextTable& add(std::vector<std::string> row);
  std::string text() const;

 private:
  std::vector<Align> columns_;
  std::string indent_;
  std::vector<std::vector<std::string>> rows_;
};

// `text` as a cell of a Markdown table: no bar, and no line end.
std::string markdown_cell(std::string text);

// `text` broken at blanks into lines of at most `width` characters, each led by `indent`.
std::string wrap(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace yardstick::cli
