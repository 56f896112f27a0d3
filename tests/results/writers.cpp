#include "tests/results/writers.h"

#include "results/newest.h"
#include "results/result_store.h"
#include "results/store_impl.h"
#include "tests/results/child_process.h"

#include <yardstick/error.h>

#include <chrono>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace yardstick::test {
namespace {

using Mode = ResultStore::Mode;

// Appends the records from `first` on, and sends the number of each once it is kept. A process that
// was killed may have kept one that it did not come to acknowledge.
std::string append_from(const WritersAtOnce& options, int writer, std::int64_t first,
                        const ChildProcess::Send& send) {
  ResultStore store(options.path, Mode::kReadWrite);
  for (std::int64_t number = first; number < options.records; ++number) {
    const RunRecord record = options.record(writer, number);
    const bool may_be_there = number == first && first > 0;
    if (!(may_be_there && detail::find_run(store.impl().connection, record.id))) {
      store.append(record);
    }
    send(std::to_string(number));
  }
  return "done";
}

std::unique_ptr<ChildProcess> start(const WritersAtOnce& options, int writer, std::int64_t first) {
  return std::make_unique<ChildProcess>([&options, writer, first](const ChildProcess::Send& send) {
    return append_from(options, writer, first, send);
  });
}

class Acknowledged {
 public:
  // False once the writer has no more to say.
  bool take(const std::optional<std::string>& line, WrittenAtOnce& written) {
    if (!line || *line == "done") return false;
    if (*line != std::to_string(next_)) {
      if (written.failure.empty()) written.failure = *line;
      return false;
    }
    ++next_;
    return true;
  }
  std::int64_t next() const { return next_; }

 private:
  std::int64_t next_ = 0;
};

std::int64_t write_under_kills(const WritersAtOnce& options, WrittenAtOnce& written) {
  std::minstd_rand random(1);
  Acknowledged acknowledged;
  while (acknowledged.next() < options.records && written.failure.empty()) {
    const auto process = start(options, 0, acknowledged.next());
    const auto stop_at =
        acknowledged.next() + static_cast<std::int64_t>(random() % options.most_before_kill);
    while (acknowledged.next() <= stop_at && acknowledged.take(process->read_line(), written)) {
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
    process->kill_now();
    ++written.kills;
    while (acknowledged.take(process->read_line(), written)) {
    }
  }
  return acknowledged.next();
}

}  // namespace

WrittenAtOnce write_at_once(const WritersAtOnce& options) {
  const auto begin = std::chrono::steady_clock::now();
  WrittenAtOnce written;
  std::vector<std::unique_ptr<ChildProcess>> others;
  for (int writer = 1; writer < options.writers; ++writer) {
    others.push_back(start(options, writer, 0));
  }
  std::vector<std::int64_t> acknowledged = {write_under_kills(options, written)};
  for (const auto& process : others) {
    Acknowledged theirs;
    while (theirs.take(process->read_line(), written)) {
    }
    acknowledged.push_back(theirs.next());
  }
  written.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  const ResultStore store(options.path, Mode::kReadWrite);
  const detail::Connection& connection = store.impl().connection;
  for (int writer = 0; writer < options.writers; ++writer) {
    const std::int64_t count = acknowledged[static_cast<std::size_t>(writer)];
    written.acknowledged += count;
    for (std::int64_t number = 0; number < count; ++number) {
      if (!detail::find_run(connection, options.record(writer, number).id)) ++written.missing;
    }
  }
  written.stored = store.size();
  written.integrity = connection.text("PRAGMA integrity_check");
  written.is_consistent = detail::newest_is_consistent(connection);
  return written;
}

}  // namespace yardstick::test
