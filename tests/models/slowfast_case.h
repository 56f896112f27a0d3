#pragma once

#include "tests/models/built.h"

#include <yardstick/golden.h>

#include <string>

namespace yardstick::test {

// A case of a small image MViT of PySlowFast, without weights. `mvit` goes into MVIT behind what
// stands there: ", \"NORM\": \"batchnorm\"".
inline GoldenCase slowfast_case(const std::string& family, const std::string& constructor,
                                const std::string& mvit) {
  GoldenCase golden;
  golden.name = "written_here";
  golden.family = family;
  golden.constructor = constructor;
  golden.mode = "eval";
  golden.entry = "classify";
  golden.config = Arguments::parse(
      R"({"DATA": {"TRAIN_CROP_SIZE": 32}, "MVIT": {"PATCH_2D": true, "PATCH_KERNEL": [7, 7],
          "PATCH_STRIDE": [4, 4], "PATCH_PADDING": [3, 3], "EMBED_DIM": 16)" +
          mvit + "}}",
      "written_here");
  return golden;
}

inline void build_case(const GoldenCase& golden) {
  const Registrar registrar = builtin_registrar();
  registrar.golden_families.get(golden.family).build(golden);
}

}  // namespace yardstick::test
