#include "results/export.h"
#include "results/import.h"
#include "results/record_codec.h"
#include "results/reporters.h"
#include "results/store_impl.h"
#include "tests/fuzz/mutator.h"
#include "tests/results/record_matchers.h"
#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <sstream>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Mode = ResultStore::Mode;

std::string exported(const ResultStore& store, const std::vector<std::string>& filters = {}) {
  std::ostringstream out;
  export_json_lines(store, filters, out, {});
  return std::move(out).str();
}

std::string csv(const ResultStore& store, CsvShape shape,
                const std::vector<std::string>& filters = {}) {
  std::ostringstream out;
  export_csv(store, filters, shape, out, {});
  return std::move(out).str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class ExportImportTest : public testing::Test {
 protected:
  ImportReport take(const std::string& text, BadLines bad_lines = BadLines::kRefuseFile) {
    std::istringstream in(text);
    return import_runs(into_, in, "a.jsonl", bad_lines, {});
  }

  test::TempDir folder_;
  ResultStore from_{folder_.file("from.db"), Mode::kReadWrite};
  ResultStore into_{folder_.file("into.db"), Mode::kReadWrite};
};

TEST_F(ExportImportTest, GivesRecordsBackAsTheyWere) {
  RunRecord odd = test::full_record(2);
  odd.measurements[0].value = std::numeric_limits<double>::quiet_NaN();
  odd.samples[0].values = {0.1 + 0.2, std::numeric_limits<double>::infinity(), -0.0};
  odd.requested = "{ \"epochs\" : 5.0 }";
  for (const RunRecord& record : {test::full_record(1), odd, test::eval_record(3, "vit", 0.9)}) {
    from_.append(record);
  }
  const std::string text = exported(from_);

  const ImportReport report = take(text);

  EXPECT_EQ(report.added, 3);
  EXPECT_EQ(report.refused, 0);
  EXPECT_EQ(exported(into_), text);
  test::expect_equal_records(into_.get(test::sample_id(1)), test::full_record(1));
  EXPECT_EQ(into_.get(test::sample_id(2)).requested, odd.requested);
}

TEST_F(ExportImportTest, WritesOldestFirstAndWhatIsAskedFor) {
  for (const int number : {3, 1, 2}) from_.append(test::eval_record(number, "vit", 0.9));

  EXPECT_THAT(lines_of(exported(from_)), testing::SizeIs(3));
  EXPECT_THAT(lines_of(exported(from_, {"id=*2"})),
              testing::ElementsAre(HasSubstr(test::sample_id(2))));
  EXPECT_THAT([&] { exported(from_, {"model=none"}); },
              ThrowsError(ErrorKind::kUser, HasSubstr("no run")));
}

TEST_F(ExportImportTest, StopsWhereAskedAndWhereNobodyReads) {
  for (int number = 0; number < 10; ++number) from_.append(test::eval_record(number, "vit", 0.9));
  std::ostringstream out;
  int asked = 0;
  EXPECT_EQ(export_json_lines(from_, {}, out, [&] { return ++asked > 4; }), 4);
  std::ostringstream closed;
  closed.setstate(std::ios::badbit);
  EXPECT_EQ(export_json_lines(from_, {}, closed, {}), 0);
}

TEST_F(ExportImportTest, SeesOneMomentWhileOthersWrite) {
  for (int number = 0; number < 5; ++number) from_.append(test::eval_record(number, "vit", 0.9));
  const ResultStore reader(folder_.file("from.db"), Mode::kReadOnly);
  std::ostringstream out;
  int number = 100;

  const auto count = export_json_lines(reader, {}, out, [&] {
    from_.append(test::eval_record(number++, "vit", 0.9));
    return false;
  });

  EXPECT_EQ(count, 5);
  EXPECT_EQ(from_.size(), 10);
}

TEST_F(ExportImportTest, LongCsvHasALineForEachMeasurement) {
  RunRecord failed = test::bench_record(2, "vit,\"x\"", 8, 0, 0);
  failed.measurements.clear();
  failed.status = RunStatus::kFailed;
  failed.reason = "=HYPERLINK(\"x\")";
  RunRecord merged = test::bench_record(1, "vit_test", 32, 312.5, 0.1);
  merged.methods = R"([{"name":"tome","params":{"r":8}}])";
  from_.append(merged);
  from_.append(failed);

  const std::vector<std::string> lines = lines_of(csv(from_, CsvShape::kLong));

  ASSERT_EQ(lines.size(), 1u + 3 + 1);
  EXPECT_THAT(lines[0], AllOf(StartsWith("id,kind,status,"),
                              EndsWith(",tag,value,low,high,unit,direction,n\r")));
  EXPECT_THAT(lines[1], AllOf(StartsWith(test::sample_id(1) + ",bench,ok,,"),
                              HasSubstr(",classes=10,random,tome(r=8),"),
                              EndsWith(",throughput/inference/images,312.5,309.375,315.625,"
                                       "per_second,higher,1000\r")));
  EXPECT_THAT(lines[4], AllOf(HasSubstr(",\"'=HYPERLINK(\"\"x\"\")\","),
                              HasSubstr(",\"vit,\"\"x\"\"\","), EndsWith(",,,,,,,\r")));
  // Every line has as many fields.
  EXPECT_EQ(std::count(lines[1].begin(), lines[1].end(), ','),
            std::count(lines[0].begin(), lines[0].end(), ','));
}

TEST_F(ExportImportTest, WideCsvHasALineForEachRun) {
  from_.append(test::bench_record(1, "vit_test", 32, 312.5, 0.1));
  from_.append(test::eval_record(2, "vit_test", 0.5));

  const std::vector<std::string> lines = lines_of(csv(from_, CsvShape::kWide));

  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[0], HasSubstr(",accuracy/top1,accuracy/top1 low,accuracy/top1 high,latency/"));
  EXPECT_THAT(lines[1], HasSubstr(",,,,0.1,"));
  EXPECT_THAT(lines[2], HasSubstr(",0.5,0.485,0.512,,,"));
  for (const std::string& line : lines) {
    EXPECT_EQ(std::count(line.begin(), line.end(), ','),
              std::count(lines[0].begin(), lines[0].end(), ','));
  }
  // Only what the chosen runs have.
  EXPECT_THAT(lines_of(csv(from_, CsvShape::kWide, {"kind=eval"}))[0],
              testing::Not(HasSubstr("latency")));
}

