#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <string>

namespace yardstick {

// Runs `body`, and where LibTorch or the allocator fails puts that into `record`: status failed,
// with reason "out_of_memory at batch N" or the first line of the message. Yardstick's own errors
// pass: their kind decides the exit code.
void record_failures(RunRecord& record, const std::function<void()>& body);

// True for an exception that means memory ran out, on any device.
bool is_out_of_memory(const std::exception& error);

}  // namespace yardstick
