#include "cli/common_options.h"

#include <yardstick/error.h>

#include <algorithm>
#include <utility>

namespace yardstick::cli {
namespace {

std::string placeholder(const ParamSpec& spec) {
  switch (spec.default_value.index()) {
    case 0:
      return "BOOL";
    case 1:
      return "N";
    case 2:
      return "X";
    default:
      break;
  }
  std::string choices;
  for (const std::string& choice : spec.choices) choices += (choices.empty() ? "" : "|") + choice;
  return choices.empty() ? "TEXT" : choices;
}

std::string range_text(const ParamSpec& spec) {
  if (spec.min && spec.max) return concat(*spec.min, " to ", *spec.max);
  if (spec.min) return concat("at least ", *spec.min);
  if (spec.max) return concat("at most ", *spec.max);
  return {};
}

}  // namespace

Option details_option() {
  return {.name = "details", .help = "print all settings and the provenance too"};
}

Option json_option() { return {.name = "json", .help = "print JSON instead of text"}; }

Option database_option() {
  return {.name = "db",
          .value = "FILE",
          .help = "results database",
          .fallback = "$YARDSTICK_DB, else yardstick.db"};
}

Option task_option() {
  return {.name = "task", .value = "NAME", .help = "task (`yardstick list tasks`)"};
}

Option data_option() {
  return {.name = "data",
          .value = "PATH",
          .help = "folder or shards with the data",
          .fallback = "what ships with the task"};
}

Option images_option() {
  return {.name = "images",
          .value = "PATH",
          .help = "image or folder of images to run on",
          .fallback = "noise with the statistics of images"};
}

Option device_option(std::string fallback) {
  return {.name = "device",
          .value = "auto|cpu|cuda:N",
          .help = "where to run; auto takes a GPU where there is one",
          .fallback = std::move(fallback)};
}

Option set_option() {
  return {.name = "set",
          .value = "KEY=VALUE",
          .help = "parameter of the model (`yardstick show MODEL`); repeatable",
          .is_repeatable = true};
}

Option method_option() {
  return {.name = "method",
          .value = "NAME[:KEY=VALUE,...]",
          .help = "method on top of the model (`yardstick list methods`); repeatable, in order",
          .is_repeatable = true};
}

Option objective_option() {
  return {.name = "objective",
          .value = "NAME[:KEY=VALUE,...]",
          .help = "what training minimises (`yardstick list objectives`)",
          .fallback = "supervised"};
}

Option config_option() {
  return {.name = "config",
          .value = "FILE",
          .help = "JSON file of settings; comments allowed, keys are the flags with _ for -"};
}

Option dry_run_option() {
  return {.name = "dry-run",
          .help = "print the resolved specification with the origin of each value"};
}

OptionGroup general_options() {
  return {"General",
          {{.name = "plugin",
            .value = "FILE",
            .help = "load a plug-in; repeatable, also before the command",
            .is_repeatable = true},
           {.name = "quiet", .help = "no progress, only results and errors", .letter = 'q'},
           {.name = "help", .help = "print this help", .letter = 'h'}}};
}

std::string flag_name(const std::string& setting) {
  std::string name = setting;
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

OptionGroup setting_options(std::string title, const ParamSchema& schema) {
  OptionGroup group{std::move(title), {}};
  for (const ParamSpec& spec : schema.specs()) {
    const std::string range = range_text(spec);
    group.options.push_back({.name = flag_name(spec.name),
                             .value = placeholder(spec),
                             .help = range.empty() ? spec.help : concat(spec.help, "; ", range),
                             .fallback = to_string(spec.default_value),
                             .may_stand_alone = spec.default_value.index() == 0});
  }
  return group;
}

std::string describe_type(const ParamSpec& spec) {
  constexpr const char* kTypes[] = {"true or false", "integer", "number", "text"};
  std::string text = kTypes[spec.default_value.index()];
  if (const std::string range = range_text(spec); !range.empty()) text += concat(", ", range);
  if (!spec.choices.empty()) {
    text = "one of ";
    for (std::size_t i = 0; i < spec.choices.size(); ++i) {
      text += (i == 0 ? "" : ", ") + spec.choices[i];
    }
  }
  return text;
}

}  // namespace yardstick::cli
