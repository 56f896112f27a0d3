#pragma once

#include "cli/bench_side.h"
#include "cli/context.h"
#include "runners/process/child_process.h"

#include <yardstick/registry.h>
#include <yardstick/run.h>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick::cli {

// One configuration to measure: what a comparison calls a side, at one batch size.
struct SuiteCell {
  BenchSide side;  // "vit_test --precision bf16" and the same as words
  std::int64_t batch = 1;
  std::string label;  // "vit_test --precision bf16, batch 8"; no two cells of a suite share one
};

// A suites/*.json file, read and expanded.
struct Suite {
  std::string path;
  std::string name;            // "name" of the file, else the file's own without .json
  std::string protocol;        // profile of each process (bench --profile)
  std::int64_t processes = 1;  // of each cell
  std::uint64_t order_seed = 0;
  std::vector<std::string> common;  // words of every cell: "--device=cpu"
  std::vector<SuiteCell> cells;     // never empty
};

// Reads a suite (docs/measuring.md, "Sweeps"). Everything in it is checked before anything runs:
// Throws User, naming file and line, on an unknown key, name or value (with the nearest), on a glob
// or an exclusion that meets nothing, and on a suite without cells; Data where the file cannot be
// read.
Suite read_suite(const std::string& path, const Registrar& registrar);

// `text` where it is a file, else <share>/configs/suites/<text>.json where that is one. Throws
// Data, naming the suites that there are, where neither is.
std::string find_suite(const std::string& text, const Context& context);

// A cell as the command line that measures it in a process of its own.
struct CellProcess {
  std::vector<std::string> words;  // behind `yardstick`
  ChildLimits limits;
  // Says what is measured, not how it was typed: SHA-256 of the options by name, without limits of
  // time and memory, plug-in files and the binary. The same on every machine.
  std::string key;
  std::string tag;  // of the time that the cell is about: "time/inference/step", or of training
  std::int64_t timed_parts = 1;  // 2: inference and training

  // What is known beforehand of a run, for one that dies before it has begun.
  std::string model;  // "" where only the weights file knows it
  std::string weights_tag;
  std::string device;
  std::string precision;
  std::int64_t batch = 1;
  RunRecord blank() const;
};
CellProcess cell_process(const Suite& suite, const SuiteCell& cell, const Context& context);

}  // namespace yardstick::cli
