#include "cli/batch_list.h"

#include <yardstick/error.h>

#include <charconv>
#include <string_view>

namespace yardstick::cli {
namespace {

constexpr std::size_t kMostBatches = 1000;
constexpr std::int64_t kLargest = 1 << 24;

class Reader {
 public:
  Reader(std::string_view text, std::string where) : rest_(text), where_(std::move(where)) {}

  std::vector<std::int64_t> read() {
    const std::string_view all = rest_;
    do {
      read_item(all);
      if (values_.size() > kMostBatches) {
        throw_user(concat(where_, ": \"", all, "\" names more than ", kMostBatches, " batches"));
      }
    } while (take(','));
    if (!rest_.empty()) refuse(all);
    return std::move(values_);
  }

 private:
  [[noreturn]] void refuse(std::string_view all) const {
    throw_user(concat(where_, ": \"", all, "\" is no list of batch sizes"),
               "write it as 1,8,32 or 1-64*2");
  }

  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::int64_t number(std::string_view all) {
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || value < 1 || value > kLargest) refuse(all);
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return value;
  }

  void read_item(std::string_view all) {
    const std::int64_t first = number(all);
    if (!take('-')) {
      values_.push_back(first);
      return;
    }
    const std::int64_t last = number(all);
    std::int64_t factor = 1, step = 1;
    if (take('*')) {
      factor = number(all);
      step = 0;
      if (factor < 2) refuse(all);
    } else if (take('+')) {
      step = number(all);
    }
    if (last < first) refuse(all);
    for (std::int64_t value = first; value <= last; value = value * factor + step) {
      values_.push_back(value);
      if (values_.size() > kMostBatches) return;
    }
  }

  std::string_view rest_;
  std::string where_;
  std::vector<std::int64_t> values_;
};

}  // namespace

std::vector<std::int64_t> parse_batches(const std::string& text, const std::string& where) {
  return Reader(text, where).read();
}

}  // namespace yardstick::cli
