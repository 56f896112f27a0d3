#include "cli/row_writer.h"

#include "results/cell_text.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace yardstick::cli {
namespace {

using detail::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kBlockRows = 1000;

bool is_number(const SqlValue& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

std::string hex(const SqlBlob& blob) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * blob.size());
  for (const std::byte byte : blob) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

std::string number_or_text(const SqlValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return detail::number_text(*real);
  return std::get<std::string>(value);
}

// For people: no value and bytes are shown as such.
std::string shown(const SqlValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return "NULL";
  if (const auto* blob = std::get_if<SqlBlob>(&value)) return concat('<', blob->size(), " bytes>");
  return number_or_text(value);
}

class TableWriter final : public RowWriter {
 public:
  explicit TableWriter(std::ostream& out) : out_(out) {}

  void begin(const std::vector<std::string>& columns) override { titles_ = columns; }

  void add(const std::vector<SqlValue>& row) override {
    if (!table_) {  // numbers stand at the right; the first row says which columns are
      std::vector<Align> aligns;
      for (const SqlValue& value : row) {
        aligns.push_back(is_number(value) ? Align::kRight : Align::kLeft);
      }
      table_.emplace(titles_, std::move(aligns), out_);
    }
    std::vector<std::string> cells;
    for (const SqlValue& value : row) cells.push_back(shown(value));
    table_->add(std::move(cells));
  }

  void finish() override {
    if (!table_) table_.emplace(titles_, std::vector(titles_.size(), Align::kLeft), out_);
    table_->finish();
  }

 private:
  std::ostream& out_;
  std::vector<std::string> titles_;
  std::optional<StreamTable> table_;
};

class CsvWriter final : public RowWriter {
 public:
  explicit CsvWriter(std::ostream& out) : out_(out) {}

  void begin(const std::vector<std::string>& columns) override {
    add({columns.begin(), columns.end()});
  }

  void add(const std::vector<SqlValue>& row) override {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out_ << ',';
      if (const auto* blob = std::get_if<SqlBlob>(&row[i])) {
        out_ << hex(*blob);
      } else if (!std::holds_alternative<std::monostate>(row[i])) {
        out_ << detail::csv_text(number_or_text(row[i]));
      }
    }
    out_ << "\r\n";
  }

  void finish() override {}

 private:
  std::ostream& out_;
};

class MarkdownWriter final : public RowWriter {
 public:
  explicit MarkdownWriter(std::ostream& out) : out_(out) {}

  void begin(const std::vector<std::string>& columns) override { titles_ = columns; }

  void add(const std::vector<SqlValue>& row) override {
    if (!has_head_) write_head(row);
    out_ << '|';
    for (const SqlValue& value : row) out_ << ' ' << detail::markdown_text(shown(value)) << " |";
    out_ << '\n';
  }

  void finish() override {
    if (!has_head_) write_head(std::vector<SqlValue>(titles_.size()));
  }

 private:
  void write_head(const std::vector<SqlValue>& first_row) {
    has_head_ = true;
    out_ << '|';
    for (const std::string& title : titles_) out_ << ' ' << detail::markdown_text(title) << " |";
    out_ << "\n|";
    for (const SqlValue& value : first_row) out_ << (is_number(value) ? "---:|" : "---|");
    out_ << '\n';
  }

  std::ostream& out_;
  std::vector<std::string> titles_;
  bool has_head_ = false;
};

Json as_json(const SqlValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) {
    return std::isfinite(*real) ? Json(*real) : Json(nullptr);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<SqlBlob>(&value)) return hex(*blob);
  return nullptr;
}

enum class JsonShape { kList, kLines };

class JsonWriter final : public RowWriter {
 public:
  JsonWriter(std::ostream& out, JsonShape shape) : out_(out), shape_(shape) {}

  void begin(const std::vector<std::string>& columns) override {
    for (const std::string& column : columns) {
      std::string name = column;
      for (int number = 2; std::find(names_.begin(), names_.end(), name) != names_.end();
           ++number) {
        name = concat(column, '_', number);
      }
      names_.push_back(std::move(name));
    }
    if (shape_ == JsonShape::kList) out_ << '[';
  }

  void add(const std::vector<SqlValue>& row) override {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) object[names_[i]] = as_json(row[i]);
    if (shape_ == JsonShape::kList) out_ << (is_first_ ? "\n" : ",\n");
    out_ << object.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
    if (shape_ == JsonShape::kLines) out_ << '\n';
    is_first_ = false;
  }

  void finish() override {
    if (shape_ == JsonShape::kList) out_ << (is_first_ ? "]\n" : "\n]\n");
  }

 private:
  std::ostream& out_;
  JsonShape shape_;
  std::vector<std::string> names_;
  bool is_first_ = true;
};

}  // namespace

StreamTable::StreamTable(std::vector<std::string> titles, std::vector<Align> aligns,
                         std::ostream& out)
    : aligns_(std::move(aligns)), widths_(titles.size(), 0), out_(out) {
  add(std::move(titles));
}

void StreamTable::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = detail::printable(cell);
  block_.push_back(std::move(row));
  if (block_.size() > kBlockRows) finish();
}

void StreamTable::finish() {
  for (const auto& row : block_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths_[i] = std::max(widths_[i], detail::width_of(row[i]));
    }
  }
  for (const auto& row : block_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += detail::pad(row[i], widths_[i], aligns_[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ << line << '\n';
  }
  block_.clear();
}

std::unique_ptr<RowWriter> row_writer(const std::string& format, std::ostream& out) {
  if (format == "table") return std::make_unique<TableWriter>(out);
  if (format == "csv") return std::make_unique<CsvWriter>(out);
  if (format == "md") return std::make_unique<MarkdownWriter>(out);
  if (format == "json") return std::make_unique<JsonWriter>(out, JsonShape::kList);
  if (format == "jsonl") return std::make_unique<JsonWriter>(out, JsonShape::kLines);
  const std::vector<std::string> formats = {"table", "csv", "md", "json", "jsonl"};
  throw_user(concat("--format is one of table, csv, md, json, jsonl, not \"", format, "\""),
             suggestion(format, formats));
}

}  // namespace yardstick::cli
