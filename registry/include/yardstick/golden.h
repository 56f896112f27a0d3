#pragma once

#include <yardstick/export.h>
#include <yardstick/model.h>
#include <yardstick/tensor_file.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {

// The arguments of an official constructor or method, by their official names. Every read is
// remembered, so that an argument which nobody handled is an error and not a silent difference.
class YS_API Arguments {
 public:
  // Throws Data, naming `where`, unless `json` is an object.
  static Arguments parse(std::string_view json, std::string where);
  Arguments();  // none
  ~Arguments();
  Arguments(const Arguments&);
  Arguments& operator=(const Arguments&);

  // A null counts as absent.
  bool has(std::string_view name) const;
  bool is_flag(std::string_view name) const;
  bool is_text(std::string_view name) const;
  bool is_list(std::string_view name) const;
  // Each throws Data on another type, or where the name is absent and there is no fallback.
  bool flag(std::string_view name, std::optional<bool> fallback = {}) const;
  std::int64_t integer(std::string_view name, std::optional<std::int64_t> fallback = {}) const;
  double number(std::string_view name, std::optional<double> fallback = {}) const;
  std::string text(std::string_view name, std::optional<std::string> fallback = {}) const;
  std::vector<std::int64_t> integers(std::string_view name,
                                     std::optional<std::vector<std::int64_t>> fallback = {}) const;
  std::vector<bool> flags(std::string_view name,
                          std::optional<std::vector<bool>> fallback = {}) const;
  Arguments object(std::string_view name) const;                // empty where absent
  std::vector<Arguments> objects(std::string_view name) const;  // of a list; none where absent
  // Of a list of lists of numbers; none where absent.
  std::vector<std::vector<double>> rows(std::string_view name) const;
  // Names that were never read, nested ones with dots.
  std::vector<std::string> unread() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// What an official implementation computed: case.json, weights.safetensors and io.safetensors of
// one folder (docs/golden-cases.md).
struct GoldenCase {
  std::string name;
  std::string family;
  std::string constructor;
  std::string mode;    // "eval" or "train"
  std::string entry;   // "classify", "pretrain", ...
  std::string method;  // "" where none
  Arguments config;
  Arguments method_arguments;       // without "name"
  TensorMap inputs;                 // without the "in." prefix
  std::vector<std::string> wanted;  // names of the expected outputs
};

// How a family answers golden cases.
struct GoldenFamily {
  std::string name;
  // Builds the model from the official arguments. Throws Data on a constructor, method or entry
  // that the family does not implement.
  std::function<std::unique_ptr<Model>(const GoldenCase& golden)> build;
  // Computes the wanted outputs that it can, by name; verify reports those that are absent. Where
  // "loss" is among them it must carry a gradient.
  std::function<TensorMap(Model& model, const GoldenCase& golden)> compute;
  std::string origin;
};

}  // namespace yardstick
