#include "results/html_report.h"

#include "results/cell_text.h"
#include "results/finding_records.h"
#include "results/html_report_data.h"
#include "results/record_json.h"
#include "results/reproductions.h"
#include "results/store_impl.h"

#include <yardstick/error.h>
#include <yardstick/version.h>

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace yardstick {
namespace detail {
namespace {

std::string read_asset(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!(file && bytes << file.rdbuf())) {
    throw_data(concat("a part of the report is missing: ", path),
               "install Yardstick's share folder again, or point $YARDSTICK_SHARE to it");
  }
  return std::move(bytes).str();
}

// The page is report.html with every `{{file}}` replaced by that file, {{title}} by the title and
// {{data}} by the records.
std::string build_page(const std::string& title, const std::string& data,
                       const std::string& asset_dir) {
  const std::string page = read_asset(asset_dir, "report.html");
  std::string built;
  built.reserve(data.size() + (std::size_t{1} << 20));
  std::size_t at = 0;
  for (;;) {
    const std::size_t open = page.find("{{", at);
    if (open == std::string::npos) break;
    const std::size_t close = page.find("}}", open);
    if (close == std::string::npos) throw_data(concat(asset_dir, "/report.html: {{ without }}"));
    built.append(page, at, open - at);
    const std::string name = page.substr(open + 2, close - open - 2);
    if (name == "data") {
      built += script_safe(data);
    } else {
      built += name == "title" ? xml_text(title) : read_asset(asset_dir, name);
    }
    at = close + 2;
  }
  return built.append(page, at, std::string::npos);
}

struct PageParts {
  std::string rows, ties;
  std::string runs = R"({"detailed":[],"facts_of":[]})";
  std::string history = R"({"since":"","left_out":0,"series":[]})";
  std::string papers = "[]";
  std::int64_t run_count = 0;
};

std::string list_of(const Dictionary& json_texts) {
  JsonList list;
  for (const std::string& json : json_texts.texts()) list.add(json);
  return list.text();
}

// Schema 2 is the page's own; results/report/data.js reads it.
std::string page_data(const Leaderboard& board, const PageParts& parts,
                      const PageDictionaries& dictionaries) {
  const OrderedJson head = {{"schema", 2},
                            {"yardstick", YARDSTICK_VERSION},
                            {"query",
                             {{"task", board.query.task},
                              {"sort", board.query.sort},
                              {"filters", board.query.filters},
                              {"limit", board.query.limit},
                              {"include_ineligible", board.query.include_ineligible}}},
                            {"columns", board.columns},
                            {"run_count", parts.run_count},
                            {"texts", dictionaries.texts.texts()},
                            {"run_ids", dictionaries.run_ids.texts()}};
  std::string text = dump(head, -1);
  text.pop_back();
  return concat(text, ",\"quantities\":", list_of(dictionaries.quantities),
                ",\"facts\":", list_of(dictionaries.facts), ",\"rows\":", parts.rows,
                ",\"ties\":", parts.ties, ",\"runs\":", parts.runs, ",\"history\":", parts.history,
                ",\"papers\":", parts.papers, "}");
}

bool has_measured_run(const Connection& connection, bool include_ineligible) {
  Statement select = connection.prepare(
      "SELECT 1 FROM runs JOIN measurement_values USING (run) WHERE status = 'ok' AND "
      "(eligible = 1 OR ?) LIMIT 1");
  select.bind(0, std::int64_t{include_ineligible});
  return select.step();
}

std::int64_t count_runs(const ResultStore& store) {
  return store.size() - store.impl().connection.integer(
                            concat("SELECT count(*) FROM runs WHERE ", is_finding_record()));
}

}  // namespace

std::string script_safe(std::string_view json) {
  std::string safe;
  safe.reserve(json.size() + json.size() / 64);
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '<') {
      safe += "\\u003c";
    } else if (c == '>') {
      safe += "\\u003e";
    } else if (c == '&') {
      safe += "\\u0026";
    } else if (c == '\xe2' && (json.substr(i).starts_with("\xe2\x80\xa8") ||
                               json.substr(i).starts_with("\xe2\x80\xa9"))) {
      safe += json[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string leaderboard_page(const Leaderboard& board, const std::string& asset_dir) {
  PageDictionaries dictionaries;
  PageParts parts;
  parts.rows = page_rows(board, dictionaries);
  parts.ties = page_ties(board, nullptr);
  return build_page(ReportOptions{}.title, page_data(board, parts, dictionaries), asset_dir);
}

}  // namespace detail

std::string html_report(const ResultStore& store, const std::string& asset_dir,
                        const ReportOptions& options) {
  const detail::Connection& connection = store.impl().connection;
  if (store.size() == 0) {
    throw_user(concat(connection.path(), " holds no run yet"), "yardstick bench MODEL records one");
  }
  LeaderboardQuery query = options.query;
  query.group = "none";
  Leaderboard board;
  board.query = query;
  // Runs of which none may be ranked still make a page.
  if (detail::has_measured_run(connection, query.include_ineligible)) {
    board = query_leaderboard(store, query);
  }
  detail::PageDictionaries dictionaries;
  detail::PageParts parts;
  parts.run_count = detail::count_runs(store);
  parts.rows = detail::page_rows(board, dictionaries);
  parts.ties = detail::page_ties(board, &store);
  parts.runs = detail::page_runs(connection, board, dictionaries);
  parts.history = detail::page_history(store, dictionaries);
  detail::JsonList papers;
  for (const StoredReproduction& paper : newest_reproductions(store)) papers.add(paper.json);
  parts.papers = papers.text();
  return detail::build_page(options.title, detail::page_data(board, parts, dictionaries),
                            asset_dir);
}

}  // namespace yardstick
