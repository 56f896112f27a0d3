#include "cli/load_model.h"

#include "models/layers/init_scope.h"

#include <chrono>
#include <optional>

namespace yardstick::cli {
namespace {

enum class Draw { kNothing, kRandomWeights };

LoadedModel load(const ModelEntry& entry, const Params& params,
                 const std::vector<MethodChoice>& methods, const WeightsFile& file,
                 const LoadOptions& options, Draw draw) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  std::optional<layers::UnsetScope> scope;
  if (draw == Draw::kNothing) scope.emplace();
  LoadedModel loaded;
  const auto start = Clock::now();
  loaded.model = entry.build(params);
  apply_methods(methods, *loaded.model);
  const auto built = Clock::now();
  loaded.report = loaded.model->load_weights(file.tensors(), options);
  loaded.build_seconds = Seconds(built - start).count();
  loaded.load_seconds = Seconds(Clock::now() - built).count();
  return loaded;
}

}  // namespace

LoadedModel load_model(const ModelEntry& entry, const Params& params,
                       const std::vector<MethodChoice>& methods, const WeightsFile& file,
                       const LoadOptions& options) {
  LoadedModel loaded = load(entry, params, methods, file, options, Draw::kNothing);
  if (loaded.report.reset.empty()) return loaded;
  loaded.model.reset();
  return load(entry, params, methods, file, options, Draw::kRandomWeights);
}

}  // namespace yardstick::cli
