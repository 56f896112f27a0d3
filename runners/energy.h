#pragma once

#include "runners/device.h"
#include "runners/sensors.h"

#include <yardstick/run.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace yardstick {

// What was read around a stretch of steady steps.
struct EnergyReadings {
  double from_s = 0;  // by the steady clock
  double to_s = 0;
  double counter_j = 0;  // what the device's energy counter rose in between
  std::int64_t items = 0;
  double idle_w = 0;  // before, with nothing running
  std::vector<TimedReading> sensors;
};

struct EnergyFigures {
  double joules_per_item = 0;  // by the counter, idle power included
  double joules_per_item_above_idle = 0;
  double mean_w = 0;
  double idle_w = 0;
  std::int64_t items = 0;
  // The counter's figure and the integral of the power readings differ by at most 10 %. False too
  // where there is no power to integrate.
  bool is_confirmed = false;
};
EnergyFigures energy_figures(const EnergyReadings& readings);

struct EnergyPlan {
  std::function<void(std::int64_t index)> step;
  std::int64_t items_per_step = 1;
  double step_s = 0;    // what a step takes, so that the device is not waited for at each
  double idle_s = 2;    // length of the idle baseline
  double steady_s = 5;  // of steps, at least
};

// Leaves a warm device idle, then runs steps. Nothing where the device has no energy counter, or
// where `stop` ended it.
std::optional<EnergyFigures> measure_energy(const EnergyPlan& plan, DeviceBackend& device,
                                            const StopRequested& stop);

}  // namespace yardstick
