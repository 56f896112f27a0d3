#include "tasks/data_check.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

namespace yardstick {

std::string DataPassport::to_json() const {
  using Json = nlohmann::ordered_json;
  std::int64_t bytes = 0;
  Json listed = Json::array();
  for (const File& file : files) {
    bytes += file.bytes;
    Json entry = {{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}};
    if (file.width_px > 0) {
      entry["width_px"] = file.width_px;
      entry["height_px"] = file.height_px;
      entry["format"] = file.format;
    }
    listed.push_back(std::move(entry));
  }
  Json broken = Json::array();
  for (const BadInput& input : bad) {
    broken.push_back({{"name", input.name}, {"reason", input.reason}});
  }
  const Json passport = {{"format", "yardstick-data-passport"},
                         {"version", 1},
                         {"root", root},
                         {"sha256", sha256},
                         {"images", files.size()},
                         {"bytes", bytes},
                         {"images_per_split", per_split},
                         {"images_per_class", per_class},
                         {"fingerprints", fingerprints},
                         {"bad", broken},
                         {"files", listed}};
  // File names need not be UTF-8, JSON must be.
  return passport.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace yardstick
