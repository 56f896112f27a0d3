#include "cli/reproduce_count.h"

#include "models/layers/init_scope.h"
#include "results/reproductions.h"
#include "results/text_layout.h"
#include "runners/bench_measurements.h"
#include "runners/cpu_memory.h"
#include "runners/job.h"
#include "runners/module_access.h"
#include "runners/numerics.h"
#include "runners/provenance.h"
#include "runners/record_notes.h"
#include "runners/reproduce/model_counts.h"
#include "runners/run_failure.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <memory>

namespace yardstick::cli {
namespace {

constexpr char kBuiltIn[] = "built-in";

// Others may reach for data that is not there.
bool is_all_built_in(const ResolvedSubject& subject) {
  return subject.entry->origin == kBuiltIn &&
         std::all_of(subject.methods.begin(), subject.methods.end(),
                     [](const MethodChoice& method) { return method.entry->origin == kBuiltIn; });
}

std::unique_ptr<Model> build(const ResolvedSubject& subject) {
  std::unique_ptr<Model> model = subject.entry->build(subject.params);
  apply_methods(subject.methods, *model);
  return model;
}

void take_counts(Model& model, CountBy by, RunRecord& record) {
  const MacCount count = count_model(model, by);
  record_parameters(parameters_of(model.module()), record);
  record_macs(count, record);
}

}  // namespace

RunRecord blank_count(const ResolvedSubject& subject, const std::vector<std::string>& claims,
                      const Provenance& caller) {
  RunRecord record = blank_record(RunKind::kBench);
  record.model = subject.entry->name;
  record.methods = methods_json(subject.methods);
  record.precision = "fp32";
  record.batch_size = 1;
  record.on_leaderboard = false;  // it has no speed, so it would be a row of blanks
  record.provenance = caller;
  describe_host(record.provenance);
  record.provenance["model_params"] = params_to_json(subject.params);
  record.provenance["protocol"] = "1/counts";
  record.provenance[kClaimsKey] = detail::joined(claims, " ");
  return record;
}

bool count_by_shapes(const ResolvedSubject& subject, RunRecord& record) {
  if (!is_all_built_in(subject)) return false;
  const layers::UnsetScope unset;
  const std::unique_ptr<Model> model = build(subject);
  try {
    take_counts(*model, CountBy::kShapes, record);
  } catch (const c10::Error&) {
    return false;
  }
  record.device = "meta";
  record.provenance["inputs"] = "shapes alone";
  return true;
}

void count_by_running(const ResolvedSubject& subject, std::uint64_t seed, RunRecord& record) {
  record.device = "cpu";
  record.provenance["inputs"] = "image-like noise";
  record_failures(record, [&] {
    const CpuAllocationCounter limit;
    seed_generators(c10::kCPU, seed);
    take_counts(*build(subject), CountBy::kRunning, record);
  });
}

}  // namespace yardstick::cli
