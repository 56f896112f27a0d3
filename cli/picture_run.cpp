#include "cli/picture_run.h"

#include "cli/command_line.h"
#include "cli/common_options.h"
#include "cli/context.h"
#include "cli/output_file.h"
#include "cli/picture_source.h"

#include <yardstick/error.h>

#include <nlohmann/json.hpp>

#include <utility>

namespace yardstick::cli {

PictureRun::PictureRun(const PictureCommand& command, ParamSchema schema, const CommandLine& line,
                       Context& context)
    : line_(line), context_(context), settings_(std::move(schema)), spec_(command.name) {
  const Sources sources(line);
  sources.apply(settings_);
  plan_ = plan_subject(sources, settings_.schema(), context);
  if (!plan_.has_weights() && !line.has("random-weights")) {
    throw_user(concat(plan_.entry->name, " has no weights to ", command.purpose),
               "give --weights FILE, or --random-weights to try the pipeline");
  }
  if (command.adapt != nullptr) command.adapt(plan_);
  choice_ = choose_pictures(sources, command.paths, plan_, context);
  out_ = sources.text_or("out", command.file);

  plan_.describe(spec_);
  spec_.add("task", choice_.name).add("data", choice_.data_root).add("out", out_);
  seed_ = init_seed(sources, settings_, spec_);
  spec_.add(settings_);
}

bool PictureRun::printed_dry_run() const { return cli::printed_dry_run(line_, spec_, context_); }

BuiltSubject PictureRun::build() const { return build_subject(plan_, seed_, context_); }

at::Tensor PictureRun::images_for(const Model& model) const {
  return read_pictures(choice_, plan_, settings_, model.info());
}

void PictureRun::write(const std::string& png) const {
  write(png, nlohmann::ordered_json::object());
}

void PictureRun::write(const std::string& png, const nlohmann::ordered_json& more) const {
  write_whole_file(out_.text, png);
  if (line_.has("json")) {
    nlohmann::ordered_json json = {{"picture", out_.text}};
    json.update(more);
    context_.out() << json.dump(2) << "\n";
  } else {
    context_.out() << out_.text << "\n";
  }
}

OptionGroup picture_output_options(const PictureCommand& command) {
  return {"Where and how",
          {{.name = "out",
            .value = "FILE",
            .help = "PNG to write",
            .fallback = command.file,
            .letter = 'o'},
           init_seed_option(),
           dry_run_option(),
           json_option()}};
}

}  // namespace yardstick::cli
