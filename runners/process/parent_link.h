#pragma once

#include "runners/process/protocol.h"

#include <chrono>
#include <memory>
#include <string>

namespace yardstick {

// Names the file descriptor on which a child speaks to its parent; run_child sets it.
inline constexpr char kToParentVariable[] = "YARDSTICK_TO_PARENT";

// A child's side of the pipe. One thread at a time.
class ParentLink {
 public:
  // Null in a process that is nobody's child. Takes the variable out of the environment and keeps
  // the descriptor from programs that this one starts. Throws User where the variable names no open
  // file.
  static std::unique_ptr<ParentLink> from_environment();

  explicit ParentLink(int fd) : fd_(fd) {}  // owned from then on
  ~ParentLink();
  ParentLink(const ParentLink&) = delete;
  ParentLink& operator=(const ParentLink&) = delete;

  // Returns once the pipe has all of it. A parent that has gone is no error: the kernel ends its
  // children. Throws Data where the message is longer than a frame may be.
  void send(const Message& message);

 private:
  int fd_;
};

// Sends progress to the parent, at most five times a second.
class ParentProgress final : public ProgressListener {
 public:
  explicit ParentProgress(ParentLink& link) : link_(link) {}
  void update(const Progress& progress) override;
  void milestone(const std::string& line) override;

 private:
  ParentLink& link_;
  std::chrono::steady_clock::time_point last_sent_;
};

}  // namespace yardstick
