#pragma once

#include "tasks/io/image_decoder.h"

#include <chrono>

namespace yardstick {

// Decodes with another decoder, which must outlive it, and adds up how long that takes.
class TimedDecoder final : public ImageDecoder {
 public:
  using Clock = std::chrono::steady_clock;

  // `opening`: what was spent on the other so far.
  TimedDecoder(ImageDecoder& decoder, Clock::duration opening)
      : ImageDecoder(decoder.format()), decoder_(decoder), spent_(opening) {
    set_size(decoder.width_px(), decoder.height_px());
  }

  void limit_columns(int first, int count) override {
    timed([&] { decoder_.limit_columns(first, count); });
  }
  void read_row(std::uint8_t* rgbx) override {
    timed([&] { decoder_.read_row(rgbx); });
  }
  void finish() override {
    timed([&] { decoder_.finish(); });
  }

  Clock::duration spent() const { return spent_; }

 private:
  template <typename Work>
  void timed(const Work& work) {
    const Clock::time_point start = Clock::now();
    work();
    spent_ += Clock::now() - start;
  }

  ImageDecoder& decoder_;
  Clock::duration spent_;
};

}  // namespace yardstick
