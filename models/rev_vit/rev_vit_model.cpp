#include "models/rev_vit/rev_vit_model.h"

#include "models/net_model.h"
#include "models/rev_vit/rev_vit.h"
#include "models/rev_vit/rev_vit_keys.h"

#include <utility>

namespace yardstick {
namespace {

class RevVitModel final : public ClassifierModel<RevVit> {
 public:
  using ClassifierModel::ClassifierModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_rev_vit_weights(net(), weights, options);
  }

  std::int64_t head_width() const override { return net().config().features_width(); }
};

}  // namespace

std::unique_ptr<Model> make_rev_vit(ModelInfo info, const RevVitConfig& config) {
  return std::make_unique<RevVitModel>(std::move(info), config);
}

}  // namespace yardstick
