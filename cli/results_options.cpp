#include "cli/results_options.h"

#include "results/configuration.h"
#include "results/run_filter.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace yardstick::cli {

Option filter_option() {
  return {.name = "filter",
          .value = "CONDITION",
          .help = "runs to take, as model=vit_* or 'accuracy/top1>0.9'; repeatable, all must hold",
          .is_repeatable = true};
}

std::string filter_help() {
  std::string names;
  for (const std::string& field : detail::run_fields()) {
    names += (names.empty() ? "`" : ", `") + field + "`";
  }
  return concat("A filter compares ", names,
                ", a measurement by its tag, `provenance.KEY` or `settings.KEY`. Texts take = and "
                "!= with globs; numbers take = != < <= > >= with %, k, M, MiB, ms behind them; a "
                "date may be cut short: `started_at>2026-11` is from November on, "
                "`started_at<=2026-11` up to its end.");
}

void require_database(const std::string& path) {
  if (std::filesystem::exists(path)) return;
  throw_data(concat("there is no results file ", path), "name another file with --db");
}

bool wants_more(Context& context) { return context.out().good() && !context.is_stopping(); }

std::string dump_json(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false,
                   nlohmann::ordered_json::error_handler_t::replace);
}

std::string subject_text(const RunSummary& run) {
  const std::string methods = detail::display_methods(run.methods);
  return methods.empty() ? run.model : concat(run.model, " + ", methods);
}

std::string minute_text(const std::string& time) {
  std::string text = time.substr(0, 16);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

}  // namespace yardstick::cli
