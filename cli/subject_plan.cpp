#include "cli/subject_plan.h"

#include "cli/load_model.h"
#include "cli/model_choice.h"
#include "cli/weights_file.h"
#include "runners/checkpoint_metadata.h"
#include "runners/numerics.h"

#include <yardstick/error.h>
#include <yardstick/sha256.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <utility>

namespace yardstick::cli {
namespace {

constexpr const char* kOfFile = "weights file";
constexpr const char* kOfTag = "weights tag";
constexpr const char* kOfModel = "model";

// Opens the file once before anything is built, so that --dry-run refuses what a run would.
std::optional<CheckpointMetadata> read_metadata(const std::string& path, const std::string& key) {
  if (path.empty()) return std::nullopt;
  return checkpoint_metadata(text_metadata(open_weights_file(path, key).file), path);
}

void apply_user_params(SubjectPlan& plan, const Sources& sources, const ParamSchema& settings) {
  Params user(plan.entry->schema);
  sources.apply_set(user, settings);
  const auto& specs = user.schema().specs();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const ParamOrigin origin = user.origin(specs[i].name);
    if (origin == ParamOrigin::kDefault) continue;
    plan.params.set(specs[i].name, user.values()[i], origin, "--set");
    plan.origins.erase(specs[i].name);
  }
}

void take_from_file(SubjectPlan& plan, const CheckpointMetadata& file, const Registrar& registrar) {
  const std::string& path = plan.weights.text;
  plan.preprocessing = file.preprocessing;
  plan.preprocessing_origin = kOfFile;
  plan.trained_on = file.task;
  if (file.model != plan.entry->name) {
    if (!plan.resets_head) {
      throw_data(concat(path, ": the weights are of ", file.model, ", not of ", plan.entry->name),
                 "leave the model's name out, the file tells it; --reset-head takes what fits");
    }
    plan.weights_of = file.model;
    return;
  }
  const Params before = plan.params;
  set_params_from_json(plan.params, file.model_params, path);
  for (const ParamSpec& spec : before.schema().specs()) {
    if (plan.params.origin(spec.name) != ParamOrigin::kDefault) plan.origins[spec.name] = kOfFile;
  }
  plan.file_methods = methods_of_file(file.methods, path, registrar);
}

// Fills in what the model's name and the weights' file decide.
void resolve_model(SubjectPlan& plan, const std::optional<Sourced>& named, Context& context) {
  const auto file = read_metadata(plan.weights.text, plan.weights_key.text);
  if (named) {
    plan.name = *named;
  } else if (file) {
    plan.name = {file->model, plan.weights.origin, plan.weights.where};
  } else if (plan.has_weights()) {
    throw_user(concat(plan.weights.text, " does not say which model it is of"),
               "name the model before --weights");
  } else {
    throw_user("no model is named", "`yardstick list models` shows them");
  }
  const ModelChoice choice = choose_model(plan.name.text, context);
  plan.entry = choice.entry;
  plan.params = Params(plan.entry->schema);
  plan.preprocessing = plan.entry->info.preprocessing;
  plan.preprocessing_origin = kOfModel;

  if (file) take_from_file(plan, *file, context.registrar());
  if (choice.weights != nullptr) {
    plan.tag = choice.weights->tag;
    if (plan.has_weights()) check_published_hash(*choice.weights, plan.weights.text);
    if (plan.is_free("classes")) adopt_classes(plan, choice.weights->classes, kOfTag);
    plan.preprocessing = choice.weights->preprocessing;
    plan.preprocessing_origin = kOfTag;
  }
}

// Every family calls the side of a square input img_size; images are cut to what the model takes.
void fit_image_size(SubjectPlan& plan) {
  if (plan.params.has("img_size")) {
    plan.preprocessing.crop_px = plan.params.get<std::int64_t>("img_size");
  }
}

void print_load(const LoadReport& report, const WeightsFile& file, const std::string& path,
                std::ostream& err) {
  const auto print = [&](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    err << path << ": " << what << ":";
    for (std::size_t i = 0; i < names.size() && i < 8; ++i) err << " " << names[i];
    if (names.size() > 8) err << " and " << names.size() - 8 << " more";
    err << "\n";
  };
  print("resized to another grid", report.resized);
  print("left random", report.reset);
  print("not of this network", report.ignored);
  if (!file.model.key.empty()) err << path << ": weights taken from " << file.model.key << "\n";
  print("left out of this checkpoint", file.model.left_out);
}

}  // namespace

bool SubjectPlan::is_free(const std::string& param) const {
  return params.has(param) && params.origin(param) == ParamOrigin::kDefault &&
         !origins.contains(param);
}

void SubjectPlan::describe(ResolvedSpec& spec) const {
  spec.add("model", ParamValue(entry->name), std::string(to_string(name.origin)));
  if (!tag.empty()) spec.add("tag", ParamValue(tag), std::string(to_string(name.origin)));
  spec.add("weights", ParamValue(has_weights() ? weights.text : "random"),
           std::string(to_string(weights.origin)));
  if (!weights_key.text.empty()) spec.add("weights_key", weights_key);
  if (!weights_of.empty()) spec.add("weights_of", ParamValue(weights_of), kOfFile);
  spec.add(params, "model.", origins);
  std::vector<MethodChoice> all = file_methods;
  all.insert(all.end(), methods.begin(), methods.end());
  spec.add_json("methods", methods_json(all),
                !methods.empty()        ? std::string(to_string(ParamOrigin::kFlag))
                : !file_methods.empty() ? kOfFile
                                        : std::string(to_string(ParamOrigin::kDefault)));
  spec.add_json("preprocessing", to_json(preprocessing), preprocessing_origin);
}

