#include "results/sqlite_schema.h"

#include "results/newest.h"

#include <yardstick/error.h>
#include <yardstick/version.h>

namespace yardstick::detail {
namespace {

int newest_version() { return migrations().back().version; }

// The schema version of the file, 0 where it is empty.
int check_identity(const Connection& connection) {
  // Read one by one, another process may make the file a results file in between.
  const Snapshot snapshot(connection);
  const auto application = connection.integer("PRAGMA application_id");
  const auto version = static_cast<int>(connection.integer("PRAGMA user_version"));
  if (application != kApplicationId) {
    if (application == 0 && version == 0 &&
        connection.integer("SELECT count(*) FROM sqlite_schema") == 0) {
      return 0;
    }
    throw_data(concat(connection.path(), " is a SQLite database of another program"),
               "name another file with --db");
  }
  if (version > newest_version()) {
    const std::string yardstick = connection.text(
        "SELECT coalesce((SELECT yardstick FROM schema_history ORDER BY version DESC LIMIT 1), "
        "'')");
    throw_data(concat(connection.path(), " has schema ", version, ", written by Yardstick ",
                      yardstick, "; this is Yardstick ", YARDSTICK_VERSION,
                      ", which knows schemas up to ", newest_version()),
               concat("install Yardstick ", yardstick, " or newer"));
  }
  return version;
}

// Within one transaction: what is derived is worked out by this Yardstick, so no script of an older
// schema need do it.
void migrate(const Connection& connection) {
  Transaction transaction(connection);
  const int version = check_identity(connection);  // another process may have been faster
  if (version == newest_version()) return;
  for (const Migration& migration : migrations()) {
    if (migration.version <= version) continue;
    connection.execute(migration.sql);
    Statement history = connection.prepare(
        "INSERT INTO schema_history VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))");
    history.bind(0, std::int64_t{migration.version})
        .bind(1, std::string_view(YARDSTICK_VERSION))
        .run();
  }
  if (version > 0) rebuild_newest(connection);
  connection.execute(concat("PRAGMA application_id = ", kApplicationId,
                            "; PRAGMA user_version = ", newest_version()));
  transaction.commit();
}

std::int64_t size_in_bytes(const Connection& connection) {
  return connection.integer("PRAGMA page_count") * connection.integer("PRAGMA page_size");
}

}  // namespace

void open_schema_for_writing(const Connection& connection) {
  const int version = check_identity(connection);
  connection.use_write_ahead_log();
  // Pages, 16 MiB of log: each copy into the file waits for the disk twice.
  connection.execute(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4096");
  if (version < newest_version()) migrate(connection);
}

void open_schema_for_reading(Connection& connection) {
  const int version = check_identity(connection);
  if (version == 0) {
    throw_data(concat(connection.path(), " is empty"),
               "record a run first, or name another file with --db");
  }
  if (version == newest_version()) return;
  if (size_in_bytes(connection) > kMostBytesToCopy) {
    throw_data(concat(connection.path(), " has the older schema ", version,
                      "; this Yardstick reads ", newest_version()),
               concat("`yardstick results check --upgrade --db ", connection.path(),
                      "` brings it up to date"));
  }
  connection.work_on_copy();
  migrate(connection);
  connection.allow_reading_only();
}

}  // namespace yardstick::detail
