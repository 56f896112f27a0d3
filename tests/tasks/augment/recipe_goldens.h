#pragma once

#include "tasks/io/draws.h"
#include "tasks/io/image.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace yardstick::test {

// The folders of the cases called `name`: the public one, then $YARDSTICK_GOLDENS/recipes/<name>
// where there is one.
std::vector<std::string> recipe_folders(const std::string& name);

// The JSON file of that path, read whole.
nlohmann::json read_json(const std::string& path);

// Gives the numbers that a case lists, in order. Without integers of its own, below() takes them
// from the uniform ones. Throws where they run out.
class FedDraws final : public Draws {
 public:
  explicit FedDraws(std::deque<double> uniforms = {}, std::deque<std::uint64_t> integers = {},
                    std::deque<double> normals = {});

  using Draws::uniform;
  double uniform() override;
  std::uint64_t below(std::uint64_t count) override;
  double normal() override;

  bool is_used_up() const { return uniforms_.empty() && integers_.empty() && normals_.empty(); }

 private:
  bool has_integers_;
  std::deque<double> uniforms_;
  std::deque<std::uint64_t> integers_;
  std::deque<double> normals_;
};

}  // namespace yardstick::test
