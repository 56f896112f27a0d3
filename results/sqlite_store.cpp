#include "results/result_store.h"
#include "results/sqlite_schema.h"
#include "results/store_impl.h"

#include <yardstick/check.h>
#include <yardstick/error.h>

#include <cstdlib>
#include <utility>

namespace yardstick {

using detail::Connection;
using detail::Statement;

ResultStore::Impl::Impl(const std::string& path, Mode open_mode,
                        std::chrono::milliseconds lock_timeout)
    : connection(path,
                 open_mode == Mode::kReadOnly ? Connection::Access::kReadOnly
                                              : Connection::Access::kReadWrite,
                 lock_timeout),
      mode(open_mode) {
  if (mode == Mode::kReadOnly) {
    detail::open_schema_for_reading(connection);
  } else {
    detail::open_schema_for_writing(connection);
  }
}

ResultStore::ResultStore(const std::string& path, Mode mode, std::chrono::milliseconds lock_timeout)
    : impl_(std::make_unique<Impl>(path, mode, lock_timeout)) {}

ResultStore::~ResultStore() = default;

std::optional<std::int64_t> detail::find_run(const Connection& connection, const std::string& id) {
  Statement find = connection.prepare("SELECT run FROM runs WHERE id = ?");
  if (!find.bind(0, std::string_view(id)).step()) return std::nullopt;
  return find.integer(0);
}

detail::RunWriter& ResultStore::Impl::run_writer() {
  YS_CHECK(mode == Mode::kReadWrite, "append to a store that was opened for reading");
  if (!writer) writer.emplace(connection);
  return *writer;
}

void ResultStore::append(const RunRecord& record) { append_all({&record, 1}); }

void ResultStore::append_all(std::span<const RunRecord> records) {
  if (records.empty()) return;
  detail::RunWriter& writer = impl_->run_writer();
  detail::WriteTransaction transaction(impl_->connection, writer);
  for (const RunRecord& record : records) writer.write(record);
  transaction.commit();
}

RunRecord ResultStore::get(const std::string& id) const {
  const Connection& connection = impl_->connection;
  if (id.empty())
    throw_user("the run id is empty", "`yardstick results list` has ids");
  std::string above = id;
  ++above.back();
  Statement find =
      connection.prepare("SELECT run, id FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT 4");
  find.bind(0, std::string_view(id)).bind(1, std::string_view(above));
  std::vector<std::int64_t> runs;
  std::string ids;
  while (find.step()) {
    if (find.text(1) == id)
      return detail::read_run(connection, find.integer(0), detail::PerSample::kLoaded);
    runs.push_back(find.integer(0));
    ids += (ids.empty() ? "" : ", ") + find.text(1);
  }
  if (runs.empty()) {
    throw_user(concat("no run in ", connection.path(), " has an id that begins with ", id),
               "`yardstick results list` has ids");
  }
  if (runs.size() > 1) {
    throw_user(concat("several runs have an id that begins with ", id, ": ", ids,
                      runs.size() == 4 ? ", ..." : ""),
               "give more of its digits");
  }
  return detail::read_run(connection, runs.front(), detail::PerSample::kLoaded);
}

std::int64_t ResultStore::size() const {
  return impl_->connection.integer("SELECT count(*) FROM runs");
}

std::string default_database_path() {
  const char* path = std::getenv("YARDSTICK_DB");
  return path != nullptr && *path != '\0' ? path : "yardstick.db";
}

}  // namespace yardstick
