#include "tasks/io/augment/rand_augment.h"

#include "tasks/io/image_decoder.h"
#include "tasks/io/sample_random.h"
#include "tests/support/throws_error.h"
#include "tests/tasks/augment/recipe_goldens.h"
#include "tests/tasks/encoders.h"
#include "tests/tasks/preprocess_goldens.h"

#include <yardstick/tensor_file.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {
namespace {

using nlohmann::json;
using test::FedDraws;
using test::ThrowsError;
using testing::HasSubstr;

Interpolation interpolation_of(const json& name) {
  return name == "bicubic" ? Interpolation::kBicubic : Interpolation::kBilinear;
}

TEST(RandAugmentPolicyTest, ReadsTimmsTextsAsTimm) {
  for (const std::string& folder : test::recipe_folders("randaugment")) {
    const json all = test::read_json(folder + "/magnitudes.json")["configs"];
    for (const json& wanted : all) {
      SCOPED_TRACE(wanted["config"]);

      const auto policy = rand_augment_policy_from_string(wanted["config"].get<std::string>());
      const OpChoice choice = op_choice(policy);

      EXPECT_EQ(policy.magnitude, wanted["magnitude"].get<double>());
      EXPECT_EQ(policy.count, wanted["num_layers"]);
      EXPECT_EQ(policy.probability, wanted["prob"]);
      EXPECT_EQ(policy.magnitude_std, wanted["magnitude_std"] == "inf"
                                          ? std::numeric_limits<double>::infinity()
                                          : wanted["magnitude_std"].get<double>());
      EXPECT_EQ(policy.max_magnitude,
                wanted["magnitude_max"].is_null() ? 10 : wanted["magnitude_max"].get<int>());
      EXPECT_EQ(std::vector<std::string>(choice.names.begin(), choice.names.end()),
                wanted["ops"].get<std::vector<std::string>>());
      if (wanted["choice_weights"].is_null()) {
        EXPECT_TRUE(choice.weights.empty());
        continue;
      }
      ASSERT_EQ(choice.weights.size(), wanted["choice_weights"].size());
      for (std::size_t i = 0; i < choice.weights.size(); ++i) {
        EXPECT_NEAR(choice.weights[i], wanted["choice_weights"][i].get<double>(), 1e-12);
      }
    }
  }
}

TEST(RandAugmentPolicyTest, WritesTextsThatReadBack) {
  for (const std::string text : {"rand", "rand-m9-mstd0.5-inc1", "rand-t3aw-n4-mmax20",
                                 "rand-p0.25-mstd101", "rand-tweights-m0"}) {
    EXPECT_EQ(to_string(rand_augment_policy_from_string(text)), text);
  }
}

TEST(RandAugmentPolicyTest, RefusesWhatItCannotRead) {
  const std::map<std::string, std::string> bad = {
      {"augmix-m3", "does not begin with 'rand'"},
      {"", "does not begin with 'rand'"},
      {"rand-mst0.5", "'mst0.5' is no section; did you mean mstd"},
      {"rand-m9-", "'' is no section"},
      {"rand-m", "'m' is out of range; a whole number from 0 to 1000"},
      {"rand-m9.5", "'m9.5' is out of range"},
      {"rand-n0", "'n0' is out of range"},
      {"rand-p1.5", "'p1.5' is out of range; a number from 0 to 1"},
      {"rand-m9-m8", "'m' occurs twice"},
      {"rand-inc0", "write inc1, or leave it out"},
      {"rand-inc", "write inc1, or leave it out"},
      {"rand-tweight", "no set of operations 'weight'; did you mean weights"},
      {"rand-tzzzzz", "it is one of weights, 3a, 3aw"},
      {"rand-tweights-n16", "n16 is more than its 15 operations"},
  };
  for (const auto& [text, why] : bad) {
    EXPECT_THAT([&] { rand_augment_policy_from_string(text); },
                ThrowsError(ErrorKind::kUser, HasSubstr(why)))
        << text;
  }
}

TEST(FillColorTest, IsTimmsMeanInBytes) {
  for (const std::string& folder : test::recipe_folders("randaugment")) {
    const json all = test::read_json(folder + "/magnitudes.json")["factory"];
    for (const json& factory : all) {
      EXPECT_EQ(fill_color(factory["mean"].get<std::array<double, 3>>()),
                factory["fillcolor"].get<Rgb>());
      EXPECT_EQ(augment_op("TranslateX").argument(10, false, factory["input_size"].get<int>()),
                factory["translate_const"].get<double>());
    }
  }
}

TEST(RandAugmentTest, GivesTimmsPixelsFromTheSameDraws) {
  int sequences = 0;
  for (const std::string& folder : test::recipe_folders("randaugment")) {
    const json cases = test::read_json(folder + "/randaugment.json");
    const auto tensors = read_safetensors(folder + "/tensors.safetensors").tensors;
    for (const json& sequence : cases["sequences"]) {
      const std::string name = sequence["name"];
      SCOPED_TRACE(folder + " " + name);
      const auto policy = rand_augment_policy_from_string(sequence["config"].get<std::string>());
      const auto names = op_choice(policy).names;
      std::deque<double> uniforms, normals;
      std::deque<std::uint64_t> integers;
      for (const json& step : sequence["steps"]) {
        const auto at = std::find(names.begin(), names.end(), step["op"].get<std::string>());
        ASSERT_NE(at, names.end());
        integers.push_back(static_cast<std::uint64_t>(at - names.begin()));
        uniforms.push_back(step["gate_uniform"]);
        if (!step["magnitude_normal"].is_null()) normals.push_back(step["magnitude_normal"]);
        if (!step["sign_uniform"].is_null()) uniforms.push_back(step["sign_uniform"]);
      }
      FedDraws draws(uniforms, integers, normals);
      Image image = decode_image(
          test::read_bytes(folder + "/" + sequence["image"].get<std::string>() + ".png"));
      const RandAugment rand_augment(policy, sequence["fillcolor"].get<Rgb>(),
                                     interpolation_of(sequence["interpolation"]),
                                     std::min(image.width_px, image.height_px));

      rand_augment.apply(image, draws);

      EXPECT_EQ(test::difference(image, test::to_image(tensors.at("sequence." + name))), "same");
      EXPECT_TRUE(draws.is_used_up());
      ++sequences;
    }
  }
  EXPECT_GE(sequences, 4);
}

TEST(RandAugmentTest, DrawsTheInterpolationOnlyWhereItIsUsed) {
  const auto policy = rand_augment_policy_from_string("rand-m5-n2-p1");
  const RandAugment rand_augment(policy, {}, std::nullopt, 8);
  const Image original = test::noisy_image(8, 8, 1);
  Image image = original;
  FedDraws draws({0.2}, {/*Invert*/ 2, /*Rotate*/ 3, /*bicubic*/ 1});

  rand_augment.apply(image, draws);

  Image wanted = original;
  augment_op("Invert").apply(wanted, 0, {});
  EXPECT_EQ(image, rotate(wanted, 15, {.interpolation = Interpolation::kBicubic, .fill = {}}));
  EXPECT_TRUE(draws.is_used_up());
}

TEST(RandAugmentTest, DrawsUniformMagnitudesWhereTheSpreadIsInfinite) {
  const auto policy = rand_augment_policy_from_string("rand-m8-n1-p1-mstd101");
  const RandAugment rand_augment(policy, {}, Interpolation::kBilinear, 8);
  const Image original = test::noisy_image(8, 8, 1);
  Image image = original;
  FedDraws draws({0.5, 0.9}, {/*Rotate*/ 3});

  rand_augment.apply(image, draws);

  EXPECT_EQ(image, rotate(original, -12, {.interpolation = Interpolation::kBilinear, .fill = {}}));
}

TEST(RandAugmentTest, DrawsWeightedOperationsWithoutReplacement) {
  // All 14 at probability 0 + the gate's own draw: each is gated once, whichever order they come
  // in.
  const auto policy = rand_augment_policy_from_string("rand-t3aw-n14-m0-p1");
  const RandAugment rand_augment(policy, {}, Interpolation::kBilinear, 8);
  for (std::uint64_t index = 0; index < 50; ++index) {
    // Invert, at the end of the list, inverts once; a second time would undo it.
    Image image{8, 8, std::vector<std::uint8_t>(8 * 8 * 3, 0)};
    SampleRandom random(1, 0, index);

    rand_augment.apply(image, random);

    EXPECT_NE(image.rgb[0], 0) << index;
  }
}

}  // namespace
}  // namespace yardstick
