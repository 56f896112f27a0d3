#pragma once

#include "cli/command.h"

#include <string>
#include <vector>

namespace yardstick::cli {

// What `yardstick help COMMAND` prints.
std::string command_help(const Command& command);

// What `yardstick help` prints.
std::string overview(const std::vector<Command>& commands);

// docs/cli.md: the same tables as Markdown, between the chapters that belong to no command.
std::string manual(const std::vector<Command>& commands);

}  // namespace yardstick::cli
