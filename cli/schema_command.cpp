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
#include <filesystem>
#include <fstream>
#include <sstream>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr char kEnding[] = ".schema.json";

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  if (!(file && bytes << file.rdbuf())) {
    throw_data(concat(path.string(), " cannot be read"),
               "install Yardstick's share folder again, or point $YARDSTICK_SHARE to it");
  }
  return std::move(bytes).str();
}

std::vector<std::string> schema_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string file = entry.path().filename().string();
    if (file.ends_with(kEnding)) names.push_back(file.substr(0, file.size() - sizeof kEnding + 1));
  }
  std::sort(names.begin(), names.end());
  return names;
}

int run(const CommandLine& line, Context& context) {
  const fs::path folder = fs::path(context.share_dir()) / "configs" / "schemas";
  const std::vector<std::string> names = schema_names(folder);
  if (!line.arguments().empty()) {
    const std::string& name = line.arguments().front();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string near = suggestion(name, names);
      throw_user(concat("there is no schema ", name),
                 near.empty() ? "`yardstick schema` lists them" : near);
    }
    context.out() << read_file(folder / (name + kEnding));
    return kOk;
  }
  Json list = Json::array();
  TextTable table({TextTable::Align::kLeft, TextTable::Align::kLeft});
  for (const std::string& name : names) {
    const fs::path path = folder / (name + kEnding);
    const std::string title = Json::parse(read_file(path)).value("title", "");
    list.push_back({{"name", name}, {"title", title}, {"path", path.string()}});
    table.add({name, title});
  }
  if (line.has("json")) {
    context.out() << Json{{"schemas", std::move(list)}}.dump(2) << "\n";
  } else {
    context.out() << table.text();
  }
  return kOk;
}

}  // namespace

Command schema_command() {
  return {
      .name = "schema",
      .summary = "prints the JSON Schema of what the commands print and read",
      .arguments = "[NAME]",
      .details =
          "Draft 2020-12. Without a name it lists the schemas; the files lie in "
          "share/yardstick/configs/schemas. Documents may get further keys later, and the schemas "
          "allow them.",
      .max_arguments = 1,
      .groups = {{"Results", {json_option()}}, general_options()},
      .examples = {{"yardstick schema", "which there are"},
                   {"yardstick schema leaderboard > leaderboard.schema.json",
                    "that of `yardstick leaderboard --json`"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
