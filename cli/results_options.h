#pragma once

#include "cli/command.h"
#include "cli/context.h"
#include "results/run_list.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace yardstick::cli {

// What several `results` commands have in common.
Option filter_option();
// A paragraph on what a filter may be, for the help of commands that have filter_option().
std::string filter_help();

// Throws Data where there is no such file: what only changes one makes none.
void require_database(const std::string& path);

// False once the reader has left or the user has interrupted.
bool wants_more(Context& context);

// On one line, with text that is not UTF-8 replaced.
std::string dump_json(const nlohmann::ordered_json& json);

// "vit_test + tome(r=4)": what was run.
std::string subject_text(const RunSummary& run);

// "2026-11-25 10:00" of a stored time.
std::string minute_text(const std::string& time);

}  // namespace yardstick::cli
