#include "cli/model_choice.h"

namespace yardstick::cli {

ModelName split_model_name(const std::string& text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string::npos) return {text, {}};
  return {text.substr(0, dot), text.substr(dot + 1)};
}

ModelChoice choose_model(const std::string& name, Context& context) {
  const ModelName parts = split_model_name(name);
  ModelChoice choice{&context.registrar().models.get(parts.model), nullptr};
  if (!parts.tag.empty()) choice.weights = &context.weights().get(parts.model, parts.tag);
  return choice;
}

}  // namespace yardstick::cli
