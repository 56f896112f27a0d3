#pragma once

#include "results/sqlite_connection.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace yardstick::detail {

// Conditions on stored runs, of which all must hold, as SQL over the table `runs`.
//   model=vit_*, status!=ok         texts: = and != with globs
//   started_at>2026-11              dates, whole or their beginning: > and >= mean from its
//   beginning
//                                   on, < before it, <= up to its end, = inside it
//   batch>=32, accuracy/top1>0.9    numbers and measurements: with k, M, %, ms, MiB, ...
//   provenance.git_commit=3fa9*     any fact, and any setting as run: settings.seed=1
class RunFilter {
 public:
  // Throws User on a condition of another form or a name that is none, with the nearest names.
  RunFilter(const Connection& connection, const std::vector<std::string>& filters);

  // True for every run where there are no filters. Takes its parameters from ?1 on.
  const std::string& sql() const { return sql_; }
  // How many parameters sql() has; a statement's others come behind.
  int parameters() const { return static_cast<int>(values_.size()); }
  // The statement must not outlive this filter.
  void bind(Statement& statement) const;

  // Throws User: no run is as the filters say. With what there is instead.
  [[noreturn]] void refuse_empty(const Connection& connection) const;

 private:
  using Value = std::variant<std::string, double>;

  void add(const Connection& connection, const std::string& filter);
  std::string parameter(Value value);

  std::vector<std::string> filters_;
  std::string sql_;
  std::vector<Value> values_;
};

// Names that a filter may begin with, without measurements, facts and settings.
std::vector<std::string> run_fields();

// "2026", "2026-11", "2026-11-25", and with a time behind it: the beginning of a run's started_at.
bool is_date(std::string_view text);

// SQL over `runs` for texts as people see them: "tome(r=16)", "classes=10", "mae_in1k".
std::string methods_sql();
std::string params_sql();
std::string weights_sql();

}  // namespace yardstick::detail
