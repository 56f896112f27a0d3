#include "runners/build_info.h"
#include "runners/checkpoint_metadata.h"
#include "runners/job.h"
#include "runners/provenance.h"
#include "runners/record_notes.h"
#include "runners/run_failure.h"
#include "tests/runners/run_fixture.h"
#include "tests/runners/tiny_models.h"
#include "tests/support/throws_error.h"

#include <c10/util/Exception.h>

#include <gmock/gmock.h>

#include <new>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;
using testing::MatchesRegex;

RunRecord begin(test::RunBench& bench) {
  const auto model = test::make_tiny();
  const Subject subject = test::subject_of(*model, test::tiny_entry());
  return begin_record(RunKind::kBench, subject, bench.context());
}

TEST(BeginRecordTest, FillsInIdentityAndTime) {
  test::RunBench bench;

  const RunRecord record = begin(bench);

  EXPECT_THAT(record.id, MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                      "[0-9a-f]{12}"));
  EXPECT_NE(record.id, begin(bench).id);
  EXPECT_THAT(record.started_at,
              MatchesRegex("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"));
  EXPECT_EQ(record.model, "tiny");
  EXPECT_EQ(record.device, "cpu");
  EXPECT_EQ(record.status, RunStatus::kOk);
}

TEST(BeginRecordTest, KnowsTheBuildAndTheMachine) {
  test::RunBench bench;

  const RunRecord record = begin(bench);

  for (const char* key :
       {"build_type", "compiler", "libtorch", "binary_sha256", "cpu_model", "cpu_threads",
        "memory_bytes", "cpu_affinity", "os", "kernel", "threads_intra", "threads_inter",
        "sdpa_backends", "deterministic", "tf32", "model_params", "preprocessing", "yardstick"}) {
    EXPECT_THAT(record.provenance, Contains(Key(key)));
  }
  EXPECT_EQ(record.provenance.at("binary_sha256").size(), 64u);
}

TEST(BeginRecordTest, OnlyASoundBuildGoesOnLeaderboards) {
  test::RunBench bench;
  const RunRecord record = begin(bench);
  const bool is_sound = build_info().is_optimised && build_info().build_type != "Debug" &&
                        build_info().sanitizers.empty();

  EXPECT_EQ(record.on_leaderboard, is_sound);
  EXPECT_EQ(record.flags.empty(), is_sound);
}

TEST(RecordNotesTest, ASettingKeepsItsOriginAndTakesWhatWasRun) {
  RunRecord record;
  record.effective = R"({"threads":{"value":0,"origin":"flag"}})";

  note(record, "threads", std::int64_t{2});
  note(record, "names", std::vector<std::string>{"a", "b"});

  EXPECT_EQ(record.effective, R"({"threads":{"value":2,"origin":"flag"},)"
                              R"("names":{"value":["a","b"],"origin":"run"}})");
}

TEST(RunFailureTest, OutOfMemoryIsToldApart) {
  RunRecord record;
  record.batch_size = 64;
  record_failures(record, [] { throw std::bad_alloc(); });
  EXPECT_EQ(record.status, RunStatus::kFailed);
  EXPECT_EQ(record.reason, "out_of_memory at batch 64");

  RunRecord other;
  record_failures(other, [] { TORCH_CHECK(false, "shapes differ\nsecond line"); });
  EXPECT_EQ(other.status, RunStatus::kFailed);
  EXPECT_EQ(other.reason, "shapes differ");
}

TEST(RunFailureTest, OurOwnErrorsPass) {
  RunRecord record;
  EXPECT_THAT([&] { record_failures(record, [] { throw_data("broken file"); }); },
              ThrowsError(ErrorKind::kData, HasSubstr("broken file")));
  EXPECT_EQ(record.status, RunStatus::kOk);
}

CheckpointMetadata sample_metadata() {
  CheckpointMetadata metadata;
  metadata.model = "tiny";
  metadata.model_params = R"({"classes":4,"width":16})";
  metadata.preprocessing.crop_px = 8;
  metadata.task = "corners";
  metadata.classes = {"a", "b \"quoted\""};
  return metadata;
}

TEST(CheckpointMetadataTest, SurvivesTheRoundTrip) {
  const auto back = checkpoint_metadata(to_metadata(sample_metadata()), "file");

  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->model, "tiny");
  EXPECT_EQ(back->model_params, R"({"classes":4,"width":16})");
  EXPECT_EQ(back->methods, "[]");
  EXPECT_EQ(back->preprocessing, sample_metadata().preprocessing);
  EXPECT_EQ(back->task, "corners");
  EXPECT_EQ(back->classes, sample_metadata().classes);
  EXPECT_FALSE(back->yardstick_version.empty());
}

TEST(CheckpointMetadataTest, AnotherProgramsFileHasNone) {
  EXPECT_FALSE(checkpoint_metadata({{"format", "pt"}}, "file").has_value());
}

TEST(CheckpointMetadataTest, NamesWhatIsMissingOrMalformed) {
  auto metadata = to_metadata(sample_metadata());
  metadata.erase("task");
  EXPECT_THAT([&] { checkpoint_metadata(metadata, "m.safetensors"); },
              ThrowsError(ErrorKind::kData, HasSubstr("m.safetensors: the metadata has no task")));

  metadata = to_metadata(sample_metadata());
  metadata["classes"] = "{";
  EXPECT_THAT([&] { checkpoint_metadata(metadata, "m.safetensors"); },
              ThrowsError(ErrorKind::kData, HasSubstr("classes")));
}

TEST(CheckpointMetadataTest, ParametersOfAnotherSchemaAreTheFilesFault) {
  Params params(test::tiny_entry().schema);

  EXPECT_THAT([&] { set_params_from_json(params, R"({"depth": 3})", "m.safetensors"); },
              ThrowsError(ErrorKind::kData, HasSubstr("depth")));
  EXPECT_THAT([&] { set_params_from_json(params, R"({"classes": "x"})", "m.safetensors"); },
              ThrowsError(ErrorKind::kData, HasSubstr("classes takes an integer")));
  EXPECT_THAT([&] { set_params_from_json(params, "[]", "m.safetensors"); },
              ThrowsError(ErrorKind::kData, HasSubstr("no JSON object")));
}

}  // namespace
}  // namespace yardstick
