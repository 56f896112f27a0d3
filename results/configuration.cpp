#include "results/configuration.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <charconv>

namespace yardstick::detail {
namespace {

using nlohmann::json;

json parsed(const std::string& text, const char* field) {
  json value = json::parse(text.empty() ? "{}" : text, nullptr, /*allow_exceptions=*/false);
  YS_CHECK(!value.is_discarded(), field, " of the record is not JSON: ", text);
  return value;
}

std::string fact(const Provenance& provenance, const char* key) {
  const auto found = provenance.find(key);
  return found == provenance.end() ? std::string() : found->second;
}

bool is_cpu(const std::string& device) { return device.starts_with("cpu"); }

// Settings may carry their origin: {"value": 10, "origin": "flag"}.
json without_origins(const json& settings) {
  json plain = json::object();
  for (const auto& [name, value] : settings.items()) {
    plain[name] = value.is_object() && value.contains("value") ? value["value"] : value;
  }
  return plain;
}

std::string weights_of(const RunRecord& record) {
  // A training run that did not end well still names the file that it started from.
  const bool is_unfinished = record.kind == RunKind::kTrain && record.status != RunStatus::kOk;
  const std::string sha256 = fact(record.provenance, "checkpoint_sha256");
  if (!is_unfinished && !sha256.empty()) return "sha256:" + sha256;
  if (record.kind == RunKind::kTrain) return "run:" + record.id;
  if (!record.weights_tag.empty()) return "tag:" + record.weights_tag;
  return "random";
}

json params_of(const RunRecord& record) {
  const json effective = parsed(record.effective, "effective");
  json params = effective.is_object() ? effective.value("model_params", json()) : json();
  if (!params.is_object()) {
    params = json::parse(fact(record.provenance, "model_params"), nullptr,
                         /*allow_exceptions=*/false);
  }
  return params.is_object() ? without_origins(params) : json::object();
}

std::string plain(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string list_settings(const json& settings) {
  std::string text;
  for (const auto& [name, value] : settings.items()) {
    text += (text.empty() ? "" : ", ") + name + "=" + plain(value);
  }
  return text;
}

// "tome(r=16) + linear_probe", each method with those of its settings that `choose` gives back.
template <typename Choose>
std::string write_methods(const std::string& methods, Choose choose) {
  std::string text;
  const json list = json::parse(methods, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return methods;
  for (const json& method : list) {
    if (!text.empty()) text += " + ";
    if (!method.is_object()) {
      text += plain(method);
      continue;
    }
    const std::string name = plain(method.value("name", json("?")));
    const json settings = method.value("params", json::object());
    text += name;
    const std::string chosen =
        list_settings(settings.is_object() ? choose(name, settings) : settings);
    if (!chosen.empty()) text += "(" + chosen + ")";
  }
  return text;
}

}  // namespace

Configuration configuration_of(const RunRecord& record) {
  Configuration configuration;
  configuration.params = params_of(record).dump();
  const json methods = parsed(record.methods.empty() ? "[]" : record.methods, "methods");
  configuration.methods = methods.dump();
  configuration.weights = weights_of(record);
  configuration.device = fact(record.provenance, is_cpu(record.device) ? "cpu_model" : "gpu_name");
  if (is_cpu(record.device)) {
    const std::string threads = fact(record.provenance, "threads_intra");
    std::from_chars(threads.data(), threads.data() + threads.size(), configuration.threads);
  }
  if (record.kind == RunKind::kBench) {
    configuration.profile = fact(record.provenance, "protocol");
  } else {
    configuration.data = fact(record.provenance, "data_fingerprint");
  }
  return configuration;
}

std::string display_methods(const std::string& methods) {
  return write_methods(methods, [](const std::string&, const json& settings) { return settings; });
}

MethodTexts::MethodTexts(const std::vector<std::string>& all) {
  for (const std::string& methods : all) {
    write_methods(methods, [this](const std::string& name, const json& settings) {
      for (const auto& [key, value] : settings.items()) uses_[name][key].insert(plain(value));
      return settings;
    });
  }
}

std::string MethodTexts::text(const std::string& methods) const {
  return write_methods(methods, [this](const std::string& name, const json& settings) {
    json differing = json::object();
    const auto uses = uses_.find(name);
    for (const auto& [key, value] : settings.items()) {
      if (uses != uses_.end() && uses->second.contains(key) && uses->second.at(key).size() > 1) {
        differing[key] = value;
      }
    }
    return differing.empty() ? settings : differing;
  });
}

std::vector<std::string> MethodTexts::left_out() const {
  std::vector<std::string> texts;
  for (const auto& [name, settings] : uses_) {
    std::string same;
    bool has_several = false;
    for (const auto& [key, values] : settings) {
      has_several = has_several || values.size() > 1;
      if (values.size() == 1) same += concat(same.empty() ? "" : ", ", key, "=", *values.begin());
    }
    if (has_several && !same.empty()) texts.push_back(concat(name, ": ", same));
  }
  return texts;
}

std::string display_params(const std::string& params) {
  const json settings = json::parse(params, nullptr, /*allow_exceptions=*/false);
  return settings.is_object() ? list_settings(settings) : params;
}

std::string display_weights(const std::string& weights, const std::string& tag) {
  if (!tag.empty()) return tag;
  const std::size_t colon = weights.find(':');
  if (colon == std::string::npos) return weights;
  const std::string value = weights.substr(colon + 1);
  return weights.starts_with("tag:") ? value : value.substr(0, 8);
}

}  // namespace yardstick::detail
