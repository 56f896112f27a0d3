#include "runners/param_groups.h"

#include <yardstick/error.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

namespace yardstick {
namespace {

// The i of "blocks.<i>.", or -1.
std::int64_t block_of(std::string_view name) {
  constexpr std::string_view kPrefix = "blocks.";
  if (!name.starts_with(kPrefix)) return -1;
  name.remove_prefix(kPrefix.size());
  std::int64_t block = -1;
  std::from_chars(name.data(), name.data() + name.size(), block);
  return block;
}

std::int64_t count_blocks(const std::vector<NamedParameter>& parameters) {
  std::int64_t last = -1;
  for (const NamedParameter& parameter : parameters) {
    last = std::max(last, block_of(parameter.name));
  }
  return last + 1;
}

// 0 for what makes tokens, i + 1 for block i, depth + 1 for what follows.
std::int64_t layer_of(std::string_view name, GroupRule rule, std::int64_t depth) {
  if (const std::int64_t block = block_of(name); block >= 0) return block + 1;
  if (name.starts_with("patch_embed")) return 0;
  switch (rule) {
    case GroupRule::kMae:
      return name == "cls_token" || name == "pos_embed" ? 0 : depth + 1;
    case GroupRule::kTimm:
      if (name.starts_with("cls_token") || name.starts_with("pos_embed")) return 0;
      return name.starts_with("norm") ? depth : depth + 1;
    case GroupRule::kPlain:
    case GroupRule::kMaeSt:
    case GroupRule::kMaePretrain:
    case GroupRule::kSlowFast:
      break;
  }
  const bool makes_tokens =
      name == "cls_token" || name == "mask_token" || name.starts_with("pos_embed");
  return makes_tokens ? 0 : depth + 1;
}

bool is_listed(std::string_view name, const std::vector<std::string>& list) {
  return std::ranges::find(list, name) != list.end();
}

bool is_spared(std::string_view name, std::int64_t dims, const GroupOptions& options) {
  const bool is_listed_whole = is_listed(name, options.spared);
  const bool is_bias = name.ends_with(".bias");
  switch (options.rule) {
    case GroupRule::kPlain:
      return is_listed_whole || !takes_weight_decay(name, dims);
    case GroupRule::kMae:
    case GroupRule::kMaeSt:
      return dims == 1 || is_listed_whole;
    case GroupRule::kMaePretrain:
      return (!options.is_bias_wd_on && dims == 1) || is_bias || is_listed_whole;
    case GroupRule::kTimm:
      // param_groups_layer_decay and param_groups_weight_decay do not agree on names.
      if (options.layer_decay != 1) return dims == 1 || is_listed_whole;
      return dims <= 1 || is_bias || is_listed_whole;
    case GroupRule::kSlowFast:
      break;
  }
  if (!options.is_1d_decayed && (dims == 1 || is_bias)) return true;
  if (options.layer_decay != 1) return is_listed_whole;
  return std::ranges::any_of(options.spared, [name](const std::string& part) {
    return name.find(part) != std::string_view::npos;
  });
}

}  // namespace

bool takes_weight_decay(std::string_view name, std::int64_t dims) {
  if (dims <= 1) return false;
  const std::string_view leaf = name.substr(name.rfind('.') + 1);
  return leaf != "bias" && !leaf.starts_with("pos_embed") && !leaf.ends_with("_token");
}

std::vector<ParamGroup> weight_decay_groups(const std::vector<NamedParameter>& parameters,
                                            double weight_decay) {
  return make_param_groups(parameters, {.weight_decay = weight_decay});
}

std::vector<ParamGroup> make_param_groups(const std::vector<NamedParameter>& parameters,
                                          const GroupOptions& options) {
  const bool has_layers = options.layer_decay != 1;
  const std::int64_t depth = options.depth > 0 ? options.depth : count_blocks(parameters);
  if (has_layers && options.rule == GroupRule::kMaePretrain) {
    throw_user("pre-training has no layer-wise learning-rate decay", "leave layer_decay at 1");
  }
  if (has_layers && depth == 0) {
    throw_user("layer-wise learning-rate decay takes a model with parameters named blocks.<i>",
               "leave layer_decay at 1");
  }

  std::vector<ParamGroup> groups;
  std::map<std::pair<std::int64_t, bool>, std::size_t> index;
  const auto group_of = [&](std::int64_t layer, bool spared) -> ParamGroup& {
    const auto [found, is_new] = index.try_emplace({layer, spared}, groups.size());
    if (is_new) {
      ParamGroup& group = groups.emplace_back();
      group.weight_decay = spared ? 0.0 : options.weight_decay;
      if (has_layers) {
        group.lr_scale =
            std::max(std::pow(options.layer_decay, static_cast<double>(depth + 1 - layer)),
                     options.rule == GroupRule::kTimm ? options.min_scale : 0.0);
      }
    }
    return groups[found->second];
  };
  if (!has_layers) {
    // One layer: the rule says which of the two groups is the first.
    const bool is_spared_first =
        options.rule == GroupRule::kMaePretrain || options.rule == GroupRule::kTimm;
    const bool is_by_appearance =
        options.rule == GroupRule::kMae || options.rule == GroupRule::kMaeSt;
    if (!is_by_appearance) {
      group_of(0, is_spared_first);
      group_of(0, !is_spared_first);
    }
  }
  for (const NamedParameter& parameter : parameters) {
    if (!parameter.value.requires_grad()) continue;
    const std::int64_t layer = has_layers ? layer_of(parameter.name, options.rule, depth) : 0;
    group_of(layer, is_spared(parameter.name, parameter.value.dim(), options))
        .parameters.push_back(parameter);
  }
  std::erase_if(groups, [](const ParamGroup& group) { return group.parameters.empty(); });
  return groups;
}

}  // namespace yardstick
