#include "tests/runners/tiny_models.h"

#include "runners/numerics.h"

#include <yardstick/masked_pretrainer.h>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <limits>

namespace yardstick::test {
namespace {

struct TinyNet : torch::nn::Module {
  TinyNet(const Params& params, Quirk quirk_in, int diverges_at_in)
      : quirk(quirk_in), diverges_at(diverges_at_in) {
    const auto width = params.get<std::int64_t>("width");
    auto classes = params.get<std::int64_t>("classes");
    if (quirk == Quirk::kExtraClass) ++classes;
    patch = register_module("patch",
                            torch::nn::Conv2d(torch::nn::Conv2dOptions(3, width, 4).stride(4)));
    pos_embed = register_parameter("pos_embed", torch::randn({1, width, 2, 2}) * 0.02);
    bn = register_module("bn", torch::nn::BatchNorm2d(width));
    norm = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({4 * width})));
    head = register_module("head", torch::nn::Linear(4 * width, classes));
    if (quirk == Quirk::kUnusedParameter) {
      unused = register_parameter("unused", torch::randn({3}));
    }
  }

  at::Tensor forward(const at::Tensor& x) {
    if (is_training() && quirk == Quirk::kDivergesAtStep) ++training_calls;
    at::Tensor y = bn(patch(x) + pos_embed);  // [N, width, 2, 2]
    y = norm(at::gelu(y).flatten(1));         // [N, 4 * width]
    if (quirk == Quirk::kDropout) y = at::dropout(y, 0.25, is_training());
    seen_by_head = y;
    y = head(y);  // [N, classes]
    switch (quirk) {
      case Quirk::kNanOutput:
        return y / 0.0;
      case Quirk::kBatchMean:
        return y - y.mean(0, /*keepdim=*/true);
      case Quirk::kDrawsInEval:
        return y + at::randn_like(y);
      case Quirk::kHugeAllocation:
        return y + at::empty({std::int64_t{1} << 46}).sum();
      case Quirk::kDivergesAtStep:
        return training_calls >= diverges_at ? y * std::numeric_limits<float>::quiet_NaN() : y;
      default:
        return y;
    }
  }

  Quirk quirk;
  int diverges_at;
  int training_calls = 0;
  torch::nn::Conv2d patch{nullptr};
  torch::nn::BatchNorm2d bn{nullptr};
  torch::nn::LayerNorm norm{nullptr};
  torch::nn::Linear head{nullptr};
  at::Tensor pos_embed;
  at::Tensor unused;
  at::Tensor seen_by_head;
};

class TinyModel final : public Model {
 public:
  TinyModel(ModelInfo info, const Params& params, Quirk quirk, int diverges_at)
      : info_(std::move(info)), net_(std::make_shared<TinyNet>(params, quirk, diverges_at)) {}

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }
  ModelOutput forward(const Batch& batch, ActivationTap*) override {
    ModelOutput output;
    output.logits = net_->forward(batch.input);
    output.features = net_->seen_by_head;
    return output;
  }

 private:
  ModelInfo info_;
  std::shared_ptr<TinyNet> net_;
};

struct TinyMaskedNet : torch::nn::Module {
  TinyMaskedNet() {
    encoder = register_module("encoder", torch::nn::Linear(4 * 48, 32));
    decoder = register_module("decoder", torch::nn::Linear(32, 4 * 48));
  }
  torch::nn::Linear encoder{nullptr};
  torch::nn::Linear decoder{nullptr};
};

class TinyMasked final : public Model, public MaskedPretrainer {
 public:
  explicit TinyMasked(ModelInfo info)
      : info_(std::move(info)), net_(std::make_shared<TinyMaskedNet>()) {}

  const ModelInfo& info() const override { return info_; }
  torch::nn::Module& module() override { return *net_; }
  ModelOutput forward(const Batch& batch, ActivationTap*) override {
    ModelOutput output;
    output.features = net_->encoder(quarters(batch.input).flatten(1));
    return output;
  }

  std::int64_t mask_units() const override { return 4; }
  double default_mask_ratio() const override { return 0.5; }
  at::Tensor pretrain(const at::Tensor& input, const at::Tensor& noise, double ratio,
                      ActivationTap*) override {
    const auto kept = static_cast<std::int64_t>(4 * (1 - ratio));
    const at::Tensor is_removed = (rank_of(noise) >= kept).to(input.scalar_type());
    const at::Tensor target = quarters(input);  // [N, 4, 48]
    const at::Tensor seen = target * (1 - is_removed).unsqueeze(-1);
    const at::Tensor made =
        net_->decoder(at::gelu(net_->encoder(seen.flatten(1)))).reshape(target.sizes());
    const at::Tensor error = (made - target).square().mean(-1);  // [N, 4]
    return (error * is_removed).sum() / is_removed.sum();
  }
  Reconstruction reconstruct(const at::Tensor&, const at::Tensor&, double) override { return {}; }

 private:
  static at::Tensor rank_of(const at::Tensor& noise) {
    return noise.argsort(/*dim=*/std::int64_t{1}, /*descending=*/false)
        .argsort(/*dim=*/std::int64_t{1}, /*descending=*/false);
  }
  static at::Tensor quarters(const at::Tensor& input) {
    return input.reshape({-1, 3, 2, 4, 2, 4}).permute({0, 2, 4, 1, 3, 5}).reshape({-1, 4, 48});
  }

  ModelInfo info_;
  std::shared_ptr<TinyMaskedNet> net_;
};

}  // namespace

ModelEntry tiny_masked_entry() {
  ModelEntry entry;
  entry.name = entry.info.name = "tiny_masked";
  entry.info.family = "tiny";
  entry.info.input_shape = {3, 8, 8};
  entry.info.preprocessing.crop_px = 8;
  entry.build = [info = entry.info](const Params&) { return std::make_unique<TinyMasked>(info); };
  return entry;
}

std::unique_ptr<Model> make_tiny_masked(std::uint64_t seed) {
  seed_generators(c10::kCPU, seed);
  const ModelEntry entry = tiny_masked_entry();
  return entry.build(Params(entry.schema));
}

ModelEntry tiny_entry(Quirk quirk, int diverges_at) {
  ModelEntry entry;
  entry.name = entry.info.name = "tiny";
  entry.info.family = "tiny";
  entry.info.input_shape = {3, 8, 8};
  entry.info.preprocessing.crop_px = 8;
  entry.schema.integer("classes", 4, "number of classes", 1).integer("width", 16, "channels", 1);
  entry.build = [info = entry.info, quirk, diverges_at](const Params& params) {
    return std::make_unique<TinyModel>(info, params, quirk, diverges_at);
  };
  return entry;
}

std::unique_ptr<Model> make_tiny(Quirk quirk, std::uint64_t seed, int diverges_at) {
  seed_generators(c10::kCPU, seed);
  const ModelEntry entry = tiny_entry(quirk, diverges_at);
  return entry.build(Params(entry.schema));
}

}  // namespace yardstick::test
