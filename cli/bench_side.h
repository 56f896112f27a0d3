#pragma once

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/context.h"

#include <yardstick/run.h>

#include <string>
#include <string_view>
#include <vector>

namespace yardstick::cli {

// One side of a comparison: what a user would type behind `yardstick bench`.
struct BenchSide {
  std::string name;                // as typed; told apart by " (2)" where two are the same
  std::vector<std::string> words;  // "vit_test", "--method", "tome:r=8"
};

// Parts text at blanks as a shell does, with '...' and "..." and backslashes, and expands nothing.
// Throws User, naming `where`, on a quote that does not end.
std::vector<std::string> split_words(std::string_view text, const std::string& where);

// The sides of a command's arguments. Throws User, naming the side, where `yardstick bench` would
// not take it, or where a side says what the whole comparison decides (batch, database, JSON).
std::vector<BenchSide> parse_sides(const std::vector<std::string>& arguments);

// Options of bench that a comparison passes on to each side: the device, the images, the model's
// parameters, bench's settings but for the protocol profile, and the limits of a process.
std::vector<OptionGroup> passed_on_options();

// Those of them that the user gave, as words.
std::vector<std::string> passed_on_words(const CommandLine& line);

// The protocol profiles, after "" for one that is not overridden.
std::vector<std::string> protocol_override_names();

// The words behind `yardstick` that measure `side` at one batch size. What a side says itself
// counts in place of what is common.
std::vector<std::string> bench_words(const BenchSide& side, const std::vector<std::string>& common,
                                     std::int64_t batch, const std::string& protocol,
                                     const Context& context);

}  // namespace yardstick::cli
