#include "results/record_codec.h"

#include "results/reporters.h"
#include "results/result_store.h"
#include "tests/fuzz/mutator.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace yardstick {
namespace {

using nlohmann::ordered_json;
using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;

RunRecord round_trip(const RunRecord& record) {
  return decode_record(encode_record(record), "a test");
}

// A record's JSON with one member of another value, at a JSON pointer.
std::string with(const char* pointer, ordered_json value) {
  ordered_json json = ordered_json::parse(encode_record(test::full_record(1)));
  json[ordered_json::json_pointer(pointer)] = std::move(value);
  return json.dump();
}

TEST(RecordCodecTest, GivesBackEveryField) {
  test::expect_equal_records(round_trip(test::full_record(1)), test::full_record(1));
  test::expect_equal_records(round_trip(test::bench_record(2, "vit_test", 32, 312.4, 0.1)),
                             test::bench_record(2, "vit_test", 32, 312.4, 0.1));
}

TEST(RecordCodecTest, GivesBackEveryDouble) {
  using Limits = std::numeric_limits<double>;
  RunRecord record = test::full_record(1);
  record.samples = {{"exact",
                     Unit::kSeconds,
                     {0.1 + 0.2, 1.0 / 3, -0.0, Limits::denorm_min(), Limits::max(),
                      Limits::lowest(), Limits::epsilon(), Limits::infinity(), -Limits::infinity(),
                      Limits::quiet_NaN(), 9007199254740993.0, 5, 1e22}}};
  record.measurements[0].value = Limits::quiet_NaN();
  record.measurements[0].low = Limits::quiet_NaN();
  record.measurements[0].high = -Limits::infinity();
  record.outcomes->target_log_prob = {-0.1f, -std::numeric_limits<float>::infinity(),
                                      std::numeric_limits<float>::quiet_NaN(),
                                      std::numeric_limits<float>::denorm_min(), -0.0f};

  const RunRecord back = round_trip(record);

  ASSERT_EQ(back.samples[0].values.size(), record.samples[0].values.size());
  for (std::size_t i = 0; i < record.samples[0].values.size(); ++i) {
    const double was = record.samples[0].values[i];
    const double is = back.samples[0].values[i];
    EXPECT_TRUE(std::isnan(was) ? std::isnan(is) : was == is) << was;
    EXPECT_EQ(std::signbit(is), std::signbit(was)) << was;
  }
  EXPECT_TRUE(std::isnan(back.measurements[0].value));
  ASSERT_TRUE(back.measurements[0].low.has_value());  // a NaN is not the same as none
  EXPECT_TRUE(std::isnan(*back.measurements[0].low));
  EXPECT_EQ(back.measurements[0].high, -Limits::infinity());
  EXPECT_EQ(back.outcomes->target_log_prob[1], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(back.outcomes->target_log_prob[2]));
  EXPECT_EQ(back.outcomes->target_log_prob[3], std::numeric_limits<float>::denorm_min());
}

TEST(RecordCodecTest, GivesBackTheBytesOfEmbeddedJson) {
  RunRecord record = test::full_record(1);
  record.requested = "{ \"epochs\" : 5.0, \"lr\": 1e-3 }\n";
  record.effective = "";
  record.methods = "[ ]";

  const RunRecord back = round_trip(record);

  EXPECT_EQ(back.requested, record.requested);
  EXPECT_EQ(back.effective, "");
  EXPECT_EQ(back.methods, "[ ]");
}

TEST(RecordCodecTest, ReadsWhatUsersAreGiven) {
  RunRecord record = test::full_record(1);
  record.measurements[1].value = 2.5;  // the readable form has no infinity

  test::expect_equal_records(decode_record(record_to_json(record, /*with_samples=*/true), "a file"),
                             record);
  EXPECT_THAT([&] { decode_record(record_to_json(record, /*with_samples=*/false), "a file"); },
              ThrowsError(ErrorKind::kData, AllOf(HasSubstr("a file"), HasSubstr("values"))));
}

TEST(RecordCodecTest, NamesWhatIsWrong) {
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  const std::pair<std::string, std::string> cases[] = {
      {"", "no JSON"},
      {"[]", "is no object"},
      {"{}", "schema"},
      {with("/schema", 2), "schema"},
      {with("/id", ""), "id is empty"},
      {with("/id", 3), "id is no text"},
      {with("/kind", "sleep"), "kind is unknown"},
      {with("/status", "so-so"), "status is unknown"},
      {with("/batch_size", 1.5), "batch_size is no integer"},
      {with("/batch_size", 18446744073709551615u), "batch_size is too large"},
      {with("/on_leaderboard", "yes"), "on_leaderboard"},
      {with("/requested", ordered_json::array()), "requested"},
      {with("/effective", "no JSON"), "no JSON"},
      {with("/methods", "{}"), "methods"},
      {with("/measurements/0/unit", "parsec"), "measurements.unit is unknown"},
      {with("/measurements/0/value", "much"), "measurements.value is no number"},
      {with("/samples/0/values/1", true), "samples.values is no number"},
      {with("/outcomes/target/0", 3000000000), "outcomes.target is too large"},
      {with("/outcomes/target", ordered_json::array()), "unequal lengths"},
      {with("/provenance/gpu", 7), "provenance.gpu is no text"},
      {with("/requested", ordered_json::parse(deep)), "nested too deeply"},
      {with("/requested", deep), "nested too deeply"}};
  for (const auto& [json, what] : cases) {
    EXPECT_THAT([&] { decode_record(json, "the pipe"); },
                ThrowsError(ErrorKind::kData, AllOf(HasSubstr("the pipe"), HasSubstr(what))))
        << json.substr(0, 200);
  }
}

TEST(RecordCodecTest, BrokenRecordsAreRefusedOrFitToBeStored) {
  test::TempDir folder;
  ResultStore store(folder.file("results.db"), ResultStore::Mode::kReadWrite);
  test::Mutator mutator({encode_record(test::full_record(1)), encode_record(test::full_record(2))},
                        /*random_seed=*/5);
  int refused = 0;
  int stored = 0;
  for (int i = 0; i < 3000; ++i) {
    std::optional<RunRecord> record;
    try {
      record = decode_record(mutator.next(), "a test");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
      ++refused;
    }
    if (!record) continue;
    record->id = test::sample_id(i);
    store.append(*record);
    record_to_json(*record, /*with_samples=*/true);
    ++stored;
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(stored, 10);
}

}  // namespace
}  // namespace yardstick
