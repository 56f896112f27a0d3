#include "models/methods/linear_probe.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <torch/nn/module.h>

#include <utility>

namespace yardstick {
namespace {

class LinearProbe final : public Method {
 public:
  std::optional<std::string> refusal(Model& model) const override {
    const auto* head = model.capability<ReplaceableHead>();
    if (head == nullptr) return concat(model.info().name, " has no head that can be replaced");
    if (head->num_classes() < 1) return concat(model.info().name, " has no classes to probe for");
    return std::nullopt;
  }

  void apply(Model& model) const override {
    auto* head = model.capability<ReplaceableHead>();
    YS_CHECK(head != nullptr, model.info().name);
    head->use_linear_probe_head();
    for (auto& parameter : model.module().named_parameters()) {
      const std::string& name = parameter.key();
      const bool is_probe = name.starts_with("head.0.") || name.starts_with("head.1.");
      parameter.value().set_requires_grad(is_probe);
    }
  }
};

}  // namespace

void register_linear_probe(Registrar& registrar) {
  MethodEntry entry;
  entry.name = "linear_probe";
  entry.summary = "trains a batch norm and a linear layer on the frozen model's features";
  entry.paper = {"Masked Autoencoders Are Scalable Vision Learners", "2111.06377", 2021};
  entry.build = [](const Params&) -> std::unique_ptr<Method> {
    return std::make_unique<LinearProbe>();
  };
  registrar.add(std::move(entry));
}

}  // namespace yardstick
