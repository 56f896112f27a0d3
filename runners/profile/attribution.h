#pragma once

#include "runners/profile/operator_recorder.h"

#include <span>
#include <string>
#include <vector>

namespace yardstick {

// The module that each operator of a step belongs to, as its path:
//  - that of the parameters it reads;
//  - in the backward pass, that of the operator whose gradient it computes;
//  - else the deepest module around the nearest operators before and behind it that read
//    parameters, or around all whose results it joins, whichever is deeper: GELU between mlp.fc1
//    and mlp.fc2 is mlp's, the sum at a block's end the block's. A module that only numbers others
//    has no operators; they are of the one among its own that ran last.
std::vector<std::string> attribute_operators(std::span<const RecordedOperator> operators,
                                             const ModulePaths& paths);

}  // namespace yardstick
