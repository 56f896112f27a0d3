// docs/results/macs.md against the registry and published figures.

#include "models/builtin_models.h"
#include "models/layers/init_scope.h"
#include "runners/mac_counter.h"
#include "runners/module_access.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <yardstick/registry.h>
#include <yardstick/weights.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/InferenceMode.h>
#include <torch/library.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace yardstick {
namespace {

using nlohmann::json;

// LibTorch has the shapes of these in Python only.
at::Tensor convolution_shape(const at::Tensor& input, const at::Tensor& weight,
                             const std::optional<at::Tensor>&, at::IntArrayRef stride,
                             at::IntArrayRef padding, at::IntArrayRef dilation, bool,
                             at::IntArrayRef, std::int64_t) {
  std::vector<std::int64_t> shape = {input.size(0), weight.size(0)};
  for (std::int64_t i = 2; i < input.dim(); ++i) {
    const auto at = static_cast<std::size_t>(i - 2);
    const std::int64_t kernel = dilation[at] * (weight.size(i) - 1) + 1;
    shape.push_back((input.size(i) + 2 * padding[at] - kernel) / stride[at] + 1);
  }
  return at::empty(shape, input.options());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> batch_norm_shape(
    const at::Tensor& input, const std::optional<at::Tensor>&, const std::optional<at::Tensor>&,
    const std::optional<at::Tensor>&, const std::optional<at::Tensor>&, bool, double, double) {
  const at::Tensor statistics = at::empty({input.size(1)}, input.options());
  return {at::empty_like(input), statistics, statistics};
}

at::Tensor attention_shape(const at::Tensor& query, const at::Tensor&, const at::Tensor& value,
                           const std::optional<at::Tensor>&, double, bool, std::optional<double>,
                           bool) {
  std::vector<std::int64_t> shape = query.sizes().vec();
  shape.back() = value.size(-1);
  return at::empty(shape, query.options());
}

TORCH_LIBRARY_IMPL(aten, Meta, library) {
  library.impl("scaled_dot_product_attention", attention_shape);
  library.impl("native_batch_norm", batch_norm_shape);
  library.impl("convolution_overrideable", convolution_shape);
}

// In place, since the model holds tensors of its own; set_data refuses another kind of device.
void move_to_meta(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state_of(module)) {
    const at::Tensor meta = at::empty_like(tensor, tensor.options().device(c10::kMeta));
    tensor.unsafeGetTensorImpl()->shallow_copy_from(meta.getIntrusivePtr());
  }
}

// On the meta device, where operators have shapes and no data: the calls are the same, and the
// largest model takes no time.
MacCount count(const ModelEntry& entry) {
  const layers::UnsetScope unset;
  const std::unique_ptr<Model> model = entry.build(Params(entry.schema));
  set_mode(model->module(), ModuleMode::kEval);
  move_to_meta(model->module());
  std::vector<std::int64_t> shape = {1};
  shape.insert(shape.end(), entry.info.input_shape.begin(), entry.info.input_shape.end());
  Batch batch;
  batch.input = at::empty(shape, at::TensorOptions(c10::kMeta).dtype(at::kFloat));
  const c10::InferenceMode inference_mode;
  return count_macs([&] { model->forward(batch); });
}

std::string with_commas(std::int64_t value) {
  std::string text = std::to_string(value);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

// What a published figure may be off by: its rounding, or a hundredth for layer norms that its
// counter took in.
double tolerance(const json& published) {
  const std::string text = published.dump();
  const std::size_t dot = text.find('.');
  const std::size_t digits = dot == std::string::npos ? 0 : text.size() - dot - 1;
  return std::max(0.01 * published.get<double>(),
                  0.5001 * std::pow(10.0, -static_cast<double>(digits)));
}

std::string row(const std::string& name, std::int64_t macs, const json& published) {
  std::string text = "| " + name + " | " + with_commas(macs) + " | ";
  if (!published.contains(name)) return text + "| | |";
  const json& figure = published[name];
  char difference[32];
  std::snprintf(difference, sizeof difference, "%+.1f %%",
                100 * (static_cast<double>(macs) / 1e9 / figure["gmacs"].get<double>() - 1));
  return text + figure["gmacs"].dump() + " | " + difference + " | " +
         figure["source"].get<std::string>() + " |";
}

TEST(MacsTableTest, HasEveryFullSizeModelAndAgreesWithWhatIsPublished) {
  Registrar registrar;
  register_builtin_models(registrar);
  const json published =
      json::parse(test::read_file(test::test_data("runners/data/published_macs.json")));
  const std::string written = test::read_file(test::source_path("docs/results/macs.md"));

  for (const ModelEntry* entry : registrar.models.list("*")) {
    if (entry->info.is_test_variant) continue;
    const MacCount counted = count(*entry);

    EXPECT_THAT(written, testing::HasSubstr("\n" + row(entry->name, counted.total, published)));
    EXPECT_THAT(counted.uncounted_calls, testing::IsEmpty()) << entry->name;
    if (published.contains(entry->name)) {
      const json& gmacs = published[entry->name]["gmacs"];
      EXPECT_NEAR(static_cast<double>(counted.total) / 1e9, gmacs.get<double>(), tolerance(gmacs))
          << entry->name;
    }
  }
}

}  // namespace
}  // namespace yardstick
