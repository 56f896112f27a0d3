#include "runners/golden_case.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace yardstick {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

Json read_json(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw_data(concat("cannot read ", path.string()));
  std::ostringstream text;
  text << file.rdbuf();
  try {
    return Json::parse(text.str());
  } catch (const Json::exception& error) {
    throw_data(concat(path.string(), ": not JSON (", error.what(), ")"));
  }
}

class CaseReader {
 public:
  explicit CaseReader(const fs::path& folder)
      : folder_(folder), path_((folder / "case.json").string()), json_(read_json(path_)) {
    if (!json_.is_object()) fail("is no JSON object");
  }

  LoadedCase read() {
    LoadedCase loaded;
    GoldenCase& golden = loaded.golden;
    golden.name = text("name");
    golden.family = text("family");
    golden.constructor = text("constructor", "");
    golden.mode = text("mode", "eval");
    if (golden.mode != "eval" && golden.mode != "train") fail("mode is neither eval nor train");
    golden.entry = text("entry");
    golden.config = arguments("config");
    read_method(golden);

    const fs::path weights = folder_ / "weights.safetensors";
    if (fs::exists(weights)) loaded.weights = read_safetensors(weights.string()).tensors;
    io_ = read_safetensors((folder_ / "io.safetensors").string()).tensors;
    const Json inputs = section("inputs");
    for (const auto& [name, spec] : inputs.items()) {
      golden.inputs.emplace(name, tensor("in." + name, spec));
    }
    const Json outputs = section("outputs");
    for (const auto& [name, spec] : outputs.items()) {
      expect("out." + name, spec, loaded);
      golden.wanted.push_back(name);
    }
    const Json gradients = section("gradients");
    for (const auto& [name, spec] : gradients.items()) {
      expect("grad." + name, spec, loaded);
    }
    if (loaded.expected.empty()) fail("expects no output and no gradient");
    return loaded;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw_data(concat(path_, ": ", what)); }

  std::string text(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) fail(concat("has no \"", key, "\""));
    if (!found->is_string()) fail(concat("\"", key, "\" is no text"));
    return found->get<std::string>();
  }
  std::string text(const char* key, const char* fallback) const {
    const auto found = json_.find(key);
    return found == json_.end() || found->is_null() ? fallback : text(key);
  }

  Arguments arguments(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return {};
    return Arguments::parse(found->dump(), concat(path_, ", ", key));
  }

  void read_method(GoldenCase& golden) const {
    const auto found = json_.find("method");
    if (found == json_.end() || found->is_null()) return;
    if (found->is_string()) {
      golden.method = found->get<std::string>();
      return;
    }
    if (!found->is_object() || !found->contains("name") || !found->at("name").is_string()) {
      fail("\"method\" has no name");
    }
    Json rest = *found;
    golden.method = rest.at("name").get<std::string>();
    rest.erase("name");
    golden.method_arguments = Arguments::parse(rest.dump(), concat(path_, ", method"));
  }

  Json section(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end() || found->is_null()) return Json::object();
    if (!found->is_object()) fail(concat("\"", key, "\" is no object"));
    return *found;
  }

  at::Tensor tensor(const std::string& name, const Json& spec) const {
    const auto found = io_.find(name);
    if (found == io_.end()) fail(concat("io.safetensors has no ", name));
    if (!spec.is_object()) fail(concat(name, " is described by no object"));
    if (const auto shape = spec.find("shape"); shape != spec.end()) {
      const bool is_shape = shape->is_array() &&
                            std::all_of(shape->begin(), shape->end(),
                                        [](const Json& size) { return size.is_number_integer(); });
      if (!is_shape) fail(concat("the shape of ", name, " is no list of integers"));
      if (found->second.sizes() != at::IntArrayRef(shape->get<std::vector<std::int64_t>>())) {
        fail(concat(name, " has shape ", found->second.sizes(), " in io.safetensors, not ",
                    shape->dump()));
      }
    }
    return found->second;
  }

  double number(const std::string& name, const Json& spec, const char* key) const {
    const auto found = spec.find(key);
    if (found == spec.end()) return 0;
    if (!found->is_number() || found->get<double>() < 0) {
      fail(concat(key, " of ", name, " is no number of at least 0"));
    }
    return found->get<double>();
  }

  void expect(const std::string& name, const Json& spec, LoadedCase& loaded) const {
    loaded.expected.emplace(name, tensor(name, spec));
    loaded.tolerances[name] = {number(name, spec, "atol"), number(name, spec, "rtol")};
  }

  fs::path folder_;
  std::string path_;
  Json json_;
  TensorMap io_;
};

}  // namespace

LoadedCase load_golden_case(const std::string& folder) { return CaseReader(folder).read(); }

CaseIdentity identify_golden_case(const std::string& folder) {
  CaseIdentity identity;
  std::ifstream file(fs::path(folder) / "case.json");
  const Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return identity;
  const auto read = [&json](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  return {read("name"), read("family")};
}

}  // namespace yardstick
