#include "cli/suite.h"

#include "cli/child_run.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/config_file.h"
#include "cli/model_choice.h"
#include "cli/sources.h"
#include "cli/suite_grid.h"
#include "runners/bench_protocol.h"
#include "runners/bench_runner.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

// Of the suite as a whole.
const ParamSchema& suite_settings() {
  static const ParamSchema schema = [] {
    ParamSchema settings;
    settings.text("name", "", "under which the sweep's runs are found")
        .text("about", "", "for who reads the file")
        .text("protocol", "default", "profile of each process", protocol_profile_names())
        .integer("processes", 1, "of each cell", 1, 1000)
        .integer("order_seed", 0, "of the order of the processes", 0);
    return settings;
  }();
  return schema;
}

// Options of bench that hold for every cell, as keys.
std::vector<std::string> common_keys() {
  std::vector<std::string> keys;
  for (const OptionGroup& group : passed_on_options()) {
    for (const Option& option : group.options) {
      // Of these a suite has axes, or an object.
      if (option.name == "method" || option.name == "precision" || option.name == "set") continue;
      keys.push_back(key_name(option.name));
    }
  }
  return keys;
}

std::vector<std::string> distinct(const std::vector<std::string>& texts) {
  std::vector<std::string> kept;
  for (const std::string& text : texts) {
    if (std::find(kept.begin(), kept.end(), text) == kept.end()) kept.push_back(text);
  }
  return kept;
}

class SuiteReader {
 public:
  SuiteReader(const std::string& path, const Registrar& registrar)
      : file_(ConfigFile::read(path)), registrar_(registrar), common_keys_(common_keys()) {
    std::vector<std::string> allowed = suite_settings().names();
    const auto allow = [&](const std::vector<std::string>& more) {
      allowed.insert(allowed.end(), more.begin(), more.end());
    };
    allow(GridAxes::keys());
    allow({"exclude", "include", "set", "sides"});
    allow(common_keys_);
    refuse_unknown_keys(file_.members, allowed, "a suite");
  }

  Suite read() {
    read_settings();
    read_common();
    read_set();
    const GridAxes axes = GridAxes::read(file_.members, registrar_);
    std::vector<GridPoint> points = expand(axes);
    leave_out(points);
    add_included(axes, points);
    for (const GridPoint& point : points) add_point(point);
    add_sides(axes);
    if (suite_.cells.empty()) {
      throw_user(concat(file_.path, ": no cells to measure"), "give it models or sides");
    }
    return std::move(suite_);
  }

 private:
  const ConfigMember* member(const std::string& key) const {
    for (const ConfigMember& given : file_.members) {
      if (given.key == key) return &given;
    }
    return nullptr;
  }

