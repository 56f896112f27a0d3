#include <yardstick/error.h>
#include <yardstick/names.h>
#include <yardstick/preprocessing.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kKeys = {"crop_px", "crop_pct", "interpolation", "mean", "std"};

std::array<double, 3> three_numbers(const Json& json, const std::string& key,
                                    const std::string& where, double least) {
  std::array<double, 3> values{};
  bool is_right = json.is_array() && json.size() == 3;
  for (std::size_t i = 0; is_right && i < 3; ++i) {
    is_right = json[i].is_number();
    if (is_right) values[i] = json[i].get<double>();
    is_right = is_right && values[i] >= least;
  }
  if (!is_right) throw_data(concat(where, ": ", key, " must be three numbers of at least ", least));
  return values;
}

template <typename Value>
Value named(std::string_view text, const char* what,
            std::span<const std::pair<std::string_view, Value>> values) {
  std::vector<std::string> names;
  for (const auto& [name, value] : values) {
    if (name == text) return value;
    names.emplace_back(name);
  }
  std::string hint = suggestion(text, names);
  if (hint.empty()) {
    hint = "it is one of";
    for (const std::string& name : names) hint += " " + name;
  }
  throw_user(concat("no ", what, " is called '", text, "'"), hint);
}

}  // namespace

CropRule crop_rule_from_string(std::string_view text) {
  static constexpr std::pair<std::string_view, CropRule> kRules[] = {
      {"timm", CropRule::kTimm},
      {"torchvision", CropRule::kTorchvision},
      {"one_try", CropRule::kOneTry}};
  return named<CropRule>(text, "rule for random crops", kRules);
}

TrainInterpolation train_interpolation_from_string(std::string_view text) {
  static constexpr std::pair<std::string_view, TrainInterpolation> kChoices[] = {
      {"as_eval", TrainInterpolation::kAsEvaluation},
      {"bilinear", TrainInterpolation::kBilinear},
      {"bicubic", TrainInterpolation::kBicubic},
      {"random", TrainInterpolation::kRandom}};
  return named<TrainInterpolation>(text, "interpolation", kChoices);
}

EraseMode erase_mode_from_string(std::string_view text) {
  static constexpr std::pair<std::string_view, EraseMode> kModes[] = {
      {"const", EraseMode::kConst}, {"rand", EraseMode::kRand}, {"pixel", EraseMode::kPixel}};
  return named<EraseMode>(text, "way of erasing", kModes);
}

std::string to_json(const Preprocessing& preprocessing) {
  Json json;
  json["crop_px"] = preprocessing.crop_px;
  json["crop_pct"] = preprocessing.crop_pct;
  json["interpolation"] =
      preprocessing.interpolation == Interpolation::kBicubic ? "bicubic" : "bilinear";
  json["mean"] = preprocessing.mean;
  json["std"] = preprocessing.std;
  return json.dump();
}

Preprocessing preprocessing_from_json(const std::string& text, const std::string& where) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) throw_data(concat(where, ": preprocessing must be a JSON object"));
  for (const auto& [key, value] : json.items()) {
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      throw_data(concat(where, ": preprocessing has no ", key), suggestion(key, kKeys));
    }
  }
  for (const std::string& key : kKeys) {
    if (!json.contains(key)) throw_data(concat(where, ": preprocessing lacks ", key));
  }

  Preprocessing result;
  const Json& crop = json["crop_px"];
  if (!crop.is_number_integer() || crop.get<std::int64_t>() < 1 ||
      crop.get<std::int64_t>() > 65536) {
    throw_data(concat(where, ": crop_px must be an integer between 1 and 65536"));
  }
  result.crop_px = crop.get<std::int64_t>();
  const Json& pct = json["crop_pct"];
  if (!pct.is_number() || pct.get<double>() < 0.01 || pct.get<double>() > 1.0) {
    throw_data(concat(where, ": crop_pct must be a number between 0.01 and 1"));
  }
  result.crop_pct = pct.get<double>();
  if (json["interpolation"] == "bicubic") {
    result.interpolation = Interpolation::kBicubic;
  } else if (json["interpolation"] == "bilinear") {
    result.interpolation = Interpolation::kBilinear;
  } else {
    throw_data(concat(where, ": interpolation must be \"bicubic\" or \"bilinear\""));
  }
  result.mean = three_numbers(json["mean"], "mean", where, 0.0);
  result.std = three_numbers(json["std"], "std", where, 1e-6);
  return result;
}

}  // namespace yardstick
