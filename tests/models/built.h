#pragma once

#include "models/builtin_models.h"
#include "models/hiera/hiera_variants.h"
#include "models/mae/mae_variants.h"
#include "models/mae_st/mae_st_variants.h"
#include "models/vit/vit_variants.h"

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

// A built-in model whose parameters are only described.
inline std::unique_ptr<Model> describe_model(const ModelEntry& entry, Settings settings = {}) {
  const Params params = params_of(entry, settings);
  if (entry.info.family == "mae") return make_mae_variant(entry.name, params, Start::kUnset);
  if (entry.info.family == "mae_st") return make_mae_st_variant(entry.name, params, Start::kUnset);
  return entry.info.family == "vit" ? make_vit_variant(entry.name, params, Start::kUnset)
                                    : make_hiera_variant(entry.name, params, Start::kUnset);
}

inline Batch batch_of(const at::Tensor& input) {
  Batch batch;
  batch.input = input;
  return batch;
}

}  // namespace yardstick::test
