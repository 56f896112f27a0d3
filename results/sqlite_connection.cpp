#include "results/sqlite_connection.h"

#include "results/network_file_system.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>
#include <utility>

namespace yardstick::detail {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

fs::path folder_of(const std::string& path) { return fs::absolute(path).parent_path(); }

bool may_write(const fs::path& path) { return ::access(path.c_str(), W_OK) == 0; }

std::string as_uri(const std::string& path, bool immutable) {
  std::string uri = "file:";
  for (const char c : fs::absolute(path).string()) {
    if (c == '?' || c == '#' || c == '%') {
      constexpr char kDigits[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      uri += c;
    }
  }
  return immutable ? uri + "?immutable=1" : uri;
}

bool has_size_limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

[[noreturn]] void fail_to_open(const std::string& path, int system_error) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    throw_data(concat(path, " is a folder, not a results file"),
               concat("name a file in it, as ", (fs::path(path) / "yardstick.db").string()));
  }
  const fs::path folder = folder_of(path);
  if (!fs::is_directory(folder, ignored)) {
    throw_data(concat("cannot open ", path, ": there is no folder ", folder.string()),
               "create it first, or name another file with --db");
  }
  if (!may_write(folder)) {
    throw_environment(
        concat("cannot write results to ", path, ": the folder ", folder.string(), " is read-only"),
        "name a file in a folder that you may write with --db");
  }
  throw_environment(concat("cannot open ", path, ": ",
                           system_error != 0 ? std::strerror(system_error) : "access refused"),
                    "check the rights of the file and its folder, or name another file with --db");
}

}  // namespace

// SQLite's own busy handler waits at fixed steps of up to 100 ms, which starves a writer among many
// busy ones; short random waits do not.
struct Connection::Patience {
  std::chrono::milliseconds timeout;
  Clock::time_point began{};
  std::minstd_rand random{static_cast<std::minstd_rand::result_type>(::getpid())};

  bool wait(bool is_first) {
    if (is_first) began = Clock::now();
    if (Clock::now() - began >= timeout) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(500 + random() % 4500));
    return true;
  }
  static int on_busy(void* self, int calls_before) {
    return static_cast<Patience*>(self)->wait(calls_before == 0) ? 1 : 0;
  }
};

void Connection::PatienceDeleter::operator()(Patience* patience) const noexcept { delete patience; }
void Connection::Close::operator()(sqlite3* connection) const noexcept {
  sqlite3_close_v2(connection);
}
void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(int position, std::int64_t value) {
  YS_CHECK(sqlite3_bind_int64(statement_.get(), position + 1, value) == SQLITE_OK, position);
  return *this;
}

Statement& Statement::bind(int position, double value) {
  YS_CHECK(sqlite3_bind_double(statement_.get(), position + 1, value) == SQLITE_OK, position);
  return *this;
}

Statement& Statement::bind(int position, std::string_view text) {
  const char* data = text.data() != nullptr ? text.data() : "";
  const int rc = sqlite3_bind_text64(statement_.get(), position + 1, data, text.size(),
                                     SQLITE_STATIC, SQLITE_UTF8);
  if (rc != SQLITE_OK) connection_->fail(rc);
  return *this;
}

Statement& Statement::bind(int position, std::span<const std::byte> blob) {
  const int rc = blob.empty() ? sqlite3_bind_zeroblob(statement_.get(), position + 1, 0)
                              : sqlite3_bind_blob64(statement_.get(), position + 1, blob.data(),
                                                    blob.size(), SQLITE_STATIC);
  if (rc != SQLITE_OK) connection_->fail(rc);
  return *this;
}

Statement& Statement::bind(int position, const std::optional<double>& value) {
  if (value) return bind(position, *value);
  YS_CHECK(sqlite3_bind_null(statement_.get(), position + 1) == SQLITE_OK, position);
  return *this;
}

bool Statement::step() {
  const int rc = sqlite3_step(statement_.get());
  if (rc == SQLITE_ROW) return true;
  reset();
  if (rc != SQLITE_DONE) connection_->fail(rc);
  return false;
}

