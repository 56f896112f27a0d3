#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/checkpoint.h>

#include <ATen/ATen.h>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>

namespace yardstick {
namespace {

using test::read_file;
using test::TempDir;
using test::ThrowsError;
using test::write_file;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

// Files written by the Python PyTorch that LibTorch comes from, where it is at hand.
class TorchFilesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempDir;
    const std::string python = YARDSTICK_PYTHON;
    has_python_ = !python.empty() &&
                  std::system((python + " " + test::test_data("registry/make_checkpoints.py ") +
                               folder_->path() + " >/dev/null 2>&1")
                                  .c_str()) == 0;
  }
  static void TearDownTestSuite() { delete folder_; }
  void SetUp() override {
    if (!has_python_) GTEST_SKIP() << "no Python with PyTorch beside LibTorch";
  }

  static TempDir* folder_;
  static bool has_python_;
};

TempDir* TorchFilesTest::folder_ = nullptr;
bool TorchFilesTest::has_python_ = false;

class BothFormatsTest : public TorchFilesTest, public testing::WithParamInterface<const char*> {
 protected:
  Checkpoint read() const { return read_checkpoint(folder_->file(GetParam())); }
};

TEST_P(BothFormatsTest, ReadsEveryDtypeAndStride) {
  const Checkpoint file = read();

  const at::Tensor base = at::arange(12, at::kFloat);
  EXPECT_TRUE(at::equal(file.tensors.at("model.plain"), base.view({3, 4})));
  EXPECT_TRUE(at::equal(file.tensors.at("model.transposed"), base.view({3, 4}).t()));
  EXPECT_TRUE(at::equal(file.tensors.at("model.tail"), base.slice(0, 5)));
  EXPECT_TRUE(at::equal(file.tensors.at("model.parameter"), at::full({2}, 0.25)));
  for (const char* name : {"float64", "float16", "bfloat16", "int64", "int32", "int16", "int8",
                           "uint64", "uint32", "uint16", "uint8"}) {
    const at::Tensor& tensor = file.tensors.at(std::string("model.") + name);
    EXPECT_TRUE(at::equal(tensor.to(at::kLong), at::tensor({1, 2, 3}, at::kLong))) << name;
  }
  for (const char* name : {"complex128", "complex64", "complex32"}) {
    const at::Tensor& tensor = file.tensors.at(std::string("model.") + name);
    EXPECT_TRUE(at::equal(at::view_as_real(tensor.to(at::kComplexFloat)).select(1, 0),
                          at::tensor({1.f, 2.f, 3.f})))
        << name;
  }
  for (const char* name :
       {"float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"}) {
    const at::Tensor& tensor = file.tensors.at(std::string("model.") + name);
    EXPECT_TRUE(at::equal(tensor.to(at::kFloat), at::tensor({1.f, 2.f, 4.f}))) << name;
  }
  EXPECT_EQ(file.tensors.at("model.bfloat16").scalar_type(), at::kBFloat16);
  EXPECT_EQ(file.tensors.at("model.uint16").scalar_type(), at::kUInt16);
  EXPECT_EQ(file.tensors.at("model.float8_e5m2").scalar_type(), at::kFloat8_e5m2);
  EXPECT_TRUE(at::equal(file.tensors.at("model.expanded"), at::full({5}, 3.0)));
  EXPECT_TRUE(at::equal(file.tensors.at("model.bool"), at::tensor({1, 0}, at::kInt).to(at::kBool)));
  EXPECT_EQ(file.tensors.at("model.scalar").item<std::int64_t>(), 7);
  EXPECT_EQ(file.tensors.at("model.empty").sizes(), (std::vector<std::int64_t>{0, 5}));
}

TEST_P(BothFormatsTest, SharesStorages) {
  const Checkpoint file = read();

  file.tensors.at("model.plain").view({-1})[5] = 42;

  EXPECT_EQ(file.tensors.at("model.tail")[0].item<float>(), 42);
}

TEST_P(BothFormatsTest, GivesEverythingElseAsData) {
  const auto metadata = nlohmann::json::parse(read().metadata);

  EXPECT_EQ(metadata["epoch"], 299);
  EXPECT_EQ(metadata["lr"], 0.5);
  EXPECT_EQ(metadata["args"]["model"], "vit_base");
  EXPECT_EQ(metadata["args"]["size"], nlohmann::json({2, 3}));
  EXPECT_EQ(metadata["args"]["amp"], true);
  EXPECT_TRUE(metadata["args"]["resume"].is_null());
  EXPECT_EQ(metadata["names"][1][1], 2);
  EXPECT_EQ(metadata["seen"], nlohmann::json({3}));
  EXPECT_EQ(metadata["dtype"], "torch.float32");
  EXPECT_EQ(metadata["device"], "cpu");
  EXPECT_EQ(metadata["big"], -(std::int64_t{1} << 40));
  EXPECT_EQ(metadata["blob"], "3 bytes");
  EXPECT_FALSE(metadata.contains("model"));
}

