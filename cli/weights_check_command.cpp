#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/load_model.h"
#include "cli/model_choice.h"
#include "cli/sources.h"
#include "cli/subject_plan.h"
#include "cli/weights_file.h"
#include "registry/checkpoint/printable.h"
#include "runners/checkpoint_metadata.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <chrono>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using checkpoint::printable;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Target {
  std::string name;  // as the user gave it, or the file
  ModelChoice choice;
  Params params;
  std::vector<MethodChoice> methods;
};

// The model of --model, else the one that the file names.
Target choose_target(const CommandLine& line, const CheckpointFile& file, Context& context) {
  const std::string& path = line.arguments()[0];
  const auto own = checkpoint_metadata(text_metadata(file), path);
  Target target;
  target.name = line.text("model", own ? own->model : "");
  if (target.name.empty()) {
    throw_user(concat(path, " does not say which model it is of"), "name the model with --model");
  }
  target.choice = choose_model(target.name, context);
  const ModelEntry& entry = *target.choice.entry;
  target.params = Params(entry.schema);
  if (own && own->model == entry.name) {
    set_params_from_json(target.params, own->model_params, path);
    target.methods = methods_of_file(own->methods, path, context.registrar());
  } else if (target.choice.weights != nullptr && target.params.has("classes")) {
    target.params.set("classes", ParamValue(target.choice.weights->classes), ParamOrigin::kDefault,
                      "weights tag");
  }
  Sources(line).apply_set(target.params, ParamSchema());
  return target;
}

Json renamed_json(const LoadReport& report) {
  Json pairs = Json::array();
  for (const auto& [from, to] : report.renamed) pairs.push_back({{"file", from}, {"model", to}});
  return pairs;
}

// With shapes, so that a script can make what is missing.
Json missing_json(const LoadReport& report, Model& model) {
  const TensorMap state = state_of(model.module());
  Json missing = Json::array();
  for (const std::string& name : report.missing) {
    missing.push_back({{"name", name}, {"shape", state.at(name).sizes().vec()}});
  }
  return missing;
}

void print_names(std::ostream& out, const char* what, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 20;
  if (names.empty()) return;
  out << what << " " << names.size() << "\n";
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i) {
    out << "  " << printable(names[i]) << "\n";
  }
  if (names.size() > kShown) out << "  and " << names.size() - kShown << " more\n";
}

void print(std::ostream& out, const Target& target, const WeightsFile& file,
           const LoadReport& report) {
  out << target.name << ": " << (report.is_complete() ? "complete" : "NOT complete") << "\n";
  if (!file.model.key.empty()) out << "taken from " << printable(file.model.key) << "\n";
  out << "matched " << report.matched.size() << "\n";
  std::vector<std::string> renamed;
  for (const auto& [from, to] : report.renamed) renamed.push_back(from + " -> " + to);
  print_names(out, "renamed", renamed);
  print_names(out, "resized", report.resized);
  print_names(out, "reset", report.reset);
  print_names(out, "ignored", report.ignored);
  print_names(out, "missing", report.missing);
  print_names(out, "unexpected", report.unexpected);
  print_names(out, "left out", file.model.left_out);
}

int run(const CommandLine& line, Context& context) {
  const std::string& path = line.arguments()[0];
  context.registrar();  // loads plug-ins, which is no part of the times below
  const auto start = std::chrono::steady_clock::now();
  CheckpointFile opened(path);
  const double open_seconds = seconds_since(start);
  const auto opened_at = std::chrono::steady_clock::now();
  ModelPart part = find_model(opened.entries(), line.text("weights-key"), path);
  const WeightsFile file{std::move(opened), std::move(part)};
  const double keys_seconds = seconds_since(opened_at);

  const Target target = choose_target(line, file.file, context);
  if (target.choice.weights != nullptr) check_published_hash(*target.choice.weights, path);
  LoadOptions options;
  options.reset_head = line.has("reset-head");
  options.memory = line.has("copy") ? WeightsMemory::kOwned : WeightsMemory::kMapped;
  const LoadedModel loaded = [&] {
    try {
      return load_model(*target.choice.entry, target.params, target.methods, file, options);
    } catch (Error& error) {
      throw error.add_context(path);
    }
  }();
  const LoadReport& report = loaded.report;

  if (line.has("json")) {
    const double ready = open_seconds + keys_seconds + loaded.build_seconds + loaded.load_seconds;
    const Json json = {{"file", path},
                       {"format", std::string(to_string(file.file.format()))},
                       {"model", target.name},
                       {"complete", report.is_complete()},
                       {"taken_from", file.model.key},
                       {"left_out", file.model.left_out},
                       {"matched", report.matched},
                       {"renamed", renamed_json(report)},
                       {"resized", report.resized},
                       {"reset", report.reset},
                       {"ignored", report.ignored},
                       {"missing", missing_json(report, *loaded.model)},
                       {"unexpected", report.unexpected},
                       {"seconds",
                        {{"open", open_seconds},
                         {"keys", keys_seconds},
                         {"build", loaded.build_seconds},
                         {"load", loaded.load_seconds},
                         {"ready", ready}}}};
    context.out() << json.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(context.out(), target, file, report);
  }
  return report.is_complete() ? kOk : kData;
}

}  // namespace

Command weights_check_command() {
  return {
      .name = "weights check",
      .summary = "tells whether a checkpoint fits a model, tensor by tensor",
      .arguments = "FILE",
      .details =
          "Loads FILE into the model as `eval`, `bench` and `train` would and says what became of "
          "each tensor: matched, renamed by the family's key map, resized to another grid, reset, "
          "ignored as part of another network, missing, unexpected. Exit code 0 where nothing is "
          "missing or unexpected, else 3. With NAME.TAG the file is held to the published SHA-256, "
          "where one is known. `--json` adds the seconds that opening, building and loading took.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options",
                  {{.name = "model",
                    .value = "NAME[.TAG]",
                    .help = "model to load into",
                    .fallback = "the one that the file names"},
                   set_option(),
                   weights_key_option(),
                   reset_head_option(),
                   {.name = "copy",
                    .help =
                        "copy the weights, as bench and train do, where eval uses the mapped file"},
                   json_option()}},
                 general_options()},
      .examples = {{"yardstick weights check mae_pretrain_vit_base.pth --model "
                    "vit_base_patch16_224 --reset-head",
                    "a pre-trained encoder under a new head"},
                   {"yardstick weights check model.pth --model vit_tiny_patch16_224 --set "
                    "classes=10 --json",
                    "another head, for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
