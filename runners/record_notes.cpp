#include "runners/record_notes.h"

#include <yardstick/check.h>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

Json to_json_value(const ParamValue& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

void put(RunRecord& record, std::string_view key, Json value) {
  Json effective = Json::parse(record.effective, nullptr, /*allow_exceptions=*/false);
  YS_CHECK(effective.is_object(), record.effective);
  Json& setting = effective[std::string(key)];
  if (!setting.is_object()) setting = {{"value", nullptr}, {"origin", "run"}};
  setting["value"] = std::move(value);
  record.effective = effective.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void note(RunRecord& record, std::string_view key, const ParamValue& value) {
  put(record, key, to_json_value(value));
}

void note(RunRecord& record, std::string_view key, const std::vector<std::string>& values) {
  put(record, key, values);
}

const Measurement* measurement_of(const RunRecord& record, std::string_view tag) {
  const auto found = std::find_if(record.measurements.begin(), record.measurements.end(),
                                  [&](const Measurement& m) { return m.tag == tag; });
  return found == record.measurements.end() ? nullptr : &*found;
}

std::string params_to_json(const Params& params) {
  Json object = Json::object();
  for (std::size_t i = 0; i < params.values().size(); ++i) {
    object[params.schema().specs()[i].name] = to_json_value(params.values()[i]);
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace yardstick
