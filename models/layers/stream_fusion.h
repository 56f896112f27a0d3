#pragma once

#include "models/layers/mlp.h"
#include "models/layers/norm.h"
#include "models/layers/reversible.h"
#include "models/layers/tap_scope.h"

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace yardstick::layers {

enum class StreamFusionKind { kConcat, kAdd, kMean, kMax, kMin, kMlp };

// How two streams of C channels become one tensor.
struct StreamFusionMode {
  StreamFusionKind kind = StreamFusionKind::kConcat;
  // Of kMlp: both streams x -> x + fc2(GELU(fc1(x))), or of layer-normalised x (eps 1e-5).
  bool has_norm = false;
  double hidden_ratio = 1.0;  // hidden units over 2C
  double dropout = 0.0;       // named by the mode; not applied

  // The result has 2C channels, else C.
  bool keeps_both() const {
    return kind == StreamFusionKind::kConcat || kind == StreamFusionKind::kMlp;
  }
};

// PySlowFast's names: concat, add, avg, max, min, and [ln+]concat_linear[_<ratio>[_<dropout>]].
// Nothing for any other.
std::optional<StreamFusionMode> parse_stream_fusion(std::string_view name);

// TwoStreamFusion of PySlowFast's models/common.py, with its names: fuse_fn, or fuse_fn.0 and
// fuse_fn.1 behind a norm. No parameters but for kMlp.
class StreamFusion : public torch::nn::Module {
 public:
  StreamFusion(const StreamFusionMode& mode, std::int64_t width);  // channels of one stream

  at::Tensor forward(const Streams& streams, const TapScope& tap) const;  // -> [B, N, C or 2C]
  // Of the streams side by side, [B, N, 2C].
  at::Tensor forward(const at::Tensor& both, const TapScope& tap) const;

 private:
  at::Tensor reduce(const Streams& streams) const;

  StreamFusionKind kind_;
  std::shared_ptr<LayerNorm> norm_;  // null without one
  std::shared_ptr<Mlp> mlp_;         // null but for kMlp
};

// Y1 and Y2 side by side, [B, N, 2C].
at::Tensor side_by_side(const Streams& streams);

}  // namespace yardstick::layers
