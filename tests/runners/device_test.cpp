#include "runners/device.h"

#include "runners/cpu_memory.h"
#include "runners/numerics.h"
#include "runners/provenance.h"
#include "runners/run_failure.h"
#include "tests/support/throws_error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <dlfcn.h>
#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AnyOf;
using testing::HasSubstr;
using testing::SizeIs;

bool has_cuda_driver() { return dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr; }

TEST(DeviceTest, TheCpuTimesEachStep) {
  const auto device = open_device("cpu");
  const auto timer = device->make_timer();
  for (int i = 0; i < 3; ++i) {
    timer->start();
    timer->stop();
  }

  EXPECT_TRUE(device->device().is_cpu());
  EXPECT_THAT(timer->collect(), SizeIs(3));
  EXPECT_THAT(timer->collect(), SizeIs(0));
}

TEST(DeviceTest, UnknownNamesAreTheUsersError) {
  for (const char* name : {"gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", ""}) {
    EXPECT_THAT([&] { open_device(name); },
                ThrowsError(ErrorKind::kUser, HasSubstr("devices are auto, cpu, cuda and cuda:N")))
        << name;
  }
}

TEST(DeviceTest, AutoIsTheCpuWithoutADriver) {
  if (has_cuda_driver()) GTEST_SKIP() << "this machine has a CUDA driver";

  EXPECT_TRUE(open_device("auto")->device().is_cpu());
}

TEST(DeviceTest, CudaWithoutAGpuSaysSoInOneLine) {
  if (has_cuda_driver()) GTEST_SKIP() << "this machine has a CUDA driver";

  EXPECT_THAT([] { open_device("cuda"); },
              ThrowsError(ErrorKind::kEnvironment,
                          AnyOf(HasSubstr("no CUDA device: "), HasSubstr("no CUDA backend"))));
}

TEST(DeviceTest, CudaMeasuresTimeAndMemory) {
  if (!has_cuda_driver()) GTEST_SKIP() << "no CUDA driver on this machine";
  const auto device = open_device("cuda");
  device->reset_peak_memory();
  const at::Tensor block = at::empty({1 << 20}, at::TensorOptions(device->device()));

  EXPECT_GE(device->memory().peak_allocated_bytes, std::int64_t{4} << 20);
  const auto timer = device->make_timer();
  timer->start();
  device->flush_cache();
  timer->stop();
  EXPECT_GT(timer->collect().at(0), 0);
  Provenance provenance;
  device->describe(provenance);
  EXPECT_TRUE(provenance.contains("gpu_name"));
}

TEST(DeviceTest, CudaReplaysWhatItCaptured) {
  if (!has_cuda_driver()) GTEST_SKIP() << "no CUDA driver on this machine";
  const auto device = open_device("cuda");
  const at::Tensor count = at::zeros({1}, at::TensorOptions(device->device()));
  std::string why_not;
  const auto graph = device->capture([&] { count.add_(1); }, why_not);
  ASSERT_NE(graph, nullptr) << why_not;
  count.zero_();

  for (int i = 0; i < 5; ++i) graph->replay();

  EXPECT_EQ(count.item<float>(), 5);
}

TEST(DeviceTest, CudaSaysWhyAStepCannotBeCaptured) {
  if (!has_cuda_driver()) GTEST_SKIP() << "no CUDA driver on this machine";
  const auto device = open_device("cuda");
  const at::Tensor value = at::ones({1}, at::TensorOptions(device->device()));
  std::string why_not;

  EXPECT_EQ(device->capture([&] { value.mul_(value.item<float>()); }, why_not), nullptr);

  EXPECT_FALSE(why_not.empty());
  EXPECT_EQ(value.add(1).item<float>(), 2) << "the device works on";
}

TEST(DeviceTest, CudaSensorsReadTheClock) {
  if (!has_cuda_driver()) GTEST_SKIP() << "no CUDA driver on this machine";
  const auto device = open_device("cuda");
  ASSERT_NE(device->sensors(), nullptr);
  const DeviceReading reading = device->sensors()->read();
  if (!reading.sm_clock_mhz) GTEST_SKIP() << "NVML tells no clock on this machine";

  EXPECT_GT(*reading.sm_clock_mhz, 100);
  EXPECT_GT(device->sensors()->default_sm_clock_mhz().value_or(0), 500);
}

