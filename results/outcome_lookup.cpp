#include "results/outcome_lookup.h"

#include "results/configuration.h"
#include "results/store_impl.h"

#include <string_view>

namespace yardstick {

std::optional<RunRecord> newest_outcomes(const ResultStore& store, const RunRecord& like) {
  const detail::Configuration wanted = detail::configuration_of(like);
  if (wanted.weights == "random") return std::nullopt;
  const detail::Connection& connection = store.impl().connection;
  detail::Statement select = connection.prepare(
      "SELECT run FROM runs JOIN outcomes USING (run) "
      "WHERE model = ? AND status = 'ok' AND config_weights = ? AND config_params = ? "
      "AND config_methods = ? ORDER BY started_at DESC, run DESC LIMIT 1");
  select.bind(0, std::string_view(like.model))
      .bind(1, std::string_view(wanted.weights))
      .bind(2, std::string_view(wanted.params))
      .bind(3, std::string_view(wanted.methods));
  if (!select.step()) return std::nullopt;
  return detail::read_run(connection, select.integer(0), detail::PerSample::kLoaded);
}

}  // namespace yardstick
