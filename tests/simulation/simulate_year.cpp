// A year of nights with planted shifts through the detection that `regress history` and `nightly`
// use, beside two simpler rules on the same figures. Prints JSON; scripts/simulate_year.py starts
// it, and writes tables and a chart (docs/results/simulated-year.md).

#include "metrics/statistics/interval.h"
#include "results/history_alarms.h"
#include "runners/comparison/gate.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace yardstick;
using Json = nlohmann::ordered_json;
using Generator = std::mt19937_64;

struct Plan {
  int years = 20;
  std::uint64_t seed = 1;
  int nights = 365;
  int benchmarks = 50;
  int processes = 5;         // a night and benchmark
  double quietest = 0.003;   // noise of a night's median, from
  double noisiest = 0.025;   // to, log-uniform over the benchmarks
  double night_share = 0.5;  // of its variance, that all processes of a night share
  double persistence = 0.5;  // correlation of that part from one night to the next
  double outliers = 0.01;    // share of a benchmark's nights that are disturbed
  double missing = 0.05;     // share of nights that are not there
  double machine_shift = 0;  // change of all figures in the middle of the year, by the machine
  double shifts = 1;         // 0: a year without planted shifts
};

constexpr int kShiftsPerSize = 2;  // one slower, one faster
constexpr int kLargestPercent = 10;
constexpr int kApart = 30;   // nights between two shifts of a benchmark, and from either end
constexpr int kWindow = 60;  // nights in which a shift must be found
constexpr double kMonth = 365.0 / 12;

struct Shift {
  int benchmark = 0;
  int night = 0;  // the first that has it
  int percent = 0;
  bool is_slower = true;

  double log_factor() const {
    return (is_slower ? 1 : -1) * std::log1p(static_cast<double>(percent) / 100);
  }
};

struct Alarm {
  int night = 0;
  bool is_slower = true;
};

// One benchmark over the year: what it would measure without noise, and the noise.
struct Benchmark {
  double noise = 0;           // of a night's median
  double process_spread = 0;  // between processes of a night
  std::vector<double> level;  // logarithm, by night
  std::vector<double> night;  // what a night's processes share, logarithm
  std::vector<bool> is_missing;
  std::vector<std::vector<double>> values;  // of the processes, by night
};

double process_value(double log_level, double spread, Generator& generator) {
  return 0.01 * std::exp(log_level + spread * std::normal_distribution<double>()(generator));
}

std::vector<double> process_values(double log_level, double spread, std::int64_t count,
                                   Generator& generator) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(process_value(log_level, spread, generator));
  }
  return values;
}

std::vector<Shift> plant(const Plan& plan, Generator& generator) {
  std::vector<Shift> shifts;
  if (plan.shifts == 0) return shifts;
  std::uniform_int_distribution<int> any_benchmark(0, plan.benchmarks - 1);
  std::uniform_int_distribution<int> any_night(kApart, plan.nights - kApart - 1);
  for (int percent = 1; percent <= kLargestPercent; ++percent) {
    for (int i = 0; i < kShiftsPerSize; ++i) {
      Shift shift{.percent = percent, .is_slower = i == 0};
      const auto is_too_near = [&](const Shift& other) {
        return other.benchmark == shift.benchmark && std::abs(other.night - shift.night) < kApart;
      };
      do {
        shift.benchmark = any_benchmark(generator);
        shift.night = any_night(generator);
      } while (std::any_of(shifts.begin(), shifts.end(), is_too_near));
      shifts.push_back(shift);
    }
  }
  return shifts;
}

