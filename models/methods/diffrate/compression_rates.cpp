#include "models/methods/diffrate/compression_rates.h"

#include <yardstick/error.h>
#include <yardstick/golden.h>

#include <fstream>
#include <sstream>
#include <utility>

namespace yardstick {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Arguments read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw_data(concat("cannot read ", path));
  std::ostringstream text;
  text << file.rdbuf();
  return Arguments::parse(text.str(), path);
}

Arguments entry_of(const Arguments& parent, const std::string& name, const std::string& path,
                   const char* kind) {
  if (parent.has(name)) return parent.object(name);
  throw_data(concat(path, " has no ", kind, " ", name), concat("it has ", joined(parent.unread())));
}

std::vector<std::int64_t> list_of(const Arguments& entry, const char* name,
                                  const std::string& where) {
  if (!entry.is_text(name)) return entry.integers(name);
  const std::string text = entry.text(name);
  if (!text.starts_with('[')) {
    throw_data(concat(where, ": ", name, " is ", text, " and no list"),
               "networks that only merge, as CAFormer, are not implemented");
  }
  return Arguments::parse(concat("{\"", name, "\": ", text, "}"), where).integers(name);
}

}  // namespace

KeptTokens read_compression_rates(const std::string& path, const std::string& model,
                                  const std::string& target) {
  const Arguments file = read_json(path);
  const Arguments of_model = entry_of(file, model, path, "model");
  const Arguments entry = entry_of(of_model, target, concat(path, ", ", model), "target");
  const std::string where = concat(path, ", ", model, ", ", target);
  return {list_of(entry, "prune_kept_num", where), list_of(entry, "merge_kept_num", where)};
}

std::optional<std::string> compression_rates_model(const TokenLayout& layout) {
  const char* size = nullptr;
  switch (layout.width) {
    case 192:
      size = "T";
      break;
    case 384:
      size = "S";
      break;
    case 768:
      size = "B";
      break;
    case 1024:
      size = "L";
      break;
    case 1280:
      size = "H";
      break;
    default:
      return std::nullopt;
  }
  return concat("ViT-", size, layout.has_proportional_attention ? "-DeiT" : "-MAE");
}

std::optional<std::string> problem_of(const KeptTokens& kept, const TokenLayout& layout) {
  const std::pair<const char*, const std::vector<std::int64_t>&> lists[] = {
      {"prune_kept", kept.prune}, {"merge_kept", kept.merge}};
  for (const auto& [name, numbers] : lists) {
    if (static_cast<std::int64_t>(numbers.size()) != layout.depth) {
      return concat(name, " has ", numbers.size(), " numbers for ", layout.depth, " blocks");
    }
    for (const std::int64_t number : numbers) {
      if (number < 2 || number > layout.tokens()) {
        return concat(name, " keeps ", number, " tokens; it can be 2 to ", layout.tokens());
      }
    }
  }
  return std::nullopt;
}

}  // namespace yardstick
