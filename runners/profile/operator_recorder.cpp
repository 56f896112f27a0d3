#include "runners/profile/operator_recorder.h"

#include "runners/mac_rules.h"

#include <ATen/record_function.h>
#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace yardstick {
namespace {

// LibTorch's thread-local debug info follows the work onto autograd's threads.
constexpr auto kObserverSlot = c10::DebugInfoKind::TEST_INFO;

template <typename Observer>
Observer* current_observer() {
  return static_cast<Observer*>(c10::ThreadLocalDebugInfo::get(kObserverSlot));
}

class CallbackScope {
 public:
  explicit CallbackScope(at::RecordFunctionCallback callback)
      : handle_(at::addThreadLocalCallback(callback)) {}
  ~CallbackScope() { at::removeCallback(handle_); }
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

 private:
  at::CallbackHandle handle_;
};

// Open calls on this thread. Callbacks come in pairs, so one counter does for any observer.
thread_local int open_calls = 0;

template <typename Function>
void for_each_tensor(const c10::IValue& value, const Function& function) {
  if (value.isTensor()) {
    if (value.toTensor().defined() && value.toTensor().has_storage()) function(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) {
      if (tensor.defined() && tensor.has_storage()) function(tensor);
    }
  } else if (value.isList()) {
    for (const c10::IValue& item : value.toListRef()) for_each_tensor(item, function);
  }
}

const c10::StorageImpl* storage_of(const at::Tensor& tensor) {
  return tensor.storage().unsafeGetStorageImpl();
}

class Description final : public c10::MemoryReportingInfoBase {
 public:
  explicit Description(const ModulePaths& paths) : paths_(paths) {}

  void enter(StepPhase phase) {
    const std::lock_guard lock(mutex_);
    phase_ = phase;
  }

  void start_call(const at::RecordFunction& function) {
    const std::lock_guard lock(mutex_);
    if (open_calls++ == 0) open(function);
    if (function.seqNr() >= 0) sequence_numbers_.push_back(function.seqNr());
    if (counted_at_ > 0) return;
    if (const auto macs = macs_of_call(function.name(), function.inputs())) {
      operators_[*open_at_].macs += *macs;
      counted_at_ = open_calls;
    }
  }

  void end_call(const at::RecordFunction& function) {
    const std::lock_guard lock(mutex_);
    if (counted_at_ == open_calls) counted_at_ = 0;
    if (--open_calls == 0) close(function);
  }

  void start_backward(const at::RecordFunction& node) {
    const std::lock_guard lock(mutex_);
    if (node.seqNr() < 0) {
      // Adds up a parameter's gradient, right behind the node that made it.
      nodes_.push_back(last_node_);
      return;
    }
    const auto found = operator_of_.find(node.seqNr());
    nodes_.push_back(found == operator_of_.end() ? std::nullopt : std::optional(found->second));
  }

  void end_backward() {
    const std::lock_guard lock(mutex_);
    last_node_ = nodes_.back();
    nodes_.pop_back();
  }

  void reportMemoryUsage(void*, std::int64_t bytes, std::size_t, std::size_t,
                         c10::Device) override {
    if (bytes <= 0) return;
    const std::lock_guard lock(mutex_);
    if (open_at_) operators_[*open_at_].allocated_bytes += bytes;
  }
  bool memoryProfilingEnabled() const override { return true; }

  std::vector<RecordedOperator> take() { return std::move(operators_); }

 private:
  void open(const at::RecordFunction& function) {
    open_at_ = operators_.size();
    RecordedOperator& added = operators_.emplace_back();
    added.name = function.name();
    added.phase = phase_;
    if (!nodes_.empty()) added.is_backward_of = nodes_.back();
    reads_parameters_only_ = true;
    for (const c10::IValue& input : function.inputs()) {
      for_each_tensor(input, [&](const at::Tensor& tensor) { add_input(added, tensor); });
    }
    std::sort(added.producers.begin(), added.producers.end());
    added.producers.erase(std::unique(added.producers.begin(), added.producers.end()),
                          added.producers.end());
  }

  void add_input(RecordedOperator& reader, const at::Tensor& tensor) {
    const std::string* owner = paths_.owner_of(tensor);
    if (owner == nullptr) {
      const auto found = derived_.find(storage_of(tensor));
      if (found != derived_.end()) owner = &found->second.owner;
    }
    if (owner != nullptr) {
      reader.owner = reader.owner ? std::string(common_ancestor(*reader.owner, *owner)) : *owner;
      return;
    }
    reads_parameters_only_ = false;
    const auto producer = producer_of_.find(storage_of(tensor));
    if (producer != producer_of_.end()) reader.producers.push_back(producer->second);
  }

