#include "models/builtin_models.h"
#include "runners/mac_counter.h"
#include "runners/module_access.h"

#include <yardstick/registry.h>

#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

// fvcore 0.1.5 on timm 1.0.31: linear layers, convolutions and matrix products of one image,
// attention not fused.
struct KnownCount {
  const char* model;
  std::int64_t macs;
};

class MacModelsTest : public testing::TestWithParam<KnownCount> {};

TEST_P(MacModelsTest, EqualsFvcoreOnTimm) {
  Registrar registrar;
  register_builtin_models(registrar);
  const ModelEntry& entry = registrar.models.get(GetParam().model);
  const std::unique_ptr<Model> model = entry.build(Params(entry.schema));
  set_mode(model->module(), ModuleMode::kEval);
  Batch batch;
  batch.input = at::randn({1, 3, 224, 224});

  const c10::InferenceMode inference_mode;
  const MacCount count = count_macs([&] { model->forward(batch); });

  EXPECT_EQ(count.total, GetParam().macs);
  EXPECT_THAT(count.uncounted_calls, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Known, MacModelsTest,
                         testing::Values(KnownCount{"vit_tiny_patch16_224", 1253683200},
                                         KnownCount{"vit_small_patch16_224", 4598882304},
                                         KnownCount{"vit_base_patch16_224", 17563828224},
                                         KnownCount{"vit_base_patch32_224", 4409186304},
                                         KnownCount{"hiera_tiny_224", 4900830720},
                                         KnownCount{"hiera_small_224", 6406110720},
                                         KnownCount{"hiera_base_224", 9375200256}),
                         [](const auto& known) { return std::string(known.param.model); });

}  // namespace
}  // namespace yardstick
