#pragma once

#include <yardstick/error.h>
#include <yardstick/run.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace yardstick {

// What a child tells its parent, in this order: hello once; any number of begun, progress,
// milestone and record; error where it fails; done once, as the last thing that it does.
inline constexpr std::int64_t kChildProtocol = 1;

struct HelloMessage {
  std::int64_t protocol = kChildProtocol;
  std::string yardstick;  // version: the two sides of a comparison may be two builds
  std::int64_t pid = 0;
};

// A run has begun: its record without results, which the parent keeps as failed should the child
// die in it.
struct BegunMessage {
  std::string json;  // a RunRecord, as for RecordMessage
};

struct MilestoneMessage {
  std::string line;
};

// A finished run. The text is the caller's business (results/record_codec.h): this folder does not
// know how records are written.
struct RecordMessage {
  std::string json;
};

struct ErrorMessage {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;
  std::string hint;
};

struct DoneMessage {
  int exit_code = 0;
};

using Message = std::variant<HelloMessage, BegunMessage, Progress, MilestoneMessage, RecordMessage,
                             ErrorMessage, DoneMessage>;

// The payload of a frame: the message's name, a line feed, JSON.
std::string encode_message(const Message& message);

// Throws Data, in one line, on anything that encode_message does not write.
Message decode_message(std::string_view payload);

}  // namespace yardstick
