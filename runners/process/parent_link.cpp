#include "runners/process/parent_link.h"

#include "runners/process/frame.h"

#include <yardstick/error.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>

namespace yardstick {
namespace {

constexpr auto kSendEvery = std::chrono::milliseconds(200);

}  // namespace

std::unique_ptr<ParentLink> ParentLink::from_environment() {
  const char* given = std::getenv(kToParentVariable);
  if (given == nullptr) return nullptr;
  const std::string text = given;
  ::unsetenv(kToParentVariable);
  int fd = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fd);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
    throw_user(concat(kToParentVariable, "=", text, " names no open file"),
               "Yardstick sets it for its own children; unset it");
  }
  return std::make_unique<ParentLink>(fd);
}

ParentLink::~ParentLink() { ::close(fd_); }

void ParentLink::send(const Message& message) {
  const std::string frame = to_frame(encode_message(message));
  std::size_t at = 0;
  while (at < frame.size()) {
    const ssize_t written = ::write(fd_, frame.data() + at, frame.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return;
    at += static_cast<std::size_t>(written);
  }
}

void ParentProgress::update(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_sent_ < kSendEvery) return;
  last_sent_ = now;
  link_.send(progress);
}

void ParentProgress::milestone(const std::string& line) { link_.send(MilestoneMessage{line}); }

}  // namespace yardstick
