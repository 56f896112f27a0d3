#pragma once

#include <yardstick/run.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace yardstick {

// Runs in a SQLite database (WAL), one transaction each, append-only. Several processes may write
// at once. Every failure is an Error that names the file: Data for a file that is no database or
// has a newer schema, Environment for a full disk, a read-only file or a lock that does not come
// free. One thread at a time; not to be used across fork().
class ResultStore final : public RecordSink {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  // kReadWrite creates the file and migrates an older schema; it throws Environment on a network
  // file system (docs/results-schema.md, "Network file systems"). kReadOnly throws Data where there
  // is no file, works on a read-only file or folder, leaves no file behind, and reads a copy of a
  // file of an older schema. Every call waits up to `lock_timeout` for other processes.
  ResultStore(const std::string& path, Mode mode,
              std::chrono::milliseconds lock_timeout = std::chrono::seconds(30));
  ~ResultStore() override;

  // Durable once it returns. Throws Data where the id is there already; then, as after any failure,
  // nothing of the record is kept and the store goes on working.
  void append(const RunRecord& record) override;
  // All of them, in one transaction and many times as fast, or on any failure none.
  void append_all(std::span<const RunRecord> records);

  // The record with this id, or whose id begins with it; throws User where none or several do.
  RunRecord get(const std::string& id) const;
  std::int64_t size() const;

  struct Impl;
  Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Where results go unless --db says otherwise: $YARDSTICK_DB, else "yardstick.db" in the current
// folder.
std::string default_database_path();

}  // namespace yardstick
