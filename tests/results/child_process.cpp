#include "tests/results/child_process.h"

#include <yardstick/error.h>

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace yardstick::test {
namespace {

void write_line(int pipe, std::string line) {
  line += '\n';
  if (::write(pipe, line.data(), line.size()) < 0) ::_exit(3);
}

std::optional<std::string> own_mounts() {
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return concat("no mount of one's own here: ", std::strerror(errno));
  }
  return std::nullopt;
}

}  // namespace

ChildProcess::ChildProcess(const std::function<std::string(const Send&)>& body) {
  int ends[2];
  if (::pipe(ends) != 0) throw_environment("pipe failed");
  pid_ = ::fork();
  if (pid_ < 0) throw_environment("fork failed");
  pipe_ = ends[0];
  if (pid_ > 0) {
    ::close(ends[1]);
    return;
  }
  ::close(ends[0]);
  const Send send = [&ends](const std::string& line) { write_line(ends[1], line); };
  try {
    send(body(send));
  } catch (const std::exception& e) {
    send(e.what());
  }
  ::_exit(0);
}

ChildProcess::~ChildProcess() {
  kill_now();
  ::close(pipe_);
}

std::optional<std::string> ChildProcess::read_line() {
  for (;;) {
    if (const auto end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    const ssize_t got = ::read(pipe_, buffer, sizeof buffer);
    if (got <= 0) return std::nullopt;
    pending_.append(buffer, static_cast<std::size_t>(got));
  }
}

void ChildProcess::kill_now() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string text_from_child(const std::function<std::string()>& body) {
  ChildProcess child([&body](const ChildProcess::Send&) { return body(); });
  return child.read_line().value_or("the child died");
}

std::optional<std::string> mount_small_disk(const std::string& folder, const std::string& size) {
  if (auto why_not = own_mounts()) return why_not;
  if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) {
    return concat("cannot mount a small disk: ", std::strerror(errno));
  }
  return std::nullopt;
}

std::optional<std::string> make_read_only(const std::string& folder) {
  if (::geteuid() != 0) {  // rights bind everybody but root
    if (::chmod(folder.c_str(), 0555) != 0) return std::strerror(errno);
    return std::nullopt;
  }
  if (auto why_not = own_mounts()) return why_not;
  if (::mount(folder.c_str(), folder.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
      ::mount(nullptr, folder.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
    return concat("cannot mount a read-only folder: ", std::strerror(errno));
  }
  return std::nullopt;
}

}  // namespace yardstick::test
