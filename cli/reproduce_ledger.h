#pragma once

#include "cli/context.h"
#include "runners/reproduce/ledger.h"

#include <string>
#include <vector>

namespace yardstick::cli {

// Reads the claims of a paper (configs/papers/README.md). Everything is checked before anything
// runs: throws User, naming file, line and column, on an unknown key or figure (with the nearest),
// on a figure that is no printed number, on two rows of one name, and on a row that says too little
// to be measured; Data where the file cannot be read.
Ledger read_ledger(const std::string& path);

// `text` where it is a file, else <share>/configs/papers/<text>.json. Throws User, with the
// nearest, where neither is.
std::string find_ledger(const std::string& text, const Context& context);

// Paths of all that ship with Yardstick, by name.
std::vector<std::string> all_ledgers(const Context& context);

}  // namespace yardstick::cli
