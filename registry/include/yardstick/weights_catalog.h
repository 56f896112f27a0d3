#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <yardstick/export.h>
#include <yardstick/preprocessing.h>

namespace yardstick {

// A published set of weights for a model: the `tag` of `architecture.tag`. Nothing is downloaded;
// the user names the file.
struct WeightsEntry {
  std::string tag;        // "mae_in1k_ft_in1k"
  std::string file_name;  // as published
  std::string url;
  std::string sha256;  // "" where not published
  std::string licence;
  std::int64_t classes = 1000;
  Preprocessing preprocessing;
  std::string published;  // "top-1 84.5 (Hiera, table 5)" or ""
};

// configs/models/*.json: tags by model name.
class YS_API WeightsCatalog {
 public:
  // Reads every *.json of `folder`; throws Data naming file and key on anything wrong.
  static WeightsCatalog load(const std::string& folder);

  // Tags of a model, the default first; empty where it has none.
  const std::vector<WeightsEntry>& tags(std::string_view model) const;
  // Throws User with the nearest tags where there is no such one.
  const WeightsEntry& get(std::string_view model, std::string_view tag) const;

 private:
  std::map<std::string, std::vector<WeightsEntry>, std::less<>> entries_;
};

}  // namespace yardstick
