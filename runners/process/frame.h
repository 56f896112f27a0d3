#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace yardstick {

// What goes over the pipe between a child and its parent: four bytes that mark the begin of a
// frame, the payload's length in four bytes (little-endian), the payload.
inline constexpr std::size_t kMaxFrameBytes = std::size_t{256} << 20;

// Throws Data where `payload` is longer than kMaxFrameBytes.
std::string to_frame(std::string_view payload);

// Cuts a stream of untrusted bytes into payloads. It holds no more than what has arrived, whatever
// length a frame announces.
class FrameReader {
 public:
  void feed(std::string_view bytes);
  // The next whole payload. Throws Data, from then on always, where the stream is none of frames.
  std::optional<std::string> next();

 private:
  std::string bytes_;
  std::size_t at_ = 0;  // begin of the next frame
};

}  // namespace yardstick
