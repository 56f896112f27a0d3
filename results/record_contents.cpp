#include "results/record_contents.h"

#include "metrics/statistics/interval.h"
#include "results/record_json.h"
#include "results/reporters.h"
#include "results/text_layout.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace yardstick {
namespace {

using detail::Align;
using detail::OrderedJson;
using detail::printable;
using Rows = std::vector<std::vector<std::string>>;

struct FiveNumbers {
  double min = 0;
  double q1 = 0;
  double median = 0;
  double q3 = 0;
  double max = 0;
};

// Of the finite values.
std::optional<FiveNumbers> five_numbers(const SampleSeries& series) {
  std::vector<double> values;
  std::copy_if(series.values.begin(), series.values.end(), std::back_inserter(values),
               [](double value) { return std::isfinite(value); });
  if (values.empty()) return std::nullopt;
  return FiveNumbers{quantile(values, 0), quantile(values, 0.25), quantile(values, 0.5),
                     quantile(values, 0.75), quantile(values, 1)};
}

std::string asked_for_text(const RunRecord& record) {
  const OrderedJson asked =
      detail::embedded_json(record.requested.empty() ? "{}" : record.requested);
  Rows rows;
  if (!asked.is_object()) {
    rows.push_back({printable(record.requested), ""});
  } else {
    for (const auto& [name, value] : asked.items()) {
      rows.push_back({printable(name), printable(detail::plain_text(value))});
    }
  }
  if (rows.empty()) return {};
  return "\nAsked for\n" + detail::lay_out(rows, {Align::kLeft, Align::kLeft}, "  ");
}

std::string samples_text(const RunRecord& record) {
  if (record.samples.empty()) return {};
  Rows rows = {{"", "n", "min", "q1", "median", "q3", "max"}};
  for (const SampleSeries& series : record.samples) {
    std::vector<std::string> row = {printable(series.tag), concat(series.values.size())};
    if (const auto five = five_numbers(series)) {
      for (const double value : {five->min, five->q1, five->median, five->q3, five->max}) {
        row.push_back(format_value(value, series.unit));
      }
    }
    row.resize(7);
    rows.push_back(std::move(row));
  }
  return "\nSamples\n" + detail::lay_out(rows,
                                         {Align::kLeft, Align::kRight, Align::kRight, Align::kRight,
                                          Align::kRight, Align::kRight, Align::kRight},
                                         "  ");
}

std::string outcomes_text(const RunRecord& record) {
  if (!record.outcomes || record.outcomes->index.empty()) return {};
  const Outcomes& outcomes = *record.outcomes;
  std::int64_t scored = 0;  // a target below 0 is not counted
  std::int64_t correct = 0;
  for (std::size_t i = 0; i < outcomes.target.size(); ++i) {
    if (outcomes.target[i] < 0) continue;
    ++scored;
    correct += outcomes.target[i] == outcomes.prediction[i] ? 1 : 0;
  }
  std::string text = concat("\nOutcomes\n  ", outcomes.index.size(), " samples");
  if (scored > 0) {
    text += concat(
        ", ", correct, " of ", scored, " right (",
        format_value(static_cast<double>(correct) / static_cast<double>(scored), Unit::kFraction),
        ")");
  }
  return text + "\n";
}

}  // namespace

std::string record_contents_text(const RunRecord& record) {
  return asked_for_text(record) + samples_text(record) + outcomes_text(record);
}

std::string record_contents_json(const RunRecord& record) {
  OrderedJson json =
      detail::whole_record_json(record, detail::JsonStyle::kReadable, /*with_values=*/false);
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    OrderedJson summary = nullptr;
    if (const auto five = five_numbers(record.samples[i])) {
      summary = {{"min", five->min},
                 {"q1", five->q1},
                 {"median", five->median},
                 {"q3", five->q3},
                 {"max", five->max}};
    }
    json["samples"][i]["summary"] = std::move(summary);
  }
  return detail::dump(json, 2) + "\n";
}

}  // namespace yardstick