TEST(CpuMemoryTest, CountsThePeakOfWhatIsAllocated) {
  const CpuAllocationCounter counter;
  {
    const at::Tensor large = at::empty({1 << 20});
    EXPECT_GE(counter.current_bytes(), std::int64_t{4} << 20);
  }
  const at::Tensor small = at::empty({1 << 10});

  EXPECT_LT(counter.current_bytes(), std::int64_t{1} << 20);
  EXPECT_GE(counter.peak_bytes(), std::int64_t{4} << 20);
  EXPECT_LT(counter.peak_bytes(), std::int64_t{5} << 20);
}

TEST(CpuMemoryTest, ADeviceMeasuresFromResetToRead) {
  const auto device = open_device("cpu");
  device->reset_peak_memory();
  {
    const at::Tensor large = at::empty({1 << 20});
  }
  const DeviceMemory memory = device->memory();
  {
    const at::Tensor larger = at::empty({1 << 21});
  }

  EXPECT_EQ(memory.peak_allocated_bytes, std::int64_t{4} << 20);
  EXPECT_GT(memory.process_bytes, 0);
  EXPECT_EQ(device->memory().peak_allocated_bytes, 0);
}

TEST(CpuMemoryTest, TheLimitIsOutOfMemoryBeforeTheKernelKills) {
  const CpuAllocationCounter counter(1 << 20);
  const at::Tensor small = at::empty({1 << 10});
  RunRecord record;
  record.batch_size = 7;

  record_failures(record, [] { at::empty({1 << 20}); });

  EXPECT_EQ(record.reason, "out_of_memory at batch 7");
  EXPECT_LE(counter.peak_bytes(), 1 << 20);
  EXPECT_GT(available_memory_bytes(), 1 << 20);
}

TEST(CpuMemoryTest, ReadsTheResidentSet) {
  EXPECT_GT(resident_bytes(), 1 << 20);
  EXPECT_GE(peak_resident_bytes(), resident_bytes() / 2);
}

TEST(NumericsTest, PutsTheThreadsBack) {
  Provenance before, during, after;
  describe_numerics(before);
  {
    const NumericsScope scope({3, Precision::kFp32, true});
    describe_numerics(during);
  }
  describe_numerics(after);

  EXPECT_EQ(during.at("threads_intra"), "3");
  EXPECT_EQ(during.at("deterministic"), "true");
  EXPECT_EQ(before, after);
}

TEST(NumericsTest, AllowsOneAttentionAndPutsTheOthersBack) {
  Provenance before, during, after;
  describe_numerics(before);
  {
    const NumericsScope scope({.autotunes_cudnn = false, .sdpa_backend = SdpaBackend::kFlash});
    describe_numerics(during);
  }
  describe_numerics(after);

  EXPECT_EQ(during.at("sdpa_backends"), "flash");
  EXPECT_EQ(during.at("cudnn_benchmark"), "false");
  EXPECT_EQ(before, after);
}

TEST(NumericsTest, PrecisionsAreNamed) {
  for (const char* name : {"fp32", "tf32", "bf16", "fp16", "amp"}) {
    EXPECT_EQ(name_of(precision_from_string(name)), name);
  }
  EXPECT_EQ(dtype_of(Precision::kAmp), at::kFloat);
  EXPECT_EQ(product_precision(Precision::kAmp, c10::DeviceType::CUDA), Precision::kFp16);
  EXPECT_EQ(product_precision(Precision::kAmp, c10::DeviceType::CPU), Precision::kBf16);
  EXPECT_EQ(product_precision(Precision::kTf32, c10::DeviceType::CUDA), Precision::kTf32);
}

TEST(NumericsTest, SeedsDifferByUse) {
  EXPECT_NE(derive_seed(0, 0), derive_seed(0, 1));
  EXPECT_NE(derive_seed(0, 0), derive_seed(1, 0));
  EXPECT_EQ(derive_seed(7, 9), derive_seed(7, 9));
}

}  // namespace
}  // namespace yardstick
