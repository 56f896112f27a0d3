#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "cli/plugin_skeleton.h"

#include <yardstick/error.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

// The name becomes a CMake target, a file, a C++ class and the start of a model's name.
void check_name(const std::string& name) {
  const auto is_allowed = [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '_';
  };
  const bool is_good = !name.empty() && std::islower(static_cast<unsigned char>(name[0])) != 0 &&
                       std::all_of(name.begin(), name.end(), is_allowed);
  if (!is_good) {
    throw_user(concat("a plug-in cannot be named \"", name, "\""),
               "use small letters, digits and _, beginning with a letter");
  }
}

int run(const CommandLine& line, Context& context) {
  const std::string& name = line.arguments()[0];
  check_name(name);
  const fs::path folder = fs::path(line.text("dir", ".")) / name;
  if (fs::exists(folder)) {
    throw_user(concat(folder.string(), " exists already"), "choose another name or --dir");
  }
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw_environment(concat(folder.string(), " cannot be made: ", error.message()));
  for (const SkeletonFile& file : plugin_skeleton(name)) {
    const fs::path path = folder / file.name;
    write_whole_file(path.string(), file.content);
    context.out() << path.lexically_normal().string() << "\n";
  }
  context.err() << "build it: cmake -S " << folder.string() << " -B " << folder.string()
                << "/build && cmake --build " << folder.string() << "/build\n"
                << "check it: yardstick plugin check " << folder.string() << "/build/" << name
                << ".so\n";
  return kOk;
}

}  // namespace

Command plugin_new_command() {
  return {
      .name = "plugin new",
      .summary = "writes the skeleton of a plug-in that builds and passes its checks",
      .arguments = "NAME",
      .details =
          "Writes a folder NAME with a CMake project, one source file with a small model, "
          "and a README. It builds against an installed Yardstick; `ctest` runs "
          "`yardstick plugin check` on it. Prints the files written.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options",
                  {{.name = "dir",
                    .value = "DIR",
                    .help = "where the folder is made",
                    .fallback = "the current folder"}}},
                 general_options()},
      .examples = {{"yardstick plugin new mynet", "writes mynet/"},
                   {"yardstick plugin new mynet --dir ~/plugins", "writes ~/plugins/mynet/"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