  void close(const at::RecordFunction& function) {
    const RecordedOperator& closed = operators_[*open_at_];
    bool requires_grad = false;
    for (const c10::IValue& output : function.outputs()) {
      for_each_tensor(output, [&](const at::Tensor& tensor) {
        requires_grad = requires_grad || tensor.requires_grad();
        if (paths_.owner_of(tensor) != nullptr) return;
        producer_of_[storage_of(tensor)] = *open_at_;
        derived_.erase(storage_of(tensor));
        if (closed.owner && reads_parameters_only_) {
          derived_.emplace(storage_of(tensor),
                           Derived{*closed.owner, tensor.storage().getWeakStorageImpl()});
        }
      });
    }
    // An operator that makes no node of the graph leaves its number to the next that does.
    if (requires_grad) {
      for (const std::int64_t number : sequence_numbers_) operator_of_[number] = *open_at_;
    }
    sequence_numbers_.clear();
    open_at_.reset();
  }

  // Holding the storage weakly keeps its address from another tensor's, and not its memory.
  struct Derived {
    std::string owner;
    c10::weak_intrusive_ptr<c10::StorageImpl> storage;
  };

  const ModulePaths& paths_;
  // Operators of one step follow each other; the lock is for those that autograd's threads call.
  std::mutex mutex_;
  StepPhase phase_ = StepPhase::kForward;
  std::vector<RecordedOperator> operators_;
  std::optional<std::size_t> open_at_;
  int counted_at_ = 0;  // depth of the open call that was counted; 0: none
  bool reads_parameters_only_ = true;
  std::vector<std::int64_t> sequence_numbers_;  // that calls inside the open one saw
  std::unordered_map<std::int64_t, std::size_t> operator_of_;
  std::vector<std::optional<std::size_t>> nodes_;  // of the backward pass, open: their operators
  std::optional<std::size_t> last_node_;           // that was closed
  std::unordered_map<const c10::StorageImpl*, std::size_t> producer_of_;
  std::unordered_map<const c10::StorageImpl*, Derived> derived_;
};

std::unique_ptr<at::ObserverContext> describe_start(const at::RecordFunction& function) {
  if (auto* description = current_observer<Description>()) {
    if (function.scope() == at::RecordScope::BACKWARD_FUNCTION) {
      description->start_backward(function);
    } else if (!is_engine_frame(function.name())) {
      description->start_call(function);
    }
  }
  return nullptr;
}

void describe_end(const at::RecordFunction& function, at::ObserverContext*) {
  if (auto* description = current_observer<Description>()) {
    if (function.scope() == at::RecordScope::BACKWARD_FUNCTION) {
      description->end_backward();
    } else if (!is_engine_frame(function.name())) {
      description->end_call(function);
    }
  }
}

class Stopwatch final : public c10::DebugInfoBase {
 public:
  explicit Stopwatch(StepTimer* marks) : marks_(marks) {}

  void start_call(const char* name) {
    if (open_calls++ > 0) return;
    if (marks_ != nullptr) marks_->start();
    spans_.push_back({name, std::chrono::duration<double>(Clock::now() - started_).count(), 0});
  }

  void end_call() {
    if (--open_calls > 0) return;
    OperatorSpan& span = spans_.back();
    span.seconds = std::chrono::duration<double>(Clock::now() - started_).count() - span.start_s;
    if (marks_ != nullptr) marks_->stop();
  }

  std::vector<OperatorSpan> take() {
    if (marks_ != nullptr) {
      const std::vector<double> seconds = marks_->collect();
      double end_s = 0;
      for (std::size_t i = 0; i < spans_.size(); ++i) {
        spans_[i].start_s = std::max(spans_[i].start_s, end_s);
        spans_[i].seconds = seconds[i];
        end_s = spans_[i].start_s + seconds[i];
      }
    }
    return std::move(spans_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  StepTimer* marks_;
  Clock::time_point started_ = Clock::now();
  std::vector<OperatorSpan> spans_;
};

std::unique_ptr<at::ObserverContext> time_start(const at::RecordFunction& function) {
  if (is_engine_frame(function.name())) return nullptr;
  if (auto* stopwatch = current_observer<Stopwatch>()) stopwatch->start_call(function.name());
  return nullptr;
}

void time_end(const at::RecordFunction& function, at::ObserverContext*) {
  if (is_engine_frame(function.name())) return;
  if (auto* stopwatch = current_observer<Stopwatch>()) stopwatch->end_call();
}

}  // namespace

std::vector<RecordedOperator> record_operators(const ModulePaths& paths, const ProfiledStep& step) {
  const auto description = std::make_shared<Description>(paths);
  {
    const c10::DebugInfoGuard as_observer(kObserverSlot, description);
    const c10::DebugInfoGuard as_listener(c10::DebugInfoKind::PROFILER_STATE, description);
    const CallbackScope callbacks(
        at::RecordFunctionCallback(describe_start, describe_end)
            .needsInputs(true)
            .needsOutputs(true)
            .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION}));
    step([&](StepPhase phase) { description->enter(phase); });
  }
  return description->take();
}

std::vector<OperatorSpan> time_operators(StepTimer* marks, const ProfiledStep& step) {
  const auto stopwatch = std::make_shared<Stopwatch>(marks);
  {
    const c10::DebugInfoGuard as_observer(kObserverSlot, stopwatch);
    const CallbackScope callbacks(
        at::RecordFunctionCallback(time_start, time_end).scopes({at::RecordScope::FUNCTION}));
    step([](StepPhase) {});
  }
  return stopwatch->take();
}

}  // namespace yardstick
