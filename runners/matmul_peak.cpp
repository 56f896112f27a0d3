#include "runners/matmul_peak.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace yardstick {
namespace {

constexpr double kSecondsASize = 0.15;
constexpr int kMostProducts = 64;  // of a size

// Seconds of the fastest product of two [size, size] matrices.
double fastest_product(std::int64_t size, c10::ScalarType dtype, DeviceBackend& device) {
  const auto options = at::TensorOptions(device.device()).dtype(dtype);
  const auto random = [&] { return at::randn({size, size}, at::kFloat).to(options); };
  const at::Tensor left = random();
  const at::Tensor right = random();
  at::Tensor product = at::empty({size, size}, options);
  const auto timer = device.make_timer();
  const auto time_one = [&] {
    timer->start();
    at::mm_out(product, left, right);
    timer->stop();
    return timer->collect().back();
  };
  double fastest_s = time_one();  // cold: counts only where it was the fastest
  double spent_s = fastest_s;
  for (int done = 1; done < kMostProducts && spent_s < kSecondsASize; ++done) {
    const double seconds = time_one();
    fastest_s = std::min(fastest_s, seconds);
    spent_s += seconds;
  }
  return fastest_s;
}

double measure_peak(c10::ScalarType dtype, DeviceBackend& device) {
  const c10::InferenceMode inference_mode;
  const std::vector<std::int64_t> sizes = device.device().is_cpu()
                                              ? std::vector<std::int64_t>{256, 512, 1024}
                                              : std::vector<std::int64_t>{2048, 4096, 8192};
  double peak = 0;
  for (const std::int64_t size : sizes) {
    const double flops = 2.0 * static_cast<double>(size * size * size);
    if (peak > 0 && flops / peak > 2 * kSecondsASize) break;  // too slow a machine for this size
    try {
      peak = std::max(peak, flops / fastest_product(size, dtype, device));
    } catch (const c10::OutOfMemoryError&) {
      if (peak == 0) throw;
      device.release_cached_memory();
      break;  // a smaller one did
    }
  }
  return peak;
}

}  // namespace

double matmul_peak(DeviceBackend& device, Precision precision) {
  static std::map<std::tuple<std::string, Precision, int>, double> peaks;
  const Precision products = product_precision(precision, device.device().type());
  const auto key = std::tuple(device.device().str(), products, at::get_num_threads());
  const auto known = peaks.find(key);
  if (known != peaks.end()) return known->second;
  return peaks[key] = measure_peak(dtype_of(products), device);
}

}  // namespace yardstick
