#include "tasks/image_task.h"

#include "tasks/io/data_root.h"
#include "tasks/io/loader.h"

#include <yardstick/error.h>

#include <cstdint>
#include <utility>

namespace yardstick {
namespace {

class ImageTask final : public Task {
 public:
  ImageTask(TaskInfo info, std::string embedded)
      : info_(std::move(info)), embedded_(std::move(embedded)) {}

  const TaskInfo& info() const override { return info_; }

  std::unique_ptr<BatchSource> open(const DataRequest& request) const override {
    const std::string& root = request.root.empty() ? embedded_ : request.root;
    if (root.empty()) {
      throw_user(concat("task ", info_.name, " comes without data"), "pass --data DIR");
    }
    if (!info_.has_targets) {
      return make_loader(open_all_images(root, request.workers), request, Targets::kNone);
    }
    ImageDataset dataset = open_labelled_images(root, std::string(to_string(request.split)),
                                                request.class_index, request.workers);
    const auto found = static_cast<std::int64_t>(dataset.class_names.size());
    // Shards number their classes, so that the last ones may just not occur in a split.
    const bool fits =
        found == info_.classes ||
        (dataset.has_numbered_classes && request.class_index.empty() && found < info_.classes);
    if (info_.classes > 0 && !fits) {
      throw_data(
          concat(root, " has ", found, " classes where ", info_.name, " has ", info_.classes),
          "a part of the classes needs --class-index, other classes the task imagefolder");
    }
    while (dataset.has_numbered_classes &&
           static_cast<std::int64_t>(dataset.class_names.size()) < info_.classes) {
      dataset.class_names.push_back(std::to_string(dataset.class_names.size()));
    }
    return make_loader(std::move(dataset), request, Targets::kClasses);
  }

 private:
  TaskInfo info_;
  std::string embedded_;
};

}  // namespace

std::unique_ptr<Task> make_image_task(TaskInfo info, std::string embedded) {
  return std::make_unique<ImageTask>(std::move(info), std::move(embedded));
}

}  // namespace yardstick
