#include "tasks/io/resize_avx2.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstddef>
#include <cstring>

// Multiplying a byte by a 23-bit weight and summing exactly needs 32-bit products, of which AVX2
// does 8 in two slow steps. Splitting the weight in two 16-bit parts lets the fast pairwise
// multiply-add do two taps in each of 8 lanes at once; the parts are put together once per pixel.
// All sums are taken modulo 2^32, so the result is the portable one bit for bit.

#define YS_AVX2 __attribute__((target("avx2")))

namespace yardstick {
namespace {

constexpr int kLowBits = 12;
constexpr int kPrecisionBits = 22;

YS_AVX2 inline __m256i load_256(const void* p) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(p));
}

YS_AVX2 inline __m128i load_128(const void* p) {
  return _mm_loadu_si128(static_cast<const __m128i*>(p));
}

YS_AVX2 inline __m256i join(__m256i high, __m256i low) {
  return _mm256_add_epi32(_mm256_slli_epi32(high, kLowBits), low);
}

// One output pixel before rounding: four 32-bit sums (R, G, B, X).
YS_AVX2 inline __m128i pixel_sum(const std::uint8_t* rgbx, const std::int16_t* high,
                                 const std::int16_t* low, int used) {
  // From four pixels: lane 0 gets R0 R1 G0 G1 B0 B1 X0 X1 as 16-bit numbers, lane 1 those of 2, 3.
  const __m256i pair_up =
      _mm256_setr_epi8(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1, 8, -1, 12, -1, 9, -1,
                       13, -1, 10, -1, 14, -1, 11, -1, 15, -1);
  // The weights of the two taps, four times in lane 0 for taps 0 and 1, in lane 1 for 2 and 3.
  const __m256i spread = _mm256_setr_epi8(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6,
                                          7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  __m256i sum_high = _mm256_setzero_si256();
  __m256i sum_low = _mm256_setzero_si256();
  for (int t = 0; t < used; t += 4) {
    const __m256i pixels =
        _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load_128(rgbx + 4 * t)), pair_up);
    long long four_high = 0, four_low = 0;
    std::memcpy(&four_high, high + t, sizeof four_high);
    std::memcpy(&four_low, low + t, sizeof four_low);
    const __m256i weights_high = _mm256_shuffle_epi8(_mm256_set1_epi64x(four_high), spread);
    const __m256i weights_low = _mm256_shuffle_epi8(_mm256_set1_epi64x(four_low), spread);
    sum_high = _mm256_add_epi32(sum_high, _mm256_madd_epi16(pixels, weights_high));
    sum_low = _mm256_add_epi32(sum_low, _mm256_madd_epi16(pixels, weights_low));
  }
  const __m256i sum = join(sum_high, sum_low);
  return _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
}

YS_AVX2 inline __m128i round_down(__m128i sum) {
  return _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(1 << (kPrecisionBits - 1))),
                        kPrecisionBits);
}

YS_AVX2 void horizontal_avx2(const ResampleAxis& axis, const std::uint8_t* rgbx, std::uint8_t* out,
                             std::ptrdiff_t stride) {
  const std::ptrdiff_t taps = axis.taps;
  const std::uint8_t* base = rgbx - std::ptrdiff_t{4} * axis.in_first;
  const __m128i to_planes = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  int i = 0;
  for (; i + 4 <= axis.out_count; i += 4) {
    __m128i sums[4];
    for (int k = 0; k < 4; ++k) {
      sums[k] = round_down(pixel_sum(base + std::ptrdiff_t{4} * axis.first[i + k],
                                     axis.high.data() + taps * (i + k),
                                     axis.low.data() + taps * (i + k), axis.used[i + k]));
    }
    const __m128i bytes =
        _mm_packus_epi16(_mm_packs_epi32(sums[0], sums[1]), _mm_packs_epi32(sums[2], sums[3]));
    const __m128i planes = _mm_shuffle_epi8(bytes, to_planes);
    const int red = _mm_extract_epi32(planes, 0);
    const int green = _mm_extract_epi32(planes, 1);
    const int blue = _mm_extract_epi32(planes, 2);
    std::memcpy(out + i, &red, 4);
    std::memcpy(out + stride + i, &green, 4);
    std::memcpy(out + 2 * stride + i, &blue, 4);
  }
  for (; i < axis.out_count; ++i) {
    const __m128i sum =
        round_down(pixel_sum(base + std::ptrdiff_t{4} * axis.first[i], axis.high.data() + taps * i,
                             axis.low.data() + taps * i, axis.used[i]));
    const __m128i words = _mm_packs_epi32(sum, sum);
    const int pixel = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
    out[i] = static_cast<std::uint8_t>(pixel);
    out[stride + i] = static_cast<std::uint8_t>(pixel >> 8);
    out[2 * stride + i] = static_cast<std::uint8_t>(pixel >> 16);
  }
}

