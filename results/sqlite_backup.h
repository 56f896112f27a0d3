#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <string>

namespace yardstick {

enum class ExistingFile { kRefuse, kReplace };

struct BackupOptions {
  ExistingFile existing = ExistingFile::kRefuse;
  StopRequested stop = {};
  // Pages copied and in all, often.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

struct BackupReport {
  std::int64_t runs = 0;
  std::int64_t bytes = 0;
  bool is_stopped = false;  // by `stop`; then nothing was written
};

// Copies the results file `from`, of any schema, as it is at one moment; others may go on writing
// and are not held up. The copy is written beside `to`, checked (integrity, and as many rows as the
// source had at that moment), flushed to the disk, and only then gets its name. Throws Data where
// `from` is damaged or no results file, User where `to` exists or is the same file, Environment
// where the disk is full or `to` is in use.
BackupReport backup_results(const std::string& from, const std::string& to,
                            const BackupOptions& options);

}  // namespace yardstick
