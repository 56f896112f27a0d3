#include "results/sqlite_integrity.h"

#include "results/column_codec.h"
#include "results/configuration.h"
#include "results/newest.h"
#include "results/sqlite_connection.h"
#include "results/sqlite_schema.h"
#include "results/store_impl.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace yardstick {
namespace {

using detail::Connection;
using detail::Statement;

constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);
constexpr std::size_t kMostRuns = 20;

std::string salvage(const std::string& path) {
  return concat("restore a backup; without one, `yardstick results export --salvage --db ", path,
                " --out rest.jsonl` writes the runs that can still be read, and `yardstick results "
                "import rest.jsonl --db new.db` takes them");
}

// Names each object of a schema with its SQL.
using Schema = std::map<std::pair<std::string, std::string>, std::string>;

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};

// What a file of this version has, from the scripts that make one.
Schema schema_of_version(int version) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open(":memory:", &opened);
  const std::unique_ptr<sqlite3, CloseDatabase> database(opened);
  const auto fail = [&](int error) {
    throw_environment(concat("cannot make a schema in memory: ", sqlite3_errstr(error)));
  };
  if (code != SQLITE_OK) fail(code);
  for (const detail::Migration& migration : detail::migrations()) {
    if (migration.version > version) break;
    const int done = sqlite3_exec(opened, migration.sql.c_str(), nullptr, nullptr, nullptr);
    if (done != SQLITE_OK) fail(done);
  }
  Schema schema;
  const auto take = [](void* into, int, char** values, char**) {
    (*static_cast<Schema*>(into))[{values[0], values[1]}] = values[2] == nullptr ? "" : values[2];
    return 0;
  };
  sqlite3_exec(opened, "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
               take, &schema, nullptr);
  return schema;
}

Schema schema_of(const Connection& connection) {
  Schema schema;
  Statement select = connection.prepare(
      "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'");
  while (select.step()) schema[{select.text(0), select.text(1)}] = select.text(2);
  return schema;
}

class Checker {
 public:
  Checker(const Connection& connection, const StopRequested& stop)
      : connection_(connection), stop_(stop) {}

  FileReport take_report() { return std::move(report_); }
  bool is_stopped() {
    report_.is_stopped = report_.is_stopped || (stop_ && stop_());
    return report_.is_stopped;
  }

