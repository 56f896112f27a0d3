#include "cli/profile_text.h"

#include "cli/text_table.h"
#include "metrics/statistics/interval.h"
#include "results/reporters.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <cstdio>

namespace yardstick::cli {
namespace {

using Json = nlohmann::ordered_json;
using Align = TextTable::Align;

std::string time_text(double seconds) { return format_value(seconds, Unit::kSeconds); }

std::string percent(double share, const char* format = "%.1f %%") {
  char text[32];
  std::snprintf(text, sizeof text, format, 100 * share);
  return text;
}

std::string rate_text(const ModuleCost& cost) {
  if (cost.macs == 0 || !(cost.seconds() > 0)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(cost.macs) / cost.seconds() / 1e9);
  return text;
}

std::string macs_text(std::int64_t macs) {
  return macs == 0 ? "-" : format_value(static_cast<double>(macs), Unit::kMacs);
}

class ModuleTable {
 public:
  ModuleTable(const ProfileSubject& subject, double step_s, std::int64_t depth)
      : subject_(subject),
        step_s_(step_s),
        depth_(depth),
        table_({Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight,
                Align::kRight, Align::kRight, Align::kRight, Align::kRight}) {
    std::vector<std::string> head = {"module", "operators", "time", "of step"};
    if (subject.is_training) {
      head.insert(head.end(), {"forward", "backward", "own", "MACs", "allocated"});
    } else {
      head.insert(head.end(), {"own", "MACs", "GMAC/s", "allocated"});
    }
    table_.add(std::move(head));
  }

  void add(const ModuleNode& node, std::int64_t level = 0) {
    std::string name = std::string(2 * static_cast<std::size_t>(level), ' ');
    name += level == 0 ? subject_.model : node.name;
    if (node.modules > 1 && node.name.find('-') != std::string::npos) {
      name += concat(" (", node.modules, " alike)");
    }
    add_row(std::move(name), node.total, node.self.seconds());
    if (depth_ > 0 && level == depth_) return;
    for (const ModuleNode& child : node.children) add(child, level + 1);
  }

  void add_time(const std::string& name, double seconds) {
    table_.add({name, "", time_text(seconds), percent(seconds / step_s_)});
  }

  std::string text() const { return table_.text(); }

 private:
  void add_row(std::string name, const ModuleCost& cost, double own_s) {
    std::vector<std::string> row = {std::move(name), std::to_string(cost.operators),
                                    time_text(cost.seconds()), percent(cost.seconds() / step_s_)};
    if (subject_.is_training) {
      row.push_back(time_text(cost.forward_s));
      row.push_back(time_text(cost.backward_s));
    }
    row.push_back(time_text(own_s));
    row.push_back(macs_text(cost.macs));
    if (!subject_.is_training) row.push_back(rate_text(cost));
    row.push_back(format_value(static_cast<double>(cost.allocated_bytes), Unit::kBytes));
    table_.add(std::move(row));
  }

