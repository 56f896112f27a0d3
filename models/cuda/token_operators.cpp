#include "models/cuda/match_tokens.h"
#include "models/cuda/merge_tokens.h"
#include "models/layers/token_kernels.h"

#include <yardstick/check.h>

#include <ATen/cuda/CUDAContext.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include <cstdint>
#include <limits>

namespace yardstick {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<int>::max();

int narrowed(std::int64_t value) {
  YS_CHECK(value >= 0 && value <= kMost, value);
  return static_cast<int>(value);
}

ElementType element_type(const at::Tensor& x) {
  switch (x.scalar_type()) {
    case at::kHalf:
      return ElementType::kFloat16;
    case at::kBFloat16:
      return ElementType::kBFloat16;
    default:
      YS_CHECK(x.scalar_type() == at::kFloat);
      return ElementType::kFloat32;
  }
}

DeviceLimits limits_of(c10::DeviceIndex device) {
  constexpr int kFirstWithClusters = 9;
  const cudaDeviceProp& properties = *at::cuda::getDeviceProperties(device);
  return {.multiprocessors = properties.multiProcessorCount,
          .shared_bytes = static_cast<int>(properties.sharedMemPerBlockOptin),
          .has_clusters = properties.major >= kFirstWithClusters};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> match(const at::Tensor& keys, std::int64_t r,
                                                     std::int64_t guarded_a,
                                                     std::int64_t guarded_b) {
  YS_CHECK(keys.dim() == 4 && keys.size(1) <= layers::kMostMatchedTokens &&
               keys.size(3) <= layers::kMostMatchedChannels && layers::has_packed_rows(keys),
           keys.sizes());
  const std::int64_t batch = keys.size(0);
  const std::int64_t tokens = keys.size(1);
  YS_CHECK(guarded_a >= 0 && guarded_b >= 0 && guarded_b < tokens / 2, guarded_b);
  YS_CHECK(r > 0 && r <= (tokens + 1) / 2 - guarded_a, r);

  const c10::cuda::CUDAGuard guard(keys.device());
  const at::TensorOptions places = keys.options().dtype(at::kLong);
  const at::Tensor kept = at::empty({batch, tokens - r}, places);
  const at::Tensor merged = at::empty({batch, r}, places);
  const at::Tensor into = at::empty({batch, r}, places);
  if (batch == 0) return {kept, merged, into};

  MatchTokens job;
  job.shape = {.batch = narrowed(batch),
               .tokens = narrowed(tokens),
               .heads = narrowed(keys.size(2)),
               .channels = narrowed(keys.size(3)),
               .merges = narrowed(r),
               .guarded_a = narrowed(guarded_a),
               .guarded_b = narrowed(guarded_b)};
  job.type = element_type(keys);
  job.keys = keys.const_data_ptr();
  job.batch_stride = keys.stride(0);
  job.token_stride = keys.stride(1);
  job.head_stride = keys.stride(2);
  const DeviceLimits limits = limits_of(keys.device().index());
  const auto bytes = static_cast<std::int64_t>(match_workspace_bytes(job.shape, limits));
  const at::Tensor workspace = at::empty({bytes}, keys.options().dtype(at::kByte));
  job.workspace = workspace.mutable_data_ptr();
  job.kept = kept.mutable_data_ptr<std::int64_t>();
  job.merged = merged.mutable_data_ptr<std::int64_t>();
  job.into = into.mutable_data_ptr<std::int64_t>();
  C10_CUDA_CHECK(match_tokens(job, limits, c10::cuda::getCurrentCUDAStream().stream()));
  return {kept, merged, into};
}

std::tuple<at::Tensor, at::Tensor> merge(const at::Tensor& x, const std::optional<at::Tensor>& size,
                                         const std::optional<at::Tensor>& kept,
                                         const at::Tensor& merged, const at::Tensor& into) {
  YS_CHECK(x.dim() == 3 && layers::has_packed_rows(x), x.sizes());
  YS_CHECK(merged.sizes() == into.sizes() && merged.size(0) == x.size(0), merged.sizes());
  const std::int64_t batch = x.size(0);
  const std::int64_t channels = x.size(2);
  const std::int64_t places = kept ? kept->size(1) : x.size(1);

  const c10::cuda::CUDAGuard guard(x.device());
  const at::Tensor new_x = at::empty({batch, places, channels}, x.options());
  const at::Tensor new_size = at::empty({batch, places}, x.options().dtype(at::kFloat));
  if (new_size.numel() == 0) return {new_x, new_size};

  // Lists that are slices of others are copied; what a matching gives is whole.
  const at::Tensor whole_merged = merged.contiguous();
  const at::Tensor whole_into = into.contiguous();
  const at::Tensor whole_kept = kept ? kept->contiguous() : at::Tensor();
  const at::Tensor whole_size = size ? size->contiguous() : at::Tensor();
  MergeTokens job;
  job.batch = narrowed(batch);
  job.tokens = narrowed(x.size(1));
  job.places = narrowed(places);
  job.merges = narrowed(merged.size(1));
  job.channels = narrowed(channels);
  job.type = element_type(x);
  job.x = x.const_data_ptr();
  job.batch_stride = x.stride(0);
  job.token_stride = x.stride(1);
  if (whole_size.defined()) job.size = whole_size.const_data_ptr<float>();
  if (whole_kept.defined()) job.kept = whole_kept.const_data_ptr<std::int64_t>();
  job.merged = whole_merged.const_data_ptr<std::int64_t>();
  job.into = whole_into.const_data_ptr<std::int64_t>();
  job.new_x = new_x.mutable_data_ptr();
  job.new_size = new_size.mutable_data_ptr<float>();
  C10_CUDA_CHECK(merge_tokens(job, c10::cuda::getCurrentCUDAStream().stream()));
  return {new_x, new_size};
}

}  // namespace

// A static initialiser, unlike all else that registers itself here: this is part of a shared
// library that is loaded whole, and LibTorch takes a library's operators back when it goes.
TORCH_LIBRARY_FRAGMENT(yardstick, library) {
  library.def(
      "match_tokens(Tensor keys, int r, int guarded_a, int guarded_b) -> (Tensor kept, Tensor "
      "merged, Tensor into)");
  library.impl("match_tokens", torch::dispatch(c10::DispatchKey::CUDA, TORCH_FN(match)));
  library.def(
      "merge_tokens(Tensor x, Tensor? size, Tensor? kept, Tensor merged, Tensor into) -> (Tensor "
      "new_x, Tensor new_size)");
  library.impl("merge_tokens", torch::dispatch(c10::DispatchKey::CUDA, TORCH_FN(merge)));
}

}  // namespace yardstick
