#include "runners/reproduce/model_counts.h"

#include "runners/bench_inputs.h"
#include "runners/module_access.h"

#include <yardstick/weights.h>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/InferenceMode.h>
#include <torch/library.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace yardstick {
namespace {

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

at::Tensor index_select_shape(const at::Tensor& self, std::int64_t dim, const at::Tensor& index) {
  std::vector<std::int64_t> shape = self.sizes().vec();
  shape[static_cast<std::size_t>(dim)] = index.numel();
  return at::empty(shape, self.options());
}

// While one lives the meta device has the shape functions that LibTorch brings in Python only.
// Where the process has another of them already, that one stays.
class ShapeFunctions {
 public:
  ShapeFunctions()
      : library_(torch::Library::IMPL, "aten", c10::DispatchKey::Meta, __FILE__, __LINE__) {
    add("scaled_dot_product_attention", attention_shape);
    add("native_batch_norm", batch_norm_shape);
    add("convolution_overrideable", convolution_shape);
    add("index_select", index_select_shape);
  }

 private:
  template <typename Function>
  void add(const char* name, Function function) {
    const auto op = c10::Dispatcher::singleton().findSchema({std::string("aten::") + name, ""});
    if (op && op->hasKernelForDispatchKey(c10::DispatchKey::Meta)) return;
    library_.impl(name, function);
  }

  torch::Library library_;
};

// In place, since the model holds tensors of its own; set_data refuses another kind of device.
void move_to_meta(torch::nn::Module& module) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state_of(module)) {
    const at::Tensor meta = at::empty_like(tensor, tensor.options().device(c10::kMeta));
    tensor.unsafeGetTensorImpl()->shallow_copy_from(meta.getIntrusivePtr());
  }
}

Batch one_input(const ModelInfo& info, CountBy by) {
  std::vector<std::int64_t> shape = {1};
  shape.insert(shape.end(), info.input_shape.begin(), info.input_shape.end());
  Batch batch;
  batch.input = by == CountBy::kShapes
                    ? at::empty(shape, at::TensorOptions(c10::kMeta).dtype(at::kFloat))
                    : image_like_noise(shape, /*seed=*/0);
  return batch;
}

}  // namespace

MacCount count_model(Model& model, CountBy by) {
  std::optional<ShapeFunctions> shape_functions;
  set_mode(model.module(), ModuleMode::kEval);
  if (by == CountBy::kShapes) {
    shape_functions.emplace();
    move_to_meta(model.module());
  }
  const Batch batch = one_input(model.info(), by);
  const c10::InferenceMode inference_mode;
  return count_macs([&] { model.forward(batch); });
}

}  // namespace yardstick
