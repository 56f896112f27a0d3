#pragma once

#include <yardstick/metric.h>
#include <yardstick/run.h>

#include <optional>
#include <string>
#include <vector>

namespace yardstick {

// A fact of two runs; "" where one has none.
struct FactDifference {
  std::string name;
  std::string a;
  std::string b;
  std::string a_origin;  // of a setting: "default", "flag", ...
  std::string b_origin;

  bool is_equal() const { return a == b; }
};

// One quantity of two runs. Whether the intervals overlap is no test: `yardstick compare` is one.
struct MeasurementDifference {
  std::string tag;
  std::optional<Measurement> a;
  std::optional<Measurement> b;

  bool is_equal() const;
  // Of b against a, 0.05 for 5 % more; nothing where it says nothing.
  std::optional<double> relative() const;
  // Nothing where one of the two has no interval.
  std::optional<bool> intervals_overlap() const;
};

struct RunDifference {
  std::vector<FactDifference> run;          // model, methods, weights, task, device, ...
  std::vector<FactDifference> settings;     // as run
  std::vector<FactDifference> protocol;     // how it was measured
  std::vector<FactDifference> environment;  // code, machine, data: the rest of the provenance
  std::vector<MeasurementDifference> measurements;
};

RunDifference diff_runs(const RunRecord& a, const RunRecord& b);

}  // namespace yardstick
