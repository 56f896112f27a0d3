#pragma once

#include "cli/reproduce_plan.h"
#include "runners/bench_protocol.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace yardstick::cli {

// What is known of a subject once it is counted.
struct SubjectCost {
  double params = 0;
  double macs = 0;
};
using SubjectCosts = std::map<std::string, SubjectCost>;  // by label_of

// How long measurements may take, in seconds: a guess from multiply-accumulates, put right by how
// long the ones before took.
class CostModel {
 public:
  explicit CostModel(const ReproduceOptions& options);

  double of(const Work& work, const SubjectCosts& costs) const;
  // Of drawing random weights and running one input.
  double of_one_input(const SubjectCost& cost) const;
  void learn(double guessed_s, double took_s);

 private:
  double correction() const;
  double step_s(const Work& work, const SubjectCost& cost) const;
  double process_s(const Work& work, const SubjectCost& cost, const ProtocolProfile& profile,
                   double batch) const;

  ProtocolProfile profile_;
  double processes_;
  double seconds_per_mac_;
  double guessed_s_ = 0;
  double took_s_ = 0;
};

}  // namespace yardstick::cli