std::vector<Benchmark> measure_year(const Plan& plan, const std::vector<Shift>& shifts,
                                    Generator& generator) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<bool> is_missing;
  for (int night = 0; night < plan.nights; ++night) {
    is_missing.push_back(uniform(generator) < plan.missing);
  }
  std::vector<Benchmark> all(static_cast<std::size_t>(plan.benchmarks));
  for (int index = 0; index < plan.benchmarks; ++index) {
    Benchmark& benchmark = all[static_cast<std::size_t>(index)];
    benchmark.is_missing = is_missing;
    benchmark.noise = plan.quietest * std::pow(plan.noisiest / plan.quietest, uniform(generator));
    const double shared = benchmark.noise * std::sqrt(plan.night_share);
    // The median of n normal values spreads by sqrt(pi / 2 n), to within 4 % at 5.
    benchmark.process_spread =
        benchmark.noise * std::sqrt((1 - plan.night_share) * plan.processes / 1.5708);
    double drift = shared * normal(generator);
    double level = 0;
    for (int night = 0; night < plan.nights; ++night) {
      for (const Shift& shift : shifts) {
        if (shift.benchmark == index && shift.night == night) level += shift.log_factor();
      }
      drift = plan.persistence * drift +
              std::sqrt(1 - plan.persistence * plan.persistence) * shared * normal(generator);
      double disturbed = 0;
      if (uniform(generator) < plan.outliers) {
        disturbed = std::log1p(0.05 + 0.25 * uniform(generator));
      }
      const double machine = night >= plan.nights / 2 ? std::log1p(plan.machine_shift) : 0;
      benchmark.level.push_back(level);
      benchmark.night.push_back(drift + disturbed + machine);
      benchmark.values.push_back(process_values(
          level + benchmark.night.back(), benchmark.process_spread, plan.processes, generator));
    }
  }
  return all;
}

std::string name_of(int night) {
  char text[16];
  std::snprintf(text, sizeof text, "%04d", night);
  return text;
}

enum class Confirmation { kNone, kLevel, kInterleaved };

// What `nightly` does about one benchmark, night by night.
class NightlyDetector {
 public:
  NightlyDetector(const Benchmark& benchmark, int cells, Generator& generator)
      : benchmark_(benchmark), cells_(cells), generator_(generator) {}

  // All three ways see the same nights; each has its own memory of what it said before.
  void run() {
    HistorySeries series;
    series.direction = Direction::kLowerIsBetter;
    for (std::size_t night = 0; night < benchmark_.values.size(); ++night) {
      if (benchmark_.is_missing[night]) continue;
      series.points.push_back(
          {.when = name_of(static_cast<int>(night)), .process_values = benchmark_.values[night]});
      nights_.push_back(night);
      find_regimes(series, rules_.shortest_regime);
      if (series.changes.empty()) continue;
      for (auto& [confirmation, memory] : memories_) look(series, night, confirmation, memory);
    }
  }

  const std::vector<Alarm>& alarms(Confirmation confirmation) const {
    return memories_.at(confirmation).alarms;
  }
  std::int64_t looks(Confirmation confirmation) const { return memories_.at(confirmation).looks; }
  std::int64_t unresolved(Confirmation confirmation) const {
    return memories_.at(confirmation).unresolved;
  }
  std::int64_t processes(Confirmation confirmation) const {
    return memories_.at(confirmation).processes;
  }

 private:
  struct Memory {
    std::vector<HistoryFinding> findings;
    std::vector<Alarm> alarms;
    std::int64_t looks = 0;
    std::int64_t processes = 0;
    std::int64_t unresolved = 0;
  };

  void look(const HistorySeries& series, std::size_t night, Confirmation confirmation,
            Memory& memory) {
    const HistoryAlarm alarm = judge_alarm(series, memory.findings, rules_);
    if (!alarm.is_to_be_confirmed()) return;
    const HistoryChange& change = series.changes.back();
    const Look found = confirm(series, night, confirmation, memory);
    ++memory.looks;
    memory.findings.push_back(
        {.night = name_of(static_cast<int>(night)),
         .since = series.points[change.point].when,
         .before = change.before,
         .after = level_after(change, found.ratio),
         .points = static_cast<std::int64_t>(series.points.size() - change.point),
         .relative_noise = series.relative_noise,
         .answer = found.is_confirmed ? FindingAnswer::kSlower : FindingAnswer::kNotConfirmed});
    if (found.is_confirmed) memory.alarms.push_back({static_cast<int>(night), change.is_worse});
  }

  struct Look {
    bool is_confirmed = false;
    double ratio = 1;
  };

