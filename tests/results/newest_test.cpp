#include "results/newest.h"

#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/random_records.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace yardstick {
namespace {

using testing::IsEmpty;
using testing::Not;
using Mode = ResultStore::Mode;

// The view of schema 1, which read every run.
constexpr const char* kFromAllRuns =
    "SELECT model, config_params, config_methods, device, config_device, precision, eligible, "
    "CASE kind WHEN 'bench' THEN 'speed' ELSE 'quality' END AS aspect, "
    "CASE kind WHEN 'bench' THEN '' ELSE config_weights END AS weights, "
    "CASE kind WHEN 'bench' THEN '' ELSE task END AS task, "
    "CASE kind WHEN 'bench' THEN '' ELSE split END AS split, "
    "CASE kind WHEN 'bench' THEN '' ELSE config_data END AS data, "
    "CASE kind WHEN 'bench' THEN config_threads ELSE 0 END AS threads, config_profile AS profile, "
    "CASE kind WHEN 'bench' THEN batch_size ELSE 0 END AS batch_size, "
    "tag, value, low, high, unit, direction, n, about, id, kind, config_weights, weights_tag, "
    "methods, flags, max(started_at || printf(' %020d', run)) AS newest "
    "FROM runs JOIN measurement_values USING (run) JOIN quantities USING (quantity) "
    "WHERE status = 'ok' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, tag";

std::vector<std::string> lines(const detail::Connection& connection, const std::string& sql,
                               int columns) {
  detail::Statement select = connection.prepare(sql);
  std::vector<std::string> lines;
  while (select.step()) {
    std::string& line = lines.emplace_back();
    for (int column = 0; column < columns; ++column) line += select.text(column) + " | ";
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

class NewestTest : public testing::Test {
 protected:
  void add(std::uint64_t seed, int count) {
    std::vector<RunRecord> records = test::random_records(seed, count);
    for (RunRecord& record : records) {
      // SQLite does not say which of two values of a tag in one run the old view took.
      std::vector<Measurement> once;
      for (const Measurement& measurement : record.measurements) {
        const auto same = [&](const Measurement& other) { return other.tag == measurement.tag; };
        if (std::none_of(once.begin(), once.end(), same)) once.push_back(measurement);
      }
      record.measurements = once;
    }
    store_.append_all(records);
  }
  const detail::Connection& connection() { return store_.impl().connection; }
  std::vector<std::string> newest() {
    return lines(connection(), "SELECT * FROM newest_measurements", 30);
  }
  // As a pruning does it.
  void remove_run(const std::string& id) {
    const std::string run = "(SELECT run FROM runs WHERE id = '" + id + "')";
    connection().execute(
        "DROP TRIGGER runs_keep; DROP TRIGGER measurement_values_keep; "
        "DROP TRIGGER sample_series_keep; DELETE FROM sample_series WHERE run = " +
        run + "; DELETE FROM measurement_values WHERE run = " + run +
        "; DELETE FROM runs WHERE id = '" + id + "'");
  }

  test::TempDir folder_;
  std::string path_ = folder_.file("results.db");
  ResultStore store_{path_, Mode::kReadWrite};
};

TEST_F(NewestTest, GivesSqlReadersWhatAllRunsSay) {
  add(3, 300);

  EXPECT_THAT(newest(), Not(IsEmpty()));
  EXPECT_EQ(newest(), lines(connection(), kFromAllRuns, 30));
}

TEST_F(NewestTest, RebuildsTheSameRows) {
  add(4, 200);
  const auto before = newest();

  detail::Transaction transaction(connection());
  connection().execute("DELETE FROM newest_values; DELETE FROM configurations");
  EXPECT_FALSE(detail::newest_is_consistent(connection()));
  detail::rebuild_newest(connection());
  transaction.commit();

  EXPECT_TRUE(detail::newest_is_consistent(connection()));
  EXPECT_EQ(newest(), before);
}

TEST_F(NewestTest, ComesBackToTheRunBeforeWhenTheNewestIsRemoved) {
  store_.append(test::eval_record(1, "vit_test", 0.90));
  store_.append(test::eval_record(2, "vit_test", 0.95));
  store_.append(test::eval_record(3, "hiera_test", 0.80));

  detail::Transaction transaction(connection());
  remove_run(test::sample_id(2));
  remove_run(test::sample_id(3));
  EXPECT_FALSE(detail::newest_is_consistent(connection()));
  detail::rebuild_newest(connection());
  transaction.commit();

  EXPECT_TRUE(detail::newest_is_consistent(connection()));
  EXPECT_EQ(lines(connection(), "SELECT model, value FROM newest_measurements", 2),
            std::vector<std::string>{"vit_test | 0.9 | "});
}

TEST_F(NewestTest, GoesOnFromARebuildInAnotherProcess) {
  store_.append(test::eval_record(1, "vit_test", 0.90));
  store_.append(test::eval_record(2, "hiera_test", 0.80));
  {
    const ResultStore other(path_, Mode::kReadWrite);
    const detail::Connection& pruned = other.impl().connection;
    detail::Transaction transaction(pruned);
    pruned.execute("DELETE FROM newest_values; DELETE FROM configurations");
    detail::rebuild_newest(pruned);
    transaction.commit();
  }

  store_.append(test::eval_record(3, "hiera_test", 0.85));

  EXPECT_TRUE(detail::newest_is_consistent(connection()));
}

TEST_F(NewestTest, SeesWhatDoesNotAgreeWithTheRuns) {
  add(5, 60);
  ASSERT_TRUE(detail::newest_is_consistent(connection()));

  for (const char* change :
       {"UPDATE newest_values SET value = 7 WHERE configuration = 1",
        "UPDATE newest_values SET n = n + 1 WHERE configuration = 1",
        "UPDATE newest_values SET run = run + 1 WHERE configuration = 1",
        "DELETE FROM newest_values WHERE configuration = 1",
        "UPDATE configurations SET precision = 'int8' WHERE configuration = 1",
        "UPDATE configurations SET eligible = 1 - eligible WHERE configuration = 1",
        "DELETE FROM configurations WHERE configuration = 1",
        "INSERT INTO newest_values SELECT 999, first_quantity, quantity, run, started_at, value, "
        "low, high, n FROM newest_values LIMIT 1"}) {
    const detail::Transaction undone(connection());
    connection().execute(change);
    EXPECT_FALSE(detail::newest_is_consistent(connection())) << change;
  }
  EXPECT_TRUE(detail::newest_is_consistent(ResultStore(path_, Mode::kReadOnly).impl().connection));
}

TEST_F(NewestTest, KeepsTheLogOfPruningsAsItIs) {
  connection().execute(
      "INSERT INTO prunings (pruned_at, yardstick, kind, condition, runs_removed, series_removed) "
      "VALUES ('2026-11-26T10:00:00Z', '0.1.0', 'runs', 'older than 90 days', 3, 9)");

  for (const char* change : {"DELETE FROM prunings", "UPDATE prunings SET runs_removed = 0",
                             "INSERT OR REPLACE INTO prunings SELECT * FROM prunings"}) {
    EXPECT_ANY_THROW(connection().execute(change)) << change;
  }
  EXPECT_EQ(connection().integer("SELECT sum(runs_removed) FROM prunings"), 3);
}

}  // namespace
}  // namespace yardstick
