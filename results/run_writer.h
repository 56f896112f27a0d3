#pragma once

#include "results/sqlite_connection.h"

#include <yardstick/run.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick::detail {

// Adds runs, with statements that are prepared once. Valid as long as its connection.
class RunWriter {
 public:
  explicit RunWriter(const Connection& connection);

  // Whether a run with exactly this id is there.
  bool has(const std::string& id);
  // Adds the record, and what is derived from it, within the caller's transaction. Throws Data
  // where the id is there already.
  void write(const RunRecord& record);
  // To be called where the transaction was undone: what it added is not there.
  void forget();

 private:
  struct Quantity {
    Unit unit;
    Direction direction;
    std::string about;
    std::int64_t quantity;
    std::int64_t first_quantity;  // the lowest of its tag
  };

  std::int64_t insert_run(const RunRecord& record);
  std::int64_t configuration_of(std::int64_t run);
  const Quantity& quantity_of(const Measurement& measurement);
  void insert_measurements(std::int64_t run, const RunRecord& record);
  void insert_samples(std::int64_t run, const RunRecord& record);
  void insert_outcomes(std::int64_t run, const Outcomes& outcomes);

  const Connection& connection_;
  // Quantities are never removed or renumbered, so those once seen stay.
  std::map<std::string, std::vector<Quantity>, std::less<>> quantities_;  // by tag
  Statement find_run_, insert_run_, find_configuration_, insert_configuration_, find_quantity_,
      insert_quantity_, first_quantity_, insert_value_, replace_newest_, keep_newest_,
      insert_samples_, insert_outcomes_;
};

// A transaction of a RunWriter. Undone, with what the writer remembers of it, unless committed.
class WriteTransaction {
 public:
  WriteTransaction(const Connection& connection, RunWriter& writer)
      : transaction_(connection), writer_(writer) {}
  ~WriteTransaction() {
    if (!is_committed_) writer_.forget();
  }
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;

  void commit() {
    transaction_.commit();
    is_committed_ = true;
  }

 private:
  Transaction transaction_;
  RunWriter& writer_;
  bool is_committed_ = false;
};

}  // namespace yardstick::detail
