#include "cli/plugin_skeleton.h"

#include <cctype>
#include <string_view>

namespace yardstick::cli {
namespace {

constexpr std::string_view kCMake = R"(cmake_minimum_required(VERSION 3.25)
project(@NAME@ LANGUAGES CXX)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

include(CTest)
find_package(Yardstick REQUIRED)

# Also registers a test that runs `yardstick plugin check` on the result.
yardstick_add_plugin(@NAME@ @NAME@.cpp)
)";

constexpr std::string_view kSource = R"(#include <yardstick/image_model.h>
#include <yardstick/plugin.h>

#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

namespace {

namespace nn = torch::nn;

// Two strided convolutions, a mean over positions, and a linear classifier.
class @CLASS@Impl : public nn::Module {
 public:
  explicit @CLASS@Impl(const yardstick::Params& params) {
    const auto width = params.get<std::int64_t>("width");
    conv1 = register_module(
        "conv1", nn::Conv2d(nn::Conv2dOptions(3, width, /*kernel_size=*/3).stride(2).padding(1)));
    conv2 = register_module(
        "conv2",
        nn::Conv2d(nn::Conv2dOptions(width, 2 * width, /*kernel_size=*/3).stride(2).padding(1)));
    head = register_module("head", nn::Linear(2 * width, params.get<std::int64_t>("classes")));
  }

  at::Tensor forward(const at::Tensor& image) {
    at::Tensor x = at::relu(conv1(image));  // [N, width, H/2, W/2]
    x = at::relu(conv2(x));                 // [N, 2 width, H/4, W/4]
    return head(x.mean({2, 3}));            // [N, classes]
  }

  nn::Conv2d conv1{nullptr};
  nn::Conv2d conv2{nullptr};
  nn::Linear head{nullptr};
};

}  // namespace

YARDSTICK_PLUGIN("@NAME@", "0.1.0", [](yardstick::Registrar& registrar) {
  registrar.add(yardstick::image_model<@CLASS@Impl>("@NAME@_32")
                    .summary("two convolutions and a linear head")
                    .input(/*size_px=*/32, /*crop_pct=*/1.0)
                    .integer("width", 32, "channels of the first convolution"));
})
)";

constexpr std::string_view kReadme = R"(# @NAME@, a Yardstick plug-in

Build and test it against an installed Yardstick (name its prefix in `CMAKE_PREFIX_PATH` where CMake
does not find it):

    cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure

Use it:

    yardstick --plugin build/@NAME@.so show @NAME@_32
    yardstick --plugin build/@NAME@.so train @NAME@_32 --task digits --output runs/@NAME@
    yardstick --plugin build/@NAME@.so bench @NAME@_32 --batch 1,32

`@NAME@.cpp` holds the whole plug-in. A further model is one more `registrar.add(...)`; a parameter
declared there can be set with `--set width=64`. `yardstick plugin check build/@NAME@.so` runs the
conformance tests that Yardstick's own models pass.
)";

std::string class_name(const std::string& name) {
  std::string result;
  bool starts_word = true;
  for (const char c : name) {
    if (c == '_') {
      starts_word = true;
      continue;
    }
    const auto letter = static_cast<unsigned char>(c);
    result += starts_word ? static_cast<char>(std::toupper(letter)) : c;
    starts_word = false;
  }
  return result;
}

std::string filled(std::string_view pattern, const std::string& name) {
  std::string text(pattern);
  const auto replace = [&](std::string_view mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, mark.size(), value);
    }
  };
  replace("@NAME@", name);
  replace("@CLASS@", class_name(name));
  return text;
}

}  // namespace

std::vector<SkeletonFile> plugin_skeleton(const std::string& name) {
  return {{"CMakeLists.txt", filled(kCMake, name)},
          {name + ".cpp", filled(kSource, name)},
          {"README.md", filled(kReadme, name)}};
}

}  // namespace yardstick::cli
