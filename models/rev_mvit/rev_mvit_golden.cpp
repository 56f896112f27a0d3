#include "models/rev_mvit/rev_mvit_golden.h"

#include "models/golden/case_input.h"
#include "models/golden/classification.h"
#include "models/golden/refusals.h"
#include "models/golden/reversible_case.h"
#include "models/layers/init_scope.h"
#include "models/mvit/slowfast_arguments.h"
#include "models/rev_mvit/rev_mvit_model.h"

#include <yardstick/error.h>

#include <string>

namespace yardstick {
namespace {

constexpr char kConstructor[] = "slowfast.models.MViT (reversible)";

layers::StreamFusionMode fusion_argument(const GoldenCase& golden, const Arguments& rev,
                                         const char* name, const std::string& fallback) {
  const std::string text = rev.text(name, fallback);
  auto mode = layers::parse_stream_fusion(text);
  if (!mode) refuse_case(golden, concat(name, " ", text, " is not implemented"));
  require_no_random_drops(golden, mode->dropout);
  mode->dropout = 0;  // changes nothing in evaluation mode
  return *mode;
}

RevMvitConfig config_of(const GoldenCase& golden) {
  const Arguments rev = golden.config.object("MVIT").object("REV");
  RevMvitConfig config;
  config.mvit = slowfast_config(golden);
  if (!rev.flag("ENABLE", true)) {
    refuse_case(golden, "REV.ENABLE false is not implemented by rev_mvit", "mvit does not reverse");
  }
  if (const std::string path = rev.text("RES_PATH", "conv"); path != "conv") {
    refuse_case(golden, concat("RES_PATH ", path, " is not implemented"),
                "conv is; the official code cannot run max");
  }
  config.transitions = rev.integers("BUFFER_LAYERS", std::vector<std::int64_t>{});
  config.fusion = fusion_argument(golden, rev, "RESPATH_FUSE", "concat");
  config.transition_fusion = fusion_argument(golden, rev, "PRE_Q_FUSION", "avg");
  if (const auto problem = problem_of(config)) refuse_case(golden, *problem);
  return config;
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  const layers::UnsetScope unset;  // the case has all weights
  require_constructor(golden, kConstructor);
  require_classification_entry(golden);
  require_no_method(golden);
  const RevMvitConfig config = config_of(golden);
  return make_rev_mvit(info_of_case(golden, "rev_mvit", config.mvit.input_shape()), config);
}

}  // namespace

GoldenFamily rev_mvit_golden_family() {
  GoldenFamily family;
  family.name = "rev_mvit";
  family.build = build;
  family.compute = compute_reversible_classification;
  return family;
}

}  // namespace yardstick
