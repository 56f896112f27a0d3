#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/doctor_noise.h"
#include "cli/exit_code.h"
#include "cli/text_table.h"
#include "results/reporters.h"
#include "results/result_store.h"
#include "runners/build_info.h"
#include "runners/device.h"
#include "runners/loop_overhead.h"
#include "runners/provenance.h"

#include <yardstick/error.h>
#include <yardstick/plugin.h>
#include <yardstick/plugin_loader.h>
#include <yardstick/version.h>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

namespace fs = std::filesystem;

// What is wrong or missing. A problem stops commands from working; a note only narrows what they
// do.
class Findings {
 public:
  void problem(std::string what, std::string remedy) { add("problem", what, remedy); }
  void warning(std::string what, std::string remedy) { add("warning", what, remedy); }
  void note(std::string what, std::string remedy) { add("note", what, remedy); }

  bool has_problem() const { return has_problem_; }
  const Json& json() const { return list_; }

 private:
  void add(const char* level, const std::string& what, const std::string& remedy) {
    has_problem_ = has_problem_ || std::string_view(level) == "problem";
    list_.push_back({{"level", level}, {"what", what}, {"remedy", remedy}});
  }

  Json list_ = Json::array();
  bool has_problem_ = false;
};

Json build_section(Findings& findings) {
  const BuildInfo& build = build_info();
  if (!build.is_optimised) {
    findings.warning("this is a debug build: its runs are flagged and kept off leaderboards",
                     "build the preset release for measurements");
  }
  if (!build.sanitizers.empty()) {
    findings.warning(concat("this build carries sanitizers (", build.sanitizers,
                            "): its runs are flagged and kept off leaderboards"),
                     "build the preset release for measurements");
  }
  return {{"yardstick", YARDSTICK_VERSION},  {"git_commit", build.git_commit},
          {"git_dirty", build.git_dirty},    {"build_type", build.build_type},
          {"optimised", build.is_optimised}, {"sanitizers", build.sanitizers},
          {"compiler", build.compiler},      {"flags", build.flags},
          {"libtorch", TORCH_VERSION},       {"plugin_abi", kPluginAbi}};
}

Json facts_section(const Provenance& facts) {
  Json json = Json::object();
  for (const auto& [key, value] : facts) json[key] = value;
  return json;
}

Json loop_section() {
  const LoopOverhead overhead = measure_loop_overhead();
  return {{"inside_a_timed_step_s", overhead.timed_s}, {"whole_step_s", overhead.whole_s}};
}

Json resolvable_json(const std::optional<double>& factor) {
  return factor ? Json(*factor - 1) : Json();
}

Json noise_section(bool is_quiet, Context& context, Findings& findings) {
  const MachineNoise noise = measure_machine_noise(is_quiet, context);
  if (noise.control.verdict != Verdict::kNotResolved) {
    findings.warning(concat(noise.model, " came out ", to_string(noise.control.verdict),
                            " than itself: the machine changed while it was measured"),
                     "stop other work on it, fix its clocks, and run this again");
  }
  return {{"model", noise.model},
          {"processes_a_side", noise.processes},
          {"seconds", noise.seconds},
          {"spread_between_processes", noise.spread},
          {"p_against_itself", noise.control.p},
          {"resolvable_verdict", resolvable_json(noise.verdict)},
          {"resolvable_nightly", resolvable_json(noise.nightly)},
          {"resolvable_gate", resolvable_json(noise.gate)}};
}

Json gpu_section(Findings& findings) {
  try {
    Provenance facts;
    open_device("cuda")->describe(facts);
    return facts_section(facts);
  } catch (const Error& error) {
    findings.note(error.message(), error.hint());
    return nullptr;
  }
}

Json share_section(Context& context, Findings& findings) {
  const fs::path share = context.share_dir();
  Json json = {{"executable", context.executable()}, {"share", share.string()}};
  if (!fs::is_directory(share)) {
    findings.problem(concat("no folder ", share.string(), " with data and configurations"),
                     "install Yardstick whole, or set YARDSTICK_SHARE to its share/yardstick");
    return json;
  }
  const auto look = [&](const char* name, const fs::path& place, const char* needed_by) {
    const bool is_there = fs::exists(place);
    json[name] = is_there ? Json(place.string()) : Json(nullptr);
    if (!is_there) {
      findings.problem(concat(place.string(), " is missing; ", needed_by, " needs it"),
                       "install Yardstick whole");
    }
  };
  look("weights_catalogue", share / "configs" / "models", "MODEL.TAG");
  look("recipes", share / "configs" / "recipes", "the documentation");
  look("digits", share / "data" / "mnist5k.tar.gz", "the task digits");
  look("report_assets", share / "report", "yardstick report");
  try {
    context.weights();
  } catch (const Error& error) {
    findings.problem(error.message(), error.hint());
  }
  return json;
}

Json plugin_section(Context& context, Findings& findings) {
  Json list = Json::array();
  const char* path = std::getenv("YARDSTICK_PLUGIN_PATH");
  Registrar registrar = context.built_ins();
  const auto load = [&](const std::string& file) {
    Json item = {{"path", file}};
    try {
      const LoadedPlugin plugin = load_plugin(file, registrar);
      item["name"] = plugin.name;
      item["version"] = plugin.version;
    } catch (const Error& error) {
      findings.problem(error.message(), error.hint());
      item["error"] = error.what();
    }
    list.push_back(std::move(item));
  };
  for (const std::string& file : context.plugin_files()) load(file);
  try {
    for (const std::string& file : find_plugins(path == nullptr ? "" : path)) load(file);
  } catch (const Error& error) {
    findings.problem(error.message(), error.hint());
  }
  return list;
}

