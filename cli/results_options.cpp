#include "cli/results_options.h"

#include "results/run_filter.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

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

bool wants_more(Context& context) { return context.out().good() && !context.is_stopping(); }

std::string dump_json(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/false,
                   nlohmann::ordered_json::error_handler_t::replace);
}

std::string count_text(std::int64_t count, const char* one, const char* many) {
  return concat(count, " ", count == 1 ? one : many);
}

}  // namespace yardstick::cli
