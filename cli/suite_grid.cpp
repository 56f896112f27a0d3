#include "cli/suite_grid.h"

#include "cli/batch_list.h"
#include "cli/choices.h"
#include "runners/bench_runner.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <utility>

namespace yardstick::cli {
namespace {

template <typename T>
bool holds(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::vector<const ModelEntry*> models_of(const ConfigMember& member, const Registrar& registrar) {
  std::vector<const ModelEntry*> models;
  for (const std::string& glob : value_texts(member)) {
    auto found = registrar.models.list(glob);
    if (glob.find("test") == std::string::npos) {
      std::erase_if(found, [](const ModelEntry* entry) { return entry->info.is_test_variant; });
    }
    if (found.empty()) {
      std::string bare = glob;
      std::erase(bare, '*');
      const std::string near = suggestion(bare, registrar.models.names());
      throw_user(concat(member.where, ": no model is named ", glob),
                 near.empty() ? "`yardstick list models` shows them all" : near);
    }
    for (const ModelEntry* entry : found) {
      if (!holds(models, entry)) models.push_back(entry);
    }
  }
  return models;
}

MethodChain checked_chain(MethodChain chain, const std::string& where, const Registrar& registrar) {
  if (chain == MethodChain{"none"}) return {};
  for (const std::string& method : chain) {
    try {
      registrar.methods.get(split_choice(method).name);
    } catch (Error& error) {
      throw error.add_context(where);
    }
    choose(registrar.methods, Sourced{method, ParamOrigin::kConfigFile, where});
  }
  return chain;
}

// Each value of a list, or the only one, as a member of its own with the list's key and place.
std::vector<ConfigMember> elements(const ConfigMember& member) {
  const auto* list = std::get_if<ConfigValue::List>(&member.value.data);
  if (list == nullptr) return {member};
  std::vector<ConfigMember> elements;
  for (const ConfigValue& value : *list) elements.push_back({member.key, member.where, value});
  return elements;
}

std::vector<MethodChain> methods_of(const ConfigMember& member, const Registrar& registrar) {
  std::vector<MethodChain> chains;
  for (const ConfigMember& element : elements(member)) {
    MethodChain chain = checked_chain(value_texts(element), member.where, registrar);
    if (!holds(chains, chain)) chains.push_back(std::move(chain));
  }
  return chains;
}

std::vector<std::int64_t> resolutions_of(const ConfigMember& member) {
  std::vector<std::int64_t> resolutions;
  for (const ConfigMember& element : elements(member)) {
    const auto* pixels = std::get_if<std::int64_t>(&single_value(element));
    if (pixels == nullptr) refuse_shape(member, "whole numbers of pixels");
    if (!holds(resolutions, *pixels)) resolutions.push_back(*pixels);
  }
  return resolutions;
}

std::vector<std::int64_t> batches_of(const ConfigMember& member) {
  std::string all;
  for (const std::string& text : value_texts(member)) all += (all.empty() ? "" : ",") + text;
  return parse_batches(all, concat(member.where, ": ", member.key));
}

std::vector<std::string> precisions_of(const ConfigMember& member) {
  std::vector<std::string> precisions;
  Params settings(bench_settings());
  for (const std::string& text : value_texts(member)) {
    settings.set_from_text("precision", text, ParamOrigin::kConfigFile, member.where);
    if (!holds(precisions, text)) precisions.push_back(text);
  }
  return precisions;
}

// `values`, or a single `fallback`.
template <typename T>
std::vector<T> or_one(const std::optional<std::vector<T>>& values, T fallback) {
  return values ? *values : std::vector<T>{std::move(fallback)};
}

// The axis is absent, or holds `value`.
template <typename T>
bool admits(const std::optional<std::vector<T>>& axis, const T& value) {
  return !axis || holds(*axis, value);
}

}  // namespace

const std::vector<std::string>& GridAxes::keys() {
  static const std::vector<std::string> names = {"models", "methods", "resolutions", "precisions",
                                                 "batches"};
  return names;
}

GridAxes GridAxes::read(const ConfigValue::Object& members, const Registrar& registrar) {
  GridAxes axes;
  for (const ConfigMember& member : members) {
    if (member.key == "models") {
      axes.models = models_of(member, registrar);
    } else if (member.key == "methods") {
      axes.methods = methods_of(member, registrar);
    } else if (member.key == "resolutions") {
      axes.resolutions = resolutions_of(member);
    } else if (member.key == "precisions") {
      axes.precisions = precisions_of(member);
    } else if (member.key == "batches") {
      axes.batches = batches_of(member);
    }
  }
  return axes;
}

GridAxes GridAxes::or_else(const GridAxes& other) const {
  return {.models = models ? models : other.models,
          .methods = methods ? methods : other.methods,
          .resolutions = resolutions ? resolutions : other.resolutions,
          .precisions = precisions ? precisions : other.precisions,
          .batches = batches ? batches : other.batches};
}

BenchSide GridPoint::side(const std::vector<std::string>& set) const {
  BenchSide side{model->name, {model->name}};
  const auto add = [&side](const std::string& option, const std::string& value) {
    side.words.insert(side.words.end(), {option, value});
    side.name += concat(" ", option, " ", value);
  };
  for (const std::string& method : methods) add("--method", method);
  for (const std::string& assignment : set) add("--set", assignment);
  if (resolution) add("--set", concat("img_size=", *resolution));
  if (precision != "fp32") add("--precision", precision);
  return side;
}

bool GridPoint::is_in(const GridAxes& axes) const {
  return admits(axes.models, model) && admits(axes.methods, methods) &&
         (!axes.resolutions || (resolution && holds(*axes.resolutions, *resolution))) &&
         admits(axes.precisions, precision) && admits(axes.batches, batch);
}

std::vector<GridPoint> expand(const GridAxes& axes) {
  std::vector<std::optional<std::int64_t>> resolutions = {std::nullopt};
  if (axes.resolutions) resolutions.assign(axes.resolutions->begin(), axes.resolutions->end());
  std::vector<GridPoint> points;
  for (const ModelEntry* model : axes.models.value_or(std::vector<const ModelEntry*>{})) {
    for (const MethodChain& methods : or_one(axes.methods, MethodChain{})) {
      for (const auto& resolution : resolutions) {
        for (const std::string& precision : or_one(axes.precisions, std::string("fp32"))) {
          for (const std::int64_t batch : or_one(axes.batches, std::int64_t{1})) {
            points.push_back({model, methods, resolution, precision, batch});
          }
        }
      }
    }
  }
  return points;
}

}  // namespace yardstick::cli
