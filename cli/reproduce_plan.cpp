#include "cli/reproduce_plan.h"

#include "cli/choices.h"
#include "cli/number_text.h"
#include "results/text_layout.h"

#include <yardstick/error.h>
#include <yardstick/names.h>
#include <yardstick/weights_catalog.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

namespace yardstick::cli {
namespace {

namespace fs = std::filesystem;

// Batches where neither the user nor, on a GPU, the paper says one.
constexpr std::int64_t kImagesOnGpu = 64;
constexpr std::int64_t kClipsOnGpu = 8;
constexpr std::int64_t kImagesOnCpu = 4;
constexpr std::int64_t kClipsOnCpu = 1;
// Activations must outweigh gradients and the optimiser's temporaries to show in the peak.
constexpr std::int64_t kImagesForMemory = 16;

std::optional<std::int64_t> positive_number(const std::string* text) {
  const auto value = text == nullptr ? std::nullopt : whole_number(*text);
  return value && *value >= 1 ? value : std::nullopt;
}

// Of the places where a downloaded file may lie in the folder, the one that has it; "" where none.
std::string find_weights(const std::string& folder, const std::string& name,
                         const WeightsEntry& entry) {
  const fs::path published = entry.file_name;
  std::vector<fs::path> places = {name + ".safetensors", name + published.extension().string(),
                                  fs::path(name) / published};
  // Many published files are all called model.safetensors.
  if (published.stem() != "model") places.push_back(published);
  for (const fs::path& place : places) {
    if (fs::is_regular_file(fs::path(folder) / place)) return (fs::path(folder) / place).string();
  }
  return {};
}

class Planner {
 public:
  Planner(const ReproduceOptions& options, Context& context)
      : options_(options), context_(context) {}

  void add(const Ledger& ledger, const LedgerTable& table, const LedgerRow& row) {
    RowPlan plan{.ledger = &ledger, .table = &table, .row = &row};
    plan.why_not = why_not(row);
    if (plan.why_not.empty()) plan_row(plan);
    plan_.rows.push_back(std::move(plan));
  }

  ReproducePlan take() { return std::move(plan_); }

 private:
  std::string why_not(const LedgerRow& row) {
    if (!row.measure) return row.unmeasurable;
    const std::string own = resolve_subject(*row.measure, context_).why_not;
    if (!own.empty() || !row.against) return own;
    return resolve_subject(*row.against, context_).why_not;
  }

  void plan_row(RowPlan& plan) {
    const LedgerRow& row = *plan.row;
    const bool is_speed_compared = has(row, FigureKind::kSpeedRatio);
    const bool is_training_compared =
        has(row, FigureKind::kTrainingSpeedRatio) || has(row, FigureKind::kTrainingMacsRatio);
    // Without a ratio there is nothing to judge, so a quick look leaves it out.
    const bool shows_speed = has(row, FigureKind::kSpeed) && !options_.is_quick;
    const bool shows_training = has(row, FigureKind::kTrainingSpeed) && !options_.is_quick;
    if (is_speed_compared || shows_speed) {
      plan.inference = add_timing(plan, is_speed_compared, Stage::kInference);
    }
    if (is_training_compared || shows_training) {
      plan.training = add_timing(plan, is_training_compared, Stage::kTraining);
    }
    if (has(row, FigureKind::kMemoryRatio) || has(row, FigureKind::kMemory)) {
      plan.memory = add_memory(plan, has(row, FigureKind::kMemoryRatio));
    }
    if (has(row, FigureKind::kAccuracy)) plan.scoring = add_scoring(plan);

    const bool is_counted = has(row, FigureKind::kParameters) || has(row, FigureKind::kMacs) ||
                            has(row, FigureKind::kMacsRatio);
    if (is_counted || plan.inference || plan.training || plan.memory) {
      plan.count = add_count(*row.measure, plan.id());
      if (row.against) plan.against_count = add_count(*row.against, plan.id());
    }
  }

  enum class Stage { kInference, kTraining };

  static bool has(const LedgerRow& row, FigureKind kind) {
    return std::any_of(row.figures.begin(), row.figures.end(),
                       [kind](const LedgerFigure& figure) { return figure.spec->kind == kind; });
  }

  std::size_t add_count(const LedgerSubject& subject, const std::string& claim) {
    Work work{.kind = WorkKind::kCount, .measure = subject};
    return add_work("count " + label_of(subject), std::move(work), claim);
  }

