#include <yardstick/error.h>
#include <yardstick/golden.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace yardstick {

using Json = nlohmann::ordered_json;

// Copies share the state, so that a read through any of them counts.
struct Arguments::State {
  Json json = Json::object();
  std::string where;
  std::set<std::string> read;
  std::vector<std::pair<std::string, std::shared_ptr<State>>> nested;

  const Json* take(std::string_view name) {
    const std::string key(name);
    const auto found = json.find(key);
    if (found == json.end()) return nullptr;
    read.insert(key);
    return found->is_null() ? nullptr : &*found;
  }

  [[noreturn]] void refuse(std::string_view name, const char* wanted) const {
    throw_data(concat(where, ": argument ", name, " must be ", wanted));
  }

  template <typename T, typename Check>
  T get(std::string_view name, const std::optional<T>& fallback, const char* wanted,
        Check is_right) {
    const Json* value = take(name);
    if (value == nullptr) {
      if (fallback) return *fallback;
      throw_data(concat(where, ": argument ", name, " is missing"));
    }
    if (!is_right(*value)) refuse(name, wanted);
    return value->template get<T>();
  }
};

namespace {

template <typename Check>
auto list_of(Check is_right) {
  return [is_right](const Json& json) {
    if (!json.is_array()) return false;
    for (const Json& item : json) {
      if (!is_right(item)) return false;
    }
    return true;
  };
}

const auto kIsFlag = [](const Json& json) { return json.is_boolean(); };
const auto kIsInteger = [](const Json& json) { return json.is_number_integer(); };
const auto kIsNumber = [](const Json& json) { return json.is_number(); };
const auto kIsText = [](const Json& json) { return json.is_string(); };

}  // namespace

Arguments::Arguments() : state_(std::make_shared<State>()) {}
Arguments::~Arguments() = default;
Arguments::Arguments(const Arguments&) = default;
Arguments& Arguments::operator=(const Arguments&) = default;

Arguments Arguments::parse(std::string_view json, std::string where) {
  Arguments arguments;
  arguments.state_->json = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  arguments.state_->where = std::move(where);
  if (!arguments.state_->json.is_object()) {
    throw_data(concat(arguments.state_->where, ": must be a JSON object"));
  }
  return arguments;
}

bool Arguments::has(std::string_view name) const {
  const auto found = state_->json.find(std::string(name));
  if (found == state_->json.end()) return false;
  if (found->is_null()) state_->read.insert(std::string(name));
  return !found->is_null();
}

bool Arguments::is_flag(std::string_view name) const {
  return has(name) && state_->json[std::string(name)].is_boolean();
}

bool Arguments::is_text(std::string_view name) const {
  return has(name) && state_->json[std::string(name)].is_string();
}

bool Arguments::is_list(std::string_view name) const {
  return has(name) && state_->json[std::string(name)].is_array();
}

bool Arguments::flag(std::string_view name, std::optional<bool> fallback) const {
  return state_->get<bool>(name, fallback, "true or false", kIsFlag);
}

std::int64_t Arguments::integer(std::string_view name, std::optional<std::int64_t> fallback) const {
  return state_->get<std::int64_t>(name, fallback, "an integer", kIsInteger);
}

double Arguments::number(std::string_view name, std::optional<double> fallback) const {
  return state_->get<double>(name, fallback, "a number", kIsNumber);
}

std::string Arguments::text(std::string_view name, std::optional<std::string> fallback) const {
  return state_->get<std::string>(name, fallback, "text", kIsText);
}

std::vector<std::int64_t> Arguments::integers(
    std::string_view name, std::optional<std::vector<std::int64_t>> fallback) const {
  return state_->get<std::vector<std::int64_t>>(name, fallback, "a list of integers",
                                                list_of(kIsInteger));
}

std::vector<bool> Arguments::flags(std::string_view name,
                                   std::optional<std::vector<bool>> fallback) const {
  return state_->get<std::vector<bool>>(name, fallback, "a list of true and false",
                                        list_of(kIsFlag));
}

Arguments Arguments::object(std::string_view name) const {
  for (const auto& [key, state] : state_->nested) {
    if (key == name) {
      Arguments again;
      again.state_ = state;
      return again;
    }
  }
  Arguments nested;
  const Json* value = state_->take(name);
  nested.state_->where = concat(state_->where, ": ", name);
  if (value != nullptr) {
    if (!value->is_object()) state_->refuse(name, "an object");
    nested.state_->json = *value;
  }
  state_->nested.emplace_back(name, nested.state_);
  return nested;
}

std::vector<Arguments> Arguments::objects(std::string_view name) const {
  const Json* list = state_->take(name);
  std::vector<Arguments> objects;
  if (list == nullptr) return objects;
  if (!list->is_array()) state_->refuse(name, "a list of objects");
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!(*list)[i].is_object()) state_->refuse(name, "a list of objects");
    const std::string key = concat(name, ".", i);
    const auto known = std::find_if(state_->nested.begin(), state_->nested.end(),
                                    [&](const auto& item) { return item.first == key; });
    Arguments object;
    if (known != state_->nested.end()) {
      object.state_ = known->second;
    } else {
      object.state_->json = (*list)[i];
      object.state_->where = concat(state_->where, ": ", key);
      state_->nested.emplace_back(key, object.state_);
    }
    objects.push_back(std::move(object));
  }
  return objects;
}

std::vector<std::vector<double>> Arguments::rows(std::string_view name) const {
  return state_->get<std::vector<std::vector<double>>>(name, std::vector<std::vector<double>>{},
                                                       "a list of lists of numbers",
                                                       list_of(list_of(kIsNumber)));
}

std::vector<std::string> Arguments::unread() const {
  std::vector<std::string> names;
  for (const auto& [key, value] : state_->json.items()) {
    if (!state_->read.contains(key)) names.push_back(key);
  }
  for (const auto& [key, nested] : state_->nested) {
    Arguments inner;
    inner.state_ = nested;
    for (const std::string& name : inner.unread()) names.push_back(key + "." + name);
  }
  return names;
}

}  // namespace yardstick
