#pragma once

#include "tasks/io/image_decoder.h"
#include "tests/cli/process.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace yardstick::test {

// A command that draws, run in a folder of its own.
class PictureCommandTest : public testing::Test {
 protected:
  // `command`: the words that every run starts with.
  explicit PictureCommandTest(std::vector<std::string> command) : command_(std::move(command)) {}

  Finished run(const std::vector<std::string>& more) {
    std::vector<std::string> words = command_;
    words.insert(words.end(), more.begin(), more.end());
    return run_words(words);
  }
  Finished run_words(const std::vector<std::string>& words) {
    return yardstick(words, {.folder = folder_.path()});
  }

  Image drawn(const std::string& name) {
    const std::string bytes = read_file(folder_.file(name));
    return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }

  bool exists(const std::string& name) { return std::filesystem::exists(folder_.file(name)); }

 private:
  std::vector<std::string> command_;
  TempDir folder_;
};

}  // namespace yardstick::test
