#include "models/cuda/match_tokens.h"
#include "models/cuda/packs.cuh"

#include <algorithm>

namespace yardstick {
namespace {

constexpr int kWarp = 32;
constexpr unsigned kAllLanes = 0xFFFFFFFFu;

// What a warp compares at a time: its lanes lie in 4 rows of 8, each with 4 tokens of A and 8 of B.
constexpr int kLaneRows = 4;
constexpr int kLaneColumns = 8;
constexpr int kTokensA = 4;
constexpr int kTokensB = 8;
constexpr int kStripRows = kLaneRows * kTokensA;
constexpr int kStripColumns = kLaneColumns * kTokensB;

// Resident: one thread block an image, which holds all tokens in shared memory. Else a cluster of
// blocks shares an image, and tokens pass through shared memory in tiles.
constexpr int kResidentThreads = 512;
constexpr int kTiledThreads = 256;
constexpr int kTileA = 64;
constexpr int kMostTileB = 2 * kStripColumns;
constexpr int kMostBlocksOfImage = 8;         // a cluster that every GPU with clusters can run
constexpr int kTokensWorthAClusterOfA = 192;  // fewer are compared faster than blocks meet

constexpr int kQuadBytes = sizeof(float4);

// A similarity and a place in one number that orders as (similarity, lower place); 0 is below all.
using Ranked = unsigned long long;

__host__ __device__ constexpr int ceil_div(int a, int b) { return (a + b - 1) / b; }
__host__ __device__ constexpr int round_up(int a, int b) { return ceil_div(a, b) * b; }
__host__ __device__ constexpr int size_of_a(const MatchShape& shape) {
  return (shape.tokens + 1) / 2 - shape.guarded_a;
}
__host__ __device__ constexpr int size_of_b(const MatchShape& shape) {
  return shape.tokens / 2 - shape.guarded_b;
}

struct Plan {
  bool is_resident = false;
  int blocks = 1;  // of an image
  int tile_a = 0;  // tokens in shared memory at a time
  int tile_b = 0;
  int pitch =
      0;  // of a token in shared memory, in float4; odd, so that 8 of them meet no bank twice
  // Shared memory behind the tokens, in bytes.
  int partial_at = 0;  // Ranked [columns of strips, tile_a]
  int best_at = 0;     // Ranked [A], where resident
  int scores_at = 0;   // unsigned [A, rounded up to 4]
  int chosen_at = 0;   // bits [A]
  int shared_bytes = 0;
};

void lay_out(Plan& plan, int a) {
  const int threads = plan.is_resident ? kResidentThreads : kTiledThreads;
  const int ranked_bytes = sizeof(Ranked);
  plan.partial_at = (plan.tile_a + plan.tile_b) * plan.pitch * kQuadBytes;
  plan.best_at =
      plan.partial_at + ceil_div(plan.tile_b, kStripColumns) * plan.tile_a * ranked_bytes;
  plan.scores_at = round_up(plan.best_at + (plan.is_resident ? a * ranked_bytes : 0), kQuadBytes);
  plan.chosen_at = plan.scores_at + round_up(a, 4) * static_cast<int>(sizeof(unsigned));
  plan.shared_bytes = plan.chosen_at + round_up(a, threads) / 8;
}

Plan make_plan(const MatchShape& shape, const DeviceLimits& limits) {
  const int a = size_of_a(shape);
  Plan plan;
  plan.pitch = (shape.channels / 4) | 1;
  plan.is_resident = true;
  plan.tile_a = a;
  plan.tile_b = size_of_b(shape);
  lay_out(plan, a);
  const bool is_worth_a_cluster = limits.has_clusters && a >= kTokensWorthAClusterOfA &&
                                  2 * shape.batch <= limits.multiprocessors;
  if (plan.shared_bytes <= limits.shared_bytes && !is_worth_a_cluster) return plan;

  plan.is_resident = false;
  plan.tile_a = kTileA;
  plan.tile_b = kMostTileB;
  lay_out(plan, a);
  if (plan.shared_bytes > limits.shared_bytes) {
    plan.tile_b = kStripColumns;
    lay_out(plan, a);
  }
  // Two blocks a multiprocessor: one computes while the other waits for memory.
  while (limits.has_clusters && plan.blocks < kMostBlocksOfImage &&
         plan.blocks * shape.batch <= limits.multiprocessors && plan.blocks * kTileA < a) {
    plan.blocks *= 2;
  }
  return plan;
}

std::size_t row_bytes(const MatchShape& shape) {
  return static_cast<std::size_t>(size_of_a(shape) + size_of_b(shape)) *
         static_cast<std::size_t>(shape.channels) * sizeof(float);
}

// All threads of an image's blocks meet here, and see what each wrote before, in global memory too.
template <bool kIsResident>
__device__ void meet_image(const Plan& plan) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  if constexpr (!kIsResident) {
    if (plan.blocks > 1) {
      asm volatile("barrier.cluster.arrive.release;\nbarrier.cluster.wait.acquire;" ::: "memory");
      return;
    }
  }
#endif
  __syncthreads();
}

// The mean over heads of each unprotected token's key, divided by its length: A's tokens, then B's.
// Groups of lanes share a token, each lane with 16 bytes of every head. Each of the image's blocks
// does its part.
template <typename T>
__device__ void write_unit_rows(const MatchTokens& job, int image, int block, int blocks,
                                float4* rows, int pitch) {
  constexpr int kSize = Pack<T>::kSize;
  constexpr int kHeadsAtOnce = 8;  // loads in flight
  const MatchShape& shape = job.shape;
  const int a = size_of_a(shape);
  const int count = a + size_of_b(shape);
  const int packs = shape.channels / kSize;  // at most 32
  const int lanes = 1 << (kWarp - __clz(packs - 1));
  const int lane = static_cast<int>(threadIdx.x) % lanes;
  const int groups = static_cast<int>(blockDim.x) / lanes;
  const T* keys = static_cast<const T*>(job.keys) + image * job.batch_stride + lane * kSize;
  const float share = 1.0f / static_cast<float>(shape.heads);

  // The same number of turns for all threads, whose lanes shuffle.
  for (int first = block * groups; first < count; first += blocks * groups) {
    const int row = first + static_cast<int>(threadIdx.x) / lanes;
    const bool is_mine = row < count && lane < packs;
    float mean[kSize] = {};
    if (is_mine) {
      const int token = row < a ? 2 * (shape.guarded_a + row) : 2 * (shape.guarded_b + row - a) + 1;
      const T* from = keys + token * job.token_stride;
      for (int head = 0; head < shape.heads; head += kHeadsAtOnce) {
        Pack<T> loaded[kHeadsAtOnce];
#pragma unroll
        for (int i = 0; i < kHeadsAtOnce; ++i) {
          if (head + i < shape.heads) loaded[i] = load_pack(from + (head + i) * job.head_stride);
        }
#pragma unroll
        for (int i = 0; i < kHeadsAtOnce; ++i) {
          if (head + i < shape.heads) {
#pragma unroll
            for (int c = 0; c < kSize; ++c) mean[c] += widen(loaded[i].values[c]);
          }
        }
      }
    }
    float squares = 0.0f;
#pragma unroll
    for (int c = 0; c < kSize; ++c) {
      mean[c] *= share;
      squares += mean[c] * mean[c];
    }
    for (int step = lanes / 2; step > 0; step /= 2) {
      squares += __shfl_xor_sync(kAllLanes, squares, step);
    }
    if (is_mine) {
      const float length = sqrtf(squares);
      float4* to = rows + row * pitch + lane * (kSize / 4);
#pragma unroll
      for (int q = 0; q < kSize / 4; ++q) {
        to[q] = make_float4(mean[4 * q] / length, mean[4 * q + 1] / length,
                            mean[4 * q + 2] / length, mean[4 * q + 3] / length);
      }
    }
  }
}

// Past the first-level cache, which knows nothing of what other blocks of the image wrote.
__device__ void stage_rows(const float4* from, int rows, int quads, float4* to, int pitch) {
#pragma unroll 4
  for (int i = static_cast<int>(threadIdx.x); i < rows * quads; i += kTiledThreads) {
    const int row = i / quads;
    to[row * pitch + i - row * quads] = __ldcg(from + i);
  }
}

// LibTorch's order: NaN is above all, and -0 equals 0.
__device__ unsigned order_of(float score) {
  if (isnan(score)) return 0xFFFFFFFFu;
  const unsigned bits = __float_as_uint(score + 0.0f);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
__device__ Ranked ranked(unsigned score, unsigned place) {
  return static_cast<Ranked>(score) << 32 | (0xFFFFFFFFu - place);
}
__device__ unsigned score_in(Ranked value) { return static_cast<unsigned>(value >> 32); }
__device__ int place_in(Ranked value) {
  return static_cast<int>(0xFFFFFFFFu - static_cast<unsigned>(value));
}
__device__ Ranked higher(Ranked x, Ranked y) { return x > y ? x : y; }

// The most alike of up to kStripColumns tokens `b`, whose places begin at `first_place`, to each of
// up to kStripRows tokens `a`: best[i] is that of token lane / 8 + 4 i, in all 8 lanes.
__device__ void compare_strip(const float4* a, int rows, const float4* b, int columns,
                              int first_place, int pitch, int quads, Ranked (&best)[kTokensA]) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int lane_row = lane / kLaneColumns;
  const int lane_column = lane % kLaneColumns;
  int a_at[kTokensA];
  int b_at[kTokensB];
#pragma unroll
  for (int i = 0; i < kTokensA; ++i) a_at[i] = min(lane_row + i * kLaneRows, rows - 1) * pitch;
#pragma unroll
  for (int j = 0; j < kTokensB; ++j) {
    b_at[j] = min(lane_column + j * kLaneColumns, columns - 1) * pitch;
  }

  float sums[kTokensA][kTokensB] = {};
#pragma unroll 1
  for (int quad = 0; quad < quads; ++quad) {
    float4 left[kTokensA];
#pragma unroll
    for (int i = 0; i < kTokensA; ++i) left[i] = a[a_at[i] + quad];
#pragma unroll
    for (int j = 0; j < kTokensB; ++j) {
      const float4 right = b[b_at[j] + quad];
#pragma unroll
      for (int i = 0; i < kTokensA; ++i) {
        sums[i][j] = fmaf(left[i].x, right.x, sums[i][j]);
        sums[i][j] = fmaf(left[i].y, right.y, sums[i][j]);
        sums[i][j] = fmaf(left[i].z, right.z, sums[i][j]);
        sums[i][j] = fmaf(left[i].w, right.w, sums[i][j]);
      }
    }
  }

#pragma unroll
  for (int i = 0; i < kTokensA; ++i) {
    best[i] = 0;
#pragma unroll
    for (int j = 0; j < kTokensB; ++j) {
      const int column = lane_column + j * kLaneColumns;
      if (column < columns) {
        const auto place = static_cast<unsigned>(first_place + column);
        best[i] = higher(best[i], ranked(order_of(sums[i][j]), place));
      }
    }
#pragma unroll
    for (int step = kLaneColumns / 2; step > 0; step /= 2) {
      best[i] = higher(best[i], __shfl_xor_sync(kAllLanes, best[i], step));
    }
  }
}

// The best of each token of the block's part of A, into `best` [A].
template <bool kIsResident>
__device__ void compare_tokens(const MatchShape& shape, const Plan& plan, int block,
                               const float4* rows, float4* shared, Ranked* partial, Ranked* best) {
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int warps = static_cast<int>(blockDim.x) / kWarp;
  const int a = size_of_a(shape);
  const int b = size_of_b(shape);
  const int quads = shape.channels / 4;
  const int part = round_up(ceil_div(a, plan.blocks), kStripRows);
  const int end = min(a, (block + 1) * part);
  const float4* tokens_a = shared;
  float4* tokens_b = shared + plan.tile_a * plan.pitch;
  const int most_groups = ceil_div(plan.tile_b, kStripColumns);

  for (int tile = block * part; tile < end; tile += plan.tile_a) {
    const int tile_rows = min(plan.tile_a, end - tile);
    const int strips = ceil_div(tile_rows, kStripRows);
    if constexpr (!kIsResident) {
      stage_rows(rows + tile * quads, tile_rows, quads, shared, plan.pitch);
      for (int i = static_cast<int>(threadIdx.x); i < most_groups * plan.tile_a;
           i += kTiledThreads) {
        partial[i] = 0;
      }
    }
    for (int column = 0; column < b; column += plan.tile_b) {
      const int columns = min(plan.tile_b, b - column);
      if constexpr (!kIsResident) {
        if (column > 0) __syncthreads();  // others still read the last tile
        stage_rows(rows + (a + column) * quads, columns, quads, tokens_b, plan.pitch);
        __syncthreads();
      }
      // A strip is the same warp's in every tile.
      for (int item = warp; item < strips * ceil_div(columns, kStripColumns); item += warps) {
        const int strip = item % strips * kStripRows;
        const int group = item / strips;
        const int skipped = group * kStripColumns;
        Ranked found[kTokensA];
        compare_strip(tokens_a + strip * plan.pitch, min(kStripRows, tile_rows - strip),
                      tokens_b + skipped * plan.pitch, min(kStripColumns, columns - skipped),
                      column + skipped, plan.pitch, quads, found);
        if (lane % kLaneColumns != 0) continue;
#pragma unroll
        for (int i = 0; i < kTokensA; ++i) {
          const int row = strip + lane / kLaneColumns + i * kLaneRows;
          if (row >= tile_rows) continue;
          Ranked& slot = partial[group * plan.tile_a + row];
          slot = kIsResident ? found[i] : higher(slot, found[i]);
        }
      }
    }
    __syncthreads();
    const int groups = min(most_groups, ceil_div(b, kStripColumns));
    for (int row = static_cast<int>(threadIdx.x); row < tile_rows;
         row += static_cast<int>(blockDim.x)) {
      Ranked top = partial[row];
      for (int group = 1; group < groups; ++group) {
        top = higher(top, partial[group * plan.tile_a + row]);
      }
      best[tile + row] = top;
    }
    if constexpr (!kIsResident) __syncthreads();  // before the next tile takes its place
  }
}

// Of A's tokens those `merges` of highest score join their best, by falling score; the lists are
// layers::bipartite_soft_matching's.
template <bool kIsResident>
__device__ void write_lists(const MatchTokens& job, int image, const Ranked* best, unsigned* scores,
                            unsigned* chosen) {
  const MatchShape& shape = job.shape;
  const int thread = static_cast<int>(threadIdx.x);
  const int threads = static_cast<int>(blockDim.x);
  const int a = size_of_a(shape);
  const int b = size_of_b(shape);
  const int rest = a - shape.merges;
  const int guarded = shape.guarded_a + shape.guarded_b;
  const int first_b = guarded + rest;
  // A distillation token without a class token: it stays second, behind the first of A's rest.
  const bool is_second_guarded = shape.guarded_a == 0 && guarded == 1;
  std::int64_t* kept = job.kept + static_cast<std::int64_t>(image) * (shape.tokens - shape.merges);
  std::int64_t* merged = job.merged + static_cast<std::int64_t>(image) * shape.merges;
  std::int64_t* into = job.into + static_cast<std::int64_t>(image) * shape.merges;
  const auto best_at = [&](int i) { return kIsResident ? best[i] : __ldcg(best + i); };

  for (int i = thread; i < guarded; i += threads) {
    if (is_second_guarded) {
      kept[min(rest, 1)] = 1;
    } else {
      kept[i] = i;
    }
  }
  for (int i = thread; i < b; i += threads) kept[first_b + i] = 2 * (shape.guarded_b + i) + 1;
  for (int i = thread; i < round_up(a, 4); i += threads) {
    scores[i] = i < a ? score_in(best_at(i)) : 0;
  }
  __syncthreads();

  for (int first = 0; first < a; first += threads) {
    const int i = first + thread;
    bool is_chosen = false;
    if (i < a) {
      const unsigned mine = scores[i];
      int rank = 0;
      const auto count = [&](unsigned score, int j) {
        rank += score > mine || (score == mine && j < i) ? 1 : 0;
      };
      for (int j = 0; j < a; j += 4) {
        const uint4 four = *reinterpret_cast<const uint4*>(scores + j);
        count(four.x, j);
        count(four.y, j + 1);
        count(four.z, j + 2);
        count(four.w, j + 3);
      }
      is_chosen = rank < shape.merges;
      if (is_chosen) {
        merged[rank] = 2 * (shape.guarded_a + i);
        into[rank] = first_b + place_in(best_at(i));
      } else if (shape.guarded_a == 0) {
        const int place = rank - shape.merges;
        kept[place + (is_second_guarded && place > 0 ? 1 : 0)] = 2 * i;
      }
    }
    const unsigned bits = __ballot_sync(kAllLanes, is_chosen);
    if (thread % kWarp == 0) chosen[i / kWarp] = bits;
  }
  if (shape.guarded_a == 0) return;
  __syncthreads();

  for (int i = thread; i < a; i += threads) {
    const unsigned bits = chosen[i / kWarp];
    const int bit = i % kWarp;
    if ((bits >> bit & 1u) != 0) continue;
    int before = __popc(bits & ((1u << bit) - 1u));
    for (int word = 0; word < i / kWarp; ++word) before += __popc(chosen[word]);
    kept[guarded + i - before] = 2 * (shape.guarded_a + i);
  }
}

template <typename T, bool kIsResident>
__global__ void __launch_bounds__(kIsResident ? kResidentThreads : kTiledThreads,
                                  kIsResident ? 1 : 2)
    match_kernel(const MatchTokens job, const Plan plan) {
  extern __shared__ float4 shared[];
  char* const bytes = reinterpret_cast<char*>(shared);
  const MatchShape& shape = job.shape;
  const int a = size_of_a(shape);
  const int image = static_cast<int>(blockIdx.x) / plan.blocks;
  const int block = static_cast<int>(blockIdx.x) % plan.blocks;

  float4* rows = shared;
  int pitch = plan.pitch;
  auto* best = reinterpret_cast<Ranked*>(bytes + plan.best_at);
  if constexpr (!kIsResident) {
    // In the workspace: unit rows of all images, then the best of each token of A.
    const int count = a + size_of_b(shape);
    pitch = shape.channels / 4;
    const std::int64_t image_quads = static_cast<std::int64_t>(count) * pitch;
    float4* const all = static_cast<float4*>(job.workspace);
    rows = all + image * image_quads;
    best = reinterpret_cast<Ranked*>(all + shape.batch * image_quads) +
           static_cast<std::int64_t>(image) * a;
  }
  write_unit_rows<T>(job, image, block, plan.blocks, rows, pitch);
  meet_image<kIsResident>(plan);
  compare_tokens<kIsResident>(shape, plan, block, rows, shared,
                              reinterpret_cast<Ranked*>(bytes + plan.partial_at), best);
  meet_image<kIsResident>(plan);
  if (block != 0) return;
  write_lists<kIsResident>(job, image, best, reinterpret_cast<unsigned*>(bytes + plan.scores_at),
                           reinterpret_cast<unsigned*>(bytes + plan.chosen_at));
}

template <typename T, bool kIsResident>
cudaError_t launch(const MatchTokens& job, const Plan& plan, cudaStream_t stream) {
  const auto kernel = match_kernel<T, kIsResident>;
  if (const cudaError_t error = cudaFuncSetAttribute(
          kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, plan.shared_bytes);
      error != cudaSuccess) {
    return error;
  }
  const auto blocks = static_cast<unsigned>(plan.blocks);
  cudaLaunchAttribute cluster = {};
  cluster.id = cudaLaunchAttributeClusterDimension;
  cluster.val.clusterDim.x = blocks;
  cluster.val.clusterDim.y = 1;
  cluster.val.clusterDim.z = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned>(job.shape.batch) * blocks);
  config.blockDim = dim3(kIsResident ? kResidentThreads : kTiledThreads);
  config.dynamicSmemBytes = static_cast<std::size_t>(plan.shared_bytes);
  config.stream = stream;
  config.attrs = &cluster;
  config.numAttrs = plan.blocks > 1 ? 1 : 0;
  return cudaLaunchKernelEx(&config, kernel, job, plan);
}

template <typename T>
cudaError_t launch_as_planned(const MatchTokens& job, const Plan& plan, cudaStream_t stream) {
  return plan.is_resident ? launch<T, true>(job, plan, stream)
                          : launch<T, false>(job, plan, stream);
}

}  // namespace

std::size_t match_workspace_bytes(const MatchShape& shape, const DeviceLimits& limits) {
  if (make_plan(shape, limits).is_resident) return 0;
  return static_cast<std::size_t>(shape.batch) *
         (row_bytes(shape) + static_cast<std::size_t>(size_of_a(shape)) * sizeof(Ranked));
}

cudaError_t match_tokens(const MatchTokens& job, const DeviceLimits& limits, cudaStream_t stream) {
  const Plan plan = make_plan(job.shape, limits);
  switch (job.type) {
    case ElementType::kFloat32:
      return launch_as_planned<float>(job, plan, stream);
    case ElementType::kFloat16:
      return launch_as_planned<__half>(job, plan, stream);
    case ElementType::kBFloat16:
      return launch_as_planned<__nv_bfloat16>(job, plan, stream);
  }
  return cudaErrorInvalidValue;
}

}  // namespace yardstick