INSTANTIATE_TEST_SUITE_P(Formats, BothFormatsTest, testing::Values("zip.pt", "legacy.pt"),
                         [](const auto& test) { return test.index == 0 ? "Zip" : "Legacy"; });

TEST_F(TorchFilesTest, RefusesAForbiddenNameWithoutRunningIt) {
  testing::internal::CaptureStdout();
  EXPECT_THAT([] { read_checkpoint(folder_->file("evil.pt")); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr("evil.pt"), HasSubstr("offset"),
                                                  AnyOf(HasSubstr("builtins.print"),
                                                        HasSubstr("__builtin__.print")))));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST_F(TorchFilesTest, RefusesACycle) {
  EXPECT_THAT([] { read_checkpoint(folder_->file("cycle.pt")); },
              ThrowsError(ErrorKind::kData, HasSubstr("contains itself")));
}

TEST_F(TorchFilesTest, RefusesAViewThatIsConjugatedOnlyInPassing) {
  EXPECT_THAT([] { read_checkpoint(folder_->file("conjugated.pt")); },
              ThrowsError(ErrorKind::kData, HasSubstr("conjugated")));
}

TEST_F(TorchFilesTest, ReadsNumpyScalars) {
  const auto metadata = nlohmann::json::parse(read_checkpoint(folder_->file("numpy.pt")).metadata);

  EXPECT_EQ(metadata["best"], 0.5);
  EXPECT_EQ(metadata["step"], 9);
  EXPECT_EQ(metadata["half"], -1.5);
  EXPECT_EQ(metadata["flag"], true);
}

TEST_F(TorchFilesTest, SurvivesMutatedFiles) {
  const TempDir dir;
  const std::string path = dir.file("mutated.pt");
  for (const char* name : {"zip.pt", "legacy.pt"}) {
    const std::string whole = read_file(folder_->file(name));
    std::mt19937 random(11);
    int refused = 0;
    for (int round = 0; round < 1500; ++round) {
      std::string bytes = whole;
      for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips) {
        bytes[random() % bytes.size()] = static_cast<char>(random());
      }
      if (random() % 5 == 0) bytes.resize(random() % bytes.size());
      write_file(path, bytes);
      try {
        for (const auto& [key, tensor] : read_checkpoint(path).tensors) tensor.clone();
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
        ++refused;
      }
    }
    EXPECT_GT(refused, 200) << name;
  }
}

TEST_F(TorchFilesTest, WritesWhatPythonOpens) {
  const TempDir dir;
  const std::string path = dir.file("ours.pt");
  write_torch_checkpoint(path, {{"a", at::arange(6, at::kFloat).view({2, 3})},
                                {"b.half", at::ones({300}, at::kHalf)},
                                {"c", at::scalar_tensor(-5, at::kLong)},
                                {"d", at::ones({2}, at::kFloat).to(at::kFloat8_e5m2)},
                                {"e", at::empty({0, 3})}});

  const std::string check =
      "import torch; s = torch.load('" + path +
      "', weights_only=True); "
      "assert list(s) == ['a', 'b.half', 'c', 'd', 'e']; "
      "assert torch.equal(s['a'], torch.arange(6.).view(2, 3)); "
      "assert s['b.half'].dtype == torch.float16 and s['b.half'].sum() == 300; "
      "assert s['c'].item() == -5 and s['d'].dtype == torch.float8_e5m2; "
      "assert s['e'].shape == (0, 3)";
  EXPECT_EQ(std::system((std::string(YARDSTICK_PYTHON) + " -c \"" + check + "\"").c_str()), 0);
}

TEST(CheckpointTest, ReadsBackItsOwnTorchFile) {
  const TempDir dir;
  const std::string path = dir.file("x.pt");
  const TensorMap tensors = {{"a", at::rand({3, 5})}, {"b", at::ones({4}, at::kBFloat16)}};

  write_torch_checkpoint(path, tensors);
  const Checkpoint file = read_checkpoint(path);

  EXPECT_EQ(file.format, CheckpointFormat::kTorchZip);
  EXPECT_TRUE(at::equal(file.tensors.at("a"), tensors.at("a")));
  EXPECT_TRUE(at::equal(file.tensors.at("b"), tensors.at("b")));
}

