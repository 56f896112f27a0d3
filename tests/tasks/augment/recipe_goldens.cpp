#include "tests/tasks/augment/recipe_goldens.h"

#include "tests/support/project_paths.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace yardstick::test {
namespace {

template <typename Number>
Number take(std::deque<Number>& numbers) {
  if (numbers.empty()) throw std::out_of_range("more draws than the case lists");
  const Number first = numbers.front();
  numbers.pop_front();
  return first;
}

}  // namespace

std::vector<std::string> recipe_folders(const std::string& name) {
  std::vector<std::string> folders = {test::test_data("golden/recipes/") + name};
  if (const char* more = std::getenv("YARDSTICK_GOLDENS")) {
    const std::string folder = std::string(more) + "/recipes/" + name;
    if (std::filesystem::exists(folder)) folders.push_back(folder);
  }
  return folders;
}

nlohmann::json read_json(const std::string& path) {
  std::ifstream in(path);
  return nlohmann::json::parse(in);
}

FedDraws::FedDraws(std::deque<double> uniforms, std::deque<std::uint64_t> integers,
                   std::deque<double> normals)
    : has_integers_(!integers.empty()),
      uniforms_(std::move(uniforms)),
      integers_(std::move(integers)),
      normals_(std::move(normals)) {}

double FedDraws::uniform() { return take(uniforms_); }

std::uint64_t FedDraws::below(std::uint64_t count) {
  if (has_integers_) return take(integers_);
  const double place = uniform() * static_cast<double>(count);
  return std::min(static_cast<std::uint64_t>(place), count - 1);
}

double FedDraws::normal() { return take(normals_); }

}  // namespace yardstick::test
