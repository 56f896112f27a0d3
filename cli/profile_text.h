#pragma once

#include "runners/profile/profile_runner.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace yardstick::cli {

// What a profile was made of, for its heading.
struct ProfileSubject {
  std::string model;
  std::string device;
  std::string precision;
  std::int64_t batch = 1;
  bool is_training = false;
};

// The step's times and a table of modules, `depth` levels below the network (0: all), with numbered
// modules that are alike in one line.
std::string modules_text(const ProfileSubject& subject, const ModuleProfile& profile,
                         std::int64_t depth);

// The stages with their shares, and which part limits, with the arithmetic.
std::string stages_text(const std::vector<Stage>& stages, const PipelineLimit& limit,
                        std::int64_t images);

// Every module, not merged; times in seconds.
nlohmann::ordered_json modules_json(const ProfileSubject& subject, const ModuleProfile& profile);
nlohmann::ordered_json stages_json(const std::vector<Stage>& stages, const PipelineLimit& limit,
                                   std::int64_t images);

}  // namespace yardstick::cli
