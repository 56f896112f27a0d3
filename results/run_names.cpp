#include "results/run_names.h"

#include <array>

namespace yardstick::detail {
namespace {

template <typename Enum, std::size_t N>
std::optional<Enum> named(const std::array<Enum, N>& all, std::string_view name) {
  for (const Enum value : all) {
    if (to_string(value) == name) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<RunKind> run_kind_from_string(std::string_view name) {
  return named(std::array{RunKind::kTrain, RunKind::kEval, RunKind::kBench}, name);
}

std::optional<RunStatus> run_status_from_string(std::string_view name) {
  return named(
      std::array{RunStatus::kOk, RunStatus::kFailed, RunStatus::kSkipped, RunStatus::kInterrupted},
      name);
}

}  // namespace yardstick::detail