  void read_settings() {
    Params settings(suite_settings());
    for (const ConfigMember& given : file_.members) {
      if (!settings.has(given.key)) continue;
      settings.set(given.key, single_value(given), ParamOrigin::kConfigFile, given.where);
    }
    suite_.path = file_.path;
    suite_.name = settings.get<std::string>("name");
    if (suite_.name.empty()) suite_.name = fs::path(file_.path).stem().string();
    suite_.protocol = settings.get<std::string>("protocol");
    suite_.processes = settings.get<std::int64_t>("processes");
    suite_.order_seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("order_seed"));
  }

  void read_common() {
    Params settings(bench_settings());
    Params isolation(isolation_settings());
    for (const ConfigMember& given : file_.members) {
      if (std::find(common_keys_.begin(), common_keys_.end(), given.key) == common_keys_.end()) {
        continue;
      }
      const ParamValue& value = single_value(given);
      for (Params* params : {&settings, &isolation}) {
        if (!params->has(given.key)) continue;
        params->set(given.key, value, ParamOrigin::kConfigFile, given.where);
      }
      suite_.common.push_back(concat("--", flag_name(given.key), "=", to_string(value)));
    }
  }

  void read_set() {
    const ConfigMember* given = member("set");
    if (given == nullptr) return;
    set_ = &object_value(*given, "the models' parameters");
    for (const ConfigMember& inner : *set_) {
      set_words_.push_back(concat(inner.key, "=", to_string(single_value(inner))));
    }
  }

  // Checked here, and not when its turn comes in the middle of the night.
  void check_params(const GridPoint& point) const {
    Params params(point.model->schema);
    if (set_ != nullptr) {
      for (const ConfigMember& inner : *set_) {
        params.set(inner.key, single_value(inner), ParamOrigin::kConfigFile,
                   concat(inner.where, ": ", point.model->name));
      }
    }
    if (!point.resolution) return;
    const std::string where = concat(file_.path, ": resolutions of ", point.model->name);
    if (params.has("img_size") && params.origin("img_size") != ParamOrigin::kDefault) {
      throw_user(concat(where, ": set gives img_size too"), "leave one of them out");
    }
    params.set("img_size", *point.resolution, ParamOrigin::kConfigFile, where);
  }

  GridAxes axes_of(const ConfigMember& owner, const ConfigValue& value) const {
    const auto* object = std::get_if<ConfigValue::Object>(&value.data);
    if (object == nullptr) refuse_shape(owner, "a list of objects, as {\"models\": [...]}");
    refuse_unknown_keys(*object, GridAxes::keys(), owner.key);
    return GridAxes::read(*object, registrar_);
  }

  const ConfigValue::List& list_of(const ConfigMember& owner) const {
    const auto* list = std::get_if<ConfigValue::List>(&owner.value.data);
    if (list == nullptr) refuse_shape(owner, "a list");
    return *list;
  }

  void leave_out(std::vector<GridPoint>& points) const {
    const ConfigMember* owner = member("exclude");
    if (owner == nullptr) return;
    std::size_t position = 0;
    for (const ConfigValue& value : list_of(*owner)) {
      ++position;
      // A text is short for the models that it matches.
      GridAxes rule = std::holds_alternative<ParamValue>(value.data)
                          ? GridAxes::read({{"models", owner->where, value}}, registrar_)
                          : axes_of(*owner, value);
      if (std::erase_if(points, [&](const GridPoint& point) { return point.is_in(rule); }) == 0) {
        throw_user(concat(owner->where, ": exclusion ", position, " leaves nothing out"),
                   "every axis that it names must hold a cell of the suite");
      }
    }
  }

  void add_included(const GridAxes& axes, std::vector<GridPoint>& points) const {
    const ConfigMember* owner = member("include");
    if (owner == nullptr) return;
    for (const ConfigValue& value : list_of(*owner)) {
      const std::vector<GridPoint> more = expand(axes_of(*owner, value).or_else(axes));
      if (more.empty()) throw_user(concat(owner->where, ": what is included has no models"));
      points.insert(points.end(), more.begin(), more.end());
    }
  }

  void add_point(const GridPoint& point) {
    check_params(point);
    add_cell(point.side(set_words_), point.batch);
  }

  void add_sides(const GridAxes& axes) {
    const ConfigMember* owner = member("sides");
    if (owner == nullptr) return;
    const Command bench = bench_command();
    try {
      for (const BenchSide& side : parse_sides(distinct(value_texts(*owner)))) {
        const CommandLine line = CommandLine::parse(bench, side.words);
        if (!line.arguments().empty()) {
          registrar_.models.get(split_model_name(line.arguments().front()).model);
        }
        for (const std::int64_t batch : axes.batches.value_or(std::vector<std::int64_t>{1})) {
          add_cell(side, batch);
        }
      }
    } catch (Error& error) {
      throw error.add_context(owner->where);
    }
  }

  // What two parts of the suite ask for is measured once.
  void add_cell(BenchSide side, std::int64_t batch) {
    std::string label = concat(side.name, ", batch ", batch);
    if (!labels_.insert(label).second) return;
    suite_.cells.push_back({std::move(side), batch, std::move(label)});
  }

  ConfigFile file_;
  const Registrar& registrar_;
  std::vector<std::string> common_keys_;
  Suite suite_;
  const ConfigValue::Object* set_ = nullptr;
  std::vector<std::string> set_words_;  // "classes=10"
  std::set<std::string> labels_;
};

}  // namespace

Suite read_suite(const std::string& path, const Registrar& registrar) {
  return SuiteReader(path, registrar).read();
}

std::string find_suite(const std::string& text, const Context& context) {
  if (fs::exists(text)) return text;
  const fs::path folder = fs::path(context.share_dir()) / "configs" / "suites";
  if (const fs::path shipped = folder / (text + ".json"); fs::exists(shipped)) {
    return shipped.string();
  }
  std::vector<std::string> names;
  std::error_code unreadable;  // then no names
  for (const auto& entry : fs::directory_iterator(folder, unreadable)) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw_data(concat("no suite ", text, ": no such file"),
             all.empty() ? "" : concat("those that ship with Yardstick are ", all));
}

}  // namespace yardstick::cli
