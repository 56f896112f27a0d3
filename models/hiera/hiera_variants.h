#pragma once

#include "models/hiera/hiera_config.h"

#include <yardstick/registry.h>

#include <string_view>

namespace yardstick {

// Every hiera_* classifier, mae_hiera_* pre-training network and SAM 2 trunk, and the golden family
// "hiera".
void register_hiera(Registrar& registrar);

// Of the hiera_* classifier `name` for square inputs of `image_px`: what its masked auto-encoder
// shares with it. Throws Internal on another name.
HieraConfig hiera_classifier_config(std::string_view name, std::int64_t image_px);
ModelInfo hiera_classifier_info(std::string_view name, std::int64_t image_px);
// The side of its input where nothing else is asked for.
std::int64_t hiera_classifier_px(std::string_view name);

}  // namespace yardstick
