#pragma once

#include "cli/command.h"
#include "cli/resolved_spec.h"
#include "cli/run_setup.h"
#include "cli/sources.h"
#include "cli/subject_plan.h"

#include <yardstick/params.h>

#include <ATen/core/Tensor.h>

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>

namespace yardstick::cli {

// What differs between the commands that draw images with a model.
struct PictureCommand {
  std::string name;
  std::string paths;                           // option that names images in place of a task
  std::string purpose;                         // of the weights: "has no weights to PURPOSE"
  std::string file;                            // to write, without --out
  void (*adapt)(SubjectPlan& plan) = nullptr;  // what the user need not ask for
};

// A run of such a command: images and a model in, one PNG out.
class PictureRun {
 public:
  // Resolves everything and builds nothing. `schema` must declare the choice of pictures. Throws
  // User without weights or --random-weights, and as plan_subject() and choose_pictures() do.
  PictureRun(const PictureCommand& command, ParamSchema schema, const CommandLine& line,
             Context& context);

  const Params& settings() const { return settings_; }
  const SubjectPlan& plan() const { return plan_; }

  // True where --dry-run was given: then the specification is printed.
  bool printed_dry_run() const;
  BuiltSubject build() const;
  // As the model takes them, see read_pictures().
  at::Tensor images_for(const Model& model) const;
  // Writes the PNG and prints its name, or with --json that and the members of the object `more`.
  void write(const std::string& png) const;
  void write(const std::string& png, const nlohmann::ordered_json& more) const;

 private:
  const CommandLine& line_;
  Context& context_;
  Params settings_;
  SubjectPlan plan_;
  TaskChoice choice_;
  Sourced out_;
  ResolvedSpec spec_;
  std::uint64_t seed_ = 0;
};

// --out and what goes with it.
OptionGroup picture_output_options(const PictureCommand& command);

}  // namespace yardstick::cli
