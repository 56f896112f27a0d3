#include "cli/commands.h"

namespace yardstick::cli {

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
      profile_command(),
      verify_command(),
      reconstruct_command(),
      tokens_command(),
      data_check_command(),
      leaderboard_command(),
      badge_command(),
      weights_inspect_command(),
      weights_check_command(),
      weights_convert_command(),
      report_command(),
      results_merge_command(),
      plugin_new_command(),
      plugin_check_command(),
      schema_command(),
      doctor_command(),
  };
}

}  // namespace yardstick::cli