TEST(CheckpointTest, ListsTensorsWithThePartThatTheyAreIn) {
  const TempDir dir;
  const std::string path = dir.file("x.pt");
  write_torch_checkpoint(path, {{"blocks.0.w", at::zeros({2, 3}, at::kHalf)}});

  const CheckpointFile file(path);

  ASSERT_EQ(file.entries().size(), 1u);
  const CheckpointEntry& entry = file.entries()[0];
  EXPECT_EQ(entry.name, "blocks.0.w");
  EXPECT_EQ(entry.part, "");  // its dots are of its name
  EXPECT_EQ(entry.dtype, "float16");
  EXPECT_EQ(entry.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(entry.bytes, 12u);
}

// Pages of a sparse file are in memory only once something has read them.
TEST(CheckpointTest, OpensALargeFileWithoutTouchingItsData) {
  const TempDir dir;
  const std::string path = dir.file("x.safetensors");
  constexpr std::uint64_t kBytes = std::uint64_t{3} << 30;
  std::string header = R"({"a":{"dtype":"F32","shape":[805306368],"data_offsets":[0,3221225472]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  const std::uint64_t length = header.size();
  write_file(path, std::string(reinterpret_cast<const char*>(&length), 8) + header);
  std::filesystem::resize_file(path, 8 + header.size() + kBytes);

  const CheckpointFile file(path);
  const at::Tensor tensor = file.tensor(0);

  EXPECT_EQ(tensor.sizes(), (std::vector<std::int64_t>{805306368}));
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto middle = reinterpret_cast<std::uintptr_t>(tensor.const_data_ptr()) + kBytes / 2;
  unsigned char is_resident = 1;
  ASSERT_EQ(::mincore(reinterpret_cast<void*>(middle / page * page), page, &is_resident), 0);
  EXPECT_EQ(is_resident & 1, 0);
  EXPECT_EQ(tensor[kBytes / 8].item<float>(), 0);
}

TEST(CheckpointTest, NoticesThatAFileInUseWasWrittenTo) {
  const TempDir dir;
  const std::string path = dir.file("x.pt");
  write_torch_checkpoint(path, {{"a", at::ones({16})}});
  const CheckpointFile renamed_over(path);
  write_torch_checkpoint(path, {{"a", at::zeros({16})}});  // by renaming
  const CheckpointFile written_to(path);
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));

  renamed_over.require_unchanged();
  EXPECT_EQ(renamed_over.tensor(0).sum().item<float>(), 16);
  EXPECT_THAT([&] { written_to.require_unchanged(); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr("x.pt"), HasSubstr("written to"))));
}

TEST(CheckpointTest, SaysWhatAFileIsInsteadOfACheckpoint) {
  const TempDir dir;
  const std::string path = dir.file("x.pt");
  const auto reading = [&](const std::string& bytes) {
    write_file(path, bytes);
    return [&path] { read_checkpoint(path); };
  };

  EXPECT_THAT(reading("<!DOCTYPE html>"), ThrowsError(ErrorKind::kData, HasSubstr("web page")));
  EXPECT_THAT(reading("version https://git-lfs.github.com/spec/v1\n"),
              ThrowsError(ErrorKind::kData, HasSubstr("git lfs pull")));
  EXPECT_THAT(reading("\x80\x04]."), ThrowsError(ErrorKind::kData, HasSubstr("bare pickle")));
  EXPECT_THAT([] { read_checkpoint("/dev/null"); },
              ThrowsError(ErrorKind::kData, HasSubstr("not a file")));
}

TEST(CheckpointTest, ReadsShardsThroughTheirIndex) {
  const TempDir dir;
  write_safetensors(dir.file("m-1.safetensors"), {{"a", at::ones({2})}});
  write_safetensors(dir.file("m-2.safetensors"), {{"b", at::zeros({3})}});
  const std::string index = dir.file("m.safetensors.index.json");
  write_file(index, R"({"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}})");

  EXPECT_EQ(read_checkpoint(index).tensors.size(), 2);

  write_file(index, R"({"weight_map": {"a": "../m-1.safetensors"}})");
  EXPECT_THAT([&] { read_checkpoint(index); },
              ThrowsError(ErrorKind::kData, HasSubstr("not beside")));
  write_file(index, R"({"weight_map": {"c": "m-1.safetensors"}})");
  EXPECT_THAT([&] { read_checkpoint(index); },
              ThrowsError(ErrorKind::kData, HasSubstr("lacks tensor c")));
}

TEST(CheckpointTest, NamesFileAndPlaceOfWhatIsWrong) {
  const TempDir dir;
  const std::string path = dir.file("x.pt");
  const auto reading = [&](const std::string& bytes) {
    write_file(path, bytes);
    return [&path] { read_checkpoint(path); };
  };
  write_torch_checkpoint(path, {{"a", at::ones({1000})}});
  const std::string whole = read_file(path);

  EXPECT_THAT(reading(whole.substr(0, whole.size() / 2)),
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr("x.pt"), HasSubstr("truncated"))));
  EXPECT_THAT(reading("PK\x03\x04 and nothing more of a zip archive"),
              ThrowsError(ErrorKind::kData, HasSubstr("no end record")));
  EXPECT_THAT(reading("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."),
              ThrowsError(ErrorKind::kData, HasSubstr("offset 15")));
  EXPECT_THAT(reading("plain text"), ThrowsError(ErrorKind::kData, HasSubstr("x.pt")));
  EXPECT_THAT([] { read_checkpoint("absent.pt"); },
              ThrowsError(ErrorKind::kData, HasSubstr("absent.pt: cannot be opened")));
}

}  // namespace
}  // namespace yardstick
