#pragma once

#include "models/layers/input_check.h"
#include "models/layers/noise_check.h"
#include "models/layers/tap_scope.h"

#include <yardstick/masked_pretrainer.h>
#include <yardstick/model.h>
#include <yardstick/token_reduction.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <utility>

namespace yardstick {

// A network with what is known of it: what every family's Model is made of.
template <typename Net, typename... Capabilities>
class NetModel : public Model, public Capabilities... {
 public:
  // Draws random weights, unless a layers::UnsetScope is open.
  template <typename Config>
  NetModel(ModelInfo info, const Config& config)
      : info_(std::move(info)), net_(std::make_shared<Net>(config)) {
    net_->init_weights();
  }

  const ModelInfo& info() const final { return info_; }
  torch::nn::Module& module() final { return *net_; }

 protected:
  Net& net() { return *net_; }
  const Net& net() const { return *net_; }

 private:
  ModelInfo info_;
  std::shared_ptr<Net> net_;
};

// TokenReducible of a model whose network has a token_layout() and takes a TokenPass.
class ReducerSlot : public TokenReducible {
 public:
  const TokenLayout& token_layout() const final { return layout_; }
  const TokenReducer* token_reducer() const final { return reducer_.get(); }
  void use_token_reducer(std::unique_ptr<const TokenReducer> reducer) final {
    reducer_ = std::move(reducer);
  }

 protected:
  void set_token_layout(TokenLayout layout) { layout_ = std::move(layout); }
  // Null without a reducer.
  std::unique_ptr<TokenPass> start_pass(PassMode mode) const {
    return reducer_ ? reducer_->start(layout_, mode) : nullptr;
  }

 private:
  TokenLayout layout_;
  std::unique_ptr<const TokenReducer> reducer_;
};

// Of a network of forward_features and forward_head whose config() has `classes`. A network of
// several heads sees a token for each, [N, heads, width]; their mean is the model's features.
template <typename Net, typename... Capabilities>
class ClassifierModel : public NetModel<Net, ReplaceableHead, Capabilities...> {
  static constexpr bool kIsReducible = (std::same_as<Capabilities, ReducerSlot> || ...);

 public:
  template <typename Config>
  ClassifierModel(ModelInfo info, const Config& config)
      : NetModel<Net, ReplaceableHead, Capabilities...>(std::move(info), config) {
    if constexpr (kIsReducible) this->set_token_layout(this->net().token_layout());
  }

  ModelOutput forward(const Batch& batch, ActivationTap* tap) final {
    layers::require_input(batch.input, this->info());
    const layers::TapScope scope(tap);
    at::Tensor seen;
    if constexpr (kIsReducible) {
      const std::unique_ptr<TokenPass> pass =
          this->start_pass(this->net().is_training() ? PassMode::kTraining : PassMode::kInference);
      seen = this->net().forward_features(batch.input, scope, pass.get());
    } else {
      seen = this->net().forward_features(batch.input, scope);
    }
    ModelOutput output;
    output.logits = this->net().forward_head(seen, scope);
    output.features = seen.dim() == 3 ? seen.mean(1) : seen;
    return output;
  }

  std::int64_t num_classes() const final { return this->net().config().classes; }
  void use_linear_probe_head() final { this->net().use_probe_head(); }
};

// Of a masked auto-encoder, whose forward pass gives the features of inputs that are all visible
// and no logits.
template <typename Net>
class PretrainingModel : public NetModel<Net, MaskedPretrainer> {
 public:
  using NetModel<Net, MaskedPretrainer>::NetModel;

  ModelOutput forward(const Batch& batch, ActivationTap* tap) final {
    layers::require_input(batch.input, this->info());
    ModelOutput output;
    output.features = this->net().forward_features(batch.input, layers::TapScope(tap));
    return output;
  }

 protected:
  // Throws User unless both have the shapes that a masked pass takes.
  void require_masked_inputs(const at::Tensor& input, const at::Tensor& noise) const {
    layers::require_input(input, this->info());
    layers::require_noise(noise, input.size(0), this->mask_units(), this->info().name);
  }
};

}  // namespace yardstick
