#include "runners/process/frame.h"

#include <yardstick/error.h>

#include <algorithm>
#include <cstdint>

namespace yardstick {
namespace {

constexpr std::string_view kMark = "YSF1";
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kHeaderBytes = kMark.size() + kLengthBytes;

[[noreturn]] void refuse_length(std::size_t length) {
  throw_data(concat("a message of ", length, " bytes is longer than the ", kMaxFrameBytes,
                    " that a child may send"));
}

}  // namespace

std::string to_frame(std::string_view payload) {
  if (payload.size() > kMaxFrameBytes) refuse_length(payload.size());
  std::string frame(kMark);
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    frame += static_cast<char>(payload.size() >> (8 * i) & 0xFF);
  }
  return frame.append(payload);
}

void FrameReader::feed(std::string_view bytes) {
  // What was handed out is dropped once it is most of the buffer, so that a byte moves once.
  if (at_ > bytes_.size() / 2) {
    bytes_.erase(0, at_);
    at_ = 0;
  }
  bytes_.append(bytes);
}

std::optional<std::string> FrameReader::next() {
  const std::string_view rest = std::string_view(bytes_).substr(at_);
  const std::size_t marked = std::min(rest.size(), kMark.size());
  if (rest.substr(0, marked) != kMark.substr(0, marked)) {
    throw_data("bytes that are no message");
  }
  if (rest.size() < kHeaderBytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::size_t{static_cast<std::uint8_t>(rest[kMark.size() + i])} << (8 * i);
  }
  if (length > kMaxFrameBytes) refuse_length(length);
  if (rest.size() - kHeaderBytes < length) return std::nullopt;
  at_ += kHeaderBytes + length;
  return std::string(rest.substr(kHeaderBytes, length));
}

}  // namespace yardstick
