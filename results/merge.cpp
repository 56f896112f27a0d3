#include "results/merge.h"

#include "results/record_codec.h"
#include "results/store_impl.h"

#include <yardstick/error.h>

#include <cstddef>
#include <filesystem>
#include <vector>

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

  void refuse(const std::string& into, const std::string& from, std::int64_t added) const {
    if (count_ == 0) return;
    throw_data(concat(into, " and ", from, " have different runs under the same id (", count_,
                      "): ", ids_),
               concat("one of the files has been altered; ",
                      added == 0 ? "nothing" : concat("no more than ", added, " runs"), " of ",
                      from, " was merged"));
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

// What is read before the target is locked: so many runs, or runs with so many samples.
constexpr std::size_t kRunsAtOnce = 256;
constexpr std::size_t kSamplesAtOnce = 2'000'000;

std::size_t sample_count(const RunRecord& record) {
  std::size_t count = record.outcomes ? record.outcomes->index.size() : 0;
  for (const SampleSeries& series : record.samples) count += series.values.size();
  return count;
}

class Merge {
 public:
  Merge(ResultStore& into, const detail::Connection& source)
      : writer_(into.impl().run_writer()), target_(into.impl().connection), source_(source) {}

  MergeCounts run() {
    const std::vector<std::int64_t> missing = compare();
    conflicts_.refuse(target_.path(), source_.path(), counts_.added);
    for (std::size_t next = 0; next < missing.size();) add_some(missing, next);
    return counts_;
  }

 private:
  // The rows of the source whose ids the target lacks.
  std::vector<std::int64_t> compare() {
    std::vector<std::int64_t> missing;
    detail::Statement runs = source_.prepare("SELECT run, id FROM runs ORDER BY run");
    while (runs.step()) {
      const std::int64_t run = runs.integer(0);
      if (const auto known = detail::find_run(target_, runs.text(1))) {
        note_known(runs.text(1), content(target_, *known) == content(source_, run));
      } else {
        missing.push_back(run);
      }
    }
    return missing;
  }

  void note_known(const std::string& id, bool is_same) {
    ++counts_.already_there;
    if (!is_same) conflicts_.add(id);
  }

  void add_some(const std::vector<std::int64_t>& missing, std::size_t& next) {
    std::vector<RunRecord> records;
    std::size_t samples = 0;
    while (next < missing.size() && records.size() < kRunsAtOnce && samples < kSamplesAtOnce) {
      records.push_back(detail::read_run(source_, missing[next++], detail::PerSample::kLoaded));
      samples += sample_count(records.back());
    }
    std::int64_t added = 0;
    detail::WriteTransaction transaction(target_, writer_);
    for (const RunRecord& record : records) {
      if (const auto known = detail::find_run(target_, record.id)) {  // added since, by another
        note_known(record.id, content(target_, *known) == encode_record(record));
        continue;
      }
      writer_.write(record);
      ++added;
    }
    conflicts_.refuse(target_.path(), source_.path(), counts_.added);
    transaction.commit();
    counts_.added += added;
  }

  detail::RunWriter& writer_;
  const detail::Connection& target_;
  const detail::Connection& source_;
  MergeCounts counts_;
  Conflicts conflicts_;
};

}  // namespace

MergeCounts merge_runs(ResultStore& into, const std::string& from) {
  const detail::Connection& target = into.impl().connection;
  if (is_same_file(target.path(), from)) {
    throw_user(concat(from, " cannot be merged into itself"));
  }
  const ResultStore store(from, ResultStore::Mode::kReadOnly);
  const detail::Connection& source = store.impl().connection;
  const detail::Snapshot snapshot(source);  // what others add to the source meanwhile is not seen
  return Merge(into, source).run();
}

}  // namespace yardstick