  const ProfileSubject& subject_;
  double step_s_;
  std::int64_t depth_;
  TextTable table_;
};

const char* actor_name(StageActor actor) {
  return actor == StageActor::kLoader ? "loader" : "consumer";
}

std::string per_second(double rate) { return format_value(rate, Unit::kPerSecond); }

Json to_json(const ModuleCost& cost) {
  return {{"time_s", cost.seconds()},
          {"forward_s", cost.forward_s},
          {"backward_s", cost.backward_s},
          {"update_s", cost.update_s},
          {"operators", cost.operators},
          {"macs", cost.macs},
          {"allocated_bytes", cost.allocated_bytes}};
}

Json to_json(const ModuleNode& node) {
  Json children = Json::array();
  for (const ModuleNode& child : node.children) children.push_back(to_json(child));
  return {{"name", node.name},
          {"path", node.path},
          {"total", to_json(node.total)},
          {"own", to_json(node.self)},
          {"modules", std::move(children)}};
}

}  // namespace

std::string modules_text(const ProfileSubject& subject, const ModuleProfile& profile,
                         std::int64_t depth) {
  std::string text = concat(
      subject.model, ", batch ", subject.batch, ", ", subject.is_training ? "training, " : "",
      subject.device, ", ", subject.precision, ": median of ", profile.steps, " steps\n", "step ",
      time_text(profile.plain_step_s), ", while it is profiled ", time_text(profile.step_s), " (",
      percent(profile.step_s / profile.plain_step_s - 1, "%+.1f %%"), ")\n\n");
  const ModuleNode merged = merge_alike(profile.tree);
  ModuleTable table(subject, profile.undisturbed_s(), depth);
  table.add(merged);
  if (subject.is_training) table.add_time("of it the optimiser", merged.total.update_s);
  table.add_time("between operators", profile.between_operators_s);
  text += table.text();
  for (const auto& [name, calls] : profile.macs.uncounted_calls) {
    text += concat("not counted in MACs: ", name, " x", calls, "\n");
  }
  return text;
}

std::string stages_text(const std::vector<Stage>& stages, const PipelineLimit& limit,
                        std::int64_t images) {
  const double all_s = limit.loader_s + limit.consumer_s;
  TextTable table({Align::kLeft, Align::kLeft, Align::kRight, Align::kRight});
  table.add({"stage", "by", "an image", "of all"});
  for (const Stage& stage : stages) {
    const double seconds = median(stage.seconds_per_image);
    table.add({stage.name, actor_name(stage.actor), time_text(seconds), percent(seconds / all_s)});
  }
  table.add({"all", "", time_text(all_s), percent(1)});
  std::string text =
      concat("stages, median over ", images, " images, each alone\n\n", table.text(),
             "\nloader:   ", limit.workers, " / ", time_text(limit.loader_s), " = ",
             per_second(limit.loader_images_per_s()), "\nconsumer: 1 / ",
             time_text(limit.consumer_s), " = ", per_second(limit.consumer_images_per_s()), "\n");
  if (limit.is_loader_limited()) {
    text += concat("the loader limits; ", limit.workers_needed(), " workers would keep up\n");
  } else {
    text += concat("the consumer limits; it needs ", limit.workers_needed(), " of ", limit.workers,
                   limit.workers == 1 ? " worker\n" : " workers\n");
  }
  return text;
}

Json modules_json(const ProfileSubject& subject, const ModuleProfile& profile) {
  Json uncounted = Json::object();
  for (const auto& [name, calls] : profile.macs.uncounted_calls) uncounted[name] = calls;
  return {{"model", subject.model},
          {"device", subject.device},
          {"precision", subject.precision},
          {"batch", subject.batch},
          {"training", subject.is_training},
          {"steps", profile.steps},
          {"plain_step_s", profile.plain_step_s},
          {"profiled_step_s", profile.step_s},
          {"between_operators_s", profile.between_operators_s},
          {"macs", profile.macs.total},
          {"uncounted_operators", std::move(uncounted)},
          {"tree", to_json(profile.tree)}};
}

Json stages_json(const std::vector<Stage>& stages, const PipelineLimit& limit,
                 std::int64_t images) {
  Json list = Json::array();
  for (const Stage& stage : stages) {
    list.push_back({{"name", stage.name},
                    {"by", actor_name(stage.actor)},
                    {"median_s_per_image", median(stage.seconds_per_image)},
                    {"times", stage.seconds_per_image.size()}});
  }
  return {{"images", images},
          {"stages", std::move(list)},
          {"workers", limit.workers},
          {"loader_images_per_s", limit.loader_images_per_s()},
          {"consumer_images_per_s", limit.consumer_images_per_s()},
          {"limited_by", limit.is_loader_limited() ? "loader" : "consumer"},
          {"workers_needed", limit.workers_needed()}};
}

}  // namespace yardstick::cli
