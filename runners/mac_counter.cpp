#include "runners/mac_counter.h"

#include "runners/mac_rules.h"

#include <ATen/record_function.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <memory>
#include <mutex>

namespace yardstick {
namespace {

// Reached by the callbacks through LibTorch's thread-local debug info, which follows the work onto
// autograd's threads.
class Tally final : public c10::DebugInfoBase {
 public:
  void add(const char* name, std::int64_t macs) {
    const std::lock_guard lock(mutex_);
    count_.total += macs;
    count_.by_operator[name] += macs;
    ++count_.counted_calls;
  }
  void add_uncounted(const char* name) {
    const std::lock_guard lock(mutex_);
    ++count_.uncounted_calls[name];
  }
  MacCount count() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  mutable std::mutex mutex_;
  MacCount count_;
};

constexpr auto kTallySlot = c10::DebugInfoKind::TEST_INFO;

Tally* current_tally() { return static_cast<Tally*>(c10::ThreadLocalDebugInfo::get(kTallySlot)); }

// Open calls on this thread: inside a counted one nothing is counted, and an unknown one is only
// uncounted if none of the calls inside it was counted.
thread_local int counted_depth = 0;
thread_local std::int64_t counted_calls_here = 0;

struct OpenCall final : at::ObserverContext {
  bool is_counted = false;
  std::int64_t counted_before = 0;
};

std::unique_ptr<at::ObserverContext> on_start(const at::RecordFunction& function) {
  Tally* tally = current_tally();
  if (tally == nullptr || counted_depth > 0) return nullptr;
  auto call = std::make_unique<OpenCall>();
  call->counted_before = counted_calls_here;
  if (const auto macs = macs_of_call(function.name(), function.inputs())) {
    tally->add(function.name(), *macs);
    call->is_counted = true;
    ++counted_depth;
    ++counted_calls_here;
  } else if (!may_hide_macs(function.name())) {
    return nullptr;
  }
  return call;
}

void on_end(const at::RecordFunction& function, at::ObserverContext* context) {
  auto* call = static_cast<OpenCall*>(context);
  if (call == nullptr) return;
  if (call->is_counted) {
    --counted_depth;
  } else if (Tally* tally = current_tally();
             tally != nullptr && call->counted_before == counted_calls_here) {
    tally->add_uncounted(function.name());
  }
}

class CallbackScope {
 public:
  CallbackScope()
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(on_start, on_end)
                                               .needsInputs(true)
                                               .scopes({at::RecordScope::FUNCTION}))) {}
  ~CallbackScope() { at::removeCallback(handle_); }
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace

double MacCount::uncounted_share() const {
  std::int64_t uncounted = 0;
  for (const auto& [name, calls] : uncounted_calls) uncounted += calls;
  const std::int64_t all = uncounted + counted_calls;
  return all == 0 ? 0.0 : static_cast<double>(uncounted) / static_cast<double>(all);
}

MacCount count_macs(const std::function<void()>& work) {
  const auto tally = std::make_shared<Tally>();
  {
    const c10::DebugInfoGuard debug_info(kTallySlot, tally);
    const CallbackScope callback;
    work();
  }
  return tally->count();
}

}  // namespace yardstick
