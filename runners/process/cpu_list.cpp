#include "runners/process/cpu_list.h"

#include <yardstick/error.h>

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace yardstick {
namespace {

constexpr int kMostCpus = 8192;  // what Linux can be built for

// Takes the number that `text` begins with; -1 where there is none.
int take_number(std::string_view& text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number >= kMostCpus) return -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

}  // namespace

std::vector<int> parse_cpu_list(const std::string& text, const std::string& where) {
  std::vector<int> cpus;
  std::string_view rest = text;
  while (!rest.empty()) {
    const int first = take_number(rest);
    int last = first;
    if (rest.starts_with('-')) {
      rest.remove_prefix(1);
      last = take_number(rest);
    }
    const bool has_next = rest.size() > 1 && rest.starts_with(',');
    if (first < 0 || last < first || (!rest.empty() && !has_next)) {
      throw_user(concat(where, ": \"", text, "\" is no list of CPUs"), "write it as 0-3,8");
    }
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    if (has_next) rest.remove_prefix(1);
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::string cpu_list_text(const std::vector<int>& cpus) {
  std::string text;
  for (std::size_t first = 0; first < cpus.size();) {
    std::size_t last = first;
    while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
    text += concat(text.empty() ? "" : ",", cpus[first]);
    if (last > first) text += concat("-", cpus[last]);
    first = last + 1;
  }
  return text;
}

std::vector<int> allowed_cpus() {
  std::vector<int> cpus;
  cpu_set_t* set = CPU_ALLOC(kMostCpus);
  const std::size_t bytes = CPU_ALLOC_SIZE(kMostCpus);
  if (set != nullptr && ::sched_getaffinity(0, bytes, set) == 0) {
    for (int cpu = 0; cpu < kMostCpus; ++cpu) {
      if (CPU_ISSET_S(cpu, bytes, set)) cpus.push_back(cpu);
    }
  }
  CPU_FREE(set);
  return cpus;
}

}  // namespace yardstick