Json database_section(Findings& findings) {
  const std::string path = default_database_path();
  Json json = {{"path", path}, {"exists", fs::exists(path)}};
  if (!fs::exists(path)) return json;
  try {
    json["runs"] = ResultStore(path, ResultStore::Mode::kReadOnly).size();
  } catch (const Error& error) {
    findings.problem(error.message(), error.hint());
  }
  return json;
}

void print_section(const std::string& title, const Json& section, std::ostream& out) {
  out << title << "\n";
  if (section.is_null() || section.empty()) {
    out << "  none\n";
    return;
  }
  TextTable table({Align::kLeft, Align::kLeft}, "  ");
  for (const auto& [key, value] : section.items()) {
    const std::string text = value.is_string()    ? value.get<std::string>()
                             : value.is_null()    ? "missing"
                             : value.is_boolean() ? (value.get<bool>() ? "yes" : "no")
                                                  : value.dump();
    table.add({key, text.empty() ? "-" : text});
  }
  out << table.text();
}

void print_noise(const Json& noise, std::ostream& out) {
  const auto share = [&](const char* key) {
    return noise[key].is_null() ? std::string("no difference")
                                : format_value(noise[key].get<double>(), Unit::kFraction);
  };
  print_section(concat("noise (", noise["model"].get<std::string>(), " against itself, ",
                       noise["processes_a_side"].get<int>(), " processes a side)"),
                {{"spread between processes", share("spread_between_processes")},
                 {"p against itself", noise["p_against_itself"]},
                 {"compare (9 + 9) resolves from", share("resolvable_verdict")},
                 {"nightly (5 + 5) resolves from", share("resolvable_nightly")},
                 {"the gate (9 + 9, p < 0.002) from", share("resolvable_gate")}},
                out);
}

void print_text(const Json& json, std::ostream& out) {
  print_section("build", json["build"], out);
  print_section("host", json["host"], out);
  print_section("gpu", json["gpu"], out);
  const auto time_of = [&](const char* key) {
    return format_value(json["loop"][key].get<double>(), Unit::kSeconds);
  };
  print_section(
      "what bench's loop adds to a step",
      {{"to its time", time_of("inside_a_timed_step_s")}, {"in all", time_of("whole_step_s")}},
      out);
  if (json.contains("noise")) print_noise(json["noise"], out);
  print_section("files", json["files"], out);
  print_section("database", json["database"], out);
  Json plugins = Json::object();
  for (const Json& plugin : json["plugins"]) {
    plugins[plugin["path"].get<std::string>()] =
        plugin.contains("error")
            ? std::string("cannot be loaded")
            : concat(plugin["name"].get<std::string>(), " ", plugin["version"].get<std::string>());
  }
  print_section("plug-ins", plugins, out);
  if (json["findings"].empty()) {
    out << "nothing is amiss\n";
    return;
  }
  out << "findings\n";
  for (const Json& finding : json["findings"]) {
    const std::string remedy = finding["remedy"];
    out << "  " << finding["level"].get<std::string>() << ": " << finding["what"].get<std::string>()
        << (remedy.empty() ? "" : "\n      " + remedy) << "\n";
  }
}

int run(const CommandLine& line, Context& context) {
  Findings findings;
  Json json;
  json["build"] = build_section(findings);
  Provenance host;
  describe_host(host);
  describe_numerics(host);
  for (const char* of_build : {"yardstick", "git_commit", "git_dirty", "build_type", "compiler",
                               "compile_flags", "sanitizers", "libtorch"}) {
    host.erase(of_build);
  }
  json["host"] = facts_section(host);
  json["gpu"] = gpu_section(findings);
  json["loop"] = loop_section();
  if (line.has("noise")) json["noise"] = noise_section(line.has("quiet"), context, findings);
  json["files"] = share_section(context, findings);
  json["database"] = database_section(findings);
  json["plugins"] = plugin_section(context, findings);
  json["findings"] = findings.json();
  if (line.has("json")) {
    context.out() << json.dump(2) << "\n";
  } else {
    print_text(json, context.out());
  }
  return findings.has_problem() ? kEnvironment : kOk;
}

}  // namespace

Command doctor_command() {
  return {
      .name = "doctor",
      .summary = "shows versions, hardware and files, and what is missing",
      .arguments = "",
      .details =
          "Prints how this Yardstick was built, the machine, the GPU and its driver, what "
          "measuring itself costs a step, where data, configurations and plug-ins are found, and "
          "for all that is missing how to "
          "get it. Exit code 4 where something is broken, 0 where at most an option is "
          "missing.\n\n"
          "With `--noise` a small model is compared with itself for up to two minutes, in "
          "processes of "
          "its own, and the smallest difference that this machine can resolve is printed.",
      .groups = {{"Options",
                  {{.name = "noise", .help = "measure how small a difference can be resolved here"},
                   json_option()}},
                 general_options()},
      .examples = {{"yardstick doctor", "before a first run, and with every bug report"},
                   {"yardstick doctor --noise", "before a comparison"},
                   {"yardstick doctor --json", "the same for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
