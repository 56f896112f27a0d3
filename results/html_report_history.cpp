#include "results/history.h"
#include "results/html_report_data.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <array>

namespace yardstick::detail {
namespace {

// What nights and gates follow, in the order of the page.
constexpr std::array<const char*, 6> kFollowed = {
    "time/inference/step",        "latency/inference/median", "throughput/inference/images",
    "throughput/training/images", "memory/inference/peak",    "energy/inference/image"};
// A file may hold years of runs; the page looks at the newest ones.
constexpr std::int64_t kNewestRuns = 20'000;
constexpr std::size_t kMostSeries = 300;

std::string since_of(const Connection& connection) {
  Statement select =
      connection.prepare("SELECT started_at FROM runs ORDER BY started_at DESC LIMIT 1 OFFSET ?");
  select.bind(0, kNewestRuns);
  return select.step() ? select.text(0) : std::string();
}

// None where no bench run measured the tag.
std::vector<HistorySeries> series_of(const ResultStore& store, const char* tag,
                                     const std::string& since) {
  Statement known = store.impl().connection.prepare("SELECT 1 FROM quantities WHERE tag = ?");
  if (!known.bind(0, std::string_view(tag)).step()) return {};
  try {
    return query_history(store, {.tag = tag, .since = since});
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUser) throw;
    return {};
  }
}

std::string series_json(const char* tag, const HistorySeries& series, Dictionary& texts) {
  JsonList when, commit, is_dirty, value, processes, changes;
  for (const HistoryPoint& point : series.points) {
    when.add(json_text(point.when));
    commit.add(std::to_string(texts(point.commit)));
    is_dirty.add(point.dirty.empty() ? "0" : "1");
    value.add(page_number(point.value));
    processes.add(std::to_string(point.processes));
  }
  for (const HistoryChange& change : series.changes) {
    changes.add(concat("[", change.point, ",", page_number(change.before), ",",
                       page_number(change.after), ",", change.is_worse ? 1 : 0, "]"));
  }
  return concat(
      "{\"tag\":", json_text(tag), ",\"model\":", json_text(series.model),
      ",\"params\":", json_text(series.params), ",\"methods\":", json_text(series.methods),
      ",\"device\":", json_text(series.device), ",\"precision\":", json_text(series.precision),
      ",\"threads\":", series.threads, ",\"protocol\":", json_text(series.protocol),
      ",\"batch\":", series.batch_size, ",\"unit\":", json_text(to_string(series.unit)),
      ",\"direction\":", json_text(to_string(series.direction)), ",\"when\":", when.text(),
      ",\"commit\":", commit.text(), ",\"dirty\":", is_dirty.text(), ",\"value\":", value.text(),
      ",\"processes\":", processes.text(), ",\"changes\":", changes.text(),
      ",\"newest_level\":", page_number(series.newest_level),
      ",\"noise\":", page_number(series.relative_noise), "}");
}

}  // namespace

std::string page_history(const ResultStore& store, PageDictionaries& dictionaries) {
  const std::string since = since_of(store.impl().connection);
  JsonList list;
  std::size_t kept = 0;
  std::size_t left_out = 0;
  for (const char* tag : kFollowed) {
    for (const HistorySeries& series : series_of(store, tag, since)) {
      if (series.points.size() < 2) continue;
      if (kept == kMostSeries) {
        ++left_out;
        continue;
      }
      list.add(series_json(tag, series, dictionaries.texts));
      ++kept;
    }
  }
  return concat("{\"since\":", json_text(since), ",\"left_out\":", left_out,
                ",\"series\":", list.text(), "}");
}

}  // namespace yardstick::detail
