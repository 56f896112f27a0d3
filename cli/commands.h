#pragma once

#include "cli/command.h"

namespace yardstick::cli {

// One file each: <name>_command.cpp.
Command list_command();
Command show_command();
Command train_command();
Command eval_command();
Command bench_command();
Command compare_command();
Command reproduce_command();
Command regress_command();
Command regress_history_command();
Command sweep_command();
Command nightly_command();
Command profile_command();
Command verify_command();
Command reconstruct_command();
Command tokens_command();
Command data_check_command();
Command leaderboard_command();
Command badge_command();
Command report_command();
Command schema_command();
Command results_list_command();
Command results_show_command();
Command results_diff_command();
Command results_query_command();
Command results_export_command();
Command results_import_command();
Command results_merge_command();
Command results_prune_command();
Command results_backup_command();
Command results_check_command();
Command plugin_new_command();
Command plugin_check_command();
Command doctor_command();
Command weights_inspect_command();
Command weights_check_command();
Command weights_convert_command();

}  // namespace yardstick::cli
