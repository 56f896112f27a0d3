#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/text_table.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

constexpr std::array<std::string_view, 5> kKinds = {"models", "methods", "objectives", "tasks",
                                                    "metrics"};

struct Request {
  std::string kind;  // "" for all
  std::string glob = "*";
  bool shows_test_variants = false;

  bool wants(std::string_view which) const { return kind.empty() || kind == which; }
};

struct Found {
  std::vector<const ModelEntry*> models;
  std::vector<const MethodEntry*> methods;
  std::vector<const ObjectiveEntry*> objectives;
  std::vector<const TaskEntry*> tasks;
  std::vector<const MetricEntry*> metrics;

  bool is_empty() const {
    return models.empty() && methods.empty() && objectives.empty() && tasks.empty() &&
           metrics.empty();
  }
};

bool is_kind(const std::string& word) {
  return std::find(kKinds.begin(), kKinds.end(), word) != kKinds.end();
}

Request read_request(const CommandLine& line) {
  Request request;
  const auto& words = line.arguments();
  std::size_t at = 0;
  if (!words.empty() && is_kind(words[0])) request.kind = words[at++];
  if (at < words.size()) request.glob = words[at++];
  if (at < words.size()) {
    const std::vector<std::string> kinds(kKinds.begin(), kKinds.end());
    const std::string near = suggestion(words[0], kinds);
    throw_user(concat("nothing of the kind \"", words[0], "\" can be listed"),
               near.empty() ? "kinds are models, methods, objectives, tasks and metrics" : near);
  }
  request.shows_test_variants = line.has("all") || request.glob.find("test") != std::string::npos;
  return request;
}

Found find(const Request& request, const Registrar& registrar) {
  Found found;
  if (request.wants("models")) {
    found.models = registrar.models.list(request.glob);
    if (!request.shows_test_variants) {
      std::erase_if(found.models,
                    [](const ModelEntry* entry) { return entry->info.is_test_variant; });
    }
  }
  if (request.wants("methods")) found.methods = registrar.methods.list(request.glob);
  if (request.wants("objectives")) found.objectives = registrar.objectives.list(request.glob);
  if (request.wants("tasks")) found.tasks = registrar.tasks.list(request.glob);
  if (request.wants("metrics")) found.metrics = registrar.metrics.list(request.glob);
  return found;
}

[[noreturn]] void refuse_no_match(const Request& request, const Registrar& registrar) {
  std::vector<std::string> names;
  const auto offer = [&](std::string_view kind, const std::vector<std::string>& more) {
    if (request.wants(kind)) names.insert(names.end(), more.begin(), more.end());
  };
  offer("models", registrar.models.names());
  offer("methods", registrar.methods.names());
  offer("objectives", registrar.objectives.names());
  offer("tasks", registrar.tasks.names());
  offer("metrics", registrar.metrics.names());
  if (request.kind.empty()) names.insert(names.end(), kKinds.begin(), kKinds.end());
  const std::string what = request.kind.empty() ? "nothing" : concat("no ", request.kind);
  std::string bare = request.glob;
  std::erase(bare, '*');
  throw_user(request.glob == "*"
                 ? concat("there are ", what, " to list")
                 : concat(what, request.kind.empty() ? " is" : " are", " named ", request.glob),
             suggestion(bare, names));
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += concat(text.empty() ? "" : "x", extent);
  return text;
}

// All kinds at once: names only, models by family.
void print_compact(const Found& found, std::ostream& out) {
  constexpr std::size_t kWidth = 96;
  const auto print = [&](const char* title, const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::string all;
    for (const std::string& name : names) all += name + " ";
    out << title << " (" << names.size() << ")\n" << wrap(all, kWidth, "  ");
  };
  std::map<std::string, std::vector<std::string>> families;
  for (const ModelEntry* entry : found.models) families[entry->info.family].push_back(entry->name);
  for (const auto& [family, names] : families) print(concat("models: ", family).c_str(), names);
  const auto names_of = [](const auto& entries) {
    std::vector<std::string> names;
    for (const auto* entry : entries) names.push_back(entry->name);
    return names;
  };
  print("methods", names_of(found.methods));
  print("objectives", names_of(found.objectives));
  print("tasks", names_of(found.tasks));
  print("metrics", names_of(found.metrics));
}

void print_table(const Found& found, std::ostream& out) {
  TextTable table({Align::kLeft, Align::kLeft, Align::kLeft});
  for (const ModelEntry* entry : found.models) {
    table.add({entry->name, shape_text(entry->info.input_shape), entry->info.summary});
  }
  for (const MethodEntry* entry : found.methods) table.add({entry->name, entry->summary});
  for (const ObjectiveEntry* entry : found.objectives) table.add({entry->name, entry->summary});
  for (const TaskEntry* entry : found.tasks) table.add({entry->name, entry->info.summary});
  for (const MetricEntry* entry : found.metrics) table.add({entry->name, entry->summary});
  out << table.text();
}

Json to_json(const Request& request, const Found& found) {
  Json json = Json::object();
  if (request.wants("models")) {
    Json& models = json["models"] = Json::array();
    for (const ModelEntry* entry : found.models) {
      models.push_back({{"name", entry->name},
                        {"family", entry->info.family},
                        {"summary", entry->info.summary},
                        {"input_shape", entry->info.input_shape},
                        {"test_variant", entry->info.is_test_variant},
                        {"origin", entry->origin}});
    }
  }
  const auto simple = [&](const char* kind, const auto& entries, auto summary_of) {
    if (!request.wants(kind)) return;
    Json& list = json[kind] = Json::array();
    for (const auto* entry : entries) {
      list.push_back(
          {{"name", entry->name}, {"summary", summary_of(*entry)}, {"origin", entry->origin}});
    }
  };
  simple("methods", found.methods, [](const MethodEntry& entry) { return entry.summary; });
  simple("objectives", found.objectives, [](const ObjectiveEntry& entry) { return entry.summary; });
  simple("tasks", found.tasks, [](const TaskEntry& entry) { return entry.info.summary; });
  simple("metrics", found.metrics, [](const MetricEntry& entry) { return entry.summary; });
  return json;
}

int run(const CommandLine& line, Context& context) {
  const Request request = read_request(line);
  const Registrar& registrar = context.registrar();
  const Found found = find(request, registrar);
  if (found.is_empty()) refuse_no_match(request, registrar);
  if (line.has("json")) {
    context.out() << to_json(request, found).dump(2) << "\n";
  } else if (request.kind.empty()) {
    print_compact(found, context.out());
  } else {
    print_table(found, context.out());
  }
  return kOk;
}

}  // namespace

Command list_command() {
  return {
      .name = "list",
      .summary = "lists models, methods, objectives, tasks and metrics",
      .arguments = "[models|methods|objectives|tasks|metrics] [GLOB]",
      .details =
          "Names all that is registered, or what matches GLOB (`*` any run of letters, `?` "
          "one). Nothing is loaded or built for it. Tiny variants made for tests are left "
          "out unless GLOB contains \"test\". Nothing matched is exit code 2.",
      .max_arguments = 2,
      .groups = {{"Options",
                  {{.name = "all", .help = "also variants made for tests", .letter = 'a'},
                   json_option()}},
                 general_options()},
      .examples = {{"yardstick list", "all names, by kind"},
                   {"yardstick list models 'hiera*'", "models of one family, with a line on each"},
                   {"yardstick list --json | jq -r '.models[].name'", "names for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