std::vector<MethodChoice> methods_of_file(const std::string& json, const std::string& path,
                                          const Registrar& registrar) {
  using Json = nlohmann::ordered_json;
  std::vector<MethodChoice> methods;
  const Json list = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) throw_data(concat(path, ": methods are no JSON array"));
  for (const Json& item : list) {
    if (!item.is_object() || !item.contains("name") || !item["name"].is_string()) {
      throw_data(concat(path, ": a method has no name"));
    }
    const MethodEntry& entry = registrar.methods.get(item["name"].get<std::string>());
    MethodChoice choice{&entry, Params(entry.schema)};
    if (item.contains("params")) set_params_from_json(choice.params, item["params"].dump(), path);
    methods.push_back(std::move(choice));
  }
  return methods;
}

void check_published_hash(const WeightsEntry& entry, const std::string& path) {
  namespace fs = std::filesystem;
  if (entry.sha256.empty() || fs::path(path).extension() != fs::path(entry.file_name).extension()) {
    return;
  }
  const std::string hash = sha256_of_file(path);
  if (hash != entry.sha256) {
    throw_data(
        concat(path, ": SHA-256 is ", hash, ", published as ", entry.tag, " is ", entry.sha256),
        concat("fetch it again from ", entry.url, ", or leave the tag out"));
  }
}

SubjectPlan plan_subject(const Sources& sources, const ParamSchema& settings, Context& context) {
  SubjectPlan plan;
  plan.weights = sources.text_or("weights", "");
  plan.weights_key = sources.text_or("weights-key", "");
  plan.resets_head = sources.text("reset-head").has_value();
  resolve_model(plan, sources.argument("model"), context);
  apply_user_params(plan, sources, settings);
  fit_image_size(plan);
  plan.methods = choose_methods(sources.list("method"), context.registrar());
  return plan;
}

void adopt_classes(SubjectPlan& plan, std::int64_t classes, const std::string& why) {
  const ParamSpec* spec = plan.entry->schema.find("classes");
  // Weights without a classifier say 0, which not every model can be built with.
  if (spec == nullptr || (spec->min && static_cast<double>(classes) < *spec->min)) return;
  plan.params.set("classes", ParamValue(classes), ParamOrigin::kDefault, why);
  plan.origins["classes"] = why;
}

BuiltSubject build_subject(const SubjectPlan& plan, std::uint64_t seed, Context& context,
                           WeightsMemory memory) {
  seed_generators(c10::kCPU, seed);
  std::unique_ptr<Model> model;
  std::optional<CheckpointFile> weights;
  std::string hash;
  if (plan.has_weights()) {
    const std::string& path = plan.weights.text;
    WeightsFile file = open_weights_file(path, plan.weights_key.text);
    LoadOptions options;
    options.reset_head = plan.resets_head;
    options.memory = memory;
    try {
      LoadedModel loaded = load_model(*plan.entry, plan.params, plan.file_methods, file, options);
      require_complete(loaded.report, concat("loading into ", plan.entry->name));
      if (!plan.weights_of.empty()) {
        context.err() << path << ": " << loaded.report.matched.size() + loaded.report.renamed.size()
                      << " tensors of " << plan.weights_of << " go into " << plan.entry->name
                      << "\n";
      }
      print_load(loaded.report, file, path, context.err());
      model = std::move(loaded.model);
    } catch (Error& error) {
      throw error.add_context(path);
    }
    hash = sha256_of_checkpoint(file.file, path);
    if (memory == WeightsMemory::kMapped) weights = std::move(file.file);
  } else {
    model = plan.entry->build(plan.params);
    apply_methods(plan.file_methods, *model);
  }
  apply_methods(plan.methods, *model);

  std::vector<MethodChoice> all = plan.file_methods;
  all.insert(all.end(), plan.methods.begin(), plan.methods.end());
  Subject subject{.model = *model,
                  .model_params = plan.params,
                  .weights_tag = plan.has_weights() ? plan.tag : "",
                  .checkpoint_path = plan.weights.text,
                  .checkpoint_sha256 = hash,
                  .methods = methods_json(all),
                  .preprocessing = plan.preprocessing};
  return {std::move(model), std::move(subject), std::move(weights)};
}

BuiltSubject build_from_weights(const std::string& name, const std::string& file,
                                Context& context) {
  SubjectPlan plan;
  plan.weights = {file, ParamOrigin::kFlag, "--objective"};
  std::optional<Sourced> named;
  if (!name.empty()) named = Sourced{name, ParamOrigin::kFlag, "--objective"};
  resolve_model(plan, named, context);
  fit_image_size(plan);
  return build_subject(plan, /*seed=*/0, context);
}

std::vector<Option> after_weights_options(const std::vector<Option>& others) {
  std::vector<Option> options = {
      {.name = "weights",
       .value = "FILE",
       .help = "safetensors (also an index of shards) or torch.save file to load; one written by "
               "`yardstick train` names its model"},
      weights_key_option(),
      reset_head_option()};
  options.insert(options.end(), others.begin(), others.end());
  return options;
}

Option weights_key_option() {
  return {.name = "weights-key",
          .value = "KEY",
          .help = "dictionary of the file that holds the model, as model_ema; `.` for all of it",
          .fallback = "the only one that can be a model"};
}

Option reset_head_option() {
  return {.name = "reset-head",
          .help = "keep a random head where the file's has another number of classes"};
}

}  // namespace yardstick::cli
