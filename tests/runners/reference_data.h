#pragma once

#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>

namespace yardstick::test {

// data/training_reference.json: what torch, timm and MAE computed.
const nlohmann::json& training_reference();

// {"shape", "values"} as a tensor; float, or int64 where `type` says so.
at::Tensor tensor_of(const nlohmann::json& json, c10::ScalarType type = at::kFloat);

}  // namespace yardstick::test
