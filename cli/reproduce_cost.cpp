#include "cli/reproduce_cost.h"

#include <algorithm>
#include <thread>

namespace yardstick::cli {
namespace {

// Of one CPU core and of a GPU; CostModel::learn puts them right.
constexpr double kSecondsPerMacOfCore = 4e-11;
constexpr double kSecondsPerMacOfGpu = 2e-14;
constexpr double kStartSeconds = 1.5;
constexpr double kSecondsPerParameter = 2e-8;  // of drawing random weights
// A training step is a forward pass and a backward pass of twice its size, and the optimiser.
constexpr double kTrainingSteps = 3.3;
constexpr double kScoredSamples = 50000;
// The memory pass takes the batch once, twice and three times.
constexpr double kMemoryBatches[] = {1, 2, 3};

SubjectCost find(const SubjectCosts& costs, const LedgerSubject& subject) {
  const auto found = costs.find(label_of(subject));
  return found == costs.end() ? SubjectCost() : found->second;
}

}  // namespace

CostModel::CostModel(const ReproduceOptions& options)
    : profile_(protocol_profile(options.protocol)),
      processes_(static_cast<double>(options.processes)),
      seconds_per_mac_(options.is_gpu ? kSecondsPerMacOfGpu
                                      : kSecondsPerMacOfCore /
                                            std::max(1u, std::thread::hardware_concurrency())) {}

double CostModel::correction() const { return guessed_s_ > 0 ? took_s_ / guessed_s_ : 1; }

double CostModel::of_one_input(const SubjectCost& cost) const {
  return correction() * (kSecondsPerParameter * cost.params + seconds_per_mac_ * cost.macs);
}

void CostModel::learn(double guessed_s, double took_s) {
  // What was guessed was corrected already.
  guessed_s_ += guessed_s / correction();
  took_s_ += took_s;
}

double CostModel::step_s(const Work& work, const SubjectCost& cost) const {
  return seconds_per_mac_ * cost.macs * (work.is_training ? kTrainingSteps : 1);
}

double CostModel::process_s(const Work& work, const SubjectCost& cost,
                            const ProtocolProfile& profile, double batch) const {
  const double step = batch * step_s(work, cost);
  const auto steps = static_cast<double>(profile.warmup_min_steps + profile.min_samples);
  const double timed = std::clamp(steps * step, profile.warmup_min_s + profile.min_s,
                                  profile.warmup_cap_s + profile.cap_s);
  // Two steps of the memory pass and the one that is counted come first.
  return kStartSeconds + kSecondsPerParameter * cost.params + 3 * step + std::max(timed, 2 * step);
}

double CostModel::of(const Work& work, const SubjectCosts& costs) const {
  const SubjectCost measure = find(costs, work.measure);
  if (work.kind == WorkKind::kScoring) {
    return correction() * kScoredSamples * seconds_per_mac_ * measure.macs;
  }
  std::vector<SubjectCost> sides = {measure};
  if (work.against) sides.push_back(find(costs, *work.against));
  const auto batch = static_cast<double>(work.batch);
  double sum = 0;
  for (const SubjectCost& side : sides) {
    if (work.kind == WorkKind::kTiming) {
      sum += processes_ * process_s(work, side, profile_, batch);
    } else {
      for (const double times : kMemoryBatches) {
        sum += process_s(work, side, protocol_profile("test"), times * batch);
      }
    }
  }
  return correction() * sum;
}

}  // namespace yardstick::cli
