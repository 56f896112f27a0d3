#include "tasks/io/augment/random_erasing.h"

#include "tasks/io/sample_random.h"
#include "tests/tasks/augment/recipe_goldens.h"

#include <yardstick/tensor_file.h>

#include <ATen/Functions.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <deque>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using nlohmann::json;
using test::FedDraws;

ErasePolicy policy_of(const json& config) {
  ErasePolicy policy;
  policy.probability = config["probability"];
  policy.min_area = config["min_area"];
  policy.max_area = config["max_area"];
  policy.min_aspect = config["min_aspect"];
  policy.max_aspect =
      config["max_aspect"].is_null() ? 1 / policy.min_aspect : config["max_aspect"].get<double>();
  policy.min_count = config["min_count"];
  policy.max_count =
      config["max_count"].is_null() ? policy.min_count : config["max_count"].get<std::int64_t>();
  policy.mode = erase_mode_from_string(config.value("mode", "const"));
  return policy;
}

FedDraws draws_of(const json& image, const ErasePolicy& policy, std::deque<double> normals) {
  std::deque<double> uniforms = {image["gate_uniform"].get<double>()};
  std::deque<std::uint64_t> integers;
  if (!image["count_drawn"].is_null()) {
    integers.push_back(image["count_drawn"].get<std::uint64_t>() -
                       static_cast<std::uint64_t>(policy.min_count));
  }
  for (const json& block : image["attempts"]) {
    for (const json& attempt : block) {
      uniforms.push_back(attempt["area_uniform"]);
      uniforms.push_back(attempt["log_ratio_uniform"]);
      if (attempt["top"].is_null()) continue;
      integers.push_back(attempt["top"]);
      integers.push_back(attempt["left"]);
    }
  }
  return FedDraws(std::move(uniforms), std::move(integers), std::move(normals));
}

TEST(RandomErasingTest, ErasesWhatTimmErasesFromTheSameDraws) {
  int cases = 0;
  for (const std::string& folder : test::recipe_folders("random_erasing")) {
    const auto tensors = read_safetensors(folder + "/tensors.safetensors").tensors;
    const json all = test::read_json(folder + "/random_erasing.json")["cases"];
    for (const json& one : all) {
      const std::string name = one["name"];
      SCOPED_TRACE(folder + " " + name);
      const ErasePolicy policy = policy_of(one["config"]);
      at::Tensor images = tensors.at(name + ".in.image").clone();
      if (images.dim() == 3) images = images.unsqueeze(0);
      // With splits only the later ones are changed, and listed.
      const auto listed = static_cast<std::int64_t>(one["images"].size());
      const std::int64_t first = images.size(0) - listed;
      int erased = 0;
      for (std::int64_t i = 0; i < listed; ++i) {
        const json& image = one["images"][static_cast<std::size_t>(i)];
        std::deque<double> normals;
        for (std::size_t block = 0; block < image["attempts"].size(); ++block) {
          const auto noise =
              tensors.find(name + ".in.noise." + std::to_string(erased + static_cast<int>(block)));
          if (noise == tensors.end()) continue;
          const float* values = noise->second.const_data_ptr<float>();
          normals.insert(normals.end(), values, values + noise->second.numel());
        }
        FedDraws draws = draws_of(image, policy, std::move(normals));

        erased += erase_at_random(policy, draws, 3, static_cast<int>(images.size(2)),
                                  static_cast<int>(images.size(3)),
                                  images[first + i].mutable_data_ptr<float>());

        EXPECT_TRUE(draws.is_used_up()) << i;
      }
      EXPECT_EQ(erased, one["blocks_erased"]);
      EXPECT_TRUE(at::equal(images, tensors.at(name + ".out.image").view_as(images)));
      ++cases;
    }
  }
  EXPECT_GE(cases, 9);
}

TEST(RandomErasingTest, ErasesAsOftenAsAsked) {
  int erased = 0;
  for (std::uint64_t index = 0; index < 4000; ++index) {
    std::vector<float> image(3 * 32 * 32, 1);
    SampleRandom random(9, 0, index);
    erased += erase_at_random({.probability = 0.25}, random, 3, 32, 32, image.data());
  }

  EXPECT_NEAR(erased, 1000, 110);  // 4 standard deviations
}

}  // namespace
}  // namespace yardstick
