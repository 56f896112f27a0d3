#include "results/record_codec.h"

#include "results/record_json.h"
#include "results/run_names.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <limits>
#include <utility>

namespace yardstick {
namespace {

using detail::OrderedJson;

// Writing embedded JSON out again takes stack for each level.
constexpr int kDeepest = 64;

OrderedJson parsed(std::string_view text, const std::string& where) {
  const auto is_shallow = [&where](int depth, OrderedJson::parse_event_t, const OrderedJson&) {
    if (depth > kDeepest) throw_data(concat(where, ": a record that is nested too deeply"));
    return true;
  };
  try {
    return OrderedJson::parse(text, is_shallow);
  } catch (const OrderedJson::exception&) {
    throw_data(concat(where, ": a record that is no JSON"));
  }
}

// A place in the record's JSON that knows its name. Nothing is taken to be there or to be of its
// type.
class Node {
 public:
  Node(const OrderedJson& json, const std::string& where, std::string name)
      : json_(json), where_(where), name_(std::move(name)) {}

  [[noreturn]] void refuse(const std::string& what) const {
    throw_data(concat(where_, ": ", name_.empty() ? "the record" : name_, what),
               "it is no record that this Yardstick writes");
  }

  bool is_null() const { return json_.is_null(); }

  Node at(const char* key) const {
    if (!json_.is_object()) refuse(" is no object");
    const auto found = json_.find(key);
    if (found == json_.end()) refuse(concat(" has no \"", key, "\""));
    return {*found, where_, name_.empty() ? key : concat(name_, ".", key)};
  }

  std::string text() const {
    if (!json_.is_string()) refuse(" is no text");
    return json_.get<std::string>();
  }

  std::string filled_text() const {
    std::string value = text();
    if (value.empty()) refuse(" is empty");
    return value;
  }

  bool flag() const {
    if (!json_.is_boolean()) refuse(" is neither true nor false");
    return json_.get<bool>();
  }

  template <typename Integer>
  Integer integer() const {
    // A positive number is held as unsigned, and may be above the largest signed one.
    constexpr auto kMost = std::numeric_limits<Integer>::max();
    if (json_.is_number_unsigned()) {
      const auto value = json_.get<std::uint64_t>();
      if (value > std::uint64_t{kMost}) refuse(" is too large");
      return static_cast<Integer>(value);
    }
    if (!json_.is_number_integer()) refuse(" is no integer");
    const auto value = json_.get<std::int64_t>();
    if (value < std::numeric_limits<Integer>::min()) refuse(" is too small");
    return static_cast<Integer>(value);
  }

  double number() const {
    if (json_.is_number()) return json_.get<double>();
    if (json_.is_null() || json_ == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (json_ == "inf") return std::numeric_limits<double>::infinity();
    if (json_ == "-inf") return -std::numeric_limits<double>::infinity();
    refuse(" is no number");
  }

  std::optional<double> optional_number() const {
    return is_null() ? std::nullopt : std::optional(number());
  }

  template <typename T>
  T named(std::optional<T> (*from_string)(std::string_view)) const {
    const auto value = from_string(text());
    if (!value) refuse(" is unknown");
    return *value;
  }

  // JSON that a record holds as text.
  std::string embedded(OrderedJson::value_t type) const {
    if (json_.type() == type) return detail::dump(json_, -1);
    const std::string held = text();
    if (held.empty()) return held;
    if (parsed(held, where_).type() != type) refuse(" is no JSON of its kind");
    return held;
  }

  // `read` makes an element of each node.
  template <typename Read>
  auto list(const Read& read) const {
    if (!json_.is_array()) refuse(" is no list");
    std::vector<decltype(read(*this))> values;
    values.reserve(json_.size());
    for (const OrderedJson& value : json_) values.push_back(read(Node(value, where_, name_)));
    return values;
  }

  Provenance facts() const {
    if (!json_.is_object()) refuse(" is no object");
    Provenance facts;
    for (const auto& [key, value] : json_.items()) {
      facts[key] = Node(value, where_, name_ + "." + key).text();
    }
    return facts;
  }

 private:
  const OrderedJson& json_;
  const std::string& where_;
  std::string name_;
};

Measurement measurement_of(const Node& node) {
  Measurement measurement;
  measurement.tag = node.at("tag").text();
  measurement.value = node.at("value").number();
  measurement.low = node.at("low").optional_number();
  measurement.high = node.at("high").optional_number();
  measurement.unit = node.at("unit").named(unit_from_string);
  measurement.direction = node.at("direction").named(direction_from_string);
  measurement.n = node.at("n").integer<std::int64_t>();
  measurement.about = node.at("about").text();
  return measurement;
}

SampleSeries series_of(const Node& node) {
  SampleSeries series;
  series.tag = node.at("tag").text();
  series.unit = node.at("unit").named(unit_from_string);
  series.values = node.at("values").list([](const Node& value) { return value.number(); });
  return series;
}

Outcomes outcomes_of(const Node& node) {
  const auto int32 = [](const Node& value) { return value.integer<std::int32_t>(); };
  Outcomes outcomes;
  outcomes.index =
      node.at("index").list([](const Node& value) { return value.integer<std::int64_t>(); });
  outcomes.target = node.at("target").list(int32);
  outcomes.prediction = node.at("prediction").list(int32);
  outcomes.target_log_prob = node.at("target_log_prob").list([](const Node& value) {
    return static_cast<float>(value.number());
  });
  const std::size_t n = outcomes.index.size();
  if (outcomes.target.size() != n || outcomes.prediction.size() != n ||
      outcomes.target_log_prob.size() != n) {
    node.refuse(" has lists of unequal lengths");
  }
  return outcomes;
}

}  // namespace

std::string encode_record(const RunRecord& record) {
  return detail::dump(
      detail::whole_record_json(record, detail::JsonStyle::kExact, /*with_values=*/true), -1);
}

RunRecord decode_record(std::string_view json, const std::string& where) {
  using Type = OrderedJson::value_t;
  const OrderedJson parsed_json = parsed(json, where);
  const Node root(parsed_json, where, "");
  if (const Node schema = root.at("schema"); schema.integer<std::int64_t>() != 1) {
    schema.refuse(" is not 1");
  }
  RunRecord record;
  record.id = root.at("id").filled_text();
  record.kind = root.at("kind").named(detail::run_kind_from_string);
  record.status = root.at("status").named(detail::run_status_from_string);
  record.reason = root.at("reason").text();
  record.started_at = root.at("started_at").filled_text();
  record.duration_s = root.at("duration_s").number();
  record.model = root.at("model").filled_text();
  record.weights_tag = root.at("weights_tag").text();
  record.methods = root.at("methods").embedded(Type::array);
  record.task = root.at("task").text();
  record.split = root.at("split").text();
  record.device = root.at("device").text();
  record.precision = root.at("precision").text();
  record.batch_size = root.at("batch_size").integer<std::int64_t>();
  record.requested = root.at("requested").embedded(Type::object);
  record.effective = root.at("effective").embedded(Type::object);
  record.measurements = root.at("measurements").list(measurement_of);
  record.samples = root.at("samples").list(series_of);
  if (const Node outcomes = root.at("outcomes"); !outcomes.is_null()) {
    record.outcomes = outcomes_of(outcomes);
  }
  record.flags = root.at("flags").list([](const Node& flag) { return flag.text(); });
  record.on_leaderboard = root.at("on_leaderboard").flag();
  record.provenance = root.at("provenance").facts();
  return record;
}

}  // namespace yardstick
