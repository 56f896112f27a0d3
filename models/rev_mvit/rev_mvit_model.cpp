#include "models/rev_mvit/rev_mvit_model.h"

#include "models/mvit/mvit_classifier.h"
#include "models/rev_mvit/rev_mvit.h"

#include <utility>

namespace yardstick {

std::unique_ptr<Model> make_rev_mvit(ModelInfo info, const RevMvitConfig& config) {
  return std::make_unique<MvitClassifier<RevMvit>>(std::move(info), config);
}

}  // namespace yardstick
