#include "runners/reproduce/figures.h"

#include <algorithm>

namespace yardstick {
namespace {

using enum FigureKind;

constexpr char kOtherHardware[] = "speeds on other hardware are not compared";
constexpr char kNoLossRule[] = "no rule says how far a loss may be off";
constexpr char kOtherMemory[] = "depends on the framework; the ratio is compared";
constexpr char kNoProbe[] = "needs a linear probe to be trained";
constexpr char kNoTraining[] = "needs the whole training to be repeated";
constexpr char kNoTask[] = "Yardstick has no task for it";
constexpr char kNoDetector[] = "of a whole detector, which Yardstick has none of";
constexpr char kNoSetting[] = "the paper does not say of what setting";
constexpr char kNoLoader[] = "needs the paper's loader and data";
constexpr char kNoLargestBatch[] = "depends on the GPU's memory, and is not searched for";

constexpr FigureSpec kFigures[] = {
    {"top1", kAccuracy, "accuracy/top1", 100, "%"},
    {"top5", kAccuracy, "accuracy/top5", 100, "%"},
    {"loss", kAccuracy, "loss/nll", 1, "nats", kNoLossRule},
    {"params_m", kParameters, "params/total", 1e-6, "M"},
    {"gmacs", kMacs, "macs/image", 1e-9, "G"},
    {"macs_ratio", kMacsRatio, "", 1, "x"},
    {"training_macs_ratio", kTrainingMacsRatio, "macs/training/image", 1, "x"},
    {"speed_ratio", kSpeedRatio, "time/inference/step", 1, "x"},
    {"training_speed_ratio", kTrainingSpeedRatio, "time/training/step", 1, "x"},
    {"memory_ratio", kMemoryRatio, "memory/training/peak", 1, "x"},
    {"images_per_s", kSpeed, "throughput/inference/images", 1, "/s", kOtherHardware},
    {"clips_per_s", kSpeed, "throughput/inference/images", 1, "/s", kOtherHardware},
    {"train_images_per_s", kTrainingSpeed, "throughput/training/images", 1, "/s", kOtherHardware},
    {"memory_mb_per_image", kMemory, "memory/training/peak", 1e-6, "MB", kOtherMemory},
    {"top1_linear", kNotMeasured, "", 1, "%", kNoProbe},
    {"top1_trained", kNotMeasured, "", 1, "%", kNoTraining},
    {"top1_drop", kNotMeasured, "", 1, "points", kNoSetting},
    {"corruption_error", kNotMeasured, "", 1, "%", kNoTask},
    {"map", kNotMeasured, "", 1, "", kNoTask},
    {"ap_box", kNotMeasured, "", 1, "", kNoTask},
    {"ap_mask", kNotMeasured, "", 1, "", kNoTask},
    {"ms_per_image", kNotMeasured, "", 1, "ms", kNoDetector},
    {"hours", kNotMeasured, "", 1, "h", kNoTraining},
    {"loader_speed_ratio", kNotMeasured, "", 1, "x", kNoLoader},
    {"max_batch", kNotMeasured, "", 1, "", kNoLargestBatch},
};

}  // namespace

bool FigureSpec::is_judged() const { return kind != kNotMeasured && remark.empty(); }

bool FigureSpec::is_ratio() const {
  return kind == kMacsRatio || kind == kTrainingMacsRatio || kind == kSpeedRatio ||
         kind == kTrainingSpeedRatio || kind == kMemoryRatio;
}

const FigureSpec* find_figure(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFigures), std::end(kFigures),
                                   [name](const FigureSpec& spec) { return spec.name == name; });
  return found == std::end(kFigures) ? nullptr : found;
}

std::vector<std::string> figure_names() {
  std::vector<std::string> names;
  for (const FigureSpec& spec : kFigures) names.emplace_back(spec.name);
  return names;
}

}  // namespace yardstick
