#pragma once

#include "models/layers/input_check.h"
#include "models/layers/noise_check.h"
#include "models/layers/tap_scope.h"

#include <yardstick/masked_pretrainer.h>
#include <yardstick/model.h>

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

// Of a network of forward_features and forward_head whose config() has `classes`.
template <typename Net, typename... Capabilities>
class ClassifierModel : public NetModel<Net, ReplaceableHead, Capabilities...> {
 public:
  using NetModel<Net, ReplaceableHead, Capabilities...>::NetModel;

  ModelOutput forward(const Batch& batch, ActivationTap* tap) final {
    layers::require_input(batch.input, this->info());
    const layers::TapScope scope(tap);
    ModelOutput output;
    output.features = this->net().forward_features(batch.input, scope);
    output.logits = this->net().forward_head(output.features, scope);
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
