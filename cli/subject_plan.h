#pragma once

#include "cli/context.h"
#include "cli/load_model.h"
#include "cli/methods.h"
#include "cli/resolved_spec.h"
#include "cli/sources.h"
#include "runners/job.h"

#include <yardstick/checkpoint.h>
#include <yardstick/registry.h>
#include <yardstick/weights_catalog.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace yardstick::cli {

// The model of a run as it was chosen, before anything is built: all that --dry-run needs.
struct SubjectPlan {
  const ModelEntry* entry = nullptr;
  Sourced name;
  std::string tag;         // of a published set of weights; "" where none
  Sourced weights;         // file; text "" for random weights
  Sourced weights_key;     // the part of the file that is the model; text "" to find it
  std::string trained_on;  // the task that the file names; "" unknown
  std::string weights_of;  // the model that the file names, where this is another
  Params params;
  // Where parameters came from, for those that neither the user nor the schema decided.
  std::map<std::string, std::string> origins;
  Preprocessing preprocessing;
  std::string preprocessing_origin;
  std::vector<MethodChoice> file_methods;  // that the file's weights were trained with
  std::vector<MethodChoice> methods;       // of this run, on top
  bool resets_head = false;

  bool has_weights() const { return !weights.text.empty(); }
  bool is_free(const std::string& param) const;  // neither user, file nor tag set it
  void describe(ResolvedSpec& spec) const;
};

// Resolves MODEL[.TAG], --weights, --set and --method. A file written by `train` names its own
// model, parameters, methods and preprocessing; a tag's preprocessing goes before the file's. With
// --reset-head it may go into another model that is named, as a pre-training model's encoder into a
// classifier: then only its preprocessing and task count.
// `settings` are the command's, for hints. Throws User where no model is named, Data where the file
// is of another model or not the published one.
SubjectPlan plan_subject(const Sources& sources, const ParamSchema& settings, Context& context);

// Gives the model's head `classes` outputs, for `why` ("task"), where it can have so few.
void adopt_classes(SubjectPlan& plan, std::int64_t classes, const std::string& why);

// A subject with the model that it points into.
struct BuiltSubject {
  std::unique_ptr<Model> model;
  Subject subject;
  std::optional<CheckpointFile> weights;  // where the model's parameters may be views of it

  // Throws Data where that file was written to since.
  void require_unchanged_weights() const {
    if (weights) weights->require_unchanged();
  }
};

// Seeds the default generator with `seed`, builds, applies the file's methods, loads the weights,
// and applies the run's methods. Says on stderr what was not loaded as it is.
BuiltSubject build_subject(const SubjectPlan& plan, std::uint64_t seed, Context& context,
                           WeightsMemory memory = WeightsMemory::kOwned);

// The model that `file` holds, on the CPU: `name` is MODEL[.TAG], or "" where the file names it.
BuiltSubject build_from_weights(const std::string& name, const std::string& file, Context& context);

// --weights, --weights-key and --reset-head, and behind them the command's other options of what it
// runs on.
std::vector<Option> after_weights_options(const std::vector<Option>& others);
Option weights_key_option();
Option reset_head_option();

// A record's or weights file's methods array, `json`, back into choices. Throws Data, naming
// `path`.
std::vector<MethodChoice> methods_of_file(const std::string& json, const std::string& path,
                                          const Registrar& registrar);

// Throws Data where the file's SHA-256 is not the published one. That hash is of the published
// file: one of another format, by its extension, is not held to it.
void check_published_hash(const WeightsEntry& entry, const std::string& path);

}  // namespace yardstick::cli
