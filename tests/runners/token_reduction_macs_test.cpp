#include "models/builtin_models.h"
#include "models/layers/token_kernels.h"
#include "models/layers/token_merging.h"
#include "runners/mac_counter.h"
#include "runners/mac_rules.h"
#include "runners/module_access.h"

#include <yardstick/registry.h>
#include <yardstick/token_reduction.h>

#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace yardstick {
namespace {

Registrar builtin_registrar() {
  Registrar registrar;
  register_builtin_models(registrar);
  return registrar;
}

std::vector<std::string> reducible_test_variants() {
  const Registrar registrar = builtin_registrar();
  std::vector<std::string> names;
  for (const ModelEntry* entry : registrar.models.list()) {
    if (!entry->info.is_test_variant) continue;
    if (entry->build(Params(entry->schema))->capability<TokenReducible>() != nullptr) {
      names.push_back(entry->name);
    }
  }
  return names;
}

MacCount count(Model& model) {
  set_mode(model.module(), ModuleMode::kEval);
  std::vector<std::int64_t> shape = model.info().input_shape;
  shape.insert(shape.begin(), 1);
  Batch batch;
  batch.input = at::randn(shape);
  const c10::InferenceMode inference_mode;
  return count_macs([&] { model.forward(batch); });
}

class TokenReductionMacsTest : public testing::TestWithParam<std::string> {};

// What every block saves is the MLP of the tokens that it merges and all of the blocks behind it,
// and more than the matching costs.
TEST_P(TokenReductionMacsTest, MergingSavesWork) {
  const Registrar registrar = builtin_registrar();
  const ModelEntry& entry = registrar.models.get(GetParam());
  const std::unique_ptr<Model> model = entry.build(Params(entry.schema));
  const std::int64_t plain = count(*model).total;
  const MethodEntry& tome = registrar.methods.get("tome");
  Params params(tome.schema);
  params.set_from_text("r", "2", ParamOrigin::kFlag, "test");
  tome.build(params)->apply(*model);

  const MacCount merged = count(*model);

  EXPECT_LT(merged.total, plain);
  EXPECT_THAT(merged.uncounted_calls, testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Reducible, TokenReductionMacsTest,
                         testing::ValuesIn(reducible_test_variants()),
                         [](const auto& test) { return test.param; });

// A GPU's kernels, by what they are told.
TEST(TokenKernelMacsTest, AreThoseOfTheProductThatTheyReplace) {
  for (const std::int64_t tokens : {30, 31}) {
    for (std::int64_t guarded = 0; guarded < 4; ++guarded) {
      const layers::ProtectedTokens prefix{.first = 0, .count = guarded};
      const layers::BipartiteSplit split = layers::bipartite_split(tokens, 5, prefix);
      const at::Tensor keys = at::randn({2, tokens, 3, 8});
      const std::vector<c10::IValue> inputs = {keys, split.merges, split.guarded_a,
                                               split.guarded_b};

      const MacCount chain =
          count_macs([&] { layers::bipartite_soft_matching(layers::mean_keys(keys), 5, prefix); });

      EXPECT_EQ(macs_of_call(layers::kMatchTokens, inputs), chain.total);
    }
  }
  EXPECT_EQ(macs_of_call(layers::kMergeTokens, {}), 0);
}

}  // namespace
}  // namespace yardstick
