#pragma once

#include "runners/device.h"

#include <gtest/gtest.h>

namespace yardstick::test {

// The first GPU, opened once a process; null where there is no CUDA driver.
DeviceBackend* gpu();

// Tests that need a GPU and skip without one. They may use LibTorch in their bodies only.
class GpuTest : public testing::Test {
 protected:
  void SetUp() override {
    if (gpu() == nullptr) GTEST_SKIP() << "no CUDA driver on this machine";
  }
};

}  // namespace yardstick::test
