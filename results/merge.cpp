#include "results/merge.h"

#include "results/record_codec.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <filesystem>
#include <map>
#include <utility>

namespace yardstick {
namespace {

// Ids that stand for different runs in two files.
class Conflicts {
 public:
  void add(const std::string& id) {
    constexpr int kNamed = 3;
    if (++count_ <= kNamed) ids_ += (ids_.empty() ? "" : ", ") + id;
    if (count_ == kNamed + 1) ids_ += ", ...";
  }

  void refuse(const std::string& into, const std::string& from) const {
    if (count_ == 0) return;
    throw_data(concat(into, " and ", from, " have different runs under the same id (", count_,
                      "): ", ids_),
               concat("one of the files has been altered; nothing of ", from, " was merged"));
  }

 private:
  int count_ = 0;
  std::string ids_;
};

std::string content(const detail::Connection& connection, std::int64_t run) {
  return encode_record(detail::read_run(connection, run, detail::PerSample::kLoaded));
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code missing;  // then they are not the same
  return std::filesystem::equivalent(a, b, missing);
}

}  // namespace

MergeCounts merge_runs(ResultStore& into, const std::string& from) {
  const detail::Connection& target = into.impl().connection;
  if (is_same_file(target.path(), from)) {
    throw_user(concat(from, " cannot be merged into itself"));
  }
  const ResultStore store(from, ResultStore::Mode::kReadOnly);
  const detail::Connection& source = store.impl().connection;

  MergeCounts counts;
  Conflicts conflicts;
  auto quantities = into.impl().quantities;  // kept only if the transaction is
  detail::Transaction transaction(target);
  // One statement over all: as long as it is open, what others add to the source is not seen.
  detail::Statement runs = source.prepare("SELECT run, id FROM runs ORDER BY run");
  while (runs.step()) {
    const std::int64_t run = runs.integer(0);
    const std::string id = runs.text(1);
    if (const auto known = detail::find_run(target, id)) {
      ++counts.already_there;
      if (content(target, *known) != content(source, run)) conflicts.add(id);
    } else {
      ++counts.added;
      detail::write_run(target, detail::read_run(source, run, detail::PerSample::kLoaded),
                        quantities);
    }
  }
  conflicts.refuse(target.path(), from);
  transaction.commit();
  into.impl().quantities = std::move(quantities);
  return counts;
}

}  // namespace yardstick
