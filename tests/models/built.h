#pragma once

#include "models/builtin_models.h"
#include "models/layers/init_scope.h"

#include <yardstick/registry.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace yardstick::test {

using Settings = std::initializer_list<std::pair<std::string, std::string>>;

inline Registrar builtin_registrar() {
  Registrar registrar;
  register_builtin_models(registrar);
  return registrar;
}

inline Params params_of(const ModelEntry& entry, Settings settings) {
  Params params(entry.schema);
  for (const auto& [name, value] : settings) {
    params.set_from_text(name, value, ParamOrigin::kFlag, "test");
  }
  return params;
}

// A built-in model with its registered start, as the program builds it.
inline std::unique_ptr<Model> build_model(const std::string& name, Settings settings = {}) {
  const Registrar registrar = builtin_registrar();
  const ModelEntry& entry = registrar.models.get(name);
  return entry.build(params_of(entry, settings));
}

// A built-in model whose parameters are only described: even the largest costs no time and no
// memory.
inline std::unique_ptr<Model> describe_model(const ModelEntry& entry, Settings settings = {}) {
  const layers::UnsetScope unset;
  return entry.build(params_of(entry, settings));
}

inline Batch batch_of(const at::Tensor& input) {
  Batch batch;
  batch.input = input;
  return batch;
}

}  // namespace yardstick::test
