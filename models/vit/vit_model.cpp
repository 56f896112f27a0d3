#include "models/vit/vit_model.h"

#include "models/net_model.h"
#include "models/vit/vit.h"
#include "models/vit/vit_keys.h"

#include <utility>

namespace yardstick {
namespace {

class VitModel final : public ClassifierModel<Vit, ReducerSlot> {
 public:
  using ClassifierModel::ClassifierModel;

  LoadReport load_weights(const TensorMap& weights, const LoadOptions& options) override {
    return load_vit_weights(net(), net().config(), weights, options);
  }

  std::int64_t head_width() const override { return net().config().width; }
};

}  // namespace

std::unique_ptr<Model> make_vit_model(ModelInfo info, const VitConfig& config) {
  return std::make_unique<VitModel>(std::move(info), config);
}

}  // namespace yardstick
