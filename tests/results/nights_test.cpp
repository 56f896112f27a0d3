#include "results/nights.h"

#include "tests/results/sample_records.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class NightsTest : public testing::Test {
 protected:
  void add(const std::string& suite, const std::string& night, const std::string& findings) {
    RunRecord record = test::bench_record(++number_, suite, 0, 1, 1);
    record.measurements.clear();
    record.provenance[kNightKey] = night;
    record.provenance[kFindingsKey] = findings;
    store_.append(record);
  }

  test::TempDir folder_;
  ResultStore store_{folder_.file("results.db"), ResultStore::Mode::kReadWrite};
  int number_ = 0;
};

HistoryFinding full_finding() {
  return {.cell = "key",
          .device = "AMD EPYC",
          .night = "gate/2026-11-26",
          .since = "2026-11-20T02:15:00.000Z",
          .before_commit = "aaa",
          .after_commit = "bbb",
          .before = 0.1,
          .after = 0.105,
          .points = 5,
          .relative_noise = 0.01,
          .answer = FindingAnswer::kSlower,
          .reason = "",
          .ratio = 1.05,
          .interval = {1.04, 1.06},
          .p = 1e-4,
          .against = "aaa",
          .processes = 9,
          .runs = {"id1", "id2"}};
}

TEST_F(NightsTest, ReadsBackWhatANightFound) {
  HistoryFinding open = full_finding();
  open.answer = FindingAnswer::kNotResolved;
  open.reason = "noise \"hid\" it";
  open.p.reset();
  add("gate", "gate/2026-11-26", findings_json({full_finding(), open}));

  const auto nights = stored_nights(store_, "gate");
  ASSERT_THAT(nights, SizeIs(1));
  EXPECT_EQ(nights[0].night, "gate/2026-11-26");
  ASSERT_THAT(nights[0].findings, SizeIs(2));
  const HistoryFinding& read = nights[0].findings[0];
  EXPECT_EQ(findings_json({read}), findings_json({full_finding()}));
  EXPECT_EQ(read.night, "gate/2026-11-26");
  EXPECT_TRUE(read.is_confirmed());
  EXPECT_EQ(nights[0].findings[1].answer, FindingAnswer::kNotResolved);
  EXPECT_EQ(nights[0].findings[1].reason, open.reason);
  EXPECT_FALSE(nights[0].findings[1].p.has_value());
}

TEST_F(NightsTest, KeepsSuitesApartAndTheOrder) {
  add("gate", "b", "[]");
  add("other", "x", "[]");
  add("gate", "a", "[]");

  std::vector<std::string> names;
  for (const StoredNight& night : stored_nights(store_, "gate")) names.push_back(night.night);
  EXPECT_THAT(names, ElementsAre("b", "a"));
  EXPECT_THAT(stored_nights(store_, "none"), IsEmpty());
}

TEST_F(NightsTest, PassesOverWhatItCannotRead) {
  add("gate", "broken", "{");
  add("gate", "of another kind", R"([{"cell": 3}])");
  add("gate", "good", "[]");

  EXPECT_THAT(stored_nights(store_, "gate"), SizeIs(1));
}

}  // namespace
}  // namespace yardstick
