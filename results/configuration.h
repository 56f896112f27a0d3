#pragma once

#include <yardstick/run.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace yardstick::detail {

// What tells one leaderboard row from another, beside the scalars of a record. Equal texts mean
// equal configurations (docs/results-schema.md, "Configurations").
struct Configuration {
  std::string params;   // the model's parameters, JSON with sorted keys and without origins
  std::string methods;  // JSON with sorted keys
  // "sha256:<digits>" of the weights that the figures are about, "tag:<tag>" where no file is
  // known, "run:<id>" for trained weights that were not kept, or "random".
  std::string weights;
  std::string device;        // name of the GPU, or of the CPU
  std::int64_t threads = 0;  // on a CPU; 0 where unknown or on a GPU
  std::string profile;       // version and profile of the measurement protocol; bench only
  std::string data;          // fingerprint of the data that was scored; "" for bench
};

// Throws Internal where the record's JSON is none.
Configuration configuration_of(const RunRecord& record);

// "classes=10, tome(r=16)" for people, from the stored JSON.
std::string display_methods(const std::string& methods);

// Methods as a table of several rows says them. Of a method that is used with several settings
// only what its uses differ in, "tome(r=8)"; of one that is always used alike everything.
class MethodTexts {
 public:
  explicit MethodTexts(const std::vector<std::string>& all);  // stored JSON, of each row

  std::string text(const std::string& methods) const;
  // What text() leaves out: "tome: prop_attn=auto, trace_source=false".
  std::vector<std::string> left_out() const;

 private:
  // By name, the values of each setting, written out, over all uses.
  std::map<std::string, std::map<std::string, std::set<std::string>>> uses_;
};

std::string display_params(const std::string& params);
// "3fa9c1d2", "mae_in1k", "random".
std::string display_weights(const std::string& weights, const std::string& tag);

}  // namespace yardstick::detail
