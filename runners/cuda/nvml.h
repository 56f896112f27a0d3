#pragma once

#include "runners/device.h"

#include <yardstick/run.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace yardstick {

// The driver's management library, loaded when first used. Where it is absent every answer is
// empty.
class Nvml final : public DeviceSensors {
 public:
  // The GPU at `pci_bus_id` ("00000000:01:00.0").
  explicit Nvml(const std::string& pci_bus_id);
  ~Nvml() override;
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  DeviceReading read() override;
  // The default application clock, or the largest clock where there is none.
  std::optional<double> default_sm_clock_mhz() override;
  std::optional<double> total_energy_j() override;
  // Memory that this process holds on the GPU; 0 where the driver does not tell (in containers it
  // may know the process by another number).
  std::int64_t process_bytes() const;
  // driver, gpu_uuid, gpu_power_limit_w, gpu_max_sm_clock_mhz, gpu_mig.
  void describe(Provenance& provenance) const;

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace yardstick
