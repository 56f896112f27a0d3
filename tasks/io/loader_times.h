#pragma once

#include <vector>

namespace yardstick {

// How long a loader's stages took, in the order in which images and batches were done. Images that
// could not be read are not among them.
struct LoaderTimes {
  struct Image {
    double read_s = 0;        // the encoded bytes
    double decode_s = 0;      // to rows of pixels
    double preprocess_s = 0;  // crop, resize, augmentation, normalisation, into the batch's place
  };
  std::vector<Image> images;
  std::vector<double> collate_s;  // of each batch over its images: what next() does but wait
};

// A batch source that can time its stages. Untimed, it costs one comparison an image.
class TimedLoader {
 public:
  virtual ~TimedLoader() = default;
  // Before the first epoch. Decoding is then timed row by row, some 50 ns each.
  virtual void keep_times() = 0;
  // Once an epoch has been read to its end.
  virtual LoaderTimes times() const = 0;
};

}  // namespace yardstick
