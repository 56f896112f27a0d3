#include "models/builtin_models.h"
#include "runners/conformance.h"

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

std::vector<std::string> test_variants() {
  const Registrar registrar = builtin_registrar();
  std::vector<std::string> names;
  for (const ModelEntry* entry : registrar.models.list()) {
    if (entry->info.is_test_variant) names.push_back(entry->name);
  }
  return names;
}

class ConformanceModelsTest : public testing::TestWithParam<std::string> {};

// What `plugin check` asks of a plug-in's models.
TEST_P(ConformanceModelsTest, BuiltInModelsPass) {
  const Registrar registrar = builtin_registrar();

  const auto results = check_conformance(registrar.models.get(GetParam()));

  for (const ConformanceResult& result : results) {
    EXPECT_TRUE(result.passed) << result.check << ": " << result.detail;
  }
}

INSTANTIATE_TEST_SUITE_P(TestVariants, ConformanceModelsTest, testing::ValuesIn(test_variants()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace yardstick
