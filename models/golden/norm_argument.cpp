#include "models/golden/norm_argument.h"

#include <yardstick/error.h>

namespace yardstick {
namespace {

constexpr double kTorchNormEps = 1e-5;

void require_layer_norm(const std::string& name) {
  if (name != "LayerNorm") throw_data(concat("norm layer ", name, " is not implemented"));
}

}  // namespace

double norm_eps_argument(const Arguments& arguments, double fallback) {
  if (!arguments.has("norm_layer")) return fallback;
  if (arguments.is_text("norm_layer")) {
    require_layer_norm(arguments.text("norm_layer"));
    return fallback;
  }
  const Arguments norm = arguments.object("norm_layer");
  require_layer_norm(norm.text("name", "LayerNorm"));
  return norm.number("eps", kTorchNormEps);
}

}  // namespace yardstick
