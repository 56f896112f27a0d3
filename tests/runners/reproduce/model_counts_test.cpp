#include "runners/reproduce/model_counts.h"

#include "models/builtin_models.h"
#include "models/layers/init_scope.h"

#include <yardstick/registry.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::IsEmpty;

class ModelCountsTest : public testing::Test {
 protected:
  ModelCountsTest() { register_builtin_models(registrar_); }

  std::unique_ptr<Model> build(const char* name) {
    const ModelEntry& entry = registrar_.models.get(name);
    return entry.build(Params(entry.schema));
  }

  Registrar registrar_;
};

TEST_F(ModelCountsTest, ShapesGiveWhatRunningGives) {
  for (const char* name : {"vit_test", "hiera_test", "mae_test", "mae_st_vit_test"}) {
    const MacCount by_shapes = count_model(*build(name), CountBy::kShapes);
    const MacCount by_running = count_model(*build(name), CountBy::kRunning);

    EXPECT_GT(by_shapes.total, 0) << name;
    EXPECT_EQ(by_shapes.total, by_running.total) << name;
    EXPECT_EQ(by_shapes.by_operator, by_running.by_operator) << name;
  }
}

TEST_F(ModelCountsTest, AFullSizeModelNeedsNoWeights) {
  const layers::UnsetScope unset;

  const MacCount count = count_model(*build("vit_large_patch16_224"), CountBy::kShapes);

  EXPECT_EQ(count.total, 61554712576);  // docs/results/macs.md
  EXPECT_THAT(count.uncounted_calls, IsEmpty());
}

}  // namespace
}  // namespace yardstick