  std::size_t add_timing(const RowPlan& plan, bool is_compared, Stage stage) {
    const LedgerRow& row = *plan.row;
    Work work{.kind = WorkKind::kTiming, .measure = *row.measure};
    if (is_compared) work.against = row.against;
    work.is_training = stage == Stage::kTraining;
    work.batch = batch_of(plan);
    work.options = options_of(row);
    const std::string key = "timing " + key_of(work);
    return add_work(key, std::move(work), plan.id());
  }

  std::size_t add_memory(const RowPlan& plan, bool is_compared) {
    const LedgerRow& row = *plan.row;
    Work work{.kind = WorkKind::kMemory, .measure = *row.measure};
    if (is_compared) work.against = row.against;
    work.is_training = true;
    const bool is_video = plan.table->media == Media::kVideo;
    work.batch = options_.batch > 0 ? options_.batch
                 : options_.is_gpu  ? (is_video ? kClipsOnGpu : kImagesOnGpu)
                                    : (is_video ? kClipsOnCpu : kImagesForMemory);
    work.options = options_of(row);
    const std::string key = "memory " + key_of(work);
    return add_work(key, std::move(work), plan.id());
  }

  std::size_t add_scoring(const RowPlan& plan) {
    const LedgerSubject& subject = *plan.row->measure;
    Work work{.kind = WorkKind::kScoring, .measure = subject, .task = plan.table->task};
    work.why_not = choose_data(work);
    if (work.why_not.empty()) work.why_not = choose_weights(work);
    const std::string key = concat("scoring ", label_of(subject), " ", subject.tag, " ",
                                   subject.weights, " ", work.task);
    return add_work(key, std::move(work), plan.id());
  }

  // The same measurement is one work, whoever asks for it.
  std::size_t add_work(const std::string& key, Work work, const std::string& claim) {
    const auto [known, is_new] = by_key_.emplace(key, plan_.works.size());
    if (is_new) plan_.works.push_back(std::move(work));
    std::vector<std::string>& claims = plan_.works[known->second].claims;
    if (claims.empty() || claims.back() != claim) claims.push_back(claim);
    return known->second;
  }

  static std::string key_of(const Work& work) {
    std::string key = concat(work.is_training ? "training" : "inference", " batch ", work.batch);
    for (const std::string& option : work.options) key += " " + option;
    key += concat(" | ", label_of(work.measure), " ", work.measure.objective);
    if (work.against) key += concat(" | ", label_of(*work.against), " ", work.against->objective);
    return key;
  }

  std::int64_t batch_of(const RowPlan& plan) const {
    if (options_.batch > 0) return options_.batch;
    if (options_.is_quick) return 1;
    const bool is_video = plan.table->media == Media::kVideo;
    if (!options_.is_gpu) return is_video ? kClipsOnCpu : kImagesOnCpu;
    const auto published = positive_number(find_text(plan.row->setting, "batch"));
    return published.value_or(is_video ? kClipsOnGpu : kImagesOnGpu);
  }

  // What the paper measured in, where this device can and the user says nothing else.
  std::vector<std::string> options_of(const LedgerRow& row) const {
    static const std::set<std::string> kPrecisions = {"fp32", "tf32", "bf16", "fp16", "amp"};
    std::vector<std::string> options;
    const std::string* precision = find_text(row.setting, "precision");
    if (precision != nullptr && options_.is_gpu && !options_.has_precision &&
        kPrecisions.contains(*precision)) {
      options.push_back("--precision=" + *precision);
    }
    const std::string* attention = find_text(row.setting, "attention");
    if (attention != nullptr && *attention == "explicit" && !options_.has_attention) {
      options.emplace_back("--sdpa-backend=math");
    }
    return options;
  }

  // Why there is no data to score on, or "" with work.data set.
  std::string choose_data(Work& work) const {
    const TaskEntry* task = context_.registrar().tasks.find(work.task);
    if (task == nullptr) return concat("no task ", work.task, " here");
    if (options_.data_folder.empty()) {
      if (task->info.has_embedded_data) return {};
      return concat("needs data: --data with a folder that has ", work.task);
    }
    const fs::path own = fs::path(options_.data_folder) / work.task;
    if (fs::exists(own)) {
      work.data = own.string();
    } else if (!task->info.has_embedded_data) {
      work.data = options_.data_folder;
    }
    return {};
  }