TEST_F(ExportImportTest, CountsWhatIsThereAlready) {
  from_.append(test::full_record(1));
  from_.append(test::full_record(2));
  const std::string text = exported(from_);
  take(text);

  const ImportReport again = take(text + text);

  EXPECT_EQ(again.added, 0);
  EXPECT_EQ(again.already_there, 4);
  EXPECT_EQ(into_.size(), 2);
}

TEST_F(ExportImportTest, RefusesADifferentRunUnderTheSameId) {
  RunRecord altered = test::full_record(1);
  altered.measurements[0].value += 1e-12;
  into_.append(altered);

  const ImportReport report =
      take(encode_record(test::full_record(2)) + "\n" + encode_record(test::full_record(1)) + "\n");

  EXPECT_EQ(report.added, 0);
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_TRUE(report.problems[0].is_conflict);
  EXPECT_THAT(report.problems[0].what, AllOf(StartsWith("a.jsonl:2: another run has the id"),
                                             HasSubstr(test::sample_id(1))));
  EXPECT_EQ(into_.size(), 1);
}

TEST_F(ExportImportTest, TakesAFileAsAWholeOrItsGoodLines) {
  const std::string text = encode_record(test::full_record(1)) + "\n\nno record\n" +
                           encode_record(test::full_record(2)) + "\r\n{}\n" +
                           encode_record(test::full_record(3));  // without an end

  const ImportReport refused = take(text);
  EXPECT_EQ(refused.added, 0);
  EXPECT_EQ(refused.refused, 2);
  ASSERT_EQ(refused.problems.size(), 2u);
  EXPECT_THAT(refused.problems[0].what, HasSubstr("a.jsonl:3: a record that is no JSON"));
  EXPECT_THAT(refused.problems[1].what, HasSubstr("a.jsonl:5: "));
  EXPECT_EQ(into_.size(), 0);

  const ImportReport skipped = take(text, BadLines::kSkip);
  EXPECT_EQ(skipped.added, 3);
  EXPECT_EQ(skipped.refused, 2);
  EXPECT_EQ(into_.size(), 3);
  into_.append(test::full_record(4));  // the store goes on working
}

