#pragma once

#include "cli/command.h"

#include <yardstick/params.h>

namespace yardstick::cli {

// Options that mean the same in every command that has them.
Option json_option();
Option details_option();  // of commands that print a run
Option database_option();
Option task_option();
Option data_option();
Option images_option();  // of commands that run on noise without it
Option device_option(std::string fallback = "auto");
Option set_option();
Option method_option();
Option objective_option();
Option config_option();
Option dry_run_option();
// --plugin, --quiet and --help: of every command.
OptionGroup general_options();

// "batch_size" as a flag is --batch-size.
std::string flag_name(const std::string& setting);

// A flag for every setting of `schema`, with its default, range and choices.
OptionGroup setting_options(std::string title, const ParamSchema& schema);

// "integer, at least 1", "one of fp32, bf16": what a setting takes, for help and show.
std::string describe_type(const ParamSpec& spec);

}  // namespace yardstick::cli
