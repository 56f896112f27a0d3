#pragma once

#include "tasks/io/image.h"

#include <yardstick/preprocessing.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace yardstick {

// One axis of Pillow's resampling, for a run of output pixels. Output pixel i is the sum over
// t < used[i] of weights[i * taps + t] times input pixel first[i] + t, with the weights in 22-bit
// fixed point that Pillow computes; shrinking widens the filter (antialiasing). Weights from
// used[i] on are 0.
struct ResampleAxis {
  int out_count = 0;
  int taps = 0;                       // stored for each output pixel; a multiple of kTapsStep
  int in_first = 0;                   // first input pixel with a weight
  int in_end = 0;                     // one past the last
  std::vector<int> first;             // [out_count]
  std::vector<int> used;              // [out_count]
  std::vector<std::int32_t> weights;  // [out_count, taps]
  // For the vectorised kernels: weights = high * 4096 + low, which fit 16 bits.
  std::vector<std::int16_t> high;  // [out_count, taps]
  std::vector<std::int16_t> low;   // [out_count, taps]

  static constexpr int kTapsStep = 4;
};

// Weights to resample `in_size` pixels to `out_size`, of which only [out_first, out_first +
// out_count) are wanted.
ResampleAxis make_resample_axis(int in_size, int out_size, int out_first, int out_count,
                                Interpolation interpolation);

// The inner loops, in variants that give the same bytes.
struct ResizeKernels {
  const char* name;
  // Resamples one row of RGBX pixels along `axis` to three planes, R at `out`, G at out + stride,
  // B at out + 2 * stride. `rgbx` points at the pixel that axis.in_first names, and is read up to
  // kReadMargin bytes past axis.in_end.
  void (*horizontal)(const ResampleAxis& axis, const std::uint8_t* rgbx, std::uint8_t* out,
                     std::ptrdiff_t stride);
  // Makes output row `index` of `axis` from the axis.taps rows that begin with axis.first[index],
  // for columns x < count, a multiple of kRowStep.
  void (*vertical)(const ResampleAxis& axis, int index, const std::uint8_t* const* rows,
                   std::uint8_t* out, std::ptrdiff_t count);

  static constexpr int kReadMargin = 4 * ResampleAxis::kTapsStep;
  static constexpr int kRowStep = 32;
};

const ResizeKernels& portable_resize_kernels();
// The fastest that this processor can run.
const ResizeKernels& best_resize_kernels();

enum class PassOrder { kHorizontalFirst, kVerticalFirst };

// Bytes are rounded between the passes, so that their order shows. Pillow 13 begins vertically
// where that loses more than twice as many pixels as the other side does; Pillow up to 12 never
// did.
PassOrder pass_order(int in_width, int in_height, int out_width, int out_height);

// Resamples rows as they come, and keeps only as many as the vertical filter spans.
class StreamingResize {
 public:
  // Refers to both axes for its lifetime.
  StreamingResize(const ResampleAxis& horizontal, const ResampleAxis& vertical, PassOrder order,
                  const ResizeKernels& kernels);

  // Takes the input rows [vertical.in_first, vertical.in_end) in order; see
  // ResizeKernels::horizontal for `rgbx`. Afterwards next_row() gives each output row that is now
  // complete.
  void add_row(const std::uint8_t* rgbx);
  // The next output row, or null: three planes, stride() bytes apart, valid until the next call.
  const std::uint8_t* next_row();
  std::ptrdiff_t stride() const { return stride_; }

 private:
  const ResampleAxis& horizontal_;
  const ResampleAxis& vertical_;
  PassOrder order_;
  const ResizeKernels& kernels_;
  std::ptrdiff_t stride_;
  std::ptrdiff_t ring_stride_;      // bytes of a row between the passes
  int added_ = 0;                   // input rows so far
  int delivered_ = 0;               // output rows so far
  std::vector<std::uint8_t> ring_;  // [vertical.taps, ring_stride]: planes, or RGBX as it came
  std::vector<std::uint8_t> row_;   // [3, stride]
  std::vector<std::uint8_t> rgbx_;  // a row that only lacks the horizontal pass
  std::vector<const std::uint8_t*> rows_;
};

// Resizes a whole image as Pillow's Image.resize does.
Image resize_image(const Image& image, int width_px, int height_px, Interpolation interpolation,
                   const ResizeKernels& kernels = best_resize_kernels());

}  // namespace yardstick
