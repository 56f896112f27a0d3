#include "results/record_json.h"

#include "results/reporters.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace yardstick {
namespace detail {
namespace {

OrderedJson number(double value) {
  return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
}

OrderedJson number(const std::optional<double>& value) {
  return value ? number(*value) : OrderedJson(nullptr);
}

OrderedJson numbers(const std::vector<double>& values) {
  OrderedJson list = OrderedJson::array();
  for (const double value : values) list.push_back(number(value));
  return list;
}

OrderedJson samples_json(const std::vector<SampleSeries>& samples, bool with_values) {
  OrderedJson list = OrderedJson::array();
  for (const SampleSeries& series : samples) {
    OrderedJson item = {
        {"tag", series.tag}, {"unit", to_string(series.unit)}, {"n", series.values.size()}};
    if (with_values) item["values"] = numbers(series.values);
    list.push_back(std::move(item));
  }
  return list;
}

OrderedJson outcomes_json(const Outcomes& outcomes, bool with_values) {
  std::size_t correct = 0;
  for (std::size_t i = 0; i < outcomes.target.size(); ++i) {
    correct += outcomes.target[i] == outcomes.prediction[i] ? 1 : 0;
  }
  OrderedJson json = {{"n", outcomes.index.size()}, {"correct", correct}};
  if (with_values) {
    json["index"] = outcomes.index;
    json["target"] = outcomes.target;
    json["prediction"] = outcomes.prediction;
    json["target_log_prob"] = numbers(
        std::vector<double>(outcomes.target_log_prob.begin(), outcomes.target_log_prob.end()));
  }
  return json;
}

}  // namespace

OrderedJson measurement_json(const Measurement& measurement) {
  return {{"tag", measurement.tag},
          {"value", number(measurement.value)},
          {"low", number(measurement.low)},
          {"high", number(measurement.high)},
          {"unit", to_string(measurement.unit)},
          {"direction", to_string(measurement.direction)},
          {"n", measurement.n},
          {"about", measurement.about}};
}

OrderedJson embedded_json(const std::string& text) {
  OrderedJson json = OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false);
  return json.is_discarded() ? OrderedJson(text) : json;
}

OrderedJson record_json(const RunRecord& record) {
  OrderedJson json = {{"schema", 1},
                      {"id", record.id},
                      {"kind", to_string(record.kind)},
                      {"status", to_string(record.status)},
                      {"reason", record.reason},
                      {"started_at", record.started_at},
                      {"duration_s", number(record.duration_s)},
                      {"model", record.model},
                      {"weights_tag", record.weights_tag},
                      {"methods", embedded_json(record.methods.empty() ? "[]" : record.methods)},
                      {"task", record.task},
                      {"split", record.split},
                      {"device", record.device},
                      {"precision", record.precision},
                      {"batch_size", record.batch_size},
                      {"measurements", OrderedJson::array()},
                      {"flags", record.flags},
                      {"on_leaderboard", record.on_leaderboard}};
  for (const Measurement& measurement : record.measurements) {
    json["measurements"].push_back(measurement_json(measurement));
  }
  json["requested"] = embedded_json(record.requested.empty() ? "{}" : record.requested);
  json["effective"] = embedded_json(record.effective.empty() ? "{}" : record.effective);
  json["provenance"] = record.provenance;
  return json;
}

std::string dump(const OrderedJson& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, OrderedJson::error_handler_t::replace);
}

}  // namespace detail

std::string record_to_json(const RunRecord& record, bool with_samples) {
  detail::OrderedJson json = detail::record_json(record);
  json["samples"] = detail::samples_json(record.samples, with_samples);
  json["outcomes"] = record.outcomes ? detail::outcomes_json(*record.outcomes, with_samples)
                                     : detail::OrderedJson(nullptr);
  return detail::dump(json, 2) + "\n";
}

}  // namespace yardstick
