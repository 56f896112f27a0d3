#include "runners/mac_rules.h"

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

namespace yardstick {
namespace {

using Inputs = c10::ArrayRef<c10::IValue>;
using Rule = std::int64_t (*)(Inputs inputs);

const at::Tensor& tensor(Inputs inputs, std::size_t at) { return inputs[at].toTensor(); }

// [.., n, k] x [.., k, m], with the batch of the left side.
std::int64_t product(const at::Tensor& left, const at::Tensor& right) {
  return left.numel() * (right.dim() >= 2 ? right.size(-1) : 1);
}

std::int64_t mm(Inputs inputs) { return product(tensor(inputs, 0), tensor(inputs, 1)); }
std::int64_t addmm(Inputs inputs) { return product(tensor(inputs, 1), tensor(inputs, 2)); }

// weight [out, in] (or [in] for a single output), input [.., in].
std::int64_t linear(Inputs inputs) {
  const at::Tensor& weight = tensor(inputs, 1);
  return tensor(inputs, 0).numel() * (weight.dim() == 2 ? weight.size(0) : 1);
}

// One multiply-accumulate per weight that meets an output (or, transposed, an input) position.
std::int64_t convolution_macs(const at::Tensor& input, const at::Tensor& weight,
                              std::int64_t output_positions, bool is_transposed) {
  if (weight.numel() == 0) return 0;
  if (is_transposed) return input.numel() * (weight.numel() / weight.size(0));
  return output_positions * weight.numel();
}

// Positions of a convolution's output, over batch and space.
std::int64_t output_positions(const at::Tensor& input, const at::Tensor& weight,
                              const std::vector<std::int64_t>& stride,
                              const std::vector<std::int64_t>& padding,
                              const std::vector<std::int64_t>& dilation) {
  const auto of = [](const std::vector<std::int64_t>& values, std::int64_t i) {
    return values.size() == 1 ? values[0] : values[static_cast<std::size_t>(i)];
  };
  const std::int64_t space = weight.dim() - 2;
  const bool is_batched = input.dim() == weight.dim();
  std::int64_t positions = is_batched ? input.size(0) : 1;
  for (std::int64_t i = 0; i < space; ++i) {
    const std::int64_t extent = input.size(input.dim() - space + i) + 2 * of(padding, i);
    const std::int64_t kernel = of(dilation, i) * (weight.size(2 + i) - 1) + 1;
    positions *= (extent - kernel) / of(stride, i) + 1;
  }
  return positions;
}

// (input, weight, bias, stride, padding, dilation, transposed, output_padding, groups, ...)
std::int64_t convolution(Inputs inputs) {
  const at::Tensor& input = tensor(inputs, 0);
  const at::Tensor& weight = tensor(inputs, 1);
  const bool is_transposed = inputs[6].toBool();
  const std::int64_t positions =
      is_transposed ? 0
                    : output_positions(input, weight, inputs[3].toIntVector(),
                                       inputs[4].toIntVector(), inputs[5].toIntVector());
  return convolution_macs(input, weight, positions, is_transposed);
}

// (input, weight, bias, padding, stride, dilation, groups)
std::int64_t mkldnn_convolution(Inputs inputs) {
  const at::Tensor& input = tensor(inputs, 0);
  const at::Tensor& weight = tensor(inputs, 1);
  return convolution_macs(input, weight,
                          output_positions(input, weight, inputs[4].toIntVector(),
                                           inputs[3].toIntVector(), inputs[5].toIntVector()),
                          /*is_transposed=*/false);
}

// (grad_output, input, weight, bias_sizes, stride, padding, dilation, transposed, output_padding,
// groups, output_mask): the gradients of input and of weight cost as much as the forward pass each.
std::int64_t convolution_backward(Inputs inputs) {
  const at::Tensor& grad = tensor(inputs, 0);
  const at::Tensor& input = tensor(inputs, 1);
  const at::Tensor& weight = tensor(inputs, 2);
  const bool is_transposed = inputs[7].toBool();
  const std::int64_t positions = grad.size(1) == 0 ? 0 : grad.numel() / grad.size(1);
  const auto mask = inputs[10].toBoolList();
  const std::int64_t passes = (mask[0] ? 1 : 0) + (mask[1] ? 1 : 0);
  return passes * convolution_macs(input, weight, positions, is_transposed);
}

// query [.., L, E], key [.., S, E], value [.., S, V].
std::int64_t attention_macs(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                            std::int64_t over_e, std::int64_t over_v) {
  if (query.size(-1) == 0) return 0;
  const std::int64_t rows = query.numel() / query.size(-1);
  return rows * key.size(-2) * (over_e * query.size(-1) + over_v * value.size(-1));
}

std::int64_t attention(Inputs inputs) {
  return attention_macs(tensor(inputs, 0), tensor(inputs, 1), tensor(inputs, 2), 1, 1);
}

// (grad_output, query, key, value, ...): scores again, dV, dP, dQ, dK.
std::int64_t attention_backward(Inputs inputs) {
  return attention_macs(tensor(inputs, 1), tensor(inputs, 2), tensor(inputs, 3), 3, 2);
}

// Token matching of our CUDA backend: (keys [B, N, H, d], r, protected tokens at even places, at
// odd ones). Each other token at an even place meets each at an odd one, as in the product that the
// operator replaces; means and lengths count nothing in either.
std::int64_t match_tokens(Inputs inputs) {
  const at::Tensor& keys = tensor(inputs, 0);
  const std::int64_t tokens = keys.size(1);
  const std::int64_t even = (tokens + 1) / 2 - inputs[2].toInt();
  const std::int64_t odd = tokens / 2 - inputs[3].toInt();
  return keys.size(0) * even * odd * keys.size(3);
}

std::int64_t none(Inputs /*inputs*/) { return 0; }

// Sorted by name. Composite operators (linear, matmul, einsum, conv2d) call these.
const std::map<std::string_view, Rule>& rules() {
  static const std::map<std::string_view, Rule> kRules = {
      {"aten::mm", mm},
      {"aten::bmm", mm},
      {"aten::mv", mm},
      {"aten::dot", mm},
      {"aten::vdot", mm},
      {"aten::_int_mm", mm},
      {"aten::_scaled_mm", mm},
      {"aten::addmm", addmm},
      {"aten::_addmm_activation", addmm},
      {"aten::baddbmm", addmm},
      {"aten::addbmm", addmm},
      {"aten::addmv", addmm},
      {"aten::mkldnn_linear", linear},
      {"aten::_mps_linear", linear},
      {"mkldnn::_linear_pointwise", linear},
      {"aten::convolution", convolution},
      {"aten::_convolution", convolution},
      {"aten::convolution_overrideable", convolution},
      {"aten::mkldnn_convolution", mkldnn_convolution},
      {"aten::cudnn_convolution", mkldnn_convolution},
      {"mkldnn::_convolution_pointwise", mkldnn_convolution},
      {"aten::convolution_backward", convolution_backward},
      {"aten::scaled_dot_product_attention", attention},
      {"aten::_scaled_dot_product_attention_math", attention},
      {"aten::_scaled_dot_product_flash_attention", attention},
      {"aten::_scaled_dot_product_flash_attention_for_cpu", attention},
      {"aten::_scaled_dot_product_efficient_attention", attention},
      {"aten::_scaled_dot_product_cudnn_attention", attention},
      {"aten::_scaled_dot_product_flash_attention_backward", attention_backward},
      {"aten::_scaled_dot_product_flash_attention_for_cpu_backward", attention_backward},
      {"aten::_scaled_dot_product_efficient_attention_backward", attention_backward},
      {"aten::_scaled_dot_product_cudnn_attention_backward", attention_backward},
      {"yardstick::match_tokens", match_tokens},
      {"yardstick::merge_tokens", none},
  };
  return kRules;
}

constexpr std::array kProductsWithoutRule = {
    std::string_view("aten::_cdist_forward"),
    std::string_view("aten::_cudnn_rnn"),
    std::string_view("aten::_efficient_attention_forward"),
    std::string_view("aten::_flash_attention_forward"),
    std::string_view("aten::_grouped_mm"),
    std::string_view("aten::_native_multi_head_attention"),
    std::string_view("aten::_scaled_grouped_mm"),
    std::string_view("aten::_sparse_addmm"),
    std::string_view("aten::_sparse_mm"),
    std::string_view("aten::_thnn_fused_gru_cell"),
    std::string_view("aten::_thnn_fused_lstm_cell"),
    std::string_view("aten::_transformer_encoder_layer_fwd"),
    std::string_view("aten::_trilinear"),
    std::string_view("aten::_weight_int4pack_mm"),
    std::string_view("aten::_weight_int8pack_mm"),
    std::string_view("aten::linalg_eigh"),
    std::string_view("aten::linalg_inv_ex"),
    std::string_view("aten::linalg_lu_factor_ex"),
    std::string_view("aten::linalg_qr"),
    std::string_view("aten::linalg_solve_triangular"),
    std::string_view("aten::mkldnn_rnn_layer"),
};

}  // namespace

std::optional<std::int64_t> macs_of_call(std::string_view name, c10::ArrayRef<c10::IValue> inputs) {
  const auto found = rules().find(name);
  if (found == rules().end()) return std::nullopt;
  return found->second(inputs);
}

bool is_engine_frame(std::string_view name) { return name.starts_with("autograd::engine::"); }

bool may_hide_macs(std::string_view name) {
  if (!name.starts_with("aten::")) {
    // Without a library's name it is a mark of LibTorch's own ("detach") around an operator.
    return name.find("::") != std::string_view::npos && !is_engine_frame(name);
  }
  return std::find(kProductsWithoutRule.begin(), kProductsWithoutRule.end(), name) !=
         kProductsWithoutRule.end();
}

}  // namespace yardstick
