#pragma once

#include <cstdint>

#include <yardstick/export.h>
#include <yardstick/registry.h>
#include <yardstick/version.h>

#include <torch/headeronly/version.h>

namespace yardstick {

// Raised whenever a public header changes the layout or meaning of a type (docs/plugins.md).
inline constexpr std::uint32_t kPluginAbi = 3;

#if defined(_GLIBCXX_RELEASE) && _GLIBCXX_USE_CXX11_ABI
inline constexpr char kStandardLibrary[] = "libstdc++ (C++11 ABI)";
#elif defined(_LIBCPP_VERSION)
inline constexpr char kStandardLibrary[] = "libc++";
#else
inline constexpr char kStandardLibrary[] = "libstdc++ (old ABI)";
#endif

// What a plug-in says of itself before any of its C++ is called. Plain data; the host reads
// struct_size and abi first and nothing else unless both fit.
struct PluginDescriptor {
  std::uint32_t struct_size;
  std::uint32_t abi;
  const char* yardstick_version;
  const char* libtorch_version;
  const char* standard_library;
  const char* name;
  const char* version;
  void (*register_entries)(Registrar& registrar);
};

inline constexpr char kPluginEntryPoint[] = "yardstick_plugin_descriptor";

}  // namespace yardstick

// Defines the plug-in's only exported symbol. The last argument is a captureless lambda taking
// yardstick::Registrar&. Once per shared library:
//
//   YARDSTICK_PLUGIN("tinynet", "0.1.0", [](yardstick::Registrar& r) { r.add(...); })
#define YARDSTICK_PLUGIN(plugin_name, plugin_version, ...)                               \
  extern "C" YS_API const ::yardstick::PluginDescriptor* yardstick_plugin_descriptor() { \
    static constexpr ::yardstick::PluginDescriptor kDescriptor{                          \
        sizeof(::yardstick::PluginDescriptor),                                           \
        ::yardstick::kPluginAbi,                                                         \
        YARDSTICK_VERSION,                                                               \
        TORCH_VERSION,                                                                   \
        ::yardstick::kStandardLibrary,                                                   \
        plugin_name,                                                                     \
        plugin_version,                                                                  \
        __VA_ARGS__};                                                                    \
    return &kDescriptor;                                                                 \
  }
