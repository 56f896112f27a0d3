#include "models/common_params.h"

#include <yardstick/error.h>

namespace yardstick {

void declare_classes(ParamSchema& schema, std::int64_t count) {
  schema.integer("classes", count, "number of classes", 1);
}

void declare_depth(ParamSchema& schema, std::int64_t blocks) {
  schema.integer("depth", blocks, "blocks of the network", 1);
}

void declare_drop_path(ParamSchema& schema) {
  schema.number("drop_path", 0.0, "stochastic depth: rate of the last block, 0 in the first", 0.0,
                0.99);
}

void declare_head_dropout(ParamSchema& schema, double rate) {
  schema.number("dropout", rate, "rate before the head while training", 0.0, 0.99);
}

void declare_head_init_scale(ParamSchema& schema) {
  schema.number("head_init_scale", 1.0,
                "factor on the random weights of a new head; MAE's fine-tuning: 0.001", 0.0, 1.0);
}

void declare_image_size(ParamSchema& schema, std::int64_t px, std::int64_t multiple_px) {
  schema.integer("img_size", px,
                 concat("side of the square input in pixels, a multiple of ", multiple_px), 1);
}

void declare_recompute(ParamSchema& schema) {
  schema.flag("recompute", true,
              "the backward pass recomputes activations instead of keeping them; false: the same "
              "network with the memory of any other");
}

void declare_masking(ParamSchema& schema, double mask_ratio) {
  schema.number("mask_ratio", mask_ratio,
                "share of the patches that pre-training removes, above 0 and below 1", 0.0, 1.0);
  schema.flag("norm_pix_loss", true,
              "predict each patch's pixels normalised by the patch's own mean and deviation");
}

}  // namespace yardstick
