#include "results/record_json.h"

#include "results/reporters.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace yardstick {
namespace detail {
namespace {

OrderedJson number(double value, JsonStyle style) {
  if (std::isfinite(value)) return value;
  if (style == JsonStyle::kReadable) return nullptr;
  if (std::isnan(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

OrderedJson number(const std::optional<double>& value, JsonStyle style) {
  return value ? number(*value, style) : OrderedJson(nullptr);
}

template <typename Number>
OrderedJson numbers(const std::vector<Number>& values, JsonStyle style) {
  OrderedJson list = OrderedJson::array();
  for (const Number value : values) list.push_back(number(double{value}, style));
  return list;
}

// The stored text `text`, `if_empty` where it is "". In the exact style a text that its JSON would
// not give back to the byte stays a string.
OrderedJson embedded(const std::string& text, const char* if_empty, JsonStyle style) {
  if (style == JsonStyle::kReadable) return embedded_json(text.empty() ? if_empty : text);
  OrderedJson json = embedded_json(text);
  return json.is_structured() && dump(json, -1) == text ? json : OrderedJson(text);
}

OrderedJson samples_json(const std::vector<SampleSeries>& samples, JsonStyle style,
                         bool with_values) {
  OrderedJson list = OrderedJson::array();
  for (const SampleSeries& series : samples) {
    OrderedJson item = {
        {"tag", series.tag}, {"unit", to_string(series.unit)}, {"n", series.values.size()}};
    if (with_values) item["values"] = numbers(series.values, style);
    list.push_back(std::move(item));
  }
  return list;
}

OrderedJson outcomes_json(const Outcomes& outcomes, JsonStyle style, bool with_values) {
  std::size_t correct = 0;
  for (std::size_t i = 0; i < outcomes.target.size(); ++i) {
    correct += outcomes.target[i] == outcomes.prediction[i] ? 1 : 0;
  }
  OrderedJson json = {{"n", outcomes.index.size()}, {"correct", correct}};
  if (with_values) {
    json["index"] = outcomes.index;
    json["target"] = outcomes.target;
    json["prediction"] = outcomes.prediction;
    json["target_log_prob"] = numbers(outcomes.target_log_prob, style);
  }
  return json;
}

}  // namespace

OrderedJson measurement_json(const Measurement& measurement, JsonStyle style) {
  return {{"tag", measurement.tag},
          {"value", number(measurement.value, style)},
          {"low", number(measurement.low, style)},
          {"high", number(measurement.high, style)},
          {"unit", to_string(measurement.unit)},
          {"direction", to_string(measurement.direction)},
          {"n", measurement.n},
          {"about", measurement.about}};
}

OrderedJson embedded_json(const std::string& text) {
  OrderedJson json = OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? OrderedJson(text) : json;
}

OrderedJson record_json(const RunRecord& record, JsonStyle style) {
  OrderedJson json = {{"schema", 1},
                      {"id", record.id},
                      {"kind", to_string(record.kind)},
                      {"status", to_string(record.status)},
                      {"reason", record.reason},
                      {"started_at", record.started_at},
                      {"duration_s", number(record.duration_s, style)},
                      {"model", record.model},
                      {"weights_tag", record.weights_tag},
                      {"methods", embedded(record.methods, "[]", style)},
                      {"task", record.task},
                      {"split", record.split},
                      {"device", record.device},
                      {"precision", record.precision},
                      {"batch_size", record.batch_size},
                      {"measurements", OrderedJson::array()},
                      {"flags", record.flags},
                      {"on_leaderboard", record.on_leaderboard}};
  for (const Measurement& measurement : record.measurements) {
    json["measurements"].push_back(measurement_json(measurement, style));
  }
  json["requested"] = embedded(record.requested, "{}", style);
  json["effective"] = embedded(record.effective, "{}", style);
  json["provenance"] = record.provenance;
  return json;
}

OrderedJson whole_record_json(const RunRecord& record, JsonStyle style, bool with_values) {
  OrderedJson json = record_json(record, style);
  json["samples"] = samples_json(record.samples, style, with_values);
  json["outcomes"] =
      record.outcomes ? outcomes_json(*record.outcomes, style, with_values) : OrderedJson(nullptr);
  return json;
}

std::string plain_text(const OrderedJson& value) {
  return value.is_string() ? value.get<std::string>() : dump(value, -1);
}

std::string dump(const OrderedJson& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, OrderedJson::error_handler_t::replace);
}

}  // namespace detail

std::string record_to_json(const RunRecord& record, bool with_samples) {
  using namespace detail;
  return dump(whole_record_json(record, JsonStyle::kReadable, with_samples), 2) + "\n";
}

}  // namespace yardstick
