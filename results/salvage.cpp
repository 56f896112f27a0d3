#include "results/salvage.h"

#include "results/record_codec.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <map>
#include <utility>

namespace yardstick {
namespace {

using detail::Connection;

// Row numbers of all runs that any way leads to, with their ids where that way knows them.
std::map<std::int64_t, std::string> find_runs(const Connection& connection) {
  std::map<std::int64_t, std::string> runs;
  // The first two through the index of ids, the others through the table.
  for (const char* way :
       {"SELECT run, id FROM runs ORDER BY id", "SELECT run, id FROM runs ORDER BY id DESC",
        "SELECT run, id FROM runs NOT INDEXED ORDER BY run",
        "SELECT run, id FROM runs NOT INDEXED ORDER BY run DESC",
        "SELECT run, '' FROM measurement_values ORDER BY run",
        "SELECT run, '' FROM measurement_values ORDER BY run DESC"}) {
    try {
      detail::Statement select = connection.prepare(way);
      while (select.step()) {
        std::string& id = runs[select.integer(0)];
        if (id.empty()) id = select.text(1);
      }
    } catch (const Error& error) {  // the others may lead on
      if (error.kind() != ErrorKind::kData) throw;
    }
  }
  return runs;
}

}  // namespace

SalvageReport salvage_json_lines(const ResultStore& store, std::ostream& out,
                                 const StopRequested& stop) {
  constexpr std::size_t kMostNamed = 20;
  const Connection& connection = store.impl().connection;
  const detail::Snapshot snapshot(connection);
  SalvageReport report;
  for (const auto& [run, id] : find_runs(connection)) {
    report.is_stopped = stop && stop();
    if (report.is_stopped || !out) break;
    try {
      out << encode_record(detail::read_run(connection, run, detail::PerSample::kLoaded)) << '\n';
      ++report.written;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kData) throw;
      ++report.lost;
      if (report.losses.size() == kMostNamed) continue;
      report.losses.push_back(
          concat("lost: run ", id.empty() ? concat('#', run) : id, ": ", error.message()));
    }
  }
  return report;
}

}  // namespace yardstick
