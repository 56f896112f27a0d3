// A child that does one thing after another, as its words say: "hello", "record:a", "segfault".
// It writes the protocol by hand, as runners/process/frame.h and protocol.h describe it.

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

int to_parent() { return std::atoi(std::getenv("YARDSTICK_TO_PARENT")); }

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) std::_Exit(90);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void send(const std::string& payload) {
  const auto length = static_cast<std::uint32_t>(payload.size());
  std::string frame = "YSF1";
  for (int i = 0; i < 4; ++i) frame += static_cast<char>(length >> (8 * i) & 0xFF);
  write_all(to_parent(), frame + payload);
}

void sleep_for_ever() {
  for (;;) ::pause();
}

void leave_interrupted(int) {
  send("record\ninterrupted");
  send("done\n{\"exit_code\": 1}");
  std::_Exit(1);
}

void allocate_for_ever() {
  for (;;) {
    constexpr std::size_t kPiece = 1 << 20;
    char* piece = new char[kPiece];
    for (std::size_t at = 0; at < kPiece; at += 4096) {
      const_cast<volatile char*>(piece)[at] = 1;
    }
  }
}

void print(const std::string& text) { write_all(STDERR_FILENO, text + "\n"); }

int count_open_files() {
  int count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

// Leaves behind a process that holds both pipes.
void spawn_sleeper() {
  const pid_t pid = ::fork();
  if (pid == 0) sleep_for_ever();
  print("sleeper " + std::to_string(pid));
}

void print_cpus() {
  cpu_set_t set;
  ::sched_getaffinity(0, sizeof set, &set);
  std::string cpus = "cpus";
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus += " " + std::to_string(cpu);
  }
  print(cpus);
}

void act(const std::string& name, const std::string& value) {
  if (name == "hello") {
    send("hello\n{\"protocol\": 1, \"yardstick\": \"0.0.0\", \"pid\": 1}");
  } else if (name == "begun" || name == "record") {
    send(name + "\n" + value);
  } else if (name == "milestone") {
    send("milestone\n{\"line\": \"" + value + "\"}");
  } else if (name == "send") {
    send(value);
  } else if (name == "raw") {
    write_all(to_parent(), value);
  } else if (name == "error") {
    send("error\n{\"kind\": \"data\", \"message\": \"" + value + "\", \"hint\": \"\"}");
  } else if (name == "done") {
    send("done\n{\"exit_code\": " + value + "}");
    std::_Exit(std::atoi(value.c_str()));
  } else if (name == "print") {
    print(value);
  } else if (name == "flood") {
    for (;;) write_all(STDERR_FILENO, std::string(4096, 'x'));
  } else if (name == "files") {
    print("files " + std::to_string(count_open_files()));
  } else if (name == "variable") {
    const char* held = std::getenv(value.c_str());
    print(value + "=" + (held != nullptr ? held : ""));
  } else if (name == "cpus") {
    print_cpus();
  } else if (name == "raise") {
    ::raise(std::atoi(value.c_str()));
  } else if (name == "segfault") {
    *const_cast<volatile int*>(static_cast<int*>(nullptr)) = 1;
  } else if (name == "allocate") {
    allocate_for_ever();
  } else if (name == "hang") {
    sleep_for_ever();
  } else if (name == "deaf") {
    ::signal(SIGTERM, SIG_IGN);
    ::signal(SIGINT, SIG_IGN);
  } else if (name == "polite") {
    ::signal(SIGTERM, leave_interrupted);
    ::signal(SIGINT, leave_interrupted);
  } else if (name == "spawn") {
    spawn_sleeper();
  } else if (name == "exit") {
    std::_Exit(std::atoi(value.c_str()));
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t colon = word.find(':');
    act(word.substr(0, colon), colon == std::string::npos ? "" : word.substr(colon + 1));
  }
  return 0;
}
