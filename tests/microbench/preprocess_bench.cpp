// How many images a second one core decodes and preprocesses; scripts/compare_preprocessing.py runs
// it beside torchvision with Pillow.
//   yardstick_preprocess_bench FILE... [--seconds S] [--dump OUT]
// Prints one JSON object of images per second of processor time, by stage. --dump writes the inputs
// as float32 [N, 3, 224, 224].

#include "tasks/io/byte_source.h"
#include "tasks/io/transforms.h"

#include <yardstick/error.h>

#include <time.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace yardstick {
namespace {

constexpr Preprocessing kPreprocessing;
constexpr std::size_t kInputSize = 3 * 224 * 224;

// Serves the rows of a decoded image, to time what follows decoding.
class DecodedImage final : public ImageDecoder {
 public:
  explicit DecodedImage(ImageDecoder& decoder) : ImageDecoder(decoder.format()) {
    set_size(decoder.width_px(), decoder.height_px());
    row_bytes_ = std::size_t{4} * static_cast<std::size_t>(width_px());
    rgbx_.resize(row_bytes_ * static_cast<std::size_t>(height_px()));
    for (int y = 0; y < height_px(); ++y) decoder.read_row(rgbx_.data() + row_bytes_ * y);
  }
  void read_row(std::uint8_t* rgbx) override {
    std::memcpy(rgbx, rgbx_.data() + row_bytes_ * next_++, row_bytes_);
  }
  void finish() override { next_ = 0; }

 private:
  std::vector<std::uint8_t> rgbx_;
  std::size_t row_bytes_ = 0;
  std::size_t next_ = 0;
};

CropPlan plan_for(const ImageDecoder& decoder) {
  return evaluation_plan(decoder.width_px(), decoder.height_px(), kPreprocessing);
}

double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Calls step(i) for i in [0, files) over and over for `seconds`, after a tenth of that as warm-up.
// In seconds of this process on its core, so that other processes' turns do not count.
double images_per_s(double seconds, std::size_t files,
                    const std::function<void(std::size_t)>& step) {
  double rate = 0;
  for (const double limit : {seconds / 10, seconds}) {
    const double start = cpu_seconds();
    std::int64_t images = 0;
    double elapsed = 0;
    while (elapsed < limit) {
      for (std::size_t i = 0; i < files; ++i) step(i);
      images += static_cast<std::int64_t>(files);
      elapsed = cpu_seconds() - start;
    }
    rate = static_cast<double>(images) / elapsed;
  }
  return rate;
}

int run(const std::vector<std::string>& files, double seconds, const std::string& dump) {
  std::vector<std::vector<std::uint8_t>> encoded(files.size());
  std::vector<std::unique_ptr<DecodedImage>> decoded;
  for (std::size_t i = 0; i < files.size(); ++i) {
    read_whole_file(files[i], encoded[i]);
    decoded.push_back(std::make_unique<DecodedImage>(*open_image(encoded[i])));
  }
  Preprocessor preprocessor(kPreprocessing);
  std::vector<float> out(kInputSize);
  std::vector<std::uint8_t> bytes;
  const auto whole = [&](std::size_t i) {
    read_whole_file(files[i], bytes);
    const auto decoder = open_image(bytes);
    preprocessor.run(*decoder, plan_for(*decoder), out.data());
  };
  if (!dump.empty()) {
    std::FILE* file = std::fopen(dump.c_str(), "wb");
    if (file == nullptr) throw_user("cannot write " + dump);
    for (std::size_t i = 0; i < files.size(); ++i) {
      whole(i);
      std::fwrite(out.data(), sizeof(float), out.size(), file);
    }
    std::fclose(file);
  }

  std::vector<std::uint8_t> row;
  const double decode = images_per_s(seconds, files.size(), [&](std::size_t i) {
    const auto decoder = open_image(encoded[i]);
    row.resize(std::size_t{4} * decoder->width_px());
    for (int y = 0; y < decoder->height_px(); ++y) decoder->read_row(row.data());
    decoder->finish();
  });
  const double rest = images_per_s(seconds, files.size(), [&](std::size_t i) {
    preprocessor.run(*decoded[i], plan_for(*decoded[i]), out.data());
  });
  const double all = images_per_s(seconds, files.size(), whole);
  std::printf(
      "{\"kernels\": \"%s\", \"decode\": %.3f, \"resize_and_normalise\": %.3f, \"whole\": %.3f}\n",
      best_resize_kernels().name, decode, rest, all);
  return 0;
}

}  // namespace
}  // namespace yardstick

int main(int argc, char** argv) {
  std::vector<std::string> files;
  std::string dump;
  double seconds = 2;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--seconds" && i + 1 < argc) {
      seconds = std::atof(argv[++i]);
    } else if (argument == "--dump" && i + 1 < argc) {
      dump = argv[++i];
    } else {
      files.emplace_back(argument);
    }
  }
  if (files.empty() || !(seconds > 0)) {
    std::fprintf(stderr, "usage: yardstick_preprocess_bench FILE... [--seconds S] [--dump OUT]\n");
    return 2;
  }
  try {
    return yardstick::run(files, seconds, dump);
  } catch (const yardstick::Error& error) {
    std::fprintf(stderr, "yardstick_preprocess_bench: %s\n", error.what());
    return static_cast<int>(error.kind());
  }
}
