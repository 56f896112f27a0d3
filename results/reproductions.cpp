#include "results/reproductions.h"

#include "results/finding_records.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <map>
#include <utility>

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

// Null where there is none.
Json* find_id(Json& list, const Json& id) {
  for (Json& item : list) {
    if (item["id"] == id) return &item;
  }
  return nullptr;
}

bool is_reproduction(const Json& json) {
  if (!json.is_object() || !json.contains("tables") || !json["tables"].is_array()) return false;
  for (const Json& table : json["tables"]) {
    if (!table.is_object() || !table.contains("id") || !table.contains("rows") ||
        !table["rows"].is_array()) {
      return false;
    }
    for (const Json& row : table["rows"]) {
      if (!row.is_object() || !row.contains("id") || !row.contains("figures")) return false;
    }
  }
  return true;
}

// A paper's rows may be of several reproductions, so each says which.
void stamp(Json& json, const std::string& started_at) {
  for (Json& table : json["tables"]) {
    for (Json& row : table["rows"]) {
      row["started_at"] = started_at;
      for (const char* fact : {"machine", "quick"}) {
        if (json.contains(fact)) row[fact] = json[fact];
      }
    }
  }
}

// Rows of `newer` take the place of those in `json`, or come behind them.
void put_over(Json& json, Json newer) {
  Json merged = newer;
  merged["tables"] = std::move(json["tables"]);
  for (Json& table : newer["tables"]) {
    Json* known = find_id(merged["tables"], table["id"]);
    if (known == nullptr) {
      merged["tables"].push_back(std::move(table));
      continue;
    }
    for (Json& row : table["rows"]) {
      if (Json* old = find_id((*known)["rows"], row["id"])) {
        *old = std::move(row);
      } else {
        (*known)["rows"].push_back(std::move(row));
      }
    }
  }
  json = std::move(merged);
}

std::string key(const char* name) { return concat("json_extract(provenance, '$.", name, "')"); }

}  // namespace

std::vector<StoredReproduction> newest_reproductions(const ResultStore& store) {
  detail::Statement select = store.impl().connection.prepare(concat(
      "SELECT ", key(kPaperKey), ", started_at, ", key(kReproductionKey), " FROM runs WHERE ",
      detail::is_finding_record(kReproductionKey), " ORDER BY started_at, run"));
  std::map<std::string, std::pair<std::string, Json>> papers;
  while (select.step()) {
    Json json = Json::parse(select.text(2), nullptr, /*allow_exceptions=*/false);
    if (!is_reproduction(json)) continue;
    stamp(json, select.text(1));
    auto& [newest, known] = papers[select.text(0)];
    newest = select.text(1);
    if (known.is_null()) {
      known = std::move(json);
    } else {
      put_over(known, std::move(json));
    }
  }
  std::vector<StoredReproduction> reproductions;
  for (auto& [paper, entry] : papers) {
    reproductions.push_back(
        {paper, entry.first, entry.second.dump(-1, ' ', false, Json::error_handler_t::replace)});
  }
  return reproductions;
}

}  // namespace yardstick
