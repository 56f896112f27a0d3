#pragma once

#include <ATen/core/ivalue.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace yardstick {

// Multiply-accumulates that one call of operator `name` ("aten::addmm") executes, from its inputs.
// Nothing where there is no rule for it. Attention counts its two products (five backward, with the
// recomputed scores), causal or not; a convolution's borders count as if padded.
std::optional<std::int64_t> macs_of_call(std::string_view name, c10::ArrayRef<c10::IValue> inputs);

// True for operators of LibTorch that multiply matrices inside and have no rule, and for operators
// of any other library: their share is what a count may have missed.
bool may_hide_macs(std::string_view name);

// True for what LibTorch reports as an operator and is none: the autograd engine's own frames
// around the operators that a node of the graph calls. Their names live no longer than the call.
bool is_engine_frame(std::string_view name);

}  // namespace yardstick
