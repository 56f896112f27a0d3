#include "models/layers/stream_fusion.h"

#include "models/layers/residual.h"

#include <yardstick/check.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/max.h>
#include <ATen/ops/min.h>
#include <ATen/ops/stack.h>

#include <charconv>
#include <cmath>
#include <system_error>
#include <tuple>
#include <utility>

namespace yardstick::layers {
namespace {

// torch.nn.LayerNorm's own, which TwoStreamFusion alone leaves in place.
constexpr double kFusionNormEps = 1e-5;

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<StreamFusionMode> parse_mlp(std::string_view name) {
  StreamFusionMode mode{.kind = StreamFusionKind::kMlp};
  constexpr std::string_view kNormed = "ln+";
  constexpr std::string_view kMlp = "concat_linear";
  if (name.starts_with(kNormed)) {
    mode.has_norm = true;
    name.remove_prefix(kNormed.size());
  }
  if (!name.starts_with(kMlp)) return std::nullopt;
  name.remove_prefix(kMlp.size());
  for (double* value : {&mode.hidden_ratio, &mode.dropout}) {
    if (name.empty()) break;
    if (name.front() != '_') return std::nullopt;
    name.remove_prefix(1);
    const std::string_view part = name.substr(0, name.find('_'));
    const auto number = number_in(part);
    if (!number) return std::nullopt;
    *value = *number;
    name.remove_prefix(part.size());
  }
  const bool is_valid = name.empty() && std::isfinite(mode.hidden_ratio) && mode.hidden_ratio > 0 &&
                        mode.dropout >= 0 && mode.dropout < 1;
  return is_valid ? std::optional(mode) : std::nullopt;
}

}  // namespace

std::optional<StreamFusionMode> parse_stream_fusion(std::string_view name) {
  constexpr std::pair<std::string_view, StreamFusionKind> kPlain[] = {
      {"concat", StreamFusionKind::kConcat}, {"add", StreamFusionKind::kAdd},
      {"avg", StreamFusionKind::kMean},      {"max", StreamFusionKind::kMax},
      {"min", StreamFusionKind::kMin},
  };
  for (const auto& [plain, kind] : kPlain) {
    if (name == plain) return StreamFusionMode{.kind = kind};
  }
  return parse_mlp(name);
}

at::Tensor side_by_side(const Streams& streams) {
  return at::cat({streams.first, streams.second}, -1);  // [B, N, 2C]
}

StreamFusion::StreamFusion(const StreamFusionMode& mode, std::int64_t width) : kind_(mode.kind) {
  if (kind_ != StreamFusionKind::kMlp) return;
  const std::int64_t both = 2 * width;
  mlp_ = std::make_shared<Mlp>(MlpConfig{
      .width = both,
      .hidden = static_cast<std::int64_t>(static_cast<double>(both) * mode.hidden_ratio)});
  if (!mode.has_norm) {
    register_module("fuse_fn", mlp_);
    return;
  }
  const auto sequence = register_module("fuse_fn", std::make_shared<torch::nn::Module>("fuse_fn"));
  norm_ = sequence->register_module(
      "0", std::make_shared<LayerNorm>(LayerNormConfig{.width = both, .eps = kFusionNormEps}));
  sequence->register_module("1", mlp_);
}

at::Tensor StreamFusion::reduce(const Streams& streams) const {
  switch (kind_) {
    case StreamFusionKind::kAdd:
      return streams.first + streams.second;
    case StreamFusionKind::kMean:
      return (streams.first + streams.second) / 2;
    // Not at::maximum and at::minimum, which share the gradient of equal values out.
    case StreamFusionKind::kMax:
      return std::get<0>(at::max(at::stack({streams.first, streams.second}), 0));
    case StreamFusionKind::kMin:
      return std::get<0>(at::min(at::stack({streams.first, streams.second}), 0));
    case StreamFusionKind::kConcat:
    case StreamFusionKind::kMlp:
      break;
  }
  YS_CHECK(false, "no reduction");
  return {};
}

at::Tensor StreamFusion::forward(const Streams& streams, const TapScope& tap) const {
  if (kind_ == StreamFusionKind::kConcat) return side_by_side(streams);
  if (kind_ == StreamFusionKind::kMlp) return forward(side_by_side(streams), tap);
  return reduce(streams);
}

at::Tensor StreamFusion::forward(const at::Tensor& both, const TapScope& tap) const {
  if (kind_ == StreamFusionKind::kConcat) return both;
  if (kind_ != StreamFusionKind::kMlp) {
    const std::int64_t width = both.size(-1) / 2;
    return reduce({both.narrow(-1, 0, width), both.narrow(-1, width, width)});
  }
  const TapScope inside = tap.in("fuse_fn");
  at::Tensor fused;
  if (norm_) {
    const at::Tensor normed = norm_->forward(both);
    inside.record("0", normed);
    fused = mlp_->forward(normed, inside.in("1"));
  } else {
    fused = mlp_->forward(both, inside);
  }
  return add_branch(both, std::move(fused), tap);
}

}  // namespace yardstick::layers
