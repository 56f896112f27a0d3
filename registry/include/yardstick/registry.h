#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yardstick/error.h>
#include <yardstick/golden.h>
#include <yardstick/method.h>
#include <yardstick/metric.h>
#include <yardstick/model.h>
#include <yardstick/names.h>
#include <yardstick/objective.h>
#include <yardstick/task.h>

namespace yardstick {

// Named entries of one kind, in natural order of their names. An ordinary object: main owns one set,
// a test makes its own. References stay valid for its lifetime once all entries are in.
template <typename Entry>
class Registry {
 public:
  Registry(std::string kind, std::string plural)
      : kind_(std::move(kind)), plural_(std::move(plural)) {}

  // Throws User where the name is taken, naming both origins.
  void add(Entry entry) {
    auto at = position(entry.name);
    if (at != entries_.end() && at->name == entry.name) {
      throw_user(concat("two ", plural_, " are named ", entry.name, ": one from ", at->origin,
                        ", one from ", entry.origin),
                 "rename one, or leave that plug-in out");
    }
    entries_.insert(at, std::move(entry));
  }

  const Entry* find(std::string_view name) const {
    for (const Entry& entry : entries_) {
      if (entry.name == name) return &entry;
    }
    return nullptr;
  }

  // Throws User with the nearest names where there is none.
  const Entry& get(std::string_view name) const {
    if (const Entry* entry = find(name)) return *entry;
    const auto all = names();
    const std::string near = suggestion(name, all);
    throw_user(concat("no ", kind_, " is named ", name),
               near.empty() ? concat("`yardstick list ", plural_, "` shows them all") : near);
  }

  std::vector<const Entry*> list(std::string_view glob = "*") const {
    std::vector<const Entry*> found;
    for (const Entry& entry : entries_) {
      if (glob_match(glob, entry.name)) found.push_back(&entry);
    }
    return found;
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const Entry& entry : entries_) names.push_back(entry.name);
    return names;
  }

  const std::string& kind() const noexcept { return kind_; }

 private:
  auto position(const std::string& name) {
    auto at = entries_.begin();
    while (at != entries_.end() && natural_less(at->name, name)) ++at;
    return at;
  }

  std::string kind_;
  std::string plural_;
  std::vector<Entry> entries_;
};

// Everything that can be named. Built-ins and plug-ins fill it through the same functions.
struct Registrar {
  Registry<ModelEntry> models{"model", "models"};
  Registry<MethodEntry> methods{"method", "methods"};
  Registry<TaskEntry> tasks{"task", "tasks"};
  Registry<MetricEntry> metrics{"metric", "metrics"};
  Registry<ObjectiveEntry> objectives{"objective", "objectives"};
  Registry<GoldenFamily> golden_families{"golden family", "golden families"};

  // Adds to the registry of the entry's kind and stamps it with `origin`.
  void add(ModelEntry entry) { stamp(models, std::move(entry)); }
  void add(MethodEntry entry) { stamp(methods, std::move(entry)); }
  void add(TaskEntry entry) { stamp(tasks, std::move(entry)); }
  void add(MetricEntry entry) { stamp(metrics, std::move(entry)); }
  void add(ObjectiveEntry entry) { stamp(objectives, std::move(entry)); }
  void add(GoldenFamily entry) { stamp(golden_families, std::move(entry)); }

  std::string origin = "built-in";  // of what is registered next

 private:
  template <typename Entry>
  void stamp(Registry<Entry>& registry, Entry entry) {
    entry.origin = origin;
    registry.add(std::move(entry));
  }
};

}  // namespace yardstick