  Look confirm(const HistorySeries& series, std::size_t night, Confirmation confirmation,
               Memory& memory) {
    if (confirmation == Confirmation::kNone) return {true, series.changes.back().ratio()};
    const std::int64_t count = confirmation_processes(series, rules_);
    const double spread = benchmark_.process_spread;
    const double tonight = benchmark_.night[night];
    const auto fresh = process_values(benchmark_.level[night] + tonight, spread, count, generator_);
    if (confirmation == Confirmation::kLevel) {
      memory.processes += count;
      const LevelCheck check = check_against_level(series, fresh, rules_);
      return {check.is_confirmed, check.ratio};
    }
    memory.processes += 3 * count;
    const HistoryChange& change = series.changes.back();
    const double before = benchmark_.level[nights_[baseline_point(series, rules_)]] + tonight;
    const GateRules rules{.processes = count};
    // The other cells have no alarm tonight.
    std::vector<CellTimes> cells(static_cast<std::size_t>(cells_));
    cells.front() = {process_values(before, spread, count, generator_), fresh,
                     process_values(before, spread, count, generator_)};
    const CellJudgement judgement = judge_cells(cells, rules).front();
    GateRules seen = rules;
    seen.must_see = change.magnitude() - 1;
    const GateAnswer answer = settle(judgement, &judgement, seen).answer;
    if (answer == GateAnswer::kNotResolved) ++memory.unresolved;
    const GateAnswer wanted = change.is_worse ? GateAnswer::kRegression : GateAnswer::kImprovement;
    return {answer == wanted, judgement.ratio};
  }

  const Benchmark& benchmark_;
  int cells_;
  Generator& generator_;
  AlarmRules rules_;
  std::vector<std::size_t> nights_;  // of the points
  std::map<Confirmation, Memory> memories_ = {
      {Confirmation::kNone, {}}, {Confirmation::kLevel, {}}, {Confirmation::kInterleaved, {}}};
};

// A rule that looks at tonight's figure and those before, without a memory: an alarm that goes on
// from one night to the next in one direction is one.
using Rule = std::function<double(const std::vector<double>& values)>;  // above 1: slower; below -1

std::vector<Alarm> alarms_by(const Rule& rule, const Benchmark& benchmark) {
  std::vector<Alarm> alarms;
  std::vector<double> values;
  int state = 0;
  for (std::size_t night = 0; night < benchmark.values.size(); ++night) {
    if (benchmark.is_missing[night]) continue;
    values.push_back(std::log(median(benchmark.values[night])));
    const double answer = rule(values);
    const int now = answer > 1 ? 1 : (answer < -1 ? -1 : 0);
    if (now != 0 && now != state) alarms.push_back({static_cast<int>(night), now > 0});
    state = now;
  }
  return alarms;
}

double threshold_of_yesterday(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  return (values.back() - values[values.size() - 2]) / std::log(1.07);
}

double threshold_of_a_week(const std::vector<double>& values) {
  if (values.size() < 8) return 0;
  return (values.back() - median({values.end() - 8, values.end() - 1})) / std::log(1.07);
}

double z_score(const std::vector<double>& values) {
  constexpr std::size_t kCommits = 100;
  constexpr std::size_t kFewest = 20;
  constexpr double kDeviations = 3;
  if (values.size() <= kFewest) return 0;
  const auto end = values.end() - 1;
  const auto begin = end - static_cast<std::ptrdiff_t>(std::min(kCommits, values.size() - 1));
  const auto count = static_cast<double>(end - begin);
  double mean = 0;
  for (auto at = begin; at != end; ++at) mean += *at / count;
  double squares = 0;
  for (auto at = begin; at != end; ++at) squares += (*at - mean) * (*at - mean);
  return (values.back() - mean) / (kDeviations * std::sqrt(squares / (count - 1)));
}

// What a detector came to over all years.
class Score {
 public:
  void take(const std::vector<Shift>& shifts, int index, double noise,
            const std::vector<Alarm>& alarms, int year) {
    std::vector<bool> is_explained(alarms.size(), false);
    for (const Shift& shift : shifts) {
      if (shift.benchmark != index) continue;
      int end = shift.night + kWindow;
      for (const Shift& other : shifts) {
        if (other.benchmark == index && other.night > shift.night) {
          end = std::min(end, other.night);
        }
      }
      int first = -1;
      for (std::size_t i = 0; i < alarms.size(); ++i) {
        if (alarms[i].is_slower != shift.is_slower || alarms[i].night < shift.night ||
            alarms[i].night >= end) {
          continue;
        }
        is_explained[i] = true;
        if (first < 0) {
          first = alarms[i].night;
        } else {
          ++repeats_;
        }
      }
      Json found{{"percent", shift.percent}, {"slower", shift.is_slower}, {"noise", noise}};
      found["delay"] = first < 0 ? Json() : Json(first - shift.night);
      shifts_.push_back(std::move(found));
    }
    for (std::size_t i = 0; i < alarms.size(); ++i) {
      if (is_explained[i]) continue;
      auto& count = alarms[i].is_slower ? false_slower_ : false_faster_;
      count.resize(std::max(count.size(), static_cast<std::size_t>(year) + 1), 0);
      ++count[static_cast<std::size_t>(year)];
    }
  }

