#include "cli/commands.h"

namespace yardstick::cli {

// clang-format off
std::vector<Command> all_commands() {
  return {
      list_command(),
      show_command(),
      train_command(),
      eval_command(),
      bench_command(),
      compare_command(),
      sweep_command(),
      reproduce_command(),
      regress_command(),
      regress_history_command(),
      nightly_command(),
      profile_command(),
      verify_command(),
      reconstruct_command(),
      tokens_command(),
      data_check_command(),
      leaderboard_command(),
      report_command(),
      badge_command(),
      schema_command(),
      results_list_command(),
      results_show_command(),
      results_diff_command(),
      results_query_command(),
      results_export_command(),
      results_import_command(),
      results_merge_command(),
      results_prune_command(),
      results_backup_command(),
      results_check_command(),
      weights_inspect_command(),
      weights_check_command(),
      weights_convert_command(),
      plugin_new_command(),
      plugin_check_command(),
      doctor_command(),
  };
}
// clang-format on

}  // namespace yardstick::cli
