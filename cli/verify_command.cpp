#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/progress.h"
#include "cli/text_table.h"
#include "runners/device.h"
#include "runners/verify.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string share(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.1f %%" : "%.0f %%", 100 * value);
  return text;
}

// JSON has no infinity; null says that the figure does not exist.
Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const CaseVerdict& verdict) {
  Json tensors = Json::array();
  for (const TensorVerdict& tensor : verdict.tensors) {
    tensors.push_back({{"name", tensor.name},
                       {"passed", tensor.passed},
                       {"max_abs", finite(tensor.max_abs)},
                       {"max_rel", finite(tensor.max_rel)},
                       {"share_of_tolerance", finite(tensor.share_of_tolerance)},
                       {"worst_at", tensor.worst_at},
                       {"reason", tensor.reason}});
  }
  return {{"path", verdict.path},     {"name", verdict.name},     {"family", verdict.family},
          {"passed", verdict.passed}, {"reason", verdict.reason}, {"tensors", std::move(tensors)}};
}

std::string to_text(const CaseVerdict& verdict) {
  std::string text = (verdict.passed ? "pass  " : "FAIL  ") + verdict.path + "\n";
  if (!verdict.reason.empty()) text += concat("      ", verdict.reason, "\n");
  TextTable table(
      {Align::kLeft, Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kLeft},
      "      ");
  if (!verdict.tensors.empty()) {
    table.add({"output", "", "max abs", "max rel", "of tolerance", "worst at"});
  }
  for (const TensorVerdict& tensor : verdict.tensors) {
    if (!tensor.reason.empty()) {
      table.add({tensor.name, "FAIL", "-", "-", "-", tensor.reason});
    } else {
      table.add({tensor.name, tensor.passed ? "" : "FAIL", number(tensor.max_abs),
                 number(tensor.max_rel), share(tensor.share_of_tolerance), tensor.worst_at});
    }
  }
  return text + table.text();
}

int run(const CommandLine& line, Context& context) {
  const auto folders = find_golden_cases(line.arguments());
  const Registrar& registrar = context.registrar();
  const bool as_json = line.has("json");
  const std::unique_ptr<DeviceBackend> device = open_device(line.text("device", "cpu"));
  Json cases = Json::array();
  std::size_t failed = 0;
  std::size_t done = 0;
  {
    ProgressPrinter progress(context.err(), ProgressPrinter::style(line.has("quiet")));
    for (const std::string& folder : folders) {
      if (context.is_stopping()) break;
      progress.update({.stage = "verify",
                       .done = static_cast<std::int64_t>(done),
                       .total = static_cast<std::int64_t>(folders.size()),
                       .loss = {}});
      const CaseVerdict verdict = verify_case(folder, registrar, device->device());
      failed += verdict.passed ? 0 : 1;
      ++done;
      if (as_json) {
        cases.push_back(to_json(verdict));
      } else {
        context.out() << to_text(verdict);
      }
    }
  }
  const bool all_passed = failed == 0 && done == folders.size();
  if (as_json) {
    const Json json = {{"passed", all_passed},
                       {"cases_found", folders.size()},
                       {"cases_failed", failed},
                       {"cases", std::move(cases)}};
    context.out() << json.dump(2) << "\n";
  } else {
    context.out() << done - failed << " of " << folders.size() << " cases pass\n";
  }
  if (done < folders.size()) context.err() << "yardstick: interrupted\n";
  return all_passed ? kOk : kSomeFailed;
}

}  // namespace

Command verify_command() {
  return {
      .name = "verify",
      .summary = "compares models with what official implementations computed",
      .arguments = "CASE_DIR...",
      .details =
          "Finds every `case.json` below the folders, builds the model from the case's official "
          "arguments, loads its weights strictly, computes, and compares each output: |ours - "
          "theirs| must be at most atol + rtol * |theirs| everywhere, in fp32 also on a GPU. Per "
          "output it prints the "
          "largest absolute and relative difference and the largest share of the tolerance. Exit "
          "code 0 only if every case passes, else 1.",
      .min_arguments = 1,
      .max_arguments = static_cast<std::size_t>(-1),
      .groups = {{"Options", {device_option("cpu"), json_option()}}, general_options()},
      .examples = {{"yardstick verify tests/golden", "the cases that ship with the source"},
                   {"yardstick --plugin ./libmine.so verify my_cases --json",
                    "a plug-in's own cases, for a script"}},
      .run = run,
  };
}

}  // namespace yardstick::cli
