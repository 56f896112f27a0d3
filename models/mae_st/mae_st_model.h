#pragma once

#include "models/mae_st/video_config.h"

#include <yardstick/model.h>

#include <memory>

namespace yardstick {

// Requires of both: problem_of(config) is empty.

// A classifier whose head can be replaced.
std::unique_ptr<Model> make_video_vit(ModelInfo info, const VideoVitConfig& config);
// A MaskedPretrainer; its forward pass gives features and no logits.
std::unique_ptr<Model> make_video_mae(ModelInfo info, const VideoMaeConfig& config);

}  // namespace yardstick
