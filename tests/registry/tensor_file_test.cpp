#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/tensor_file.h>

#include <ATen/ATen.h>

#include <gmock/gmock.h>

#include <cstring>
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
using testing::HasSubstr;

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

class TensorFileTest : public testing::Test {
 protected:
  auto reading(const std::string& bytes) {
    write_file(path_, bytes);
    return [path = path_] { read_safetensors(path); };
  }

  TempDir dir_;
  std::string path_ = dir_.file("x.safetensors");
};

TEST_F(TensorFileTest, ReadsBackWhatItWrote) {
  const TensorMap tensors = {{"a", at::arange(6, at::kFloat).view({2, 3})},
                             {"b.half", at::ones({3}, at::kBFloat16)},
                             {"c", at::scalar_tensor(7, at::kLong)},
                             {"d.empty", at::empty({0, 4}, at::kByte)},
                             {"e.transposed", at::arange(6, at::kInt).view({2, 3}).t()}};

  write_safetensors(path_, tensors, {{"model", "vit_test"}});
  const TensorFile file = read_safetensors(path_);

  EXPECT_EQ(file.metadata.at("model"), "vit_test");
  ASSERT_EQ(file.tensors.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_TRUE(at::equal(file.tensors.at(name), tensor)) << name;
    EXPECT_EQ(file.tensors.at(name).scalar_type(), tensor.scalar_type()) << name;
  }
}

TEST_F(TensorFileTest, LeavesTheFileAloneWhenATensorIsChanged) {
  write_safetensors(path_, {{"a", at::zeros({4})}});

  read_safetensors(path_).tensors.at("a").fill_(1);

  EXPECT_EQ(read_safetensors(path_).tensors.at("a").sum().item<float>(), 0);
}

TEST_F(TensorFileTest, KeepsTheDataForAsLongAsATensorLives) {
  write_safetensors(path_, {{"a", at::ones({1000})}});

  const at::Tensor tensor = read_safetensors(path_).tensors.at("a");
  std::filesystem::remove(path_);

  EXPECT_EQ(tensor.sum().item<float>(), 1000);
}

TEST_F(TensorFileTest, ReadsUnalignedData) {
  const float value = 2.5;
  const std::string data(reinterpret_cast<const char*>(&value), 4);
  write_file(path_, file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} )", data));

  EXPECT_EQ(read_safetensors(path_).tensors.at("a").item<float>(), 2.5);
}

TEST_F(TensorFileTest, RefusesATruncatedFileNamingItAndTheTensor) {
  write_safetensors(path_, {{"weights", at::ones({100})}});
  const std::string whole = read_file(path_);

  EXPECT_THAT(reading(whole.substr(0, whole.size() - 1)),
              ThrowsError(ErrorKind::kData,
                          AllOf(HasSubstr(path_), HasSubstr("weights"), HasSubstr("truncated"))));
  EXPECT_THAT(reading(whole.substr(0, 20)), ThrowsError(ErrorKind::kData, HasSubstr("truncated")));
  EXPECT_THAT(reading(""), ThrowsError(ErrorKind::kData, HasSubstr("is empty")));
  EXPECT_THAT(reading("seven b"), ThrowsError(ErrorKind::kData, HasSubstr("too few")));
}

TEST_F(TensorFileTest, RefusesOverlapsGapsAndDuplicates) {
  const std::string two(8, '\0');
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                              R"("b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})",
                              two)),
              ThrowsError(ErrorKind::kData, HasSubstr("overlap")));
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", two)),
              ThrowsError(ErrorKind::kData, HasSubstr("no tensor covers data offset 0")));
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", two)),
              ThrowsError(ErrorKind::kData, HasSubstr("4 bytes at the end")));
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                              R"("a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                              two)),
              ThrowsError(ErrorKind::kData, HasSubstr("a occurs twice")));
}

TEST_F(TensorFileTest, RefusesShapesThatDoNotFitTheirBytes) {
  const std::string four(4, '\0');
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", four)),
              ThrowsError(ErrorKind::kData, HasSubstr("its shape needs 8")));
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],)"
                              R"("data_offsets":[0,0]}})",
                              "")),
              ThrowsError(ErrorKind::kData, HasSubstr("impossible shape")));
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", four)),
              ThrowsError(ErrorKind::kData, HasSubstr("impossible shape")));
  EXPECT_THAT(reading(file_of(R"({"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}})", four)),
              ThrowsError(ErrorKind::kData, HasSubstr("unknown dtype")));
}

TEST_F(TensorFileTest, RefusesHostileHeadersBeforeTheyCostAnything) {
  EXPECT_THAT(reading(file_of("{\"a\":" + std::string(100'000, '['), "")),
              ThrowsError(ErrorKind::kData, HasSubstr("tensor a")));
  EXPECT_THAT(
      reading(file_of(R"({"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                      std::string(4, '\0'))),
      ThrowsError(ErrorKind::kData, HasSubstr("nothing else")));
  EXPECT_THAT(reading(file_of(R"({"__metadata__":{"k":1}})", "")),
              ThrowsError(ErrorKind::kData, HasSubstr("metadata k is not text")));
  EXPECT_THAT(reading(file_of(R"({"__metadata__":{"k":"a","k":"b"}})", "")),
              ThrowsError(ErrorKind::kData, HasSubstr("k occurs twice")));
  EXPECT_THAT(reading(file_of("[]", "")),
              ThrowsError(ErrorKind::kData, HasSubstr("not a JSON object")));
  EXPECT_THAT(reading(file_of(R"({"a\u001b":3})", "")),
              ThrowsError(ErrorKind::kData, HasSubstr("a\\x1b")));
}

// Either reads or refuses; the sanitizer build sees every out-of-bounds access.
TEST_F(TensorFileTest, SurvivesMutatedFiles) {
  write_safetensors(path_, {{"a", at::ones({4, 4})}, {"b", at::ones({3}, at::kLong)}},
                    {{"k", "v"}});
  const std::string whole = read_file(path_);
  std::mt19937 random(7);
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string bytes = whole;
    for (int flips = 1 + static_cast<int>(random() % 3); flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    write_file(path_, bytes);
    try {
      for (const auto& [name, tensor] : read_safetensors(path_).tensors) tensor.sum();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
}

TEST_F(TensorFileTest, LeavesNothingBehindWhereItCannotWrite) {
  EXPECT_THAT([&] { write_safetensors(dir_.file("no/such/folder.safetensors"), {}); },
              ThrowsError(ErrorKind::kEnvironment, HasSubstr("cannot be created")));
  EXPECT_THAT([&] { write_safetensors("/dev/full/x", {}); },
              ThrowsError(ErrorKind::kEnvironment, testing::_));
  EXPECT_TRUE(std::filesystem::is_empty(dir_.path()));
}

}  // namespace
}  // namespace yardstick
