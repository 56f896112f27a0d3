#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/model_choice.h"
#include "cli/sources.h"
#include "cli/text_table.h"

#include <yardstick/error.h>
#include <yardstick/names.h>
#include <yardstick/preprocessing.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

Json json_of(const ParamValue& value) {
  return std::visit([](const auto& plain) { return Json(plain); }, value);
}

Json parameters_json(const ParamSchema& schema) {
  Json list = Json::array();
  for (const ParamSpec& spec : schema.specs()) {
    Json item = {{"name", spec.name},
                 {"default", json_of(spec.default_value)},
                 {"takes", describe_type(spec)},
                 {"help", spec.help}};
    if (spec.min) item["min"] = *spec.min;
    if (spec.max) item["max"] = *spec.max;
    if (!spec.choices.empty()) item["choices"] = spec.choices;
    list.push_back(std::move(item));
  }
  return list;
}

Json paper_json(const Paper& paper) {
  return {{"title", paper.title}, {"arxiv", paper.arxiv}, {"year", paper.year}};
}

Json weights_json(const WeightsEntry& entry) {
  return {{"tag", entry.tag},
          {"file_name", entry.file_name},
          {"url", entry.url},
          {"sha256", entry.sha256},
          {"licence", entry.licence},
          {"classes", entry.classes},
          {"published", entry.published},
          {"preprocessing", Json::parse(to_json(entry.preprocessing))}};
}

struct Counts {
  std::int64_t parameters = 0;
  std::int64_t tensors = 0;
  std::int64_t buffers = 0;
};

Counts count_parameters(const ModelEntry& entry, const Params& params) {
  const auto model = entry.build(params);
  Counts counts;
  for (const auto& [name, tensor] : state_of(model->module())) {
    (tensor.requires_grad() ? counts.parameters : counts.buffers) += tensor.numel();
    ++counts.tensors;
  }
  return counts;
}

Json model_json(const ModelEntry& entry, const ModelChoice& choice, const Params& params,
                Context& context) {
  const Counts counts = count_parameters(entry, params);
  Json values = Json::object();
  for (std::size_t i = 0; i < params.values().size(); ++i) {
    values[params.schema().specs()[i].name] = json_of(params.values()[i]);
  }
  Json tags = Json::array();
  if (choice.weights != nullptr) {
    tags.push_back(weights_json(*choice.weights));
  } else {
    for (const WeightsEntry& tag : context.weights().tags(entry.name)) {
      tags.push_back(weights_json(tag));
    }
  }
  return {{"kind", "model"},
          {"name", entry.name},
          {"family", entry.info.family},
          {"summary", entry.info.summary},
          {"paper", paper_json(entry.info.paper)},
          {"official_repository", entry.info.official_repository},
          {"licence", entry.info.licence},
          {"origin", entry.origin},
          {"test_variant", entry.info.is_test_variant},
          {"input_shape", entry.info.input_shape},
          {"preprocessing", Json::parse(to_json(entry.info.preprocessing))},
          {"parameters", counts.parameters},
          {"buffer_elements", counts.buffers},
          {"tensors", counts.tensors},
          {"settings", parameters_json(entry.schema)},
          {"values", std::move(values)},
          {"weights", std::move(tags)}};
}

Json method_json(const MethodEntry& entry) {
  return {{"kind", "method"},         {"name", entry.name},
          {"summary", entry.summary}, {"paper", paper_json(entry.paper)},
          {"origin", entry.origin},   {"settings", parameters_json(entry.schema)}};
}

Json objective_json(const ObjectiveEntry& entry) {
  return {{"kind", "objective"},
          {"name", entry.name},
          {"summary", entry.summary},
          {"paper", paper_json(entry.paper)},
          {"needs_targets", entry.needs_targets},
          {"trains_classifier", entry.trains_classifier},
          {"origin", entry.origin},
          {"settings", parameters_json(entry.schema)}};
}

Json task_json(const TaskEntry& entry) {
  return {{"kind", "task"},
          {"name", entry.name},
          {"summary", entry.info.summary},
          {"licence", entry.info.licence},
          {"classes", entry.info.classes},
          {"embedded_data", entry.info.has_embedded_data},
          {"targets", entry.info.has_targets},
          {"metrics", entry.info.metrics},
          {"origin", entry.origin}};
}

Json metric_json(const MetricEntry& entry) {
  return {{"kind", "metric"},
          {"name", entry.name},
          {"summary", entry.summary},
          {"tags", entry.tags},
          {"origin", entry.origin}};
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string joined(const Json& list, const char* separator) {
  std::string text;
  for (const Json& item : list) {
    const std::string one = item.is_string() ? item.get<std::string>() : item.dump();
    text += (text.empty() ? "" : separator) + one;
  }
  return text;
}

std::string preprocessing_text(const Json& json) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    const std::string one = value.is_string()  ? value.get<std::string>()
                            : value.is_array() ? concat("(", joined(value, ", "), ")")
                                               : value.dump();
    text += concat(text.empty() ? "" : ", ", key, " ", one);
  }
  return text;
}

