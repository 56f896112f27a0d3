#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <yardstick/run.h>

namespace yardstick {

// Runs in a SQLite database (WAL), one transaction each, append-only. Several processes may write at
// once. Every failure is an Error that names the file: Data for a file that is no database or has a
// newer schema, Environment for a full disk, a read-only file or a lock that does not come free.
class ResultStore final : public RecordSink {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  // kReadWrite creates the file and migrates an older schema; kReadOnly throws Data where there is
  // no file.
  ResultStore(const std::string& path, Mode mode);
  ~ResultStore() override;

  void append(const RunRecord& record) override;

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
