#pragma once

#include "cli/bench_side.h"
#include "cli/config_file.h"

#include <yardstick/registry.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// Methods in the order applied, as --method takes them; empty: the model alone.
using MethodChain = std::vector<std::string>;

// What a suite varies. An axis is absent where the file says nothing of it.
struct GridAxes {
  std::optional<std::vector<const ModelEntry*>> models;
  std::optional<std::vector<MethodChain>> methods;
  std::optional<std::vector<std::int64_t>> resolutions;  // pixels, the parameter img_size
  std::optional<std::vector<std::string>> precisions;
  std::optional<std::vector<std::int64_t>> batches;

  static const std::vector<std::string>& keys();
  // The axes among `members`; others are left alone. Throws User, naming the place, on a name or
  // value that there is none of, and on a glob that meets no model. Variants made for tests are met
  // only by a glob that contains "test".
  static GridAxes read(const ConfigValue::Object& members, const Registrar& registrar);

  // These axes, and `other`'s where they are absent.
  GridAxes or_else(const GridAxes& other) const;
};

// One point of a grid.
struct GridPoint {
  const ModelEntry* model = nullptr;
  MethodChain methods;
  std::optional<std::int64_t> resolution;  // none: the model's own
  std::string precision = "fp32";
  std::int64_t batch = 1;

  // As typed behind `yardstick bench`, batch apart, with `set` ("classes=10") for the model.
  BenchSide side(const std::vector<std::string>& set) const;
  // True where every axis that `axes` has holds this point.
  bool is_in(const GridAxes& axes) const;
};

// Every combination, the model outermost and the batch innermost.
std::vector<GridPoint> expand(const GridAxes& axes);

}  // namespace yardstick::cli
