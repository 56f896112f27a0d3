#include "models/builtin_models.h"
#include "runners/verify.h"
#include "tests/support/project_paths.h"

#include <yardstick/registry.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

TEST(VerifyModelsTest, EveryStoredCaseOfTheBuiltInFamiliesPasses) {
  Registrar registrar;
  register_builtin_models(registrar);
  for (const std::string& folder :
       find_golden_cases({test::test_data("golden/vit"), test::test_data("golden/hiera"),
                          test::test_data("golden/tome"), test::test_data("golden/mvit"),
                          test::test_data("golden/rev_mvit")})) {
    const CaseVerdict verdict = verify_case(folder, registrar);
    EXPECT_TRUE(verdict.passed) << folder << ": " << verdict.reason;
    EXPECT_FALSE(verdict.tensors.empty()) << folder;
    for (const TensorVerdict& tensor : verdict.tensors) {
      EXPECT_TRUE(tensor.passed) << folder << " " << tensor.name << ": "
                                 << tensor.share_of_tolerance << " of the tolerance at "
                                 << tensor.worst_at << " " << tensor.reason;
    }
  }
}

}  // namespace
}  // namespace yardstick
