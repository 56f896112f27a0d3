#include "runners/profile/module_tree.h"

#include <algorithm>

namespace yardstick {
namespace {

ModuleNode& child_named(ModuleNode& node, std::string_view name) {
  const auto found = std::find_if(node.children.begin(), node.children.end(),
                                  [&](const ModuleNode& child) { return child.name == name; });
  if (found != node.children.end()) return *found;
  ModuleNode& child = node.children.emplace_back();
  child.name = std::string(name);
  child.path = node.path.empty() ? child.name : node.path + "." + child.name;
  return child;
}

ModuleCost cost_of(const OperatorCost& op) {
  ModuleCost cost;
  switch (op.phase) {
    case StepPhase::kForward:
      cost.forward_s = op.seconds;
      break;
    case StepPhase::kBackward:
      cost.backward_s = op.seconds;
      break;
    case StepPhase::kUpdate:
      cost.update_s = op.seconds;
      break;
  }
  cost.operators = 1;
  cost.macs = op.macs;
  cost.allocated_bytes = op.allocated_bytes;
  return cost;
}

void add_up(ModuleNode& node) {
  node.total = node.self;
  for (ModuleNode& child : node.children) {
    add_up(child);
    node.total += child.total;
  }
}

bool is_numbered(const ModuleNode& node) {
  return std::all_of(node.name.begin(), node.name.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

bool are_alike(const ModuleNode& a, const ModuleNode& b) {
  return a.self.operators == b.self.operators && a.self.macs == b.self.macs &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    [](const ModuleNode& x, const ModuleNode& y) {
                      return x.name == y.name && are_alike(x, y);
                    });
}

// Requires: are_alike(into, other).
void add_costs(ModuleNode& into, const ModuleNode& other) {
  into.modules += other.modules;
  into.self += other.self;
  into.total += other.total;
  for (std::size_t i = 0; i < into.children.size(); ++i) {
    add_costs(into.children[i], other.children[i]);
  }
}

}  // namespace

ModuleCost& ModuleCost::operator+=(const ModuleCost& other) {
  forward_s += other.forward_s;
  backward_s += other.backward_s;
  update_s += other.update_s;
  operators += other.operators;
  macs += other.macs;
  allocated_bytes += other.allocated_bytes;
  return *this;
}

ModuleNode build_module_tree(std::span<const OperatorCost> operators) {
  ModuleNode root;
  for (const OperatorCost& op : operators) {
    ModuleNode* node = &root;
    if (op.phase != StepPhase::kUpdate) {
      const std::size_t depth = path_depth(op.path);
      for (std::size_t level = 1; level <= depth; ++level) {
        const std::string_view path = path_prefix(op.path, level);
        node = &child_named(*node, path.substr(path.rfind('.') + 1));
      }
    }
    node->self += cost_of(op);
  }
  add_up(root);
  return root;
}

ModuleNode merge_alike(const ModuleNode& tree) {
  ModuleNode merged = tree;
  merged.children.clear();
  // The first of the run that is being gathered, as it was.
  const ModuleNode* first = nullptr;
  for (const ModuleNode& child : tree.children) {
    if (first != nullptr && is_numbered(child) && are_alike(*first, child)) {
      add_costs(merged.children.back(), child);
      merged.children.back().name = first->name + "-" + child.name;
    } else {
      merged.children.push_back(child);
      first = is_numbered(child) ? &child : nullptr;
    }
  }
  for (ModuleNode& child : merged.children) child = merge_alike(child);
  return merged;
}

}  // namespace yardstick
