#include "runners/energy.h"

#include "tests/runners/fake_device.h"

#include <gtest/gtest.h>

#include <vector>

namespace yardstick {
namespace {

// 5 s of 300 W for 1,000 images, after an idle 80 W; the sensors say `sensed_w`.
EnergyReadings five_seconds(double sensed_w) {
  EnergyReadings readings;
  readings.from_s = 100;
  readings.to_s = 105;
  readings.counter_j = 1500;
  readings.items = 1000;
  readings.idle_w = 80;
  for (int i = 0; i <= 50; ++i) readings.sensors.push_back({100 + i * 0.1, {.power_w = sensed_w}});
  return readings;
}

TEST(EnergyFiguresTest, DividesTheCounterByTheImages) {
  const EnergyFigures figures = energy_figures(five_seconds(300));

  EXPECT_DOUBLE_EQ(figures.joules_per_item, 1.5);
  EXPECT_DOUBLE_EQ(figures.joules_per_item_above_idle, 1.1);
  EXPECT_DOUBLE_EQ(figures.mean_w, 300);
  EXPECT_EQ(figures.items, 1000);
}

TEST(EnergyFiguresTest, IsConfirmedByPowerWithinTenPercent) {
  EXPECT_TRUE(energy_figures(five_seconds(300)).is_confirmed);
  EXPECT_TRUE(energy_figures(five_seconds(272)).is_confirmed);
  EXPECT_TRUE(energy_figures(five_seconds(332)).is_confirmed);
  EXPECT_FALSE(energy_figures(five_seconds(268)).is_confirmed);
  EXPECT_FALSE(energy_figures(five_seconds(335)).is_confirmed);
}

TEST(EnergyFiguresTest, IsNotConfirmedWithoutPower) {
  EnergyReadings readings = five_seconds(300);
  readings.sensors.clear();

  EXPECT_FALSE(energy_figures(readings).is_confirmed);
}

struct Steps {
  std::int64_t count = 0;
  EnergyPlan plan{.step = [this](std::int64_t) { ++count; },
                  .items_per_step = 4,
                  .step_s = 0.01,
                  .idle_s = 0.02,
                  .steady_s = 0.05};
};

TEST(MeasureEnergyTest, CountsWhatTheStepsUse) {
  test::FakeDevice device;
  // Asked for once to see that there is one, around the idle time, and around the steps.
  device.fake_sensors.energy_j = [asked = std::size_t{0}]() mutable {
    return std::vector<double>{5, 10, 10, 20, 80}.at(asked++);
  };
  Steps steps;

  const auto figures = measure_energy(steps.plan, device, /*stop=*/{});

  ASSERT_TRUE(figures.has_value());
  EXPECT_EQ(figures->items, 4 * steps.count);
  EXPECT_DOUBLE_EQ(figures->joules_per_item, 60.0 / static_cast<double>(figures->items));
  EXPECT_EQ(figures->idle_w, 0);
  EXPECT_EQ(steps.count % 25, 0) << "a quarter second of steps between two waits";
  EXPECT_EQ(device.synchronizations, 1 + steps.count / 25);
}

TEST(MeasureEnergyTest, IsNothingWithoutACounter) {
  test::FakeDevice device;
  Steps steps;

  EXPECT_FALSE(measure_energy(steps.plan, device, {}).has_value());
  device.has_sensors = false;
  EXPECT_FALSE(measure_energy(steps.plan, device, {}).has_value());
  EXPECT_EQ(steps.count, 0);
}

TEST(MeasureEnergyTest, IsNothingWhereItWasStopped) {
  test::FakeDevice device;
  device.fake_sensors.energy_j = [] { return 1.0; };
  Steps steps;

  EXPECT_FALSE(measure_energy(steps.plan, device, [] { return true; }).has_value());
}

}  // namespace
}  // namespace yardstick
