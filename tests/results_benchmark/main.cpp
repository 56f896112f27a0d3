// What docs/results/results-database.md reports: a results file of many runs, built and then read,
// and processes that write to one file while one of them is killed again and again.
//
//   yardstick_results_benchmark size FOLDER [--runs N] [--repeats N] [--assets DIR] [--keep]
//   yardstick_results_benchmark writers FOLDER [--writers N] [--records N]
//
// FOLDER gets the file, which is removed at the end unless --keep is given. A file that --keep left
// is measured again without being built.

#include "results/html_report.h"
#include "results/leaderboard.h"
#include "results/newest.h"
#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/writers.h"
#include "tests/results_benchmark/measure.h"
#include "tests/results_benchmark/synthetic_runs.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace yardstick::benchmark {
namespace {

namespace fs = std::filesystem;
using Mode = ResultStore::Mode;

constexpr std::int64_t kBatch = 1000;
constexpr std::int64_t kSingles = 500;  // records appended one by one at the end

struct Arguments {
  std::string command;
  fs::path folder;
  std::map<std::string, std::string> options;

  std::int64_t number(const std::string& name, std::int64_t fallback) const {
    const auto found = options.find(name);
    return found == options.end() ? fallback : std::atoll(found->second.c_str());
  }
};

Arguments parse(int argc, char** argv) {
  const std::string usage = "see the head of tests/results_benchmark/main.cpp";
  if (argc < 3) throw_user("size or writers, and a folder", usage);
  Arguments arguments{argv[1], argv[2], {}};
  for (int i = 3; i < argc; ++i) {
    const std::string name = argv[i];
    const bool has_value = name != "--keep";
    if (!name.starts_with("--") || (has_value && i + 1 == argc)) {
      throw_user("cannot understand " + name, usage);
    }
    arguments.options[name.substr(2)] = has_value ? argv[++i] : "";
  }
  return arguments;
}

std::vector<RunRecord> runs(std::int64_t first, std::int64_t count) {
  std::vector<RunRecord> records;
  for (std::int64_t i = 0; i < count; ++i) records.push_back(synthetic_run(first + i));
  return records;
}

void build(const std::string& path, std::int64_t count) {
  ResultStore store(path, Mode::kReadWrite);
  std::vector<double> all, late;
  Seconds total;
  for (std::int64_t first = 0; first < count; first += kBatch) {
    const auto records = runs(first, std::min(kBatch, count - first));
    const Seconds seconds = seconds_of([&] { store.append_all(records); });
    total.wall += seconds.wall;
    total.cpu += seconds.cpu;
    all.push_back(static_cast<double>(records.size()) / seconds.wall);
    if (first >= count * 9 / 10) late.push_back(all.back());
    if (first % 100'000 == 0) std::cerr << first << " runs, " << total.wall << " s\n";
  }
  print_heading("writing");
  print_rates(concat("transactions of ", kBatch, ", all ", count, " runs"), all);
  if (!late.empty()) print_rates("of these the last tenth", late);
  const auto rate = [count](double seconds) { return static_cast<double>(count) / seconds; };
  std::cout << "\n"
            << count << " runs in " << total.wall << " s, " << rate(total.wall) << " runs/s; "
            << total.cpu << " s of a CPU, " << rate(total.cpu) << " runs/s\n";
}

void write_one_by_one(const std::string& path, std::int64_t first) {
  ResultStore store(path, Mode::kReadWrite);
  std::vector<Seconds> times;
  double total_s = 0;
  for (const RunRecord& record : runs(first, kSingles)) {
    times.push_back(seconds_of([&] { store.append(record); }));
    total_s += times.back().wall;
  }
  print_heading("one by one, each durable");
  print_times("append", times, "ms");
  std::cout << "\n" << static_cast<double>(kSingles) / total_s << " runs/s\n";
}

struct Query {
  std::string name;
  LeaderboardQuery query;
};

std::vector<Query> queries() {
  const std::string speed = "throughput/inference/images";
  return {{"best 20 by accuracy, one task", {.task = "imagenet1k", .limit = 20}},
          {"best 20 by accuracy, all tasks", {.limit = 20}},
          {"best 20 by throughput", {.sort = speed, .limit = 20}},
          {"best 20, model=vit_*", {.task = "imagenet1k", .filters = {"model=vit_*"}, .limit = 20}},
          {"best 20, latency/inference/median<20ms",
           {.task = "imagenet1k", .filters = {"latency/inference/median<20ms"}, .limit = 20}},
          {"best 20 by throughput, device=cuda*, params/total<=300M",
           {.sort = speed, .filters = {"device=cuda*", "params/total<=300M"}, .limit = 20}},
          {"best 20, weights=mae_in1k",
           {.task = "imagenet1k", .filters = {"weights=mae_in1k"}, .limit = 20}},
          {"best of each model, 1,000 rows", {.task = "imagenet1k"}},
          {"best 10,000 rows by accuracy, ungrouped", {.group = "none", .limit = 10'000}},
          {"best 10,000 rows by throughput, ungrouped",
           {.sort = speed, .group = "none", .limit = 10'000}}};
}

void time_queries(const std::string& path, int repeats) {
  print_heading("leaderboards, opening the file included");
  for (const auto& [name, query] : queries()) {
    std::vector<Seconds> times;
    std::size_t rows = 0;
    for (int i = 0; i < repeats; ++i) {
      times.push_back(seconds_of([&, &asked = query] {
        const ResultStore store(path, Mode::kReadOnly);
        rows = query_leaderboard(store, asked).rows.size();
      }));
    }
    print_times(concat(name, " (", rows, " rows)"), times, "ms");
  }
}

void time_sql(const std::string& path, int repeats) {
  const std::pair<const char*, const char*> statements[] = {
      {"leaderboard_accuracy, one task, best 20",
       "SELECT rank, model, value, low, high, id FROM leaderboard_accuracy "
       "WHERE task = 'imagenet1k' ORDER BY rank LIMIT 20"},
      {"leaderboard_throughput, best 20",
       "SELECT rank, model, value, low, high, id FROM leaderboard_throughput ORDER BY rank LIMIT "
       "20"},
      {"leaderboards, tag and task, model LIKE 'vit%', best 20",
       "SELECT rank, model, value, id FROM leaderboards WHERE tag = 'accuracy/top1' "
       "AND task = 'imagenet1k' AND model LIKE 'vit%' ORDER BY rank LIMIT 20"},
      {"newest_measurements, best 20",
       "SELECT model, value FROM newest_measurements WHERE tag = 'accuracy/top1' "
       "AND task = 'imagenet1k' AND eligible ORDER BY value DESC LIMIT 20"}};
  print_heading("SQL over the views, opening the file included");
  for (const auto& [name, sql] : statements) {
    std::vector<Seconds> times;
    for (int i = 0; i < repeats; ++i) {
      times.push_back(seconds_of([&, &text = sql] {
        const ResultStore store(path, Mode::kReadOnly);
        auto statement = store.impl().connection.prepare(text);
        while (statement.step()) {
        }
      }));
    }
    print_times(name, times, "ms");
  }
}

void time_report(const std::string& path, const std::string& assets, int repeats) {
  std::vector<Seconds> seconds;
  std::size_t bytes = 0;
  for (int i = 0; i < repeats; ++i) {
    seconds.push_back(seconds_of([&] {
      const ResultStore store(path, Mode::kReadOnly);
      bytes = html_report(store, assets).size();
    }));
  }
  print_heading("report");
  print_times(concat("HTML, ", bytes / 1'000'000, " MB"), seconds, "s");
}

void time_checks(const std::string& path) {
  print_heading("whole file, once");
  const ResultStore store(path, Mode::kReadWrite);
  const detail::Connection& connection = store.impl().connection;
  print_times("derived rows compared with all runs", {seconds_of([&] {
                if (!detail::newest_is_consistent(connection)) throw_data("not consistent");
              })},
              "s");
  print_times("derived rows rebuilt", {seconds_of([&] {
                detail::Transaction transaction(connection);
                detail::rebuild_newest(connection);
                transaction.commit();
              })},
              "s");
  print_times("PRAGMA integrity_check", {seconds_of([&] {
                if (connection.text("PRAGMA integrity_check") != "ok") throw_data("damaged");
              })},
              "s");
}

void measure_size(const Arguments& arguments) {
  const std::string path = (arguments.folder / "million.db").string();
  const std::int64_t count = arguments.number("runs", 1'000'000);
  const int repeats = static_cast<int>(arguments.number("repeats", 20));
  if (!fs::exists(path)) {
    build(path, count);
    write_one_by_one(path, count);
  }
  std::cout << "\nfile: " << fs::file_size(path) / 1'000'000 << " MB\n";
  time_queries(path, repeats);
  time_sql(path, repeats);
  if (arguments.options.contains("assets")) {
    time_report(path, arguments.options.at("assets"), repeats);
  }
  time_checks(path);
  if (!arguments.options.contains("keep")) fs::remove(path);
}

void measure_writers(const Arguments& arguments) {
  test::WritersAtOnce options;
  options.path = (arguments.folder / "writers.db").string();
  options.writers = static_cast<int>(arguments.number("writers", 8));
  options.records = arguments.number("records", 10'000);
  options.most_before_kill = 200;
  const int writers = options.writers;
  options.record = [writers](int writer, std::int64_t number) {
    return synthetic_run(number * writers + writer);
  };
  fs::remove(options.path);
  const test::WrittenAtOnce written = test::write_at_once(options);
  std::cout << options.writers << " processes, " << options.records << " records each, "
            << written.kills << " kills of one of them\n"
            << "acknowledged " << written.acknowledged << ", of these missing " << written.missing
            << ", stored " << written.stored << " (each id once)\n"
            << written.seconds << " s, " << static_cast<double>(written.stored) / written.seconds
            << " records/s in all\n"
            << "integrity_check: " << written.integrity << ", derived rows "
            << (written.is_consistent ? "consistent" : "NOT consistent") << "\n"
            << (written.failure.empty() ? "" : "failure: " + written.failure + "\n");
  fs::remove(options.path);
  if (written.missing > 0 || !written.is_consistent || !written.failure.empty()) {
    throw_data("records were lost");
  }
}

int run(int argc, char** argv) {
  try {
    const Arguments arguments = parse(argc, argv);
    fs::create_directories(arguments.folder);
    if (arguments.command == "size") {
      measure_size(arguments);
    } else if (arguments.command == "writers") {
      measure_writers(arguments);
    } else {
      throw_user("size or writers, not " + arguments.command);
    }
    return 0;
  } catch (const Error& e) {
    std::cerr << e.what() << '\n';
    return static_cast<int>(e.kind());
  }
}

}  // namespace
}  // namespace yardstick::benchmark

int main(int argc, char** argv) { return yardstick::benchmark::run(argc, argv); }