void Statement::run() {
  const bool has_row = step();
  YS_CHECK(!has_row);
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::optional<double> Statement::optional_real(int column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}

std::string Statement::text(int column) const { return std::string(view(column)); }

std::string_view Statement::view(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::span<const std::byte> Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Connection::Connection(std::string path, Access access, std::chrono::milliseconds lock_timeout)
    : path_(std::move(path)), patience_(new Patience{.timeout = lock_timeout}) {
  if (path_.empty()) throw_user("the results file has an empty name", "name one with --db FILE");
  if (access == Access::kReadOnly) {
    open_for_reading();
  } else {
    refuse_network_file_system(path_);
    open(as_uri(path_, /*immutable=*/false), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (sqlite3_db_readonly(connection_.get(), "main") == 1) fail(SQLITE_READONLY);
  }
  configure();
}

void Connection::configure() const {
  // A file from elsewhere may carry views and triggers: they get no function with side effects.
  execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
  sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // KiB, taken as needed. The default of 2 MiB holds no index of a large file.
  execute("PRAGMA cache_size = -65536");
}

void Connection::open(const std::string& uri, int flags) {
  sqlite3* opened = nullptr;
  const int rc =
      sqlite3_open_v2(uri.c_str(), &opened, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(opened);
  if (rc != SQLITE_OK) fail(rc);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_handler(opened, &Patience::on_busy, patience_.get());
}

// Locks and the log's index live in files beside the database, so a reader that takes part in
// locking must be able to write. The last connection to close removes those files. Where nothing
// can be written nobody else writes either, and the file is read as it lies.
void Connection::open_for_reading() {
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) {
    throw_data(concat("there is no results file ", path_),
               "record a run first, or name another file with --db");
  }
  if (fs::is_directory(path_, ignored)) fail_to_open(path_, 0);
  if (may_write(path_) && may_write(folder_of(path_))) {
    open(as_uri(path_, /*immutable=*/false), SQLITE_OPEN_READWRITE);
    if (sqlite3_db_readonly(connection_.get(), "main") == 0) {
      allow_reading_only();
      return;
    }
  }
  const auto log_bytes = fs::file_size(path_ + "-wal", ignored);
  const bool has_log = !ignored && log_bytes > 0;
  open(as_uri(path_, /*immutable=*/!has_log), SQLITE_OPEN_READONLY);
  if (!has_log) return;
  const int rc =
      sqlite3_exec(connection_.get(), "PRAGMA schema_version", nullptr, nullptr, nullptr);
  if ((rc & 0xff) == SQLITE_CANTOPEN) {
    throw_environment(concat(path_, " has records in ", path_,
                             "-wal that cannot be read from a read-only folder"),
                      "copy both files to a folder that you may write");
  }
}

Statement Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int rc = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                    SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  Statement prepared(statement, *this);
  if (rc != SQLITE_OK) fail(rc);
  return prepared;
}

void Connection::execute(const std::string& sql) const {
  const int rc = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) fail(rc);
}

std::int64_t Connection::integer(std::string_view sql) const {
  Statement statement = prepare(sql);
  const bool has_row = statement.step();
  YS_CHECK(has_row, std::string(sql));
  return statement.integer(0);
}

std::string Connection::text(std::string_view sql) const {
  Statement statement = prepare(sql);
  const bool has_row = statement.step();
  YS_CHECK(has_row, std::string(sql));
  return statement.text(0);
}

void Connection::use_write_ahead_log() const {
  for (bool is_first = true;; is_first = false) {
    Statement statement = prepare("PRAGMA journal_mode = WAL");
    const int rc = sqlite3_step(statement.statement_.get());
    if (rc == SQLITE_ROW && statement.text(0) == "wal") return;
    if (rc == SQLITE_ROW) {
      throw_environment(concat(path_,
                               " lies on a file system without shared memory, where several "
                               "processes cannot write safely"),
                        "keep the file on a local disk");
    }
    // Two processes that create the file at once: SQLite does not ask the busy handler here.
    if ((rc & 0xff) != SQLITE_BUSY || !patience_->wait(is_first)) fail(rc);
  }
}

void Connection::allow_reading_only() const { execute("PRAGMA query_only = ON"); }

void Connection::work_on_copy() {
  sqlite3* opened = nullptr;
  int rc = sqlite3_open_v2(
      "", &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<sqlite3, Close> copy(opened);
  if (rc != SQLITE_OK) fail(rc);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_backup* backup = sqlite3_backup_init(opened, "main", connection_.get(), "main");
  if (backup == nullptr) fail(sqlite3_errcode(opened));
  for (bool is_first = true;; is_first = false) {
    rc = sqlite3_backup_step(backup, -1);
    const int code = rc & 0xff;
    if ((code != SQLITE_BUSY && code != SQLITE_LOCKED) || !patience_->wait(is_first)) break;
  }
  sqlite3_backup_finish(backup);
  if (rc != SQLITE_DONE) fail(rc);
  connection_ = std::move(copy);
  configure();
}

std::int64_t Connection::last_row() const { return sqlite3_last_insert_rowid(connection_.get()); }

std::int64_t Connection::changed_rows() const { return sqlite3_changes(connection_.get()); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

void Connection::fail(int code) const {
  const int system_error = connection_ ? sqlite3_system_errno(connection_.get()) : 0;
  const std::string message =
      connection_ ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(code);
  const auto disk_full = [this] {
    throw_environment(concat("cannot write results to ", path_, ": the disk is full"),
                      "free some space; what was recorded before is intact");
  };
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      throw_data(concat(path_, " is not a results file: not a SQLite database"),
                 "name another file with --db");
    case SQLITE_CORRUPT:
      throw_data(concat(path_, " is damaged: ", message),
                 "restore a backup, or save what can be read: `yardstick results export --salvage`");
    case SQLITE_FULL:
      disk_full();
      break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      throw_environment(concat("cannot write results to ", path_, ": the file is read-only"),
                        "name a file that you may write with --db");
    case SQLITE_CANTOPEN:
      fail_to_open(path_, system_error);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw_environment(concat(path_, " is locked by another process, for more than ",
                               std::chrono::duration<double>(patience_->timeout).count(), " s"),
                        "wait for it to end (`fuser FILE` names it)");
    case SQLITE_IOERR:
      if (system_error == ENOSPC || system_error == EDQUOT) disk_full();
      throw_environment(
          concat("cannot read or write ", path_, ": ",
                 system_error != 0 ? std::strerror(system_error) : message.c_str()),
          code == SQLITE_IOERR_WRITE && has_size_limit()
              ? "the file may have reached this process's size limit (ulimit -f); what was "
                "recorded before is intact"
              : "check the disk; what was recorded before is intact");
    case SQLITE_NOMEM:
      throw_environment(concat("out of memory on ", path_));
    case SQLITE_TOOBIG:
      throw_environment(concat("a record is too large for ", path_, ": ", message));
    case SQLITE_ERROR:
      if (message.starts_with("no such")) {
        throw_data(concat(path_, " lacks a part of its schema: ", message),
                   "it was changed by another program; restore a backup");
      }
      break;
    default:
      break;
  }
  throw Error(ErrorKind::kInternal, concat("SQLite refused a call on ", path_, ": ", message),
              "this is a bug in Yardstick; please report it");
}

Transaction::Transaction(const Connection& connection) : connection_(connection) {
  connection_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!connection_.in_transaction()) return;
  try {
    connection_.execute("ROLLBACK");
  } catch (const Error&) {  // SQLite has rolled back by itself, as it does when the disk is full
  }
}

void Transaction::commit() { connection_.execute("COMMIT"); }

Snapshot::Snapshot(const Connection& connection)
    : connection_(connection.in_transaction() ? nullptr : &connection) {
  if (connection_ != nullptr) connection_->execute("BEGIN");
}

Snapshot::~Snapshot() {
  if (connection_ == nullptr || !connection_->in_transaction()) return;
  try {
    connection_->execute("ROLLBACK");
  } catch (const Error&) {  // nothing was changed
  }
}

}  // namespace yardstick::detail