// The rows of every kind are named by their JSON keys, so that both forms say the same.
std::string facts_text(const Json& json) {
  TextTable table({Align::kLeft, Align::kLeft});
  for (const auto& [key, value] : json.items()) {
    std::string text;
    if (key == "settings" || key == "weights" || key == "values" || key == "kind") continue;
    if (key == "paper") {
      if (!value["title"].get<std::string>().empty()) {
        text = concat(value["title"].get<std::string>(), " (arXiv ",
                      value["arxiv"].get<std::string>(), ", ", value["year"].get<int>(), ")");
      }
    } else if (key == "preprocessing") {
      text = preprocessing_text(value);
    } else if (key == "input_shape") {
      text = joined(value, " x ");
    } else if (value.is_array()) {
      text = joined(value, ", ");
    } else if (value.is_boolean()) {
      text = value.get<bool>() ? "yes" : "no";
    } else if (value.is_number_integer()) {
      text = key == "classes" && value == 0 ? "as many as the data has folders"
                                            : grouped(value.get<std::int64_t>());
    } else {
      text = value.get<std::string>();
    }
    std::string label = key;
    std::replace(label.begin(), label.end(), '_', ' ');
    table.add({label, text.empty() ? "-" : text});
  }
  return table.text();
}

std::string settings_text(const Json& json) {
  if (!json.contains("settings")) return {};
  if (json["settings"].empty()) return "\nno parameters\n";
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft, Align::kLeft}, "  ");
  table.add({"name", "value", "takes", "meaning"});
  for (const Json& item : json["settings"]) {
    const Json& value =
        json.contains("values") ? json["values"][item["name"].get<std::string>()] : item["default"];
    table.add({item["name"], value.is_string() ? value.get<std::string>() : value.dump(),
               item["takes"], item["help"]});
  }
  return concat("\nparameters\n", table.text());
}

std::string weights_text(const Json& json) {
  if (!json.contains("weights")) return {};
  if (json["weights"].empty()) return "\nno published weights are known\n";
  std::string text = "\nweights\n";
  for (const Json& item : json["weights"]) {
    const std::string published = item["published"];
    const std::string classes =
        item["classes"] == 0 ? "no classifier" : item["classes"].dump() + " classes";
    text +=
        concat("  ", item["tag"].get<std::string>(), "\n    ", item["file_name"].get<std::string>(),
               ", ", classes, ", licence ", item["licence"].get<std::string>(),
               published.empty() ? "" : ", " + published, "\n    ", item["url"].get<std::string>(),
               "\n    ", preprocessing_text(item["preprocessing"]), "\n");
  }
  return text;
}

[[noreturn]] void refuse_unknown(const std::string& name, const Registrar& registrar) {
  std::vector<std::string> names = registrar.models.names();
  for (const auto& more : {registrar.methods.names(), registrar.objectives.names(),
                           registrar.tasks.names(), registrar.metrics.names()}) {
    names.insert(names.end(), more.begin(), more.end());
  }
  const std::string near = suggestion(name, names);
  throw_user(concat("no model, method, objective, task or metric is named ", name),
             near.empty() ? "`yardstick list` shows them all" : near);
}

Json describe(const std::string& name, const CommandLine& line, Context& context) {
  const Registrar& registrar = context.registrar();
  const std::string model_name = split_model_name(name).model;
  if (const ModelEntry* entry = registrar.models.find(model_name)) {
    const ModelChoice choice = choose_model(name, context);
    Params params(entry->schema);
    for (const std::string& text : line.list("set")) {
      const auto [key, value] = split_assignment(text, "--set");
      params.set_from_text(key, value, ParamOrigin::kFlag, "--set");
    }
    return model_json(*entry, choice, params, context);
  }
  if (const MethodEntry* entry = registrar.methods.find(name)) return method_json(*entry);
  if (const ObjectiveEntry* entry = registrar.objectives.find(name)) return objective_json(*entry);
  if (const TaskEntry* entry = registrar.tasks.find(name)) return task_json(*entry);
  if (const MetricEntry* entry = registrar.metrics.find(name)) return metric_json(*entry);
  refuse_unknown(model_name, registrar);
}

int run(const CommandLine& line, Context& context) {
  const Json json = describe(line.arguments()[0], line, context);
  if (line.has("json")) {
    context.out() << json.dump(2) << "\n";
  } else {
    context.out() << json["kind"].get<std::string>() << "\n"
                  << facts_text(json) << settings_text(json) << weights_text(json);
  }
  return kOk;
}

}  // namespace

Command show_command() {
  return {
      .name = "show",
      .summary = "shows what is known of one model, method, objective, task or metric",
      .arguments = "NAME[.TAG]",
      .details =
          "Prints inputs, parameters with their defaults and ranges, the number of "
          "parameters, paper, licence, and the published weights with their preprocessing. "
          "A model is built to count its parameters.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options", {set_option(), json_option()}}, general_options()},
      .examples = {{"yardstick show vit_base_patch16_224", "a model with all its weights tags"},
                   {"yardstick show vit_tiny_patch16_224 --set classes=10",
                    "the same with another head"},
                   {"yardstick show digits --json", "a task, for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
