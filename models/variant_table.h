#pragma once

#include <yardstick/error.h>
#include <yardstick/registry.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace yardstick {

// Throws User where problem_of(config) finds something: a variant whose parameters do not go
// together.
template <typename Config>
void require_buildable(std::string_view variant, const Config& config) {
  if (const auto problem = problem_of(config)) {
    throw_user(concat(variant, ": ", *problem), "`yardstick show` explains the parameters");
  }
}

// Registers every row of a family's table, which must live as long as the program. `info_of(row)`
// describes a model of the row's own size, `schema_of(row)` declares its parameters, and
// `make(row, params)` builds it.
template <typename Row, std::size_t N, typename InfoOf, typename SchemaOf, typename Make>
void register_variants(Registrar& registrar, const Row (&rows)[N], InfoOf info_of,
                       SchemaOf schema_of, Make make) {
  for (const Row& row : rows) {
    ModelEntry entry;
    entry.name = row.name;
    entry.info = info_of(row);
    entry.schema = schema_of(row);
    entry.build = [&row, make](const Params& params) { return make(row, params); };
    registrar.add(std::move(entry));
  }
}

}  // namespace yardstick
