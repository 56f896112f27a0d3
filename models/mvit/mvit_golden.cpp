#include "models/mvit/mvit_golden.h"

#include "models/golden/case_input.h"
#include "models/golden/classification.h"
#include "models/golden/refusals.h"
#include "models/golden/reversible_case.h"
#include "models/layers/init_scope.h"
#include "models/mvit/mvit_model.h"
#include "models/mvit/slowfast_arguments.h"

#include <yardstick/error.h>

namespace yardstick {
namespace {

constexpr char kConstructor[] = "slowfast.models.MViT";

// The part of the tree that the plain network leaves alone.
void require_plain(const GoldenCase& golden) {
  const Arguments rev = golden.config.object("MVIT").object("REV");
  if (rev.flag("ENABLE", false)) {
    refuse_case(golden, "REV.ENABLE is not implemented by mvit", "rev_mvit and rev_vit reverse");
  }
  rev.text("RESPATH_FUSE", "concat");
  rev.integers("BUFFER_LAYERS", std::vector<std::int64_t>{});
  rev.text("RES_PATH", "conv");
  rev.text("PRE_Q_FUSION", "avg");
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  const layers::UnsetScope unset;  // the case has all weights
  require_constructor(golden, kConstructor);
  require_classification_entry(golden);
  require_no_method(golden);
  const MvitConfig config = slowfast_config(golden);
  require_plain(golden);
  if (const auto problem = problem_of(config)) refuse_case(golden, *problem);
  return make_mvit_model(info_of_case(golden, "mvit", config.input_shape()), config);
}

}  // namespace

GoldenFamily mvit_golden_family() {
  GoldenFamily family;
  family.name = "mvit";
  family.build = build;
  family.compute = compute_plain_classification;
  return family;
}

}  // namespace yardstick
