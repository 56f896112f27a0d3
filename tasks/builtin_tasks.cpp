#include "tasks/builtin_tasks.h"

#include "tasks/image_task.h"

#include <utility>

namespace yardstick {
namespace {

void add(Registrar& registrar, const TaskInfo& info, const std::string& embedded) {
  TaskEntry entry;
  entry.name = info.name;
  entry.info = info;
  entry.build = [info, embedded] { return make_image_task(info, embedded); };
  registrar.add(std::move(entry));
}

}  // namespace

void register_builtin_tasks(Registrar& registrar, const std::string& share_dir) {
  add(registrar,
      {.name = "imagenet1k",
       .summary = "ImageNet-1k classification (ILSVRC 2012), from folders or tar shards",
       .licence = "non-commercial research (image-net.org terms of access)",
       .classes = 1000,
       .metrics = {"classification"}},
      "");
  add(registrar,
      {.name = "imagefolder",
       .summary = "classification of your own images: <split>/<class>/<image>, or tar shards",
       .licence = "-",
       .classes = 0,
       .metrics = {"classification"}},
      "");
  add(registrar,
      {.name = "digits",
       .summary =
           "5,000 handwritten digits of MNIST as JPEG files, 400 train and 100 val per class",
       .licence = "CC BY-SA 3.0 (LeCun, Cortes, Burges)",
       .classes = 10,
       .has_embedded_data = true,
       .metrics = {"classification"}},
      share_dir + "/data/mnist5k.tar.gz");
  add(registrar,
      {.name = "images",
       .summary = "unlabelled images: all below a folder, in a tar, or one file",
       .licence = "-",
       .classes = 0,
       .has_targets = false,
       .metrics = {}},
      "");
}

}  // namespace yardstick
