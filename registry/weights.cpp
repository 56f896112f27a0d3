#include <yardstick/error.h>
#include <yardstick/names.h>
#include <yardstick/weights.h>

#include <ATen/core/grad_mode.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <iterator>
#include <map>
#include <sstream>

namespace yardstick {
namespace {

std::string shape_text(const at::Tensor& tensor) {
  std::ostringstream out;
  out << tensor.sizes();
  return out.str();
}

// "a, b, c and 9 more", with the nearest of `others` behind each name that has one.
std::string some_names(const std::vector<std::string>& names,
                       const std::vector<std::string>& others) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) {
    if (i > 0) text += ", ";
    text += names[i];
    const auto near = nearest_names(names[i], others, 1);
    if (!near.empty()) text += " (" + near[0] + "?)";
  }
  if (names.size() > kShown) text += concat(" and ", names.size() - kShown, " more");
  return text;
}

// Has parameters share the memory that they are given, unless another shares it already.
class Adopter {
 public:
  bool adopt(at::Tensor& own, const at::Tensor& value) {
    const bool fits = own.device().is_cpu() && value.device().is_cpu() &&
                      own.scalar_type() == value.scalar_type() &&
                      own.strides() == value.strides() && own.numel() > 0;
    if (!fits) return false;
    const auto begin = reinterpret_cast<std::uintptr_t>(value.const_data_ptr());
    const std::uintptr_t end = begin + value.nbytes();
    const auto next = taken_.lower_bound(begin);
    const bool is_free = (next == taken_.end() || next->first >= end) &&
                         (next == taken_.begin() || std::prev(next)->second <= begin);
    if (!is_free) return false;
    taken_.emplace(begin, end);
    own.set_data(value);
    return true;
  }

 private:
  std::map<std::uintptr_t, std::uintptr_t> taken_;  // begin and end
};

}  // namespace

TensorMap state_of(torch::nn::Module& module) {
  TensorMap state;
  for (const auto& item : module.named_parameters()) state.emplace(item.key(), item.value());
  for (const auto& item : module.named_buffers()) state.emplace(item.key(), item.value());
  return state;
}

LoadReport load_state(torch::nn::Module& module, const TensorMap& weights, WeightsMemory memory) {
  TensorMap state = state_of(module);
  LoadReport report;
  for (const auto& [name, tensor] : weights) {
    const auto own = state.find(name);
    if (own == state.end()) {
      report.unexpected.push_back(name);
      continue;
    }
    if (own->second.sizes() != tensor.sizes()) {
      throw_data(concat("tensor ", name, " has shape ", shape_text(tensor), ", the model wants ",
                        shape_text(own->second)));
    }
    report.matched.push_back(name);
  }
  for (const auto& [name, tensor] : state) {
    if (!weights.contains(name)) report.missing.push_back(name);
  }
  if (!report.is_complete()) return report;

  const at::NoGradGuard no_grad;
  Adopter adopter;
  for (auto& [name, tensor] : state) {
    const at::Tensor& value = weights.at(name);
    const bool is_shared = memory == WeightsMemory::kMapped && adopter.adopt(tensor, value);
    if (!is_shared) tensor.copy_(value);
  }
  return report;
}

void require_complete(const LoadReport& report, const std::string& where) {
  if (report.is_complete()) return;
  std::string text = where + ":";
  if (!report.missing.empty()) {
    text += concat(" ", report.missing.size(),
                   " tensors missing: ", some_names(report.missing, report.unexpected));
  }
  if (!report.unexpected.empty()) {
    text += concat(report.missing.empty() ? " " : "; ", report.unexpected.size(),
                   " unexpected: ", some_names(report.unexpected, {}));
  }
  throw_data(text, "is this checkpoint of this model and class count?");
}

}  // namespace yardstick
