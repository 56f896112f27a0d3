#pragma once

#include "models/methods/diffrate/diffrate_macs.h"

#include <yardstick/token_reduction.h>

#include <optional>
#include <string>

namespace yardstick {

// A file of learned numbers as OpenGVLab/DiffRate publishes them (compression_rate.json): by the
// model ("ViT-S-DeiT") and by the target in GMACs ("2.9") two lists, "prune_kept_num" and
// "merge_kept_num", each as JSON or as the text of a Python list.
//
// Throws Data, naming the file and what it does have, where it is unreadable or has no such entry.
KeptTokens read_compression_rates(const std::string& path, const std::string& model,
                                  const std::string& target);

// The name that such files give a ViT of this width, patched as the official code patches it:
// "ViT-T-DeiT" to "ViT-H-MAE". Nothing for other widths.
std::optional<std::string> compression_rates_model(const TokenLayout& layout);

// Why these numbers do not fit a model of this layout, or nothing: a list for each block, of whole
// numbers from 2 (the class token and another) to all tokens.
std::optional<std::string> problem_of(const KeptTokens& kept, const TokenLayout& layout);

}  // namespace yardstick
