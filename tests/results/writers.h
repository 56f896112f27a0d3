#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <string>

namespace yardstick::test {

struct WritersAtOnce {
  std::string path;
  int writers = 8;
  std::int64_t records = 100;  // of each
  // Record `number` of writer `writer`; two such pairs never share an id.
  std::function<RunRecord(int writer, std::int64_t number)> record;
  // The first writer is killed after so many acknowledged records at most, and started again.
  std::int64_t most_before_kill = 10;
};

struct WrittenAtOnce {
  std::int64_t acknowledged =
      0;                     // records whose append() returned, or that were there after a kill
  std::int64_t missing = 0;  // of those, by their ids
  std::int64_t stored = 0;
  int kills = 0;
  double seconds = 0;
  std::string failure;         // the first message of a writer that could not go on
  std::string integrity;       // of SQLite's check
  bool is_consistent = false;  // derived rows
};

// Processes that append to one file, which need not exist, at the same time, one of them killed by
// SIGKILL again and again; then what is in the file.
WrittenAtOnce write_at_once(const WritersAtOnce& options);

}  // namespace yardstick::test
