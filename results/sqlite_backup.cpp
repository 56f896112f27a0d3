#include "results/sqlite_backup.h"

#include "results/sqlite_connection.h"
#include "results/sqlite_schema.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace yardstick {
namespace {

namespace fs = std::filesystem;
using detail::Connection;

constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(30);
constexpr int kPagesAtOnce = 256;  // 1 MiB: between two of them Ctrl-C counts

struct Finish {
  void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

void remove_database(const std::string& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(path + suffix, ignored);
}

// A file beside the target that is gone again unless it has taken the target's name.
class PartialFile {
 public:
  explicit PartialFile(std::string path) : path_(std::move(path)) { remove_database(path_); }
  ~PartialFile() { remove_database(path_); }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

[[noreturn]] void throw_cannot_write(const std::string& path, int error) {
  throw_environment(concat(path, " cannot be written: ", std::strerror(error)),
                    "nothing was changed there");
}

[[noreturn]] void throw_exists(const std::string& path) {
  throw_user(concat(path, " exists already"), "name another file, or replace it with --force");
}

// Until the disk has it.
void flush(const std::string& path, const std::string& target) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_flushed = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (!is_flushed) throw_cannot_write(target, error);
}

void take_name(const std::string& partial, const std::string& to, ExistingFile existing) {
  if (existing == ExistingFile::kRefuse) {
    // One that has come into being meanwhile stays.
    if (::renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno == EEXIST) throw_exists(to);
    if (errno != EINVAL && errno != ENOSYS) throw_cannot_write(to, errno);
    if (fs::exists(to)) throw_exists(to);  // a file system without that call
  }
  if (::rename(partial.c_str(), to.c_str()) != 0) throw_cannot_write(to, errno);
}

// Rows of each table.
std::map<std::string, std::int64_t> row_counts(const Connection& connection) {
  std::map<std::string, std::int64_t> counts;
  detail::Statement tables = connection.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  while (tables.step()) {
    const std::string name = tables.text(0);
    counts[name] = connection.integer(concat("SELECT count(*) FROM \"", name, "\""));
  }
  return counts;
}

void check_target(const std::string& from, const std::string& to, ExistingFile existing) {
  std::error_code ignored;
  if (to.empty()) throw_user("the backup has an empty name");
  if (fs::equivalent(from, to, ignored)) throw_user(concat(to, " is the results file itself"));
  if (fs::is_directory(to, ignored)) {
    throw_user(
        concat(to, " is a folder"),
        concat("name a file in it, as ", (fs::path(to) / fs::path(from).filename()).string()));
  }
  if (fs::exists(to, ignored) && existing == ExistingFile::kRefuse) throw_exists(to);
  // The log of the old file would be taken for one of the new.
  for (const char* suffix : {"-wal", "-journal"}) {
    if (!fs::exists(to + suffix, ignored)) continue;
    throw_environment(
        concat(to, " is in use, or its last user was killed: there is ", to, suffix),
        concat("wait for that process; where there is none, `yardstick results check --db ", to,
               "` tidies up"));
  }
}

// The application's mark; any schema will do, also one that this Yardstick does not know.
void check_source(const Connection& source) {
  if (source.integer("PRAGMA application_id") == detail::kApplicationId) return;
  throw_data(concat(source.path(), " is no results file of Yardstick"),
             "name another file with --db");
}

enum class CopyEnd { kDone, kStopped };

CopyEnd copy(const Connection& source, const Connection& target, const BackupOptions& options) {
  const std::unique_ptr<sqlite3_backup, Finish> backup(
      sqlite3_backup_init(target.handle(), "main", source.handle(), "main"));
  if (!backup) target.fail(sqlite3_errcode(target.handle()));
  while (true) {
    const int code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
    if (options.progress) {
      const std::int64_t total = sqlite3_backup_pagecount(backup.get());
      options.progress(total - sqlite3_backup_remaining(backup.get()), total);
    }
    if (code == SQLITE_DONE) return CopyEnd::kDone;
    // Either side's: the codes that are the source's fault name it.
    if (code != SQLITE_OK) {
      const int kind = code & 0xff;
      (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ? source : target).fail(code);
    }
    if (options.stop && options.stop()) return CopyEnd::kStopped;
  }
}

}  // namespace

BackupReport backup_results(const std::string& from, const std::string& to,
                            const BackupOptions& options) {
  const Connection source(from, Connection::Access::kReadOnly, kPatience);
  check_source(source);
  check_target(from, to, options.existing);
  const PartialFile partial(concat(to, ".", ::getpid(), ".part"));

  // While this is open the source stays as it is for us, so that the copy need not begin anew when
  // others write; and they need not wait.
  source.execute("BEGIN");
  const std::map<std::string, std::int64_t> counts = row_counts(source);
  {
    const Connection target(partial.path(), Connection::Access::kReadWrite, kPatience);
    target.execute("PRAGMA synchronous = OFF");  // it is flushed as a whole
    if (copy(source, target, options) == CopyEnd::kStopped) return {.is_stopped = true};
  }
  source.execute("ROLLBACK");

  {
    const Connection copied(partial.path(), Connection::Access::kReadOnly, kPatience);
    const std::string sound = copied.text("PRAGMA integrity_check(1)");
    if (sound != "ok") {
      throw_data(
          concat(from, " is damaged: ", sound),
          concat("no backup was written; `yardstick results check --db ", from, "` says more"));
    }
    if (row_counts(copied) != counts) {
      throw_data(concat("the copy of ", from, " has other rows than the file"),
                 "no backup was written; please report it");
    }
  }
  flush(partial.path(), to);
  const auto bytes = static_cast<std::int64_t>(fs::file_size(partial.path()));
  take_name(partial.path(), to, options.existing);
  flush(fs::absolute(to).parent_path().string(), to);
  return {.runs = counts.contains("runs") ? counts.at("runs") : 0, .bytes = bytes};
}

}  // namespace yardstick
