#include "tests/cli/process.h"

#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

namespace yardstick::test {
namespace {

constexpr const char* kOwnVariables[] = {"YARDSTICK_DB", "YARDSTICK_SHARE",
                                         "YARDSTICK_PLUGIN_PATH"};

[[noreturn]] void become(const std::vector<std::string>& words, const Launch& launch,
                         const std::string& output_folder) {
  for (const char* name : kOwnVariables) ::unsetenv(name);
  // Threads that wait for one another crawl where other tests share the cores.
  ::setenv("OMP_NUM_THREADS", "1", 1);
  for (const auto& [name, value] : launch.environment) ::setenv(name.c_str(), value.c_str(), 1);
  const int out = ::open((output_folder + "/out").c_str(), O_WRONLY | O_CREAT, 0600);
  const int err = ::open((output_folder + "/err").c_str(), O_WRONLY | O_CREAT, 0600);
  const int in = ::open("/dev/null", O_RDONLY);
  const bool is_ready = ::dup2(in, 0) == 0 && ::dup2(out, 1) == 1 && ::dup2(err, 2) == 2 &&
                        (launch.folder.empty() || ::chdir(launch.folder.c_str()) == 0);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  if (is_ready) ::execv(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const Launch& launch) {
  std::string pattern = (std::filesystem::temp_directory_path() / "yardstick-run-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  folder_ = pattern;
  std::vector<std::string> words = arguments;
  if (words.empty() || !words[0].starts_with("/bin/")) {
    words.insert(words.begin(), test::program());
  }
  pid_ = ::fork();
  if (pid_ == 0) become(words, launch, folder_);
  if (pid_ < 0) throw std::runtime_error("fork failed");
}

Process::~Process() {
  if (!is_reaped_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Process::send(int signal) { ::kill(pid_, signal); }

std::string Process::err_so_far() const { return read_file(folder_ + "/err"); }

bool Process::wait_for_err(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < deadline) {
    if (err_so_far().find(text) != std::string::npos) return true;
    if (!is_reaped_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) is_reaped_ = true;
    if (is_reaped_) return err_so_far().find(text) != std::string::npos;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

Finished Process::wait() {
  if (!is_reaped_) ::waitpid(pid_, &status_, 0);
  is_reaped_ = true;
  Finished finished;
  if (WIFEXITED(status_)) finished.code = WEXITSTATUS(status_);
  if (WIFSIGNALED(status_)) finished.signal = WTERMSIG(status_);
  finished.out = read_file(folder_ + "/out");
  finished.err = read_file(folder_ + "/err");
  return finished;
}

Finished yardstick(const std::vector<std::string>& arguments, const Launch& launch) {
  return Process(arguments, launch).wait();
}

Finished shell(const std::string& line, const Launch& launch) {
  return Process({"/bin/sh", "-c", line}, launch).wait();
}

}  // namespace yardstick::test
