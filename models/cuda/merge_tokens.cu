#include "models/cuda/merge_tokens.h"
#include "models/cuda/packs.cuh"

namespace yardstick {
namespace {

constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xFFFFFFFFu;
constexpr int kThreads = 256;
constexpr int kPlacesOfBlock = kThreads / kWarp;
constexpr int kBlocksAtOnce = 3;  // of a multiprocessor: many rows under way hide memory's latency
constexpr int kSumsAtOnce = 2;    // packs of a row that each lane adds up
constexpr int kCopiesAtOnce = 4;  // or copies

// The tokens that join one place, 32 of the list at a time: each lane looks at one.
struct Joining {
  unsigned lanes = 0;  // those whose token joins
  int token = 0;       // of this lane
  float size = 0;      // of this lane's token, where it joins
};

__device__ Joining joining_at(const MergeTokens& job, int image, int place, int first) {
  const int i = first + static_cast<int>(threadIdx.x) % kWarp;
  const std::int64_t at = static_cast<std::int64_t>(image) * job.merges + i;
  const bool joins = i < job.merges && job.into[at] == place;
  Joining joining;
  joining.lanes = __ballot_sync(kAllLanes, joins);
  if (joins) {
    joining.token = static_cast<int>(job.merged[at]);
    joining.size = job.size == nullptr
                       ? 1.0f
                       : job.size[static_cast<std::int64_t>(image) * job.tokens + joining.token];
  }
  return joining;
}

// Adds this lane's packs of a row, `share` times, or starts the sums with them.
template <typename T>
__device__ void add_row(const T* row, int first_pack, int packs, float share,
                        float (&sums)[kSumsAtOnce][Pack<T>::kSize]) {
  Pack<T> loaded[kSumsAtOnce];
#pragma unroll
  for (int p = 0; p < kSumsAtOnce; ++p) {
    const int pack = first_pack + p * kWarp;
    if (pack < packs) loaded[p] = load_pack(row + pack * Pack<T>::kSize);
  }
#pragma unroll
  for (int p = 0; p < kSumsAtOnce; ++p) {
    if (first_pack + p * kWarp < packs) {
#pragma unroll
      for (int c = 0; c < Pack<T>::kSize; ++c) {
        sums[p][c] = fmaf(widen(loaded[p].values[c]), share, sums[p][c]);
      }
    }
  }
}

template <typename T>
__device__ void copy_row(const T* from, int packs, T* to) {
  constexpr int kSize = Pack<T>::kSize;
  for (int first = static_cast<int>(threadIdx.x) % kWarp; first < packs;
       first += kCopiesAtOnce * kWarp) {
    Pack<T> loaded[kCopiesAtOnce];
#pragma unroll
    for (int p = 0; p < kCopiesAtOnce; ++p) {
      const int pack = first + p * kWarp;
      if (pack < packs) loaded[p] = load_pack(from + pack * kSize);
    }
#pragma unroll
    for (int p = 0; p < kCopiesAtOnce; ++p) {
      const int pack = first + p * kWarp;
      if (pack < packs) store_pack(to + pack * kSize, loaded[p]);
    }
  }
}

// A warp for each place of the result.
template <typename T>
__global__ void __launch_bounds__(kThreads, kBlocksAtOnce) merge_kernel(const MergeTokens job) {
  constexpr int kSize = Pack<T>::kSize;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const std::int64_t index = static_cast<std::int64_t>(blockIdx.x) * kPlacesOfBlock +
                             static_cast<int>(threadIdx.x) / kWarp;
  if (index >= static_cast<std::int64_t>(job.batch) * job.places) return;  // the whole warp
  const int image = static_cast<int>(index / job.places);
  const int place = static_cast<int>(index - static_cast<std::int64_t>(image) * job.places);
  const int own = job.kept == nullptr ? place : static_cast<int>(job.kept[index]);
  const float own_size =
      job.size == nullptr ? 1.0f : job.size[static_cast<std::int64_t>(image) * job.tokens + own];

  float total = own_size;
  int joined = 0;
  for (int first = 0; first < job.merges; first += kWarp) {
    const Joining joining = joining_at(job, image, place, first);
    joined += __popc(joining.lanes);
    for (unsigned left = joining.lanes; left != 0; left &= left - 1) {
      total += __shfl_sync(kAllLanes, joining.size, __ffs(static_cast<int>(left)) - 1);
    }
  }
  if (lane == 0) job.new_size[index] = total;

  const T* const x = static_cast<const T*>(job.x) + image * job.batch_stride;
  T* const to = static_cast<T*>(job.new_x) + index * job.channels;
  const int packs = job.channels / kSize;
  if (joined == 0) {
    copy_row(x + own * job.token_stride, packs, to);
    return;
  }

  for (int start = 0; start < packs; start += kSumsAtOnce * kWarp) {
    const int first_pack = start + lane;
    float sums[kSumsAtOnce][kSize] = {};
    add_row(x + own * job.token_stride, first_pack, packs, own_size / total, sums);
    for (int first = 0; first < job.merges; first += kWarp) {
      const Joining joining = joining_at(job, image, place, first);
      for (unsigned left = joining.lanes; left != 0; left &= left - 1) {
        const int source = __ffs(static_cast<int>(left)) - 1;
        const int token = __shfl_sync(kAllLanes, joining.token, source);
        const float size = __shfl_sync(kAllLanes, joining.size, source);
        add_row(x + token * job.token_stride, first_pack, packs, size / total, sums);
      }
    }
#pragma unroll
    for (int p = 0; p < kSumsAtOnce; ++p) {
      const int pack = first_pack + p * kWarp;
      if (pack >= packs) continue;
      Pack<T> sum;
#pragma unroll
      for (int c = 0; c < kSize; ++c) narrow(sums[p][c], sum.values[c]);
      store_pack(to + pack * kSize, sum);
    }
  }
}

template <typename T>
cudaError_t launch(const MergeTokens& job, cudaStream_t stream) {
  const std::int64_t places = static_cast<std::int64_t>(job.batch) * job.places;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned>((places + kPlacesOfBlock - 1) / kPlacesOfBlock));
  config.blockDim = dim3(kThreads);
  config.stream = stream;
  return cudaLaunchKernelEx(&config, merge_kernel<T>, job);
}

}  // namespace

cudaError_t merge_tokens(const MergeTokens& job, cudaStream_t stream) {
  switch (job.type) {
    case ElementType::kFloat32:
      return launch<float>(job, stream);
    case ElementType::kFloat16:
      return launch<__half>(job, stream);
    case ElementType::kBFloat16:
      return launch<__nv_bfloat16>(job, stream);
  }
  return cudaErrorInvalidValue;
}

}  // namespace yardstick
