// "With tokens reduced" of docs/results/macs.md against the methods and what their papers publish.

#include "models/builtin_models.h"
#include "models/layers/init_scope.h"
#include "models/methods/diffrate/diffrate_macs.h"
#include "models/methods/number_list.h"
#include "models/methods/pitome/pitome.h"
#include "runners/reproduce/model_counts.h"
#include "tests/runners/with_commas.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <yardstick/registry.h>
#include <yardstick/token_reduction.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using nlohmann::json;
using test::with_commas;

// The only products that are no layer's: similarities of tokens, batch by batch.
constexpr const char* kMatching = "aten::bmm";

std::string text_of(const json& row, const char* key) { return row["params"].value(key, ""); }

KeptTokens kept_of(const json& row) {
  return {parse_number_list(text_of(row, "prune_kept")).value(),
          parse_number_list(text_of(row, "merge_kept")).value()};
}

// The tokens that leave each block, by the rule that each method's paper states.
std::vector<std::int64_t> tokens_by_rule(const json& row, const TokenLayout& layout) {
  std::vector<std::int64_t> counts;
  std::int64_t tokens = layout.tokens();
  for (std::int64_t block = 0; block < layout.depth; ++block) {
    if (row["method"] == "tome") {
      tokens -= std::min(std::stol(text_of(row, "r")), (tokens - layout.prefix) / 2);
    } else if (row["method"] == "pitome") {
      tokens -= pitome_merges(tokens - layout.prefix, std::stod(text_of(row, "ratio")));
    } else {
      const KeptTokens kept = kept_of(row);
      const auto at = static_cast<std::size_t>(block);
      tokens = std::min({tokens, kept.prune[at], kept.merge[at]});
    }
    counts.push_back(tokens);
  }
  return counts;
}

// What a ViT of this layout multiplies where these tokens leave its blocks, in closed form.
std::int64_t layers_by_rule(Model& model, const std::vector<std::int64_t>& counts) {
  const TokenLayout& layout = model.capability<TokenReducible>()->token_layout();
  const std::int64_t width = layout.width;
  std::int64_t values = 1;
  for (const std::int64_t size : model.info().input_shape) values *= size;
  std::int64_t sum = values * width + width * model.capability<ReplaceableHead>()->num_classes();
  std::int64_t tokens = layout.tokens();
  for (const std::int64_t left : counts) {
    sum += 4 * tokens * width * width + 2 * tokens * tokens * width;
    tokens = left;
    sum += 8 * tokens * width * width;
  }
  return sum;
}

// As the method's authors count: ToMe's with a profiler, the others by formulas of their own.
double paper_count(const json& row, Model& model, std::int64_t layers) {
  if (row["method"] == "pitome") {
    return pitome_macs(model.capability<TokenReducible>()->token_layout(),
                       std::stod(text_of(row, "ratio")));
  }
  if (row["method"] == "diffrate") return DiffRateMacs::of(model).total(kept_of(row));
  return static_cast<double>(layers);
}

std::unique_ptr<Model> build(const json& row, const Registrar& registrar) {
  const layers::UnsetScope unset;
  const ModelEntry& entry = registrar.models.get(row["model"].get<std::string>());
  auto model = entry.build(Params(entry.schema));
  const MethodEntry& method = registrar.methods.get(row["method"].get<std::string>());
  Params params(method.schema);
  for (const auto& [key, value] : row["params"].items()) {
    params.set_from_text(key, value.get<std::string>(), ParamOrigin::kFlag, "test");
  }
  method.build(params)->apply(*model);
  return model;
}

// Half of the last digit that is published.
double rounding_of(const json& gmacs) {
  const std::string text = gmacs.dump();
  const std::size_t digits = text.size() - text.find('.') - 1;
  return 0.5001 * std::pow(10.0, -static_cast<double>(digits));
}

std::string text_of_row(const json& row, std::int64_t total, std::int64_t matching,
                        double by_paper) {
  const double published = row["gmacs"].get<double>();
  char difference[32] = "equal";
  if (std::abs(by_paper / 1e9 - published) > rounding_of(row["gmacs"])) {
    std::snprintf(difference, sizeof difference, "%+.1f %%",
                  100 * (by_paper / 1e9 / published - 1));
  }
  char in_gmacs[32];
  std::snprintf(in_gmacs, sizeof in_gmacs, "%.3f", by_paper / 1e9);
  return "| " + row["model"].get<std::string>() + " | " + row["method"].get<std::string>() + ":" +
         row["label"].get<std::string>() + " | " + with_commas(total) + " | " +
         with_commas(matching) + " | " + in_gmacs + " | " + row["gmacs"].dump() + " | " +
         difference + " | " + row["source"].get<std::string>() + " |";
}

TEST(ReducedMacsTest, CountsEqualTheRuleAndThePapersTables) {
  Registrar registrar;
  register_builtin_models(registrar);
  const json rows = json::parse(test::read_file(test::test_data("runners/data/reduced_macs.json")));
  const std::string written = test::read_file(test::source_path("docs/results/macs.md"));

  for (const json& row : rows) {
    const auto model = build(row, registrar);
    const std::int64_t layers = layers_by_rule(
        *model, tokens_by_rule(row, model->capability<TokenReducible>()->token_layout()));
    const double by_paper = paper_count(row, *model, layers);

    MacCount counted = count_model(*model, CountBy::kShapes);
    const std::int64_t matching = counted.by_operator[kMatching];

    EXPECT_EQ(counted.total - matching, layers) << row.dump();
    EXPECT_THAT(counted.uncounted_calls, testing::IsEmpty()) << row.dump();
    const std::string text = text_of_row(row, counted.total, matching, by_paper);
    EXPECT_NE(written.find("\n" + text), std::string::npos) << text;
    const double published = row["gmacs"].get<double>();
    EXPECT_NEAR(by_paper / 1e9, published, std::max(rounding_of(row["gmacs"]), 0.003 * published));
  }
}

}  // namespace
}  // namespace yardstick
