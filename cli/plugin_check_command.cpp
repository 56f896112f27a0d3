#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/text_table.h"
#include "runners/conformance.h"

#include <yardstick/plugin.h>
#include <yardstick/plugin_loader.h>

#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

template <typename Entry>
Json names_from(const Registry<Entry>& registry, const std::string& origin) {
  Json names = Json::array();
  for (const Entry* entry : registry.list()) {
    if (entry->origin == origin) names.push_back(entry->name);
  }
  return names;
}

Json check_models(const Registrar& registrar, const std::string& origin, bool& all_passed) {
  Json models = Json::array();
  for (const ModelEntry* entry : registrar.models.list()) {
    if (entry->origin != origin) continue;
    Json checks = Json::array();
    bool passed = true;
    for (const ConformanceResult& result : check_conformance(*entry)) {
      passed = passed && result.passed;
      checks.push_back(
          {{"check", result.check}, {"passed", result.passed}, {"detail", result.detail}});
    }
    all_passed = all_passed && passed;
    models.push_back({{"name", entry->name}, {"passed", passed}, {"checks", std::move(checks)}});
  }
  return models;
}

void print_text(const Json& json, std::ostream& out) {
  out << "plug-in " << json["name"].get<std::string>() << " " << json["version"].get<std::string>()
      << " (" << json["path"].get<std::string>() << ")\n"
      << "built for ABI " << json["abi"] << ", LibTorch " << json["libtorch"].get<std::string>()
      << ": fits\n";
  for (const auto& [kind, names] : json["registers"].items()) {
    if (names.empty()) continue;
    out << kind << ":";
    for (const Json& name : names) out << " " << name.get<std::string>();
    out << "\n";
  }
  for (const Json& model : json["models"]) {
    out << (model["passed"].get<bool>() ? "pass  " : "FAIL  ") << model["name"].get<std::string>()
        << "\n";
    TextTable table({Align::kLeft, Align::kLeft, Align::kLeft}, "      ");
    for (const Json& check : model["checks"]) {
      table.add({check["check"], check["passed"].get<bool>() ? "pass" : "FAIL", check["detail"]});
    }
    out << table.text();
  }
}

int run(const CommandLine& line, Context& context) {
  const std::string& path = line.arguments()[0];
  Registrar registrar = context.built_ins();
  const LoadedPlugin plugin = load_plugin(path, registrar);

  bool passed = true;
  Json json = {{"path", plugin.path},
               {"name", plugin.name},
               {"version", plugin.version},
               {"abi", kPluginAbi},
               {"libtorch", TORCH_VERSION}};
  json["registers"] = {{"models", names_from(registrar.models, path)},
                       {"methods", names_from(registrar.methods, path)},
                       {"objectives", names_from(registrar.objectives, path)},
                       {"tasks", names_from(registrar.tasks, path)},
                       {"metrics", names_from(registrar.metrics, path)},
                       {"golden families", names_from(registrar.golden_families, path)}};
  bool is_empty = true;
  for (const Json& names : json["registers"]) is_empty = is_empty && names.empty();
  json["models"] = check_models(registrar, path, passed);
  passed = passed && !is_empty;
  json["passed"] = passed;

  if (line.has("json")) {
    context.out() << json.dump(2) << "\n";
  } else {
    print_text(json, context.out());
  }
  if (is_empty) context.err() << "yardstick: plug-in " << path << " registers nothing\n";
  return passed ? kOk : kSomeFailed;
}

}  // namespace

Command plugin_check_command() {
  return {
      .name = "plugin check",
      .summary = "loads a plug-in and runs the conformance tests on its models",
      .arguments = "FILE",
      .details =
          "Loads the shared library as `--plugin` would, prints what it registers, and checks each "
          "of its models as Yardstick's own are checked: it builds, gives finite output of the "
          "declared shape that depends neither on the rest of the batch nor on the run, survives a "
          "checkpoint and half precision, and passes a gradient to every parameter. Exit code 1 "
          "where a check fails, 2 where the library cannot be loaded.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options", {json_option()}}, general_options()},
      .examples = {{"yardstick plugin check build/mynet.so", "check a plug-in just built"},
                   {"yardstick plugin check build/mynet.so --json", "the same for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
