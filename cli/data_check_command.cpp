#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/output_file.h"
#include "cli/progress.h"
#include "tasks/data_check.h"

#include <yardstick/error.h>
#include <yardstick/params.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t worker_count(const CommandLine& line) {
  ParamSchema schema;
  schema.integer("workers", 0, "", 0, 1024);
  Params params(schema);
  if (line.has("workers")) {
    params.set_from_text("workers", line.text("workers"), ParamOrigin::kFlag, "--workers");
  }
  const auto chosen = params.get<std::int64_t>("workers");
  return chosen > 0 ? chosen : std::max<std::int64_t>(1, std::thread::hardware_concurrency());
}

Json summary(const DataPassport& passport) {
  Json bad = Json::array();
  for (const BadInput& input : passport.bad) {
    bad.push_back({{"name", input.name}, {"reason", input.reason}});
  }
  return {{"root", passport.root},
          {"sha256", passport.sha256},
          {"files", passport.files.size()},
          {"images_per_split", passport.per_split},
          {"classes", passport.per_class.size()},
          {"bad", std::move(bad)}};
}

int run(const CommandLine& line, Context& context) {
  const DataPassport passport = [&] {
    ProgressPrinter progress(context.err(), ProgressPrinter::style(line.has("quiet")));
    return check_data(line.arguments()[0], worker_count(line), progress, context.stop_condition());
  }();
  if (context.is_stopping()) {
    context.err() << "yardstick: interrupted; no passport is written\n";
    return kSomeFailed;
  }
  for (const BadInput& input : passport.bad) {
    context.err() << "yardstick: " << input.name << ": " << input.reason << "\n";
  }
  if (line.has("passport")) write_whole_file(line.text("passport"), passport.to_json());

  if (line.has("json")) {
    context.out() << summary(passport).dump(2) << "\n";
  } else {
    context.out() << passport.root << ": " << passport.files.size() << " files, "
                  << passport.bad.size() << " undecodable\n";
    for (const auto& [split, images] : passport.per_split) {
      context.out() << "  " << (split.empty() ? "all" : split) << ": " << images << " images\n";
    }
    context.out() << "  sha256 " << passport.sha256 << "\n";
  }
  return passport.bad.empty() ? kOk : kData;
}

}  // namespace

Command data_check_command() {
  return {
      .name = "data check",
      .summary = "decodes every image of a data set and writes its passport",
      .arguments = "PATH",
      .details =
          "Reads every image below PATH (a folder, or tar shards) with several threads. "
          "Each file that cannot be decoded is named on stderr, and the exit code is 3. The "
          "passport holds every file's hash and size, the counts, and one hash over all.",
      .min_arguments = 1,
      .max_arguments = 1,
      .groups = {{"Options",
                  {{.name = "passport", .value = "FILE", .help = "write the passport there"},
                   {.name = "workers",
                    .value = "N",
                    .help = "threads that read and decode",
                    .fallback = "one a core"},
                   json_option()}},
                 general_options()},
      .examples = {{"yardstick data check imagenet/ --passport imagenet.json",
                    "check a folder and keep its passport"},
                   {"yardstick data check 'shards/train-{000..127}.tar' --workers 8",
                    "check tar shards with 8 threads"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
