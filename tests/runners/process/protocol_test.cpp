#include "runners/process/protocol.h"

#include "runners/process/frame.h"
#include "tests/fuzz/mutator.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::HasSubstr;
using testing::Optional;

template <typename T>
T sent(const T& message) {
  return std::get<T>(decode_message(encode_message(message)));
}

TEST(FrameTest, ComesOutAsItWentInWhateverThePieces) {
  std::string binary = "\n{";
  binary += '\0';
  const std::vector<std::string> payloads = {"a", "", std::string(100000, 'x'), binary};
  std::string stream;
  for (const std::string& payload : payloads) stream += to_frame(payload);

  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
    FrameReader reader;
    std::vector<std::string> received;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(std::string_view(stream).substr(at, piece));
      while (auto payload = reader.next()) received.push_back(std::move(*payload));
    }
    EXPECT_TRUE(received == payloads) << piece;
  }
}

TEST(FrameTest, RefusesRubbishAtItsFirstByte) {
  FrameReader reader;
  reader.feed("T");
  EXPECT_THAT([&] { reader.next(); }, ThrowsError(ErrorKind::kData, HasSubstr("no message")));

  FrameReader late;
  late.feed(to_frame("good") + "printed by a library\n");
  EXPECT_THAT(late.next(), Optional(std::string("good")));
  EXPECT_THAT([&] { late.next(); }, ThrowsError(ErrorKind::kData, HasSubstr("no message")));
}

TEST(FrameTest, RefusesLengthsAboveTheLimit) {
  FrameReader reader;
  reader.feed("YSF1\xff\xff\xff\xff");
  EXPECT_THAT([&] { reader.next(); }, ThrowsError(ErrorKind::kData, HasSubstr("4294967295")));
  EXPECT_THAT([] { to_frame(std::string(kMaxFrameBytes + 1, 'x')); },
              ThrowsError(ErrorKind::kData, HasSubstr("longer")));
}

TEST(FrameTest, WaitsForTheRestOfAFrame) {
  FrameReader reader;
  reader.feed(to_frame("abc").substr(0, 9));
  EXPECT_EQ(reader.next(), std::nullopt);
}

TEST(ProtocolTest, EachMessageSurvives) {
  const HelloMessage hello = sent(HelloMessage{.protocol = 7, .yardstick = "0.1.0", .pid = 12});
  EXPECT_EQ(hello.protocol, 7);
  EXPECT_EQ(hello.yardstick, "0.1.0");
  EXPECT_EQ(hello.pid, 12);

  const Progress progress = sent(Progress{.stage = "inference",
                                          .done = std::numeric_limits<std::int64_t>::max(),
                                          .total = 0,
                                          .epoch = 1,
                                          .epochs = 2,
                                          .items_per_s = 0.1 + 0.2,
                                          .loss = 1e-300});
  EXPECT_EQ(progress.stage, "inference");
  EXPECT_EQ(progress.done, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(progress.items_per_s, 0.1 + 0.2);
  EXPECT_EQ(progress.loss, 1e-300);
  EXPECT_FALSE(sent(Progress{}).loss.has_value());
  EXPECT_TRUE(std::isnan(*sent(Progress{.stage = "", .loss = std::nan("")}).loss));

  EXPECT_EQ(sent(MilestoneMessage{"\"naïve\"\n"}).line, "\"naïve\"\n");
  EXPECT_EQ(sent(RecordMessage{"{\n}"}).json, "{\n}");
  EXPECT_EQ(sent(BegunMessage{"{}"}).json, "{}");
  EXPECT_EQ(sent(DoneMessage{70}).exit_code, 70);
  for (const ErrorKind kind :
       {ErrorKind::kUser, ErrorKind::kData, ErrorKind::kEnvironment, ErrorKind::kInternal}) {
    const ErrorMessage error = sent(ErrorMessage{kind, "no file", "look again"});
    EXPECT_EQ(error.kind, kind);
    EXPECT_EQ(error.message, "no file");
    EXPECT_EQ(error.hint, "look again");
  }
}

TEST(ProtocolTest, RefusesWhatItDoesNotWrite) {
  for (const char* payload :
       {"", "hello", "hello\n", "hello\n[]", "hello\n{}", "other\n{}", "done\n{\"exit_code\": 256}",
        "done\n{\"exit_code\": -1}", "done\n{\"exit_code\": 1.5}", "done\n{\"exit_code\": \"0\"}",
        "done\n{\"exit_code\": 18446744073709551615}", "milestone\n{\"line\": 3}",
        "error\n{\"kind\": \"cosmic\", \"message\": \"\", \"hint\": \"\"}"}) {
    EXPECT_THAT([&] { decode_message(payload); },
                ThrowsError(ErrorKind::kData, HasSubstr("a message")))
        << payload;
  }
}

TEST(ProtocolTest, BrokenStreamsAreReadOrRefused) {
  std::vector<std::string> seeds;
  for (const Message& message :
       {Message(HelloMessage{.yardstick = "0.1.0"}), Message(Progress{.stage = "x", .loss = 1.0}),
        Message(RecordMessage{"{}"}), Message(ErrorMessage{ErrorKind::kUser, "a", "b"}),
        Message(DoneMessage{3})}) {
    seeds.push_back(to_frame(encode_message(message)));
    seeds.push_back(seeds.front() + seeds.back());
  }
  seeds.push_back(to_frame("progress\n" + std::string(10000, '[')));
  test::Mutator mutator(seeds, /*random_seed=*/6);

  int refused = 0;
  int read = 0;
  for (int i = 0; i < 5000; ++i) {
    FrameReader reader;
    try {
      reader.feed(mutator.next());
      while (const auto payload = reader.next()) {
        decode_message(*payload);
        ++read;
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
  EXPECT_GT(read, 500);
}

}  // namespace
}  // namespace yardstick
