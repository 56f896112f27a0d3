#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// How a figure of a paper is got here.
enum class FigureKind {
  kAccuracy,           // scores published weights on the table's data
  kParameters,         // counted
  kMacs,               // counted, of one image or clip
  kMacsRatio,          // counted: how many times fewer than `against`
  kTrainingMacsRatio,  // the same of a training step
  kSpeedRatio,         // interleaved processes: how many times faster than `against`
  kTrainingSpeedRatio,
  kMemoryRatio,    // training: how many times less memory an image takes than in `against`
  kSpeed,          // shown beside the published one
  kTrainingSpeed,  // likewise
  kMemory,         // likewise; MB an image in training
  kNotMeasured     // Yardstick has no measurement of it
};

// A figure that a ledger may hold (configs/papers/README.md).
struct FigureSpec {
  std::string_view name;  // "top1"
  FigureKind kind;
  std::string_view tag;   // of the measurement it is read from; "" where it is worked out
  double scale = 1;       // from the measurement's unit to the printed one
  std::string_view unit;  // as printed behind the number: "%", "M"
  // Why a figure of kind kNotMeasured is not, or why one that is measured gets no verdict.
  std::string_view remark = {};

  // A verdict is given for it. The others are shown beside the published figure.
  bool is_judged() const;
  // Compares the row's `measure` with its `against`.
  bool is_ratio() const;
};

// Null where no figure has this name.
const FigureSpec* find_figure(std::string_view name);
std::vector<std::string> figure_names();

}  // namespace yardstick