TEST_F(ExportImportTest, ABrokenFirstLineIsNoDocument) {
  const std::string good = encode_record(test::full_record(1));

  EXPECT_EQ(take(good.substr(0, 100) + "\n" + good + "\n", BadLines::kSkip).added, 1);
}

TEST_F(ExportImportTest, ReadsWhatTheCommandsPrint) {
  RunRecord record = test::full_record(1);
  record.measurements[1].value = 2.5;  // the readable form has no infinity
  const std::string one = record_to_json(record, /*with_samples=*/true);
  nlohmann::ordered_json document;
  document["runs"] = nlohmann::ordered_json::array();
  document["runs"].push_back(nlohmann::ordered_json::parse(one));

  EXPECT_EQ(take(one).added, 1);
  test::expect_equal_records(into_.get(record.id), record);
  EXPECT_EQ(take(document.dump(2)).already_there, 1);
  EXPECT_EQ(take(document.dump()).already_there, 1);
  EXPECT_THAT(take(record_to_json(record, /*with_samples=*/false)).problems[0].what,
              HasSubstr("has no \"values\""));
  EXPECT_THAT([&] { take("{\n  \"runs\": [\n"); },
              ThrowsError(ErrorKind::kData, HasSubstr("a.jsonl:1")));
  EXPECT_THAT([&] { take("{\n  \"runs\": 3}\n"); },
              ThrowsError(ErrorKind::kData, HasSubstr("a.jsonl")));
}

TEST_F(ExportImportTest, AddsNothingWhereItIsStopped) {
  std::istringstream in(encode_record(test::full_record(1)) + "\n" +
                        encode_record(test::full_record(2)) + "\n");
  int asked = 0;

  const ImportReport report =
      import_runs(into_, in, "a.jsonl", BadLines::kSkip, [&] { return ++asked > 1; });

  EXPECT_TRUE(report.is_stopped);
  EXPECT_EQ(into_.size(), 0);
}

TEST_F(ExportImportTest, RefusesValuesThatNoRunHas) {
  const auto with = [](const char* key, nlohmann::ordered_json value) {
    auto json = nlohmann::ordered_json::parse(encode_record(test::full_record(1)));
    json[nlohmann::ordered_json::json_pointer(key)] = std::move(value);
    return json.dump();
  };
  const std::pair<std::string, const char*> cases[] = {
      {with("/id", "1"), "id is no UUID"},
      {with("/id", "../../../etc/passwd"), "id is no UUID"},
      {with("/started_at", "zzzz"), "started_at"},
      {with("/started_at", "2026-11-25"), "started_at"},
      {with("/duration_s", "nan"), "duration_s"},
      {with("/duration_s", -1), "duration_s"},
      {with("/batch_size", -1), "batch_size"},
      {with("/model", "vit\x1b[2J"), "model"},
      {with("/model", std::string(2000, 'x')), "model"},
      {with("/measurements/0/tag", ""), "measurements.tag"},
      {with("/measurements/0/n", -3), "measurements.n"},
      {with("/samples/0/tag", "a\nb"), "samples.tag"}};
  for (const auto& [line, what] : cases) {
    const ImportReport report = take(line);
    EXPECT_EQ(report.refused, 1) << what;
    ASSERT_EQ(report.problems.size(), 1u);
    EXPECT_THAT(report.problems[0].what, AllOf(StartsWith("a.jsonl:1: "), HasSubstr(what)));
  }
  EXPECT_EQ(into_.size(), 0);
}

TEST_F(ExportImportTest, BrokenLinesAreRefusedOrFitToBeStored) {
  test::Mutator mutator({encode_record(test::full_record(1)), encode_record(test::full_record(2)),
                         encode_record(test::eval_record(3, "vit_test", 0.9)) + "\n" +
                             encode_record(test::full_record(4)) + "\n"},
                        /*random_seed=*/7);
  std::int64_t refused = 0;
  std::int64_t added = 0;
  for (int i = 0; i < 2000; ++i) {
    try {
      const ImportReport report = take(mutator.next(), BadLines::kSkip);
      refused += report.refused;
      added += report.added;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData) << error.what();
    }
  }

  EXPECT_GT(refused, 500);
  EXPECT_GT(added, 1);
  EXPECT_EQ(into_.size(), added);
  EXPECT_EQ(lines_of(exported(into_)).size(), static_cast<std::size_t>(added));  // all can be read
}

}  // namespace
}  // namespace yardstick
