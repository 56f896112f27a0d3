#include "runners/process/protocol.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace yardstick {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<ErrorKind, std::string_view>, 4> kKinds = {
    {{ErrorKind::kUser, "user"},
     {ErrorKind::kData, "data"},
     {ErrorKind::kEnvironment, "environment"},
     {ErrorKind::kInternal, "internal"}}};

std::string named(std::string_view name, std::string_view body) {
  return std::string(name).append("\n").append(body);
}

// Text that is not UTF-8 is replaced rather than refused.
std::string with_members(std::string_view name, const Json& body) {
  return named(name, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string encoded(const HelloMessage& hello) {
  return with_members(
      "hello",
      Json{{"protocol", hello.protocol}, {"yardstick", hello.yardstick}, {"pid", hello.pid}});
}

std::string encoded(const BegunMessage& begun) { return named("begun", begun.json); }

// A number that JSON cannot express becomes null, which reads as not-a-number.
std::string encoded(const Progress& progress) {
  Json body = {{"stage", progress.stage},   {"done", progress.done},
               {"total", progress.total},   {"epoch", progress.epoch},
               {"epochs", progress.epochs}, {"items_per_s", progress.items_per_s}};
  if (progress.loss) body["loss"] = *progress.loss;
  return with_members("progress", body);
}

std::string encoded(const MilestoneMessage& milestone) {
  return with_members("milestone", Json{{"line", milestone.line}});
}

std::string encoded(const RecordMessage& record) { return named("record", record.json); }

std::string encoded(const ErrorMessage& error) {
  std::string_view kind;
  for (const auto& [value, name] : kKinds) {
    if (value == error.kind) kind = name;
  }
  return with_members("error",
                      Json{{"kind", kind}, {"message", error.message}, {"hint", error.hint}});
}

std::string encoded(const DoneMessage& done) {
  return with_members("done", Json{{"exit_code", done.exit_code}});
}

// The members of a message, none of which is taken to be there or to be of its type.
class Members {
 public:
  Members(std::string_view name, std::string_view body)
      : name_(name), json_(Json::parse(body, nullptr, /*allow_exceptions=*/false)) {
    if (!json_.is_object()) throw_data(concat("a message \"", name, "\" without members"));
  }

  bool has(const char* key) const { return json_.contains(key); }

  std::string text(const char* key) const {
    const Json& value = get(key);
    if (!value.is_string()) refuse(key);
    return value.get<std::string>();
  }

  std::int64_t integer(const char* key) const {
    const Json& value = get(key);
    // A positive number is held as unsigned, and may be above the largest signed one.
    if (value.is_number_unsigned()) {
      const auto number = value.get<std::uint64_t>();
      if (number > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) refuse(key);
      return static_cast<std::int64_t>(number);
    }
    if (!value.is_number_integer()) refuse(key);
    return value.get<std::int64_t>();
  }

  double number(const char* key) const {
    const Json& value = get(key);
    if (value.is_null()) return std::nan("");
    if (!value.is_number()) refuse(key);
    return value.get<double>();
  }

  [[noreturn]] void refuse(const char* key) const {
    throw_data(concat("a message \"", name_, "\" without a usable \"", key, "\""));
  }

 private:
  const Json& get(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) refuse(key);
    return *found;
  }

  std::string_view name_;
  Json json_;
};

Progress progress_of(const Members& members) {
  Progress progress;
  progress.stage = members.text("stage");
  progress.done = members.integer("done");
  progress.total = members.integer("total");
  progress.epoch = members.integer("epoch");
  progress.epochs = members.integer("epochs");
  progress.items_per_s = members.number("items_per_s");
  if (members.has("loss")) progress.loss = members.number("loss");
  return progress;
}

ErrorMessage error_of(const Members& members) {
  const std::string kind = members.text("kind");
  for (const auto& [value, name] : kKinds) {
    if (name == kind) return {value, members.text("message"), members.text("hint")};
  }
  members.refuse("kind");
}

DoneMessage done_of(const Members& members) {
  const std::int64_t code = members.integer("exit_code");
  if (code < 0 || code > 255) members.refuse("exit_code");
  return {static_cast<int>(code)};
}

}  // namespace

std::string encode_message(const Message& message) {
  return std::visit([](const auto& held) { return encoded(held); }, message);
}

Message decode_message(std::string_view payload) {
  const std::size_t end = payload.find('\n');
  if (end == std::string_view::npos) throw_data("a message without a name");
  const std::string_view name = payload.substr(0, end);
  const std::string_view body = payload.substr(end + 1);
  if (name == "begun") return BegunMessage{std::string(body)};
  if (name == "record") return RecordMessage{std::string(body)};

  const auto members = [&] { return Members(name, body); };
  if (name == "progress") return progress_of(members());
  if (name == "milestone") return MilestoneMessage{members().text("line")};
  if (name == "error") return error_of(members());
  if (name == "done") return done_of(members());
  if (name == "hello") {
    const Members hello = members();
    return HelloMessage{hello.integer("protocol"), hello.text("yardstick"), hello.integer("pid")};
  }
  throw_data("a message of an unknown kind");
}

}  // namespace yardstick
