#pragma once

#include "runners/profile/module_tree.h"

#include <span>
#include <string>

namespace yardstick {

// One step as Chrome's trace format (a JSON array of complete events, times in microseconds), which
// chrome://tracing, ui.perfetto.dev and speedscope open: spans of modules with those of their
// operators inside. `spans` are the times of `operators`, one each; `name` is the network's.
std::string chrome_trace(const std::string& name, std::span<const OperatorCost> operators,
                         std::span<const OperatorSpan> spans);

}  // namespace yardstick
