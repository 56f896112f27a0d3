#include "runners/profile/attribution.h"

#include <cstddef>
#include <optional>

namespace yardstick {
namespace {

// Attributes the operators of one phase, whose producers and forward operators are done.
class PhaseAttribution {
 public:
  PhaseAttribution(std::span<const RecordedOperator> operators, const ModulePaths& modules,
                   std::size_t first, std::vector<std::string>& paths)
      : operators_(operators), modules_(modules), paths_(paths), first_(first), end_(first) {
    while (end_ < operators_.size() && operators_[end_].phase == operators_[first_].phase) ++end_;
    // Where each operator's module is known by itself.
    for (std::size_t i = first_; i < end_; ++i) known_.push_back(known_path(operators_[i]));
  }

  // Returns where the next phase begins.
  std::size_t run() {
    std::vector<const std::string*> behind(known_.size() + 1, nullptr);
    for (std::size_t i = known_.size(); i-- > 0;) {
      behind[i] = known_[i] ? &*known_[i] : behind[i + 1];
    }
    const std::string* before = nullptr;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i]) before = &*known_[i];
      paths_[first_ + i] =
          known_[i] ? *known_[i] : path_between(operators_[first_ + i], before, behind[i]);
    }
    return end_;
  }

 private:
  std::optional<std::string> known_path(const RecordedOperator& op) const {
    if (op.owner) return op.owner;
    if (op.is_backward_of && *op.is_backward_of < first_) return paths_[*op.is_backward_of];
    return std::nullopt;
  }

  std::string path_between(const RecordedOperator& op, const std::string* before,
                           const std::string* behind) const {
    std::string path;
    if (before != nullptr && behind != nullptr) path = common_ancestor(*before, *behind);
    if (op.producers.size() > 1) {
      std::string_view around = paths_[op.producers.front()];
      for (const std::size_t producer : op.producers) {
        around = common_ancestor(around, paths_[producer]);
      }
      if (is_within(around, path)) path = around;
    }
    if (before != nullptr && modules_.is_container(path) && is_within(*before, path)) {
      path = path_prefix(*before, path_depth(path) + 1);
    }
    return path;
  }

  std::span<const RecordedOperator> operators_;
  const ModulePaths& modules_;
  std::vector<std::string>& paths_;
  std::size_t first_;
  std::size_t end_;
  std::vector<std::optional<std::string>> known_;
};

}  // namespace

std::vector<std::string> attribute_operators(std::span<const RecordedOperator> operators,
                                             const ModulePaths& paths) {
  std::vector<std::string> of(operators.size());
  for (std::size_t first = 0; first < operators.size();) {
    first = PhaseAttribution(operators, paths, first, of).run();
  }
  return of;
}

}  // namespace yardstick
