#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <yardstick/export.h>
#include <yardstick/model.h>
#include <yardstick/params.h>

namespace yardstick {

// A change to a built model (token merging, a probe head). Methods reach a model through its
// capabilities only, and are applied in the order given, before weights are cast or moved.
class YS_API Method {
 public:
  virtual ~Method();
  // Why this method cannot act on `model`, or nothing.
  virtual std::optional<std::string> refusal(Model& model) const = 0;
  // Requires: refusal(model) is empty.
  virtual void apply(Model& model) const = 0;
};

struct MethodEntry {
  std::string name;
  std::string summary;
  Paper paper;
  ParamSchema schema;
  std::function<std::unique_ptr<Method>(const Params& params)> build;
  std::string origin;
};

}  // namespace yardstick
