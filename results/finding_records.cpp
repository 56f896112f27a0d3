#include "results/finding_records.h"

#include "results/nights.h"
#include "results/reproductions.h"

#include <yardstick/error.h>

namespace yardstick::detail {

std::string is_finding_record(std::string_view key) {
  return concat("(kind = 'bench' AND batch_size = 0 AND json_extract(provenance, '$.", key,
                "') IS NOT NULL)");
}

std::string is_finding_record() {
  return concat("(", is_finding_record(kReproductionKey), " OR ", is_finding_record(kFindingsKey),
                ")");
}

}  // namespace yardstick::detail
