#include "results/tag_title.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace yardstick {

std::string tag_title(const std::string& tag) {
  // No two tags may share a title.
  constexpr std::pair<const char*, const char*> kTitles[] = {
      {"accuracy/top1", "top-1"},
      {"accuracy/top5", "top-5"},
      {"accuracy/knn_top1", "k-NN top-1"},
      {"calibration/ece15", "ECE"},
      {"loss/nll", "NLL"},
      {"throughput/inference/images", "throughput"},
      {"throughput/training/images", "training throughput"},
      {"latency/inference/median", "latency"},
      {"memory/inference/peak", "peak memory"},
      {"memory/training/peak", "training memory"},
      {"params/total", "params"},
      {"macs/image", "MACs"},
      {"energy/inference/image", "energy"},
  };
  const auto* const found = std::find_if(std::begin(kTitles), std::end(kTitles),
                                         [&tag](const auto& entry) { return entry.first == tag; });
  return found == std::end(kTitles) ? tag : found->second;
}

}  // namespace yardstick