  // Adds what `look` finds; damage that keeps it from looking is a finding too.
  CheckState check(const std::string& name, const std::function<void(FileCheck&)>& look) {
    if (is_stopped()) return CheckState::kSkipped;
    FileCheck found{
        .name = name, .state = CheckState::kGood, .detail = {}, .remedy = {}, .runs = {}};
    try {
      look(found);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kEnvironment) throw;
      found.state = CheckState::kBad;
      found.detail = error.message();
      found.remedy = salvage(connection_.path());
    }
    report_.checks.push_back(found);
    return found.state;
  }

  void check_pages() {
    check("pages", [this](FileCheck& found) {
      Statement select = connection_.prepare("PRAGMA integrity_check(10)");
      std::int64_t problems = 0;
      while (select.step()) {
        const std::string line = select.text(0);
        if (line == "ok") continue;
        ++problems;
        found.detail += (found.detail.empty() ? "" : "; ") + line;
      }
      if (problems == 0) {
        found.detail = concat(connection_.integer("PRAGMA page_count"),
                              " pages, rows and indexes agree (integrity_check)");
        return;
      }
      std::replace(found.detail.begin(), found.detail.end(), '\n', ' ');
      found.state = CheckState::kBad;
      found.remedy = salvage(connection_.path());
    });
  }

  void check_identity() {
    check("identity", [this](FileCheck& found) {
      const auto application = connection_.integer("PRAGMA application_id");
      version_ = static_cast<int>(connection_.integer("PRAGMA user_version"));
      const int newest = detail::migrations().back().version;
      found.detail = concat("application_id ", application, ", schema ", version_);
      if (application != detail::kApplicationId) {
        found.state = CheckState::kBad;
        found.detail += concat("; a results file has application_id ", detail::kApplicationId);
        found.remedy = "it is a database of another program, or was written over";
      } else if (version_ < 1 || version_ > newest) {
        found.state = CheckState::kBad;
        found.detail += concat("; this Yardstick knows 1 to ", newest);
        found.remedy = version_ > newest ? "use a newer Yardstick" : salvage(connection_.path());
      } else if (version_ < newest) {
        found.detail +=
            concat(", which the next command that writes, or --upgrade, brings to ", newest);
      }
    });
  }

  void check_journal() {
    check("journal", [this](FileCheck& found) {
      // From the file itself: a connection to a read-only file has a mode of its own.
      std::ifstream file(connection_.path(), std::ios::binary);
      char versions[2] = {0, 0};
      file.seekg(18).read(versions, 2);
      constexpr char kWriteAheadLog = 2;
      found.detail = "write-ahead log";
      if (file && versions[0] == kWriteAheadLog && versions[1] == kWriteAheadLog) return;
      found.state = CheckState::kBad;
      found.detail = "no write-ahead log, without which several processes cannot write at once";
      found.remedy = "the next command that writes sets it again";
    });
  }

  // Tables, indexes and views, then the triggers, which have a line of their own.
  void check_schema() {
    const Schema expected = version_ >= 1 && version_ <= detail::migrations().back().version
                                ? schema_of_version(version_)
                                : Schema();
    for (const bool are_triggers : {false, true}) {
      check(are_triggers ? "append-only" : "schema", [&](FileCheck& found) {
        if (expected.empty()) {
          found.state = CheckState::kSkipped;
          found.detail = "of a schema that this Yardstick does not know";
          return;
        }
        compare(expected, schema_of(connection_), are_triggers, found);
      });
    }
  }

  void check_references() {
    check("references", [this](FileCheck& found) {
      Statement select = connection_.prepare("PRAGMA foreign_key_check");
      std::map<std::string, std::int64_t> dangling;
      while (select.step())
        ++dangling[concat(select.text(0), " whose row in ", select.text(2), " is gone")];
      found.detail = "every value, series and outcome has its run and quantity";
      if (dangling.empty()) return;
      found.state = CheckState::kBad;
      found.detail.clear();
      for (const auto& [what, count] : dangling) {
        found.detail += concat(found.detail.empty() ? "" : "; ", count, " rows of ", what);
      }
      found.remedy = salvage(connection_.path());
    });
  }

  void check_json() {
    check("json", [this](FileCheck& found) {
      Statement select = connection_.prepare(
          "SELECT id, json_valid(methods) AND json_valid(flags) AND json_valid(requested) AND "
          "json_valid(effective) AND json_valid(provenance) AND json_valid(config_params) AND "
          "json_valid(config_methods) FROM runs");
      std::int64_t bad = 0;
      std::int64_t all = 0;
      while (select.step() && !is_stopped()) {
        ++all;
        if (select.integer(1) != 0) continue;
        ++bad;
        name_run(found, select.text(0));
      }
      report_.runs = all;
      found.detail = concat("the JSON of ", detail::count_text(all, "run", "runs"), " parses");
      if (bad == 0) return;
      found.state = CheckState::kBad;
      found.detail = concat("JSON that does not parse in ", detail::count_text(bad, "run", "runs"));
      found.remedy = salvage(connection_.path());
    });
  }

  void check_records() {
    check("records", [this](FileCheck& found) {
      // Through the index of ids, which damage in the table does not reach.
      Statement select = connection_.prepare("SELECT run, id FROM runs ORDER BY id");
      std::int64_t all = 0;
      std::int64_t bad = 0;
      std::string first;
      while (select.step() && !is_stopped()) {
        ++all;
        const std::optional<std::string> problem = problem_of(select.integer(0));
        if (!problem) continue;
        if (bad++ == 0) first = *problem;
        name_run(found, select.text(1));
      }
      found.detail = concat(detail::count_text(all, "run", "runs"),
                            " read whole: samples, outcomes and figures decode");
      if (bad == 0) return;
      found.state = CheckState::kBad;
      found.detail = concat(bad, " of ", detail::count_text(all, "run", "runs"),
                            " cannot be read as they were written: ", first);
      found.remedy = salvage(connection_.path());
    });
  }

  void check_derived() {
    check("derived", [this](FileCheck& found) {
      constexpr int kFirstWithDerived = 2;
      if (version_ < kFirstWithDerived || version_ > detail::migrations().back().version) {
        found.state = CheckState::kSkipped;
        found.detail = "this schema keeps nothing that is derived";
        return;
      }
      found.detail = "leaderboards hold what the runs say";
      if (detail::newest_is_consistent(connection_)) return;
      found.state = CheckState::kBad;
      found.detail = "configurations and newest_values are not what the runs say";
      found.remedy = concat(
          "take the runs into a new file, which derives them anew: `yardstick "
          "results merge new.db ",
          connection_.path(), "`");
    });
  }

 private:
  static void name_run(FileCheck& found, const std::string& id) {
    if (found.runs.size() < kMostRuns) found.runs.push_back(id);
  }

  // What is wrong with one run, if anything.
  std::optional<std::string> problem_of(std::int64_t run) const {
    try {
      const RunRecord record = detail::read_run(connection_, run, detail::PerSample::kLoaded);
      if (record.outcomes &&
          correct_bits(run) !=
              detail::pack_equal_bits(record.outcomes->target, record.outcomes->prediction)) {
        return concat("run ", record.id, ": outcomes: \"correct\" is not what the rest says");
      }
      return configuration_problem(record, run);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kEnvironment) throw;
      return error.message();
    }
  }

  detail::Blob correct_bits(std::int64_t run) const {
    Statement select = connection_.prepare("SELECT correct FROM outcomes WHERE run = ?");
    if (!select.bind(0, run).step()) return {};
    const auto bits = select.blob(0);
    return {bits.begin(), bits.end()};
  }

  // The columns that leaderboards read are worked out from the record when it is added.
  std::optional<std::string> configuration_problem(const RunRecord& record,
                                                   std::int64_t run) const {
    const detail::Configuration expected = detail::configuration_of(record);
    Statement select = connection_.prepare(
        "SELECT config_params, config_methods, config_weights, config_device, config_threads, "
        "config_profile, config_data FROM runs WHERE run = ?");
    if (!select.bind(0, run).step()) return "its row is gone";
    const bool is_equal = select.text(0) == expected.params && select.text(1) == expected.methods &&
                          select.text(2) == expected.weights && select.text(3) == expected.device &&
                          select.integer(4) == expected.threads &&
                          select.text(5) == expected.profile && select.text(6) == expected.data;
    if (is_equal) return std::nullopt;
    return concat("run ", record.id, ": its configuration is not what its record says");
  }

  void compare(const Schema& expected, const Schema& actual, bool are_triggers,
               FileCheck& found) const {
    std::string wrong;
    std::int64_t good = 0;
    const auto note = [&wrong](const auto& object, const char* how) {
      wrong += concat(wrong.empty() ? "" : "; ", object.first, " ", object.second, how);
    };
    for (const auto& [object, sql] : expected) {
      if ((object.first == "trigger") != are_triggers) continue;
      const auto there = actual.find(object);
      if (there == actual.end()) {
        note(object, " is missing");
      } else if (there->second != sql) {
        note(object, " was changed");
      } else {
        ++good;
      }
    }
    // A further table, index or view is somebody's own; a trigger could change what is written.
    for (const auto& [object, sql] : actual) {
      if (are_triggers && object.first == "trigger" && !expected.contains(object)) {
        note(object, " is not Yardstick's");
      }
    }
    found.detail =
        are_triggers ? concat(detail::count_text(good, "trigger", "triggers"),
                              " that refuse changes are there")
                     : concat(good, " tables, indexes and views as schema ", version_, " has them");
    if (wrong.empty()) return;
    found.state = CheckState::kBad;
    found.detail = wrong;
    found.remedy = concat(
        "another program changed the file; take what is in it into a new one: "
        "`yardstick results merge new.db ",
        connection_.path(), "`");
  }

  const Connection& connection_;
  const StopRequested& stop_;
  FileReport report_;
  int version_ = 0;
};

}  // namespace

bool FileReport::is_good() const {
  return std::none_of(checks.begin(), checks.end(),
                      [](const FileCheck& check) { return check.state == CheckState::kBad; });
}

FileReport check_results(const std::string& path, CheckDepth depth, const StopRequested& stop) {
  std::optional<Connection> connection;
  try {
    connection.emplace(path, Connection::Access::kReadOnly, kPatience);
    connection->integer("PRAGMA schema_version");
  } catch (const Error& error) {
    // Without a database nothing else can be asked; without a file there is nothing to judge.
    if (error.kind() != ErrorKind::kData || !std::filesystem::is_regular_file(path)) throw;
    FileReport report;
    report.checks.push_back({.name = "pages",
                             .state = CheckState::kBad,
                             .detail = error.message(),
                             .remedy = salvage(path),
                             .runs = {}});
    return report;
  }
  Checker checker(*connection, stop);
  checker.check_pages();
  checker.check_identity();
  checker.check_journal();
  checker.check_schema();
  checker.check_references();
  checker.check_json();
  if (depth == CheckDepth::kEveryRecord) checker.check_records();
  checker.check_derived();
  return checker.take_report();
}

}  // namespace yardstick
