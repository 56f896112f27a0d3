#include "models/mvit/mvit_model.h"

#include "models/mvit/mvit.h"
#include "models/mvit/mvit_classifier.h"

#include <utility>

namespace yardstick {

std::unique_ptr<Model> make_mvit_model(ModelInfo info, const MvitConfig& config) {
  return std::make_unique<MvitClassifier<Mvit>>(std::move(info), config);
}

}  // namespace yardstick
