#include "cli/child_run.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/model_choice.h"
#include "cli/sources.h"
#include "cli/suite.h"
#include "runners/bench_runner.h"
#include "runners/job.h"

#include <yardstick/sha256.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace yardstick::cli {
namespace {

// A change of these does not change what is measured.
const std::set<std::string>& left_out_of_key() {
  static const std::set<std::string> names = {"timeout", "memory-limit", "plugin"};
  return names;
}

// Sorted by option, so that neither order nor spelling ("--threads 2") counts.
std::string key_of(const CommandLine& line) {
  nlohmann::json options = nlohmann::json::object();
  for (const std::string& name : line.command().option_names()) {
    if (line.has(name) && !left_out_of_key().contains(name)) options[name] = line.list(name);
  }
  const nlohmann::json measured = {{"model", line.arguments()}, {"options", options}};
  return sha256_hex(measured.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

CellProcess cell_process(const Suite& suite, const SuiteCell& cell, const Context& context) {
  CellProcess process;
  process.words = bench_words(cell.side, suite.common, cell.batch, suite.protocol, context);

  const Command bench = bench_command();
  std::vector<std::string> own_words(
      std::find(process.words.begin(), process.words.end(), "bench") + 1, process.words.end());
  const CommandLine line = CommandLine::parse(bench, own_words);
  Params isolation(isolation_settings());
  Sources(line).apply(isolation);
  process.limits = child_limits(isolation);
  process.key = key_of(line);
  Params settings(bench_settings());
  Sources(line).apply(settings);
  const bool has_inference = settings.get<bool>("inference");
  process.tag = has_inference ? "time/inference/step" : "time/training/step";
  process.timed_parts = has_inference && settings.get<bool>("training") ? 2 : 1;

  const ModelName model =
      split_model_name(line.arguments().empty() ? std::string() : line.arguments().front());
  process.model = model.model;
  process.weights_tag = model.tag;
  process.device = line.text("device", "auto");
  process.precision = settings.get<std::string>("precision");
  process.batch = cell.batch;
  return process;
}

RunRecord CellProcess::blank() const {
  RunRecord record = blank_record(RunKind::kBench);
  record.model = model.empty() ? "unknown" : model;
  record.weights_tag = weights_tag;
  record.device = device;
  record.precision = precision;
  record.batch_size = batch;
  return record;
}

}  // namespace yardstick::cli
