#pragma once

namespace yardstick {

// What the measuring loop of bench costs by itself, of an empty step on the CPU.
struct LoopOverhead {
  double timed_s = 0;  // within the time of a step, median: what a figure is too long by
  double whole_s = 0;  // of the loop's own time a step, that included
};

// Takes about 0.2 s.
LoopOverhead measure_loop_overhead();

}  // namespace yardstick
