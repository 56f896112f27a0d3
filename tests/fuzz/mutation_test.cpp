// A fixed number of broken files through the parsers of untrusted input: each is read or refused
// with one line, and none makes them allocate more than its size allows. The sanitizer build sees
// every access out of bounds.

#include "tests/fuzz/checkpoint_input.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"

#include <yardstick/error.h>

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace {

std::size_t live_bytes = 0;
std::size_t peak_bytes = 0;

}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  live_bytes += ::malloc_usable_size(memory);
  peak_bytes = std::max(peak_bytes, live_bytes);
  return memory;
}
void operator delete(void* memory) noexcept {
  live_bytes -= ::malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace yardstick::test {
namespace {

constexpr int kMutations = 20'000;

// Of a long run by hand: YARDSTICK_MUTATIONS=10000000 YARDSTICK_MUTATION_SEED=7.
std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

// Of what reading n bytes may take: kFreeBytes + kBytesOfAByte * n.
constexpr std::size_t kFreeBytes = 64 << 10;
constexpr std::size_t kBytesOfAByte = 320;

struct Seed {
  std::string name;
  std::string bytes;
};

std::vector<Seed> load_seeds() {
  std::vector<Seed> seeds;
  for (const auto& item : std::filesystem::directory_iterator(test::test_data("fuzz/seeds"))) {
    seeds.push_back({item.path().filename(), read_file(item.path())});
  }
  std::ranges::sort(seeds, {}, &Seed::name);
  return seeds;
}

struct Outcome {
  std::string refusal;    // "" where it was read
  std::size_t bytes = 0;  // most that were allocated at once
};

// Reads a copy that ends where its memory ends.
Outcome outcome_of(const std::string& bytes) {
  const auto exact = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), exact.get());
  const std::size_t before = live_bytes;
  peak_bytes = live_bytes;
  Outcome outcome;
  try {
    read_untrusted({exact.get(), bytes.size()});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
    outcome.refusal = error.what();
  }
  outcome.bytes = peak_bytes - before;
  return outcome;
}

TEST(CheckpointSeedsTest, AreReadOrRefusedAsTheirNamesSay) {
  const std::vector<Seed> seeds = load_seeds();
  ASSERT_GE(seeds.size(), 12u);
  for (const Seed& seed : seeds) {
    const std::string refusal = outcome_of(seed.bytes).refusal;
    EXPECT_EQ(!refusal.empty(), seed.name.starts_with("bad_")) << seed.name << ": " << refusal;
  }
}

TEST(CheckpointMutationTest, ReadsOrRefusesEveryBrokenFileInBoundedMemory) {
  std::vector<std::string> seeds;
  for (const Seed& seed : load_seeds()) seeds.push_back(seed.bytes);
  Mutator mutator(seeds, from_environment("YARDSTICK_MUTATION_SEED", 20250101));
  const std::uint64_t count = from_environment("YARDSTICK_MUTATIONS", kMutations);
  std::uint64_t read = 0;
  std::size_t most = 0;
  double most_for_a_byte = 0;

  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string bytes = mutator.next();
    const Outcome outcome = outcome_of(bytes);

    read += outcome.refusal.empty() ? 1 : 0;
    most = std::max(most, outcome.bytes);
    most_for_a_byte = std::max(most_for_a_byte, static_cast<double>(outcome.bytes) /
                                                    static_cast<double>(bytes.size() + 256));
    ASSERT_LE(outcome.bytes, kFreeBytes + kBytesOfAByte * bytes.size()) << "input " << i;
    ASSERT_LE(outcome.refusal.size(), 1000u) << "input " << i;
    ASSERT_EQ(outcome.refusal.find_first_of("\n\r\x1b"), std::string::npos) << "input " << i;
  }

  // Neither all nor none: else the mutations would show nothing.
  EXPECT_GT(read, count / 50);
  EXPECT_LT(read, count / 2);
  RecordProperty("read", std::to_string(read));
  RecordProperty("peak_bytes", std::to_string(most));
  RecordProperty("peak_bytes_for_a_byte", std::to_string(most_for_a_byte));
}

// What a byte of a pickle costs at most: the opcodes that make an object of one byte.
TEST(CheckpointMemoryTest, IsBoundedForThePickleOfNothingButObjects) {
  for (const std::string unit : {"]", "}", ")", "N", "(", "2", "]q\x01", "]\x94", "}K\x01K\x02s"}) {
    std::string bytes = "\x80\x04]";
    for (int i = 0; i < 20'000; ++i) bytes += unit;

    const Outcome outcome = outcome_of(bytes);

    EXPECT_FALSE(outcome.refusal.empty());  // the stack is not empty at its end
    EXPECT_LE(outcome.bytes, kFreeBytes + kBytesOfAByte * bytes.size()) << unit;
  }
}

// Six bytes copy a list of a thousand.
TEST(CheckpointMemoryTest, IsBoundedForCopiesOfALongList) {
  std::string bytes = "\x80\x04]\x94(";
  for (int i = 0; i < 500; ++i) bytes += "K\x01K\x02\x86";
  bytes += "eccollections\nOrderedDict\n\x94";
  for (int i = 0; i < 2000; ++i) bytes += std::string("h\x01h\x00\x85R", 6);

  const Outcome outcome = outcome_of(bytes);

  EXPECT_NE(outcome.refusal.find("expands to far more than its size"), std::string::npos)
      << outcome.refusal;
  EXPECT_LE(outcome.bytes, kFreeBytes + kBytesOfAByte * bytes.size());
}

// Thirty lists that hold one another twice are a billion once they are written out.
TEST(CheckpointMemoryTest, IsBoundedForObjectsThatShareOneAnother) {
  std::string bytes =
      "\x80\x04]\x94K\x01"
      "a";
  for (char i = 0; i < 30; ++i) bytes += std::string("0]\x94(h") + i + "h" + i + "e";
  bytes += '.';

  const Outcome outcome = outcome_of(bytes);

  EXPECT_NE(outcome.refusal.find("expands to far more than its size"), std::string::npos)
      << outcome.refusal;
  EXPECT_LE(outcome.bytes, kFreeBytes + kBytesOfAByte * bytes.size());
}

}  // namespace
}  // namespace yardstick::test