  // Why there are no weights to score, or "" with work.weights_file set.
  std::string choose_weights(Work& work) const {
    const LedgerSubject& subject = work.measure;
    const std::string& folder = options_.weights_folder;
    if (!subject.weights.empty()) {
      const fs::path file = fs::path(folder) / subject.weights;
      if (folder.empty() || !fs::is_regular_file(file)) {
        return concat("needs weights: --weights with a folder that has ", subject.weights);
      }
      work.weights_file = file.string();
      return {};
    }
    if (subject.tag.empty()) return "no weights of it are published";
    const auto& tags = context_.weights().tags(subject.model);
    const auto tag = std::find_if(tags.begin(), tags.end(), [&](const WeightsEntry& entry) {
      return entry.tag == subject.tag;
    });
    const std::string name = concat(subject.model, ".", subject.tag);
    if (tag == tags.end()) return concat("no weights ", name, " here");
    if (folder.empty()) return concat("needs weights: --weights with a folder that has ", name);
    work.weights_file = find_weights(folder, name, *tag);
    if (!work.weights_file.empty()) return {};
    return concat("no ", name, ".safetensors in ", folder, "; it is ", tag->url);
  }

  const ReproduceOptions& options_;
  Context& context_;
  ReproducePlan plan_;
  std::map<std::string, std::size_t> by_key_;
};

void check_table(const std::vector<Ledger>& ledgers, const std::string& table) {
  if (table.empty()) return;
  std::vector<std::string> ids;
  for (const Ledger& ledger : ledgers) {
    for (const LedgerTable& known : ledger.tables) {
      if (known.id == table) return;
      ids.push_back(known.id);
    }
  }
  const std::string near = suggestion(table, ids);
  throw_user(concat("no table ", table, ledgers.size() == 1 ? " of " + ledgers[0].paper : ""),
             near.empty() ? concat("there are ", detail::joined(ids, ", ")) : near);
}

}  // namespace

ResolvedSubject resolve_subject(const LedgerSubject& subject, Context& context) {
  const Registrar& registrar = context.registrar();
  ResolvedSubject resolved;
  resolved.entry = registrar.models.find(subject.model);
  if (resolved.entry == nullptr) {
    resolved.why_not = concat("no model ", subject.model, " here");
    return resolved;
  }
  std::vector<Sourced> methods;
  for (const std::string& text : subject.methods) {
    const std::string name = split_choice(text).name;
    if (registrar.methods.find(name) == nullptr) {
      resolved.why_not = concat("no method ", name, " here");
      return resolved;
    }
    methods.push_back({text, ParamOrigin::kConfigFile, "methods"});
  }
  try {
    resolved.params = Params(resolved.entry->schema);
    for (const auto& [name, value] : subject.set) {
      resolved.params.set_from_text(name, value, ParamOrigin::kConfigFile, subject.model);
    }
    resolved.methods = choose_methods(methods, registrar);
    if (!subject.objective.empty()) {
      choose(registrar.objectives, {subject.objective, ParamOrigin::kConfigFile, "objective"});
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw;
    resolved.why_not = error.message();
  }
  return resolved;
}

std::vector<std::string> words_of(const LedgerSubject& subject) {
  std::vector<std::string> words = {subject.model};
  for (const std::string& method : subject.methods) {
    words.insert(words.end(), {"--method", method});
  }
  for (const auto& [name, value] : subject.set) {
    words.insert(words.end(), {"--set", concat(name, "=", value)});
  }
  return words;
}

std::string label_of(const LedgerSubject& subject) {
  return detail::joined(words_of(subject), " ");
}

std::string RowPlan::id() const { return concat(ledger->paper, "/", table->id, "/", row->id); }

ReproducePlan plan_reproduction(const std::vector<Ledger>& ledgers, const std::string& table,
                                const std::string& glob, const ReproduceOptions& options,
                                Context& context) {
  check_table(ledgers, table);
  Planner planner(options, context);
  std::vector<std::string> ids;
  bool has_rows = false;
  for (const Ledger& ledger : ledgers) {
    for (const LedgerTable& known : ledger.tables) {
      if (!table.empty() && known.id != table) continue;
      for (const LedgerRow& row : known.rows) {
        ids.push_back(row.id);
        if (!glob_match(glob, row.id)) continue;
        has_rows = true;
        planner.add(ledger, known, row);
      }
    }
  }
  if (!has_rows) throw_user(concat("--rows ", glob, " matches no row"), suggestion(glob, ids));
  return planner.take();
}

}  // namespace yardstick::cli
