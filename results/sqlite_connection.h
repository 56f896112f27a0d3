#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace yardstick::detail {

class Connection;

// A prepared statement; valid as long as its connection. Positions and columns count from 0.
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;

  // Text and blobs must live until the statement is reset.
  Statement& bind(int position, std::int64_t value);
  Statement& bind(int position, double value);  // a NaN becomes NULL
  Statement& bind(int position, std::string_view text);
  Statement& bind(int position, std::span<const std::byte> blob);
  Statement& bind(int position, const std::optional<double>& value);

  // Moves to the next row; false, and reset, at the end.
  bool step();
  // Executes a statement that gives no rows, and resets it.
  void run();
  void reset() noexcept;

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::optional<double> optional_real(int column) const;
  std::string text(int column) const;
  std::string_view view(int column) const;            // until the next step
  std::span<const std::byte> blob(int column) const;  // until the next step

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  Statement(sqlite3_stmt* statement, const Connection& connection)
      : statement_(statement), connection_(&connection) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const Connection* connection_;
};

// One SQLite connection. Every failure is an Error of one line that names the file: Data where the
// file is at fault, Environment where disk, rights or another process are.
class Connection {
 public:
  enum class Access {
    kReadWrite,  // creates the file where there is none
    kReadOnly,   // changes nothing that a reader can see, and leaves no file behind
  };

  // Waits up to `lock_timeout` for other processes, here and in every later call.
  Connection(std::string path, Access access, std::chrono::milliseconds lock_timeout);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Statement prepare(std::string_view sql) const;
  void execute(const std::string& sql) const;        // one or several statements without results
  std::int64_t integer(std::string_view sql) const;  // the only value of the only row
  std::string text(std::string_view sql) const;
  std::int64_t last_row() const;
  std::int64_t changed_rows() const;  // by the last statement that inserts, updates or deletes
  bool in_transaction() const;
  // Switches the file to the write-ahead log, for good.
  void use_write_ahead_log() const;
  // Goes on with a private copy of what is committed now, which may be changed and which nobody
  // else sees. It lies in memory, and in the folder for temporary files where it is large.
  void work_on_copy();
  // Refuses every change from now on.
  void allow_reading_only() const;

  const std::string& path() const { return path_; }
  sqlite3* handle() const { return connection_.get(); }  // for results/sqlite_*.cpp
  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  struct Patience;
  struct PatienceDeleter {
    void operator()(Patience* patience) const noexcept;
  };

  void open(const std::string& uri, int flags);
  void open_for_reading();
  void configure() const;

  std::string path_;
  std::unique_ptr<Patience, PatienceDeleter>
      patience_;  // outlives the connection that points to it
  std::unique_ptr<sqlite3, Close> connection_;
};

// Holds the write lock until commit(); undone otherwise.
class Transaction {
 public:
  explicit Transaction(const Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  const Connection& connection_;
};

// While it lives all reads see the file as it was at the first of them, whatever others add. Does
// nothing within a transaction.
class Snapshot {
 public:
  explicit Snapshot(const Connection& connection);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  const Connection* connection_;  // null: not ours
};

}  // namespace yardstick::detail
