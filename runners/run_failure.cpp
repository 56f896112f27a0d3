#include "runners/run_failure.h"

#include <yardstick/error.h>

#include <c10/util/Exception.h>

#include <new>
#include <string_view>

namespace yardstick {
namespace {

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  // The CPU allocator, cuBLAS and oneDNN have no type of their own for it.
  const std::string_view text = error.what();
  for (const std::string_view phrase : {"can't allocate memory", "CUDA out of memory",
                                        "CUBLAS_STATUS_ALLOC_FAILED", "out of memory"}) {
    if (text.find(phrase) != std::string_view::npos) return true;
  }
  return false;
}

void record_failures(RunRecord& record, const std::function<void()>& body) {
  const auto fail = [&record](const std::exception& error) {
    record.status = RunStatus::kFailed;
    record.reason = is_out_of_memory(error) ? concat("out_of_memory at batch ", record.batch_size)
                                            : first_line(error.what());
  };
  try {
    body();
  } catch (const c10::Error& error) {
    // what() carries a stack trace behind the message.
    if (is_out_of_memory(error)) {
      fail(error);
    } else {
      record.status = RunStatus::kFailed;
      record.reason = first_line(error.what_without_backtrace());
    }
  } catch (const std::bad_alloc& error) {
    fail(error);
  }
}

}  // namespace yardstick
