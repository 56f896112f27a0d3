#pragma once

#include "models/mvit/mvit_keys.h"
#include "models/net_model.h"

#include <cstdint>

namespace yardstick {

// A model of an MvitShell, plain or reversible, that takes the weights of both.
template <typename Net>
class MvitClassifier final : public ClassifierModel<Net> {
 public:
  using ClassifierModel<Net>::ClassifierModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_mvit_weights(this->net(), weights, options);
  }

  std::int64_t head_width() const override { return this->net().head_width(); }
};

}  // namespace yardstick
