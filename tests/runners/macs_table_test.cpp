// docs/results/macs.md against the registry and published figures.

#include "models/builtin_models.h"
#include "models/layers/init_scope.h"
#include "runners/reproduce/model_counts.h"
#include "tests/runners/with_commas.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <yardstick/registry.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace yardstick {
namespace {

using nlohmann::json;

// Of the entry's model with its defaults.
MacCount count(const ModelEntry& entry) {
  const layers::UnsetScope unset;
  return count_model(*entry.build(Params(entry.schema)), CountBy::kShapes);
}

// What a published figure may be off by: its rounding, or a hundredth for layer norms that its
// counter took in.
double tolerance(const json& published) {
  const std::string text = published.dump();
  const std::size_t dot = text.find('.');
  const std::size_t digits = dot == std::string::npos ? 0 : text.size() - dot - 1;
  return std::max(0.01 * published.get<double>(),
                  0.5001 * std::pow(10.0, -static_cast<double>(digits)));
}

std::string row(const std::string& name, std::int64_t macs, const json& published) {
  std::string text = "| " + name + " | " + test::with_commas(macs) + " | ";
  if (!published.contains(name)) return text + "| | |";
  const json& figure = published[name];
  char difference[32];
  std::snprintf(difference, sizeof difference, "%+.1f %%",
                100 * (static_cast<double>(macs) / 1e9 / figure["gmacs"].get<double>() - 1));
  return text + figure["gmacs"].dump() + " | " + difference + " | " +
         figure["source"].get<std::string>() + " |";
}

TEST(MacsTableTest, HasEveryFullSizeModelAndAgreesWithWhatIsPublished) {
  Registrar registrar;
  register_builtin_models(registrar);
  const json published =
      json::parse(test::read_file(test::test_data("runners/data/published_macs.json")));
  const std::string written = test::read_file(test::source_path("docs/results/macs.md"));

  for (const ModelEntry* entry : registrar.models.list("*")) {
    if (entry->info.is_test_variant) continue;
    const MacCount counted = count(*entry);

    EXPECT_THAT(written, testing::HasSubstr("\n" + row(entry->name, counted.total, published)));
    EXPECT_THAT(counted.uncounted_calls, testing::IsEmpty()) << entry->name;
    if (published.contains(entry->name)) {
      const json& gmacs = published[entry->name]["gmacs"];
      EXPECT_NEAR(static_cast<double>(counted.total) / 1e9, gmacs.get<double>(), tolerance(gmacs))
          << entry->name;
    }
  }
}

// Of PySlowFast's own networks, whose layer norms fvcore takes in.
TEST(MacsTableTest, AgreesWithFvcoreOnSlowFast) {
  Registrar registrar;
  register_builtin_models(registrar);
  const json totals =
      json::parse(test::read_file(test::test_data("runners/data/slowfast_macs.json")));
  const std::string written = test::read_file(test::source_path("docs/results/macs.md"));

  for (const auto& [name, gmacs] : totals.items()) {
    const std::int64_t macs = count(registrar.models.get(name)).total;

    const double share = static_cast<double>(macs) / 1e9 / gmacs.get<double>();
    EXPECT_GT(share, 0.99) << name;
    EXPECT_LT(share, 1.0) << name;
    char difference[32];
    std::snprintf(difference, sizeof difference, "%+.2f %%", 100 * (share - 1));
    EXPECT_THAT(written, testing::HasSubstr("\n| " + name + " | " + test::with_commas(macs) +
                                            " | " + gmacs.dump() + " | " + difference + " |"));
  }
}

}  // namespace
}  // namespace yardstick
