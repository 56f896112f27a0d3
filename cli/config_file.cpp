#include "cli/config_file.h"

#include <yardstick/error.h>
#include <yardstick/names.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

namespace yardstick::cli {
namespace {

using Json = nlohmann::json;

// nlohmann's SAX events carry no position, but they come in step with the reading: an iterator that
// tells how far it has got does.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

class TreeBuilder final : public nlohmann::json_sax<Json> {
 public:
  TreeBuilder(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  const char** reached() { return &reached_; }
  ConfigValue take_root() { return std::move(root_); }

  bool null() override {
    throw_user(concat(place(offset()), ": null is no value"), "leave the key out instead");
  }
  bool boolean(bool value) override { return put({ParamValue(value)}); }
  bool number_integer(number_integer_t value) override {
    return put({ParamValue(static_cast<std::int64_t>(value))});
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<std::uint64_t>(INT64_MAX)) {
      throw_user(concat(place(offset()), ": ", value, " is too large"));
    }
    return put({ParamValue(static_cast<std::int64_t>(value))});
  }
  bool number_float(number_float_t value, const string_t&) override {
    return put({ParamValue(value)});
  }
  bool string(string_t& value) override { return put({ParamValue(value)}); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open({ConfigValue::Object()}); }
  bool start_array(std::size_t) override { return open({ConfigValue::List()}); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& members = std::get<ConfigValue::Object>(open_.back()->data);
    const std::string here = place(key_start());
    const auto same = [&](const ConfigMember& member) { return member.key == name; };
    const auto earlier = std::find_if(members.begin(), members.end(), same);
    if (earlier != members.end()) {
      throw_user(concat(here, ": ", name, " is given twice, first at ", earlier->where));
    }
    members.push_back({name, here, {}});
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ...":
    // the place is given in our own way.
    std::string what = error.what();
    if (const auto colon = what.find(": "); colon != std::string::npos) what.erase(0, colon + 2);
    throw_user(concat(place(position == 0 ? 0 : position - 1), ": not valid JSON: ", what));
  }

 private:
  std::size_t offset() const {
    return reached_ == nullptr ? 0 : static_cast<std::size_t>(reached_ - text_.data());
  }

  // The event comes right behind the closing quote.
  std::size_t key_start() const {
    std::size_t quote = offset() - 1;
    do {
      quote = text_.rfind('"', quote - 1);
    } while (quote != 0 && text_[quote - 1] == '\\');
    return quote;
  }

  std::string place(std::size_t at) const {
    const std::string_view before = text_.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    return concat(path_, ":", line, ":", at - start + 1);
  }

  ConfigValue& slot() {
    if (open_.empty()) return root_;
    if (auto* list = std::get_if<ConfigValue::List>(&open_.back()->data)) {
      return list->emplace_back();
    }
    return std::get<ConfigValue::Object>(open_.back()->data).back().value;
  }

  bool put(ConfigValue value) {
    slot() = std::move(value);
    return true;
  }

  // Pointers into the tree stay valid: a container grows only while it is the innermost open one.
  bool open(ConfigValue value) {
    constexpr std::size_t kDeepest = 16;
    if (open_.size() >= kDeepest) throw_user(concat(place(offset()), ": nested too deeply"));
    ConfigValue& target = slot();
    target = std::move(value);
    open_.push_back(&target);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  const std::string& path_;
  std::string_view text_;
  const char* reached_ = nullptr;
  ConfigValue root_;
  std::vector<ConfigValue*> open_;
};

}  // namespace

ConfigFile ConfigFile::read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in.is_open() || in.bad()) throw_data(concat("configuration ", path, " cannot be read"));
  const std::string text = std::move(content).str();

  TreeBuilder builder(path, text);
  const char* end = text.data() + text.size();
  Json::sax_parse(CountingIterator(text.data(), builder.reached()),
                  CountingIterator(end, builder.reached()), &builder,
                  nlohmann::detail::input_format_t::json, /*strict=*/true,
                  /*ignore_comments=*/true);
  ConfigValue root = builder.take_root();
  auto* members = std::get_if<ConfigValue::Object>(&root.data);
  if (members == nullptr) throw_user(concat(path, ": must be a JSON object of settings"));
  return {path, std::move(*members)};
}

void refuse_shape(const ConfigMember& member, const std::string& wanted) {
  throw_user(concat(member.where, ": ", member.key, " takes ", wanted));
}

const ParamValue& single_value(const ConfigMember& member) {
  const auto* simple = std::get_if<ParamValue>(&member.value.data);
  if (simple == nullptr) refuse_shape(member, "one value");
  return *simple;
}

const ConfigValue::Object& object_value(const ConfigMember& member, const char* of_what) {
  const auto* object = std::get_if<ConfigValue::Object>(&member.value.data);
  if (object == nullptr) refuse_shape(member, concat("an object of ", of_what));
  return *object;
}

std::vector<std::string> value_texts(const ConfigMember& member) {
  const auto text_of = [&member](const ConfigValue& value) {
    const auto* simple = std::get_if<ParamValue>(&value.data);
    if (simple == nullptr) refuse_shape(member, "a value or a list of values");
    return to_string(*simple);
  };
  const auto* list = std::get_if<ConfigValue::List>(&member.value.data);
  if (list == nullptr) return {text_of(member.value)};
  std::vector<std::string> texts;
  for (const ConfigValue& value : *list) texts.push_back(text_of(value));
  return texts;
}

void refuse_unknown_keys(const ConfigValue::Object& members,
                         const std::vector<std::string>& allowed, const std::string& owner) {
  for (const ConfigMember& given : members) {
    if (std::find(allowed.begin(), allowed.end(), given.key) != allowed.end()) continue;
    throw_user(concat(given.where, ": ", owner, " has no setting ", given.key),
               suggestion(given.key, allowed));
  }
}

}  // namespace yardstick::cli
