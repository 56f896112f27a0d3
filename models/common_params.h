#pragma once

#include <yardstick/params.h>

#include <cstdint>

namespace yardstick {

// Parameters that several families declare, with one name, range and meaning.

// "classes", at least 1.
void declare_classes(ParamSchema& schema, std::int64_t count);
// "depth": blocks of the network.
void declare_depth(ParamSchema& schema, std::int64_t blocks);
// "drop_path", off by default.
void declare_drop_path(ParamSchema& schema);
// "dropout" in front of the head.
void declare_head_dropout(ParamSchema& schema, double rate);
// "head_init_scale", 1 by default: published fine-tuning starts with a small new head.
void declare_head_init_scale(ParamSchema& schema);
// "img_size": the side of a square input, `px` by default.
void declare_image_size(ParamSchema& schema, std::int64_t px, std::int64_t multiple_px);
// "recompute" of reversible networks, on by default.
void declare_recompute(ParamSchema& schema);
// "mask_ratio" and "norm_pix_loss", on by default, of masked auto-encoders.
void declare_masking(ParamSchema& schema, double mask_ratio);

}  // namespace yardstick
