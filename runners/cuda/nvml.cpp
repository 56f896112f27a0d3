#include "runners/cuda/nvml.h"

#include <dlfcn.h>
#include <nvml.h>
#include <unistd.h>

#include <vector>

namespace yardstick {

struct Nvml::Library {
  void* handle = nullptr;
  nvmlDevice_t device = nullptr;

  // The function `name` with the type that nvml.h declares for it, or null.
  template <typename Function>
  Function* find(const char* name, Function*) const {
    return handle == nullptr ? nullptr : reinterpret_cast<Function*>(dlsym(handle, name));
  }
};

// Two steps, because nvml.h renames functions to their newest version by macro.
#define YS_NVML_NAME_TEXT(name) #name
#define YS_NVML_NAME(name) YS_NVML_NAME_TEXT(name)
#define YS_NVML(library, name) \
  (library).find(YS_NVML_NAME(name), static_cast<decltype(&(name))>(nullptr))

Nvml::Nvml(const std::string& pci_bus_id) : library_(std::make_unique<Library>()) {
  // Never closed: the driver keeps threads of its own.
  library_->handle = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  const auto init = YS_NVML(*library_, nvmlInit);
  const auto get_device = YS_NVML(*library_, nvmlDeviceGetHandleByPciBusId);
  if (init == nullptr || get_device == nullptr || init() != NVML_SUCCESS ||
      get_device(pci_bus_id.c_str(), &library_->device) != NVML_SUCCESS) {
    library_->device = nullptr;
  }
}

Nvml::~Nvml() = default;

namespace {

// Kept by newer drivers for programs built against old headers, and all that older drivers have;
// nvml.h marks it as deprecated.
using GetTemperature = nvmlReturn_t(nvmlDevice_t, nvmlTemperatureSensors_t, unsigned*);

// throttle_reason_names (sensors.h) knows the bits by these places.
static_assert(nvmlClocksEventReasonSwPowerCap == 1 << 2);
static_assert(nvmlClocksThrottleReasonHwSlowdown == 1 << 3);
static_assert(nvmlClocksEventReasonSwThermalSlowdown == 1 << 5);
static_assert(nvmlClocksThrottleReasonHwPowerBrakeSlowdown == 1 << 7);

}  // namespace

DeviceReading Nvml::read() {
  DeviceReading reading;
  const nvmlDevice_t device = library_->device;
  if (device == nullptr) return reading;
  unsigned value = 0;
  unsigned long long reasons = 0;
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetClockInfo);
      get != nullptr && get(device, NVML_CLOCK_SM, &value) == NVML_SUCCESS) {
    reading.sm_clock_mhz = value;
  }
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetPowerUsage);
      get != nullptr && get(device, &value) == NVML_SUCCESS) {
    reading.power_w = value / 1000.0;
  }
  if (const auto get =
          library_->find("nvmlDeviceGetTemperature", static_cast<GetTemperature*>(nullptr));
      get != nullptr && get(device, NVML_TEMPERATURE_GPU, &value) == NVML_SUCCESS) {
    reading.temperature_c = value;
  }
  // "EventReasons" since driver 535, "ThrottleReasons" before.
  using GetReasons = decltype(nvmlDeviceGetCurrentClocksEventReasons);
  for (const char* name :
       {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"}) {
    const auto get = library_->find(name, static_cast<GetReasons*>(nullptr));
    if (get == nullptr) continue;
    if (get(device, &reasons) == NVML_SUCCESS) reading.throttle_reasons = reasons;
    break;
  }
  return reading;
}

std::optional<double> Nvml::default_sm_clock_mhz() {
  const nvmlDevice_t device = library_->device;
  if (device == nullptr) return std::nullopt;
  unsigned mhz = 0;
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetClock);
      get != nullptr &&
      get(device, NVML_CLOCK_SM, NVML_CLOCK_ID_APP_CLOCK_DEFAULT, &mhz) == NVML_SUCCESS &&
      mhz > 0) {
    return mhz;
  }
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetMaxClockInfo);
      get != nullptr && get(device, NVML_CLOCK_SM, &mhz) == NVML_SUCCESS && mhz > 0) {
    return mhz;
  }
  return std::nullopt;
}

std::optional<double> Nvml::total_energy_j() {
  const auto get = YS_NVML(*library_, nvmlDeviceGetTotalEnergyConsumption);
  unsigned long long millijoules = 0;
  if (library_->device == nullptr || get == nullptr ||
      get(library_->device, &millijoules) != NVML_SUCCESS) {
    return std::nullopt;
  }
  return static_cast<double>(millijoules) / 1000;
}

std::int64_t Nvml::process_bytes() const {
  const auto get_processes = YS_NVML(*library_, nvmlDeviceGetComputeRunningProcesses);
  if (library_->device == nullptr || get_processes == nullptr) return 0;
  std::vector<nvmlProcessInfo_t> processes(256);
  auto count = static_cast<unsigned>(processes.size());
  if (get_processes(library_->device, &count, processes.data()) != NVML_SUCCESS) return 0;
  for (unsigned i = 0; i < count; ++i) {
    if (processes[i].pid == static_cast<unsigned>(getpid()) &&
        processes[i].usedGpuMemory != static_cast<unsigned long long>(NVML_VALUE_NOT_AVAILABLE)) {
      return static_cast<std::int64_t>(processes[i].usedGpuMemory);
    }
  }
  return 0;
}

void Nvml::describe(Provenance& provenance) const {
  if (library_->device == nullptr) return;
  const nvmlDevice_t device = library_->device;
  char text[256] = {};
  unsigned value = 0;
  unsigned pending = 0;
  if (const auto get = YS_NVML(*library_, nvmlSystemGetDriverVersion);
      get != nullptr && get(text, sizeof text) == NVML_SUCCESS) {
    provenance["driver"] = text;
  }
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetUUID);
      get != nullptr && get(device, text, sizeof text) == NVML_SUCCESS) {
    provenance["gpu_uuid"] = text;
  }
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetPowerManagementLimit);
      get != nullptr && get(device, &value) == NVML_SUCCESS) {
    provenance["gpu_power_limit_w"] = std::to_string(value / 1000);
  }
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetMaxClockInfo);
      get != nullptr && get(device, NVML_CLOCK_SM, &value) == NVML_SUCCESS) {
    provenance["gpu_max_sm_clock_mhz"] = std::to_string(value);
  }
  if (const auto get = YS_NVML(*library_, nvmlDeviceGetMigMode);
      get != nullptr && get(device, &value, &pending) == NVML_SUCCESS) {
    provenance["gpu_mig"] = value == NVML_DEVICE_MIG_ENABLE ? "true" : "false";
  }
}

}  // namespace yardstick
