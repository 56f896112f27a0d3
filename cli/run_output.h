#pragma once

#include "cli/command_line.h"
#include "cli/context.h"
#include "results/reporters.h"
#include "results/result_store.h"

#include <yardstick/run.h>

#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// Where the records of one command go: into the database, and onto stdout as text, or at the end as
// one JSON document. In a child process they go to the parent instead, and to nobody else.
class RunOutput {
 public:
  // Opens the database before anything is run: a run that cannot be kept is not begun.
  RunOutput(const std::string& database, const CommandLine& line, Context& context);

  // Stores only, a part of a run that is taken later. Not in a child.
  void keep(const RunRecord& record);
  // Stores and prints. Where storing fails, the record is printed before the Error goes on.
  void take(const RunRecord& record);
  // Ends the output; the exit code says whether every run is ok.
  int finish();

 private:
  void print(const RunRecord& record);

  Context& context_;
  bool as_json_;
  RecordDetail detail_;
  std::optional<ResultStore> store_;  // none in a child
  std::vector<std::string> records_;
  bool all_ok_ = true;
};

// What only the command line knows of a run: what was typed, and the plug-ins with their SHA-256.
Provenance caller_provenance(Context& context);

}  // namespace yardstick::cli
