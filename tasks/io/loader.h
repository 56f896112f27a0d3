#pragma once

#include "tasks/io/image_dataset.h"

#include <yardstick/task.h>

#include <memory>
#include <optional>

namespace yardstick {

enum class Targets { kNone, kClasses };

// Serves `dataset` in batches as `request` asks: input float32 [N, 3, crop_px, crop_px], indices,
// and with Targets::kClasses also targets. Order, augmentation and pixels depend on the request
// alone, never on the number of threads or the batch size. Under BadInputPolicy::kSkip a batch
// shrinks by its bad samples, and one that has no others is left out. The decoding threads start
// with the first epoch and end with the object, which may be destroyed in mid-epoch. Throws User on
// a request out of range, or where drop_last leaves no batch.
std::unique_ptr<BatchSource> make_loader(ImageDataset dataset, const DataRequest& request,
                                         Targets targets);

}  // namespace yardstick
