#include "models/mae/mae_golden.h"

#include "models/golden/case_input.h"
#include "models/golden/classification.h"
#include "models/golden/norm_argument.h"
#include "models/golden/pretraining.h"
#include "models/golden/refusals.h"
#include "models/layers/init_scope.h"
#include "models/mae/mae_config.h"
#include "models/mae/mae_model.h"

#include <yardstick/error.h>

#include <string_view>

namespace yardstick {
namespace {

constexpr std::string_view kConstructor = "models_mae.MaskedAutoencoderViT";
constexpr double kTorchNormEps = 1e-5;

// The official defaults, models_mae.py.
MaeConfig config_of(const GoldenCase& golden) {
  const Arguments& config = golden.config;
  MaeConfig mae;
  const auto image = sizes_argument(config, "img_size", 2, {224, 224});
  const auto patch = sizes_argument(config, "patch_size", 2, {16, 16});
  mae.image = {image[0], image[1]};
  mae.patch = {patch[0], patch[1]};
  mae.channels = config.integer("in_chans", 3);
  mae.width = config.integer("embed_dim", 1024);
  mae.depth = config.integer("depth", 24);
  mae.heads = config.integer("num_heads", 16);
  mae.decoder_width = config.integer("decoder_embed_dim", 512);
  mae.decoder_depth = config.integer("decoder_depth", 8);
  mae.decoder_heads = config.integer("decoder_num_heads", 16);
  mae.mlp_ratio = config.number("mlp_ratio", 4.0);
  mae.norm_eps = norm_eps_argument(config, kTorchNormEps);
  mae.target = config.flag("norm_pix_loss", false) ? PixelTarget::kNormalised : PixelTarget::kRaw;
  if (const auto problem = problem_of(mae)) {
    throw_data(concat("case ", golden.name, ": ", *problem));
  }
  return mae;
}

std::unique_ptr<Model> build(const GoldenCase& golden) {
  const layers::UnsetScope unset;  // the case has all weights
  require_constructor(golden, kConstructor);
  require_pretraining_entry(golden);
  const MaeConfig config = config_of(golden);
  return make_mae_model(
      info_of_case(golden, "mae", {config.channels, config.image[0], config.image[1]}), config);
}

}  // namespace

GoldenFamily mae_golden_family() {
  GoldenFamily family;
  family.name = "mae";
  family.build = build;
  family.compute = compute_pretraining;
  return family;
}

}  // namespace yardstick
