#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <string>

namespace yardstick::test {

// "00000000-0000-4000-8000-00000000002a" for 42.
std::string sample_id(std::int64_t number);

// A record in which every field is set to something of its own, with samples and outcomes.
RunRecord full_record(std::int64_t number = 1);

// A valid evaluation of `model` on the task digits, without anything that a test does not set.
RunRecord eval_record(std::int64_t number, const std::string& model, double top1);
RunRecord train_record(std::int64_t number, const std::string& model, double top1);
RunRecord bench_record(std::int64_t number, const std::string& model, std::int64_t batch_size,
                       double images_per_s, double latency_s);

Measurement measured(std::string tag, double value, Unit unit, Direction direction);

}  // namespace yardstick::test
