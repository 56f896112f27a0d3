#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "results/merge.h"
#include "results/result_store.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;

int run(const CommandLine& line, Context& context) {
  const std::string& into = line.arguments().front();
  const std::vector<std::string> sources(line.arguments().begin() + 1, line.arguments().end());
  // A mistyped name is found before anything is written.
  for (const std::string& from : sources) ResultStore(from, ResultStore::Mode::kReadOnly);

  ResultStore store(into, ResultStore::Mode::kReadWrite);
  Json merged = Json::array();
  for (const std::string& from : sources) {
    const MergeCounts counts = merge_runs(store, from);
    if (!line.has("json")) {
      context.out() << from << ": " << counts.added << " runs added, " << counts.already_there
                    << " there already" << std::endl;
    }
    merged.push_back(
        {{"from", from}, {"added", counts.added}, {"already_there", counts.already_there}});
  }
  if (line.has("json")) {
    context.out()
        << Json{{"into", into}, {"runs", store.size()}, {"merged", std::move(merged)}}.dump(2)
        << "\n";
  } else {
    context.out() << into << ": " << store.size() << " runs\n";
  }
  return kOk;
}

}  // namespace

Command results_merge_command() {
  return {
      .name = "results merge",
      .summary = "copies the runs of other results databases into one",
      .arguments = "INTO FROM...",
      .details =
          "Adds to INTO, which need not exist, every run of each FROM that it lacks. The sources "
          "are only read, and may be of an older Yardstick. Others can write to INTO meanwhile; a "
          "merge that is interrupted is completed by merging again, which adds nothing twice. "
          "Where two files have different runs under one id, both are named, nothing of that "
          "source is merged, and the exit code is 3.",
      .min_arguments = 2,
      .max_arguments = 1000,
      .groups = {{"Results", {json_option()}}, general_options()},
      .examples = {{"yardstick results merge all.db gpu-1.db gpu-2.db",
                    "the shards of a sweep, from two machines"},
                   {"yardstick results merge all.db today.db --json", "how many runs came in"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
