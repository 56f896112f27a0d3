#pragma once

#include "cli/context.h"

#include <optional>
#include <string>

namespace yardstick::cli {

// A build of Yardstick that is a side of the regression gate.
struct GateBinary {
  std::string label;       // "main (3fa9c1d)", or the path as given
  std::string executable;  // absolute path
  std::string commit;      // of a git reference; "" for a file
};

// `text` is an executable file, or else a commit, branch or tag of the git checkout in the current
// folder. A commit is built once, in a worktree of its own that is removed again, and installed
// under $XDG_CACHE_HOME/yardstick/builds/<commit>; another process that wants the same one waits.
// Reports how far the build is. Throws User, naming `option`, where `text` is neither, Environment,
// naming the log, where the build fails.
GateBinary find_or_build(const std::string& text, const std::string& option, bool is_quiet,
                         Context& context);

// The build of a full commit id that a record names: the kept one, or built from the checkout in
// the current folder where that knows the commit; nothing else. Throws as find_or_build where the
// build fails.
std::optional<GateBinary> find_or_build_commit(const std::string& commit, bool is_quiet,
                                               Context& context);

}  // namespace yardstick::cli
