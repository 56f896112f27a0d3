#include "cli/gate_binary.h"

#include "cli/progress.h"
#include "cli/tool_run.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

using Words = std::vector<std::string>;

constexpr std::size_t kShortCommit = 7;

fs::path builds_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  if (cache != nullptr && *cache != '\0') return fs::path(cache) / "yardstick" / "builds";
  if (home != nullptr && *home != '\0') return fs::path(home) / ".cache" / "yardstick" / "builds";
  throw_environment("neither XDG_CACHE_HOME nor HOME says where builds are kept", "set one");
}

// Held until it goes, or the process does.
class FileLock {
 public:
  explicit FileLock(const fs::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw_environment(concat(path.string(), " cannot be opened"));
  }
  ~FileLock() { ::close(fd_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  bool try_lock() { return ::flock(fd_, LOCK_EX | LOCK_NB) == 0; }

 private:
  int fd_;
};

// The commit that `text` names in the current folder's checkout; "" where it names none.
std::string commit_of(const std::string& text, Context& context) {
  std::string commit;
  const int code = run_tool(
      {"git", "rev-parse", "--verify", "--quiet", "--end-of-options", text + "^{commit}"},
      [&commit](const std::string& line) { commit = line; }, context.stop_condition());
  return code == 0 ? commit : std::string();
}

// One commit on its way to a program.
class RefBuild {
 public:
  RefBuild(std::string commit, bool is_quiet, Context& context)
      : commit_(std::move(commit)),
        folder_(builds_folder() / commit_),
        source_(folder_.string() + ".source"),
        log_path_(folder_.string() + ".log"),
        context_(context),
        printer_(context.err(), ProgressPrinter::style(is_quiet)) {}

  ~RefBuild() {
    if (!has_source_) return;
    // A worktree that stays behind does no harm: the next build of this commit removes it.
    std::error_code ignored;
    fs::remove_all(source_, ignored);
    try {
      run_tool({"git", "worktree", "prune"}, [](const std::string&) {}, {});
    } catch (const std::exception&) {
      return;
    }
  }

  std::string program() {
    const fs::path program = folder_ / "bin" / "yardstick";
    fs::create_directories(folder_.parent_path());
    FileLock lock(folder_.string() + ".lock");
    wait_for(lock);
    if (!fs::exists(program)) build();
    return program.string();
  }

 private:
  void wait_for(FileLock& lock) {
    if (lock.try_lock()) return;
    printer_.print(concat("another process builds ", commit_.substr(0, 12), ": waiting"));
    while (!lock.try_lock()) {
      if (context_.is_stopping()) throw_environment("interrupted while waiting for a build");
      ::usleep(200'000);
    }
  }

  void build() {
    log_.open(log_path_, std::ios::trunc);
    printer_.milestone(concat("building ", commit_.substr(0, 12), "; log: ", log_path_));
    fs::remove_all(source_);
    step({"git", "worktree", "prune"});
    has_source_ = true;
    step({"git", "worktree", "add", "--detach", "--force", source_, commit_});
    step({"bash", source_ + "/scripts/build.sh", "--program", "release",
          "-DYARDSTICK_BUILD_TESTS=OFF"});
    const std::string partial = folder_.string() + ".part";
    fs::remove_all(partial);
    step({cmake(), "--install", source_ + "/build/release", "--prefix", partial});
    fs::remove_all(folder_);
    fs::rename(partial, folder_);
  }

  void step(const Words& words) {
    const int code =
        run_tool(words, [this](const std::string& line) { take(line); }, context_.stop_condition());
    log_.flush();
    if (context_.is_stopping()) throw_environment("interrupted while building");
    if (code == 0) return;
    throw_environment(concat("commit ", commit_.substr(0, 12), " could not be built: ", words[0],
                             " ", words.size() > 1 ? words[1] : "", " ended with exit code ", code),
                      concat("see ", log_path_));
  }

  // "[12/340] Building ..." is ninja's progress.
  void take(const std::string& line) {
    log_ << line << "\n";
    long long done = 0;
    long long total = 0;
    if (std::sscanf(line.c_str(), "[%lld/%lld]", &done, &total) != 2) return;
    Progress progress;
    progress.stage = "build " + commit_.substr(0, 7);
    progress.done = done;
    progress.total = total;
    printer_.update(progress);
  }

  // The one that scripts/build.sh configured with.
  std::string cmake() const {
    constexpr std::string_view kEntry = "CMAKE_COMMAND:INTERNAL=";
    std::ifstream cache(source_ + "/build/release/CMakeCache.txt");
    for (std::string line; std::getline(cache, line);) {
      if (line.starts_with(kEntry)) return line.substr(kEntry.size());
    }
    return "cmake";
  }

  std::string commit_;
  fs::path folder_;
  std::string source_;
  std::string log_path_;
  Context& context_;
  ProgressPrinter printer_;
  std::ofstream log_;
  bool has_source_ = false;
};

}  // namespace

GateBinary find_or_build(const std::string& text, const std::string& option, bool is_quiet,
                         Context& context) {
  std::error_code error;
  if (fs::is_regular_file(text, error)) {
    if (::access(text.c_str(), X_OK) != 0) {
      throw_user(concat("--", option, " ", text, " is a file that cannot be executed"));
    }
    return {text, fs::absolute(text).string(), ""};
  }
  const std::string commit = commit_of(text, context);
  if (commit.empty()) {
    throw_user(concat("--", option, " ", text,
                      " is neither an executable file nor a commit of the checkout here"),
               "give the path of a yardstick, or start in its git checkout");
  }
  const std::string short_commit = commit.substr(0, kShortCommit);
  return {text.starts_with(short_commit) ? short_commit : concat(text, " (", short_commit, ")"),
          RefBuild(commit, is_quiet, context).program(), commit};
}

std::optional<GateBinary> find_or_build_commit(const std::string& commit, bool is_quiet,
                                               Context& context) {
  const std::string label = commit.substr(0, kShortCommit);
  const fs::path kept = builds_folder() / commit / "bin" / "yardstick";
  if (fs::exists(kept)) return GateBinary{label, kept.string(), commit};
  if (commit_of(commit, context) != commit) return std::nullopt;
  return GateBinary{label, RefBuild(commit, is_quiet, context).program(), commit};
}

}  // namespace yardstick::cli
