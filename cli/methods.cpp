#include "cli/methods.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {

std::vector<MethodChoice> choose_methods(const std::vector<Sourced>& texts,
                                         const Registrar& registrar) {
  std::vector<MethodChoice> methods;
  for (const Sourced& given : texts) methods.push_back(choose(registrar.methods, given));
  return methods;
}

std::string methods_json(const std::vector<MethodChoice>& methods) {
  using Json = nlohmann::ordered_json;
  Json json = Json::array();
  for (const MethodChoice& method : methods) {
    Json params = Json::object();
    const auto& specs = method.params.schema().specs();
    for (std::size_t i = 0; i < specs.size(); ++i) {
      params[specs[i].name] =
          std::visit([](const auto& plain) { return Json(plain); }, method.params.values()[i]);
    }
    json.push_back({{"name", method.entry->name}, {"params", std::move(params)}});
  }
  return json.dump();
}

void apply_methods(const std::vector<MethodChoice>& methods, Model& model) {
  for (const MethodChoice& choice : methods) {
    const auto method = choice.entry->build(choice.params);
    if (const auto why = method->refusal(model)) {
      throw_user(
          concat("method ", choice.entry->name, " cannot act on ", model.info().name, ": ", *why));
    }
    method->apply(model);
  }
}

}  // namespace yardstick::cli
