#include "cli/picture_source.h"

#include <yardstick/error.h>

#include <memory>

namespace yardstick::cli {

void declare_picture_choice(ParamSchema& schema, const std::string& seed_help) {
  schema.integer("count", 8, "how many images, drawn from the data at random", 1, 64);
  schema.integer("seed", 0, seed_help, 0);
}

TaskChoice choose_pictures(const Sources& sources, const std::string& paths,
                           const SubjectPlan& plan, Context& context) {
  const auto folder = sources.text(paths);
  if (!folder) return choose_task(sources, plan.trained_on, context);
  if (sources.text("task")) {
    throw_user(concat("--", paths, " and --task both name images"), "leave one out");
  }
  return {.entry = &context.registrar().tasks.get("images"),
          .name = {"images", folder->origin, folder->where},
          .data_root = *folder};
}

at::Tensor read_pictures(const TaskChoice& choice, const SubjectPlan& plan, const Params& settings,
                         const ModelInfo& info) {
  const std::unique_ptr<Task> task = choice.entry->build();
  DataRequest request;
  request.root = choice.data_root.text;
  request.preprocessing = plan.preprocessing;
  request.batch_size = settings.get<std::int64_t>("count");
  request.shuffle = true;
  request.shuffle_seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("seed"));
  const std::unique_ptr<BatchSource> source = task->open(request);
  source->begin_epoch(0);
  const auto batch = source->next();
  if (!batch) throw_data(concat(choice.name.text, ": no images"));
  const at::Tensor& images = batch->input;
  if (info.input_shape.size() != 4) return images;
  return images.unsqueeze(2).expand({-1, -1, info.input_shape[1], -1, -1}).contiguous();
}

}  // namespace yardstick::cli