  Json json(int years) const {
    const auto of_each_year = [years](std::vector<int> counts) {
      counts.resize(static_cast<std::size_t>(years), 0);
      return counts;
    };
    return {{"shifts", shifts_},
            {"false_slower", of_each_year(false_slower_)},
            {"false_faster", of_each_year(false_faster_)},
            {"repeats", repeats_}};
  }

 private:
  Json shifts_ = Json::array();
  std::vector<int> false_slower_;  // by year
  std::vector<int> false_faster_;
  int repeats_ = 0;  // second alarms of a shift
};

Json simulate(const Plan& plan) {
  struct Rules {
    std::string name;
    Rule rule;
  };
  const std::vector<Rules> rules = {{"7 % against the night before", threshold_of_yesterday},
                                    {"7 % against the median of a week", threshold_of_a_week},
                                    {"3 deviations of 100 commits", z_score}};
  const std::vector<std::pair<std::string, Confirmation>> ways = {
      {"history alone", Confirmation::kNone},
      {"nightly, against the level", Confirmation::kLevel},
      {"nightly, beside the build before", Confirmation::kInterleaved}};
  std::map<std::string, Score> scores;
  std::map<std::string, std::int64_t> looks;
  std::map<std::string, std::int64_t> unresolved;
  std::map<std::string, std::int64_t> processes;
  for (int year = 0; year < plan.years; ++year) {
    std::seed_seq seed{plan.seed, static_cast<std::uint64_t>(year)};
    Generator generator(seed);
    const std::vector<Shift> shifts = plant(plan, generator);
    const std::vector<Benchmark> benchmarks = measure_year(plan, shifts, generator);
    for (int index = 0; index < plan.benchmarks; ++index) {
      const Benchmark& benchmark = benchmarks[static_cast<std::size_t>(index)];
      NightlyDetector detector(benchmark, plan.benchmarks, generator);
      detector.run();
      for (const auto& [name, way] : ways) {
        scores[name].take(shifts, index, benchmark.noise, detector.alarms(way), year);
        looks[name] += detector.looks(way);
        unresolved[name] += detector.unresolved(way);
        processes[name] += detector.processes(way);
      }
      for (const auto& [name, rule] : rules) {
        scores[name].take(shifts, index, benchmark.noise, alarms_by(rule, benchmark), year);
      }
    }
    std::cerr << "year " << year + 1 << " of " << plan.years << "\n";
  }
  Json json{{"years", plan.years},
            {"nights", plan.nights},
            {"benchmarks", plan.benchmarks},
            {"months", plan.nights / kMonth},
            {"detectors", Json::array()}};
  const auto add = [&](const std::string& name) {
    Json entry = scores[name].json(plan.years);
    entry["name"] = name;
    if (looks.contains(name)) {
      entry["looks"] = looks[name];
      entry["unresolved"] = unresolved[name];
      entry["processes"] = processes[name];
    }
    json["detectors"].push_back(std::move(entry));
  };
  for (const auto& [name, way] : ways) add(name);
  for (const auto& [name, rule] : rules) add(name);
  return json;
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  double years = plan.years;
  double seed = static_cast<double>(plan.seed);
  const std::map<std::string, double*> settings = {{"years", &years},
                                                   {"seed", &seed},
                                                   {"quietest", &plan.quietest},
                                                   {"noisiest", &plan.noisiest},
                                                   {"night_share", &plan.night_share},
                                                   {"persistence", &plan.persistence},
                                                   {"outliers", &plan.outliers},
                                                   {"missing", &plan.missing},
                                                   {"machine_shift", &plan.machine_shift},
                                                   {"shifts", &plan.shifts}};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto setting = settings.find(word.substr(0, equals));
    if (setting == settings.end() || equals == word.size()) {
      std::cerr << "simulate_year takes NAME=VALUE of";
      for (const auto& [name, value] : settings) std::cerr << " " << name;
      std::cerr << "\n";
      return 2;
    }
    *setting->second = std::atof(word.c_str() + equals + 1);
  }
  plan.years = static_cast<int>(years);
  plan.seed = static_cast<std::uint64_t>(seed);
  std::cout << simulate(plan).dump() << "\n";
}
