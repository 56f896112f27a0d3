#pragma once

#include "results/leaderboard.h"
#include "results/sqlite_connection.h"

#include <yardstick/metric.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace yardstick::detail {

// The page's data are columns that point into dictionaries: 10,000 rows of 20 figures must open at
// once on a phone. results/report/data.js reads them back.

// Texts by number, each kept once.
class Dictionary {
 public:
  std::size_t operator()(const std::string& text);
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::unordered_map<std::string, std::size_t> numbers_;
  std::vector<std::string> texts_;
};

struct PageDictionaries {
  Dictionary texts;
  Dictionary run_ids;
  // JSON arrays: [tag, unit, direction, about (a text)] and [name, value, origin] (of a setting) or
  // [name, value] (of provenance).
  Dictionary quantities;
  Dictionary facts;
  std::unordered_map<std::string, std::size_t> known_quantities;  // by all that tells them apart

  std::size_t quantity(const Measurement& measurement);
};

// Nine significant digits; whole numbers in full. What JSON cannot express is a string: "inf".
std::string page_number(double value);
std::string page_number(const std::optional<double>& value);  // null where absent
std::string json_text(std::string_view text);

// "[1,2,3]" of parts that are JSON.
class JsonList {
 public:
  void add(std::string_view json);
  bool empty() const { return body_.empty(); }
  std::string text() const { return "[" + body_ + "]"; }

 private:
  std::string body_;
};

// The rows with their figures by tag.
std::string page_rows(const Leaderboard& board, PageDictionaries& dictionaries);
// Which rows are not told apart (tied_rows.h). `store` may be null.
std::string page_ties(const Leaderboard& board, const ResultStore* store);
// The details of the runs that a reader is likeliest to open, and the settings and provenance of
// every run behind a row.
std::string page_runs(const Connection& connection, const Leaderboard& board,
                      PageDictionaries& dictionaries);
// How speeds changed over the newest bench runs.
std::string page_history(const ResultStore& store, PageDictionaries& dictionaries);

}  // namespace yardstick::detail
