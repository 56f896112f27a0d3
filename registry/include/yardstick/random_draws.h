#pragma once

#include <string_view>

#include <ATen/core/Tensor.h>

#include <yardstick/export.h>

namespace yardstick {

// The random numbers of one optimiser step by what they are for ("mask", "mixup", "drop_path"): a
// run's come from its seed and the step alone, a test may give its own.
class YS_API RandomDraws {
 public:
  virtual ~RandomDraws();
  // float32 of `shape` on `device`, uniform in [0, 1).
  virtual at::Tensor uniform(std::string_view purpose, at::IntArrayRef shape,
                             c10::Device device) = 0;
  // The purpose's next number on the host, uniform in [0, 1), in double precision.
  virtual double uniform(std::string_view purpose) = 0;
};

// While one lives, layers that draw inside a forward pass on this thread take their numbers from
// `draws`, which must outlive it: no argument of a network reaches them, as none reaches LibTorch's
// default generators, which they use outside of any scope. Scopes nest; the innermost counts.
class YS_API DrawsScope {
 public:
  explicit DrawsScope(RandomDraws& draws);
  ~DrawsScope();
  DrawsScope(const DrawsScope&) = delete;
  DrawsScope& operator=(const DrawsScope&) = delete;

  // Of this thread's innermost scope, or null.
  static RandomDraws* current() noexcept;

 private:
  RandomDraws* outer_;
};

}  // namespace yardstick