YS_AVX2 void vertical_avx2(const ResampleAxis& axis, int index, const std::uint8_t* const* rows,
                           std::uint8_t* out, std::ptrdiff_t count) {
  const std::int16_t* high = axis.high.data() + std::ptrdiff_t{axis.taps} * index;
  const std::int16_t* low = axis.low.data() + std::ptrdiff_t{axis.taps} * index;
  const int used = axis.used[index];
  const __m256i half = _mm256_set1_epi32(1 << (kPrecisionBits - 1));
  for (std::ptrdiff_t x = 0; x < count; x += 32) {
    __m256i sum_high[4] = {};
    __m256i sum_low[4] = {};
    for (int t = 0; t < used; t += 2) {
      int two_high = 0, two_low = 0;
      std::memcpy(&two_high, high + t, sizeof two_high);
      std::memcpy(&two_low, low + t, sizeof two_low);
      const __m256i weights_high = _mm256_set1_epi32(two_high);
      const __m256i weights_low = _mm256_set1_epi32(two_low);
      const __m256i upper = load_256(rows[t] + x);
      const __m256i lower = load_256(rows[t + 1] + x);
      // Columns 0-7 and 16-23, then 8-15 and 24-31, each beside the one below it.
      const __m256i near = _mm256_unpacklo_epi8(upper, lower);
      const __m256i far = _mm256_unpackhi_epi8(upper, lower);
      const __m256i zero = _mm256_setzero_si256();
      const __m256i pairs[4] = {_mm256_unpacklo_epi8(near, zero), _mm256_unpackhi_epi8(near, zero),
                                _mm256_unpacklo_epi8(far, zero), _mm256_unpackhi_epi8(far, zero)};
      for (int k = 0; k < 4; ++k) {
        sum_high[k] = _mm256_add_epi32(sum_high[k], _mm256_madd_epi16(pairs[k], weights_high));
        sum_low[k] = _mm256_add_epi32(sum_low[k], _mm256_madd_epi16(pairs[k], weights_low));
      }
    }
    __m256i sums[4];
    for (int k = 0; k < 4; ++k) {
      sums[k] =
          _mm256_srai_epi32(_mm256_add_epi32(join(sum_high[k], sum_low[k]), half), kPrecisionBits);
    }
    // Unpacking and packing both work within 128-bit lanes, so the columns are in order again.
    const __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(sums[0], sums[1]),
                                              _mm256_packs_epi32(sums[2], sums[3]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + x), bytes);
  }
}

constexpr ResizeKernels kAvx2 = {"avx2", horizontal_avx2, vertical_avx2};

}  // namespace

const ResizeKernels* avx2_resize_kernels() {
  return __builtin_cpu_supports("avx2") ? &kAvx2 : nullptr;
}

}  // namespace yardstick

#else

namespace yardstick {

const ResizeKernels* avx2_resize_kernels() { return nullptr; }

}  // namespace yardstick

#endif
