#pragma once

#include "results/sqlite_query.h"
#include "results/text_layout.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace yardstick::cli {

// Columns of text for tables of any length: laid out a thousand rows at a time, so that the first
// come at once and memory does not grow. A later block may be wider than those before, not
// narrower. Control characters are shown as "?".
class StreamTable {
 public:
  StreamTable(std::vector<std::string> titles, std::vector<detail::Align> aligns,
              std::ostream& out);

  void add(std::vector<std::string> row);
  void finish();

 private:
  std::vector<detail::Align> aligns_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> block_;
  std::ostream& out_;
};

// Prints rows of values as they come.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void begin(const std::vector<std::string>& columns) = 0;
  virtual void add(const std::vector<SqlValue>& row) = 0;
  virtual void finish() = 0;
};

// "table", "csv", "md", "json" (a list of objects) or "jsonl" (an object a line). In JSON, columns
// of equal names get _2, _3, ... Throws User on another format, with the nearest.
std::unique_ptr<RowWriter> row_writer(const std::string& format, std::ostream& out);

}  // namespace yardstick::cli
