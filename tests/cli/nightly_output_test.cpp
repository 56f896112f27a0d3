#include "cli/nightly_output.h"

#include "cli/exit_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace yardstick::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kNights = 12;

HistorySeries series_of(double level_s, double noise, std::size_t nights = kNights) {
  HistorySeries series;
  series.device = "AMD EPYC";
  series.points.resize(nights);
  series.newest_level = level_s;
  series.relative_noise = noise;
  return series;
}

NightCell quiet(const std::string& label, double noise = 0.004) {
  return {.label = label,
          .result = {.process_medians_s = {0.01, 0.01}, .run_ids = {"1", "2"}, .ok = 2},
          .series = series_of(0.01, noise)};
}

HistoryFinding finding(FindingAnswer answer) {
  return {.night = "gate/2026-11-26",
          .since = "2026-11-20T02:15:00.000Z",
          .before_commit = "3fa9c1d77",
          .after_commit = "90ab12c44",
          .before = 0.010,
          .after = 0.0105,
          .answer = answer,
          .ratio = 1.052,
          .interval = {1.041, 1.063},
          .p = 4.1e-5,
          .against = "3fa9c1d",
          .processes = 9,
          .runs = {"0123456789ab", "fedcba987654"}};
}

NightCell looked_at(const std::string& label, FindingAnswer answer, std::string reason = {}) {
  NightCell cell = quiet(label, 0.012);
  cell.state = AlarmState::kNew;
  cell.finding = finding(answer);
  cell.finding->reason = std::move(reason);
  cell.series->newest_level = 0.0105;
  return cell;
}

NightCell known(const std::string& label) {
  NightCell cell = looked_at(label, FindingAnswer::kSlower);
  cell.state = AlarmState::kKnown;
  cell.finding->night = "gate/2026-11-21";
  return cell;
}

NightCell failed(const std::string& label) {
  NightCell cell = quiet(label);
  cell.series.reset();
  cell.result = {.failures = {"killed by <SIGSEGV> | twice"}, .ok = 1, .missing = 1};
  return cell;
}

class NightlyOutputTest : public testing::Test {
 protected:
  NightlyOutputTest() { suite_.name = "gate"; }

  NightlyReport report(std::vector<NightCell> cells) {
    return {.night = "gate/2026-11-26",
            .suite = suite_,
            .cells = std::move(cells),
            .facts = {{"git_commit", "90ab12c44"}, {"cpu_model", "AMD EPYC"}}};
  }

  Suite suite_;
};

TEST_F(NightlyOutputTest, ANightWithoutNewsIsOneLineUnderItsTitle) {
  EXPECT_EQ(nightly_summary(report({quiet("a"), quiet("b", 0.011)})),
            "# gate, gate/2026-11-26: nothing changed\n"
            "\n"
            "2 cells, 4 processes, commit 90ab12c, AMD EPYC; 12 nights of history, noise from "
            "night to night 0.4 % (a) to 1.1 % (b).\n");
}

TEST_F(NightlyOutputTest, ASummarySaysWhatByHowMuchSinceWhenAndHowSure) {
  NightCell level = looked_at("vit, batch 1", FindingAnswer::kFaster);
  level.finding->against.clear();
  level.finding->p.reset();
  const NightlyReport night =
      report({looked_at("vit, batch 8", FindingAnswer::kSlower), std::move(level), failed("d | e"),
              looked_at("hiera", FindingAnswer::kNotConfirmed, "the machine's, not the program's"),
              known("mvit"), quiet("quiet")});

  EXPECT_EQ(nightly_summary(night), R"(# gate, gate/2026-11-26: 1 slower, 1 faster, 1 failed

6 cells, 11 processes, commit 90ab12c, AMD EPYC; 12 nights of history, noise from night to night 0.4 % (quiet) to 1.2 % (vit, batch 8).

## Slower

| cell | change of time | since | before | now | how sure |
| --- | --- | --- | --- | --- | --- |
| vit, batch 8 | +5.2 % [4.1, 6.3] | 3fa9c1d..90ab12c (2026-11-20) | 10.0 ms | 10.5 ms | p 4.1e-05, 9 + 9 processes beside the build of 3fa9c1d |

## Failed

| cell | processes | why |
| --- | --- | --- |
| d \| e | 1 of 3 | killed by <SIGSEGV> \| twice |

## Faster

| cell | change of time | since | before | now | how sure |
| --- | --- | --- | --- | --- | --- |
| vit, batch 1 | +5.2 % [4.1, 6.3] | 3fa9c1d..90ab12c (2026-11-20) | 10.0 ms | 10.5 ms | 9 processes against the level before: a change of the machine would look the same |

## Not confirmed

| cell | in the history | since | measured anew | why |
| --- | --- | --- | --- | --- |
| hiera | +5.0 % | 3fa9c1d..90ab12c (2026-11-20) | +5.2 % [4.1, 6.3] | the machine's, not the program's |

## Known

| cell | change of time | since | reported | now |
| --- | --- | --- | --- | --- |
| mvit | +5.2 % [4.1, 6.3] | 3fa9c1d..90ab12c (2026-11-20) | gate/2026-11-21 | 10.5 ms |

Measured anew (`yardstick show ID`):

- vit, batch 8: `01234567` `fedcba98`
- vit, batch 1: `01234567` `fedcba98`
- hiera: `01234567` `fedcba98`
)");
}

TEST_F(NightlyOutputTest, SaysWhatIsTooShortAndWhatWaits) {
  NightCell young = quiet("a");
  young.series->points.resize(4);
  NightCell waiting = looked_at("b", FindingAnswer::kNotResolved);
  waiting.state = AlarmState::kWaiting;

  EXPECT_THAT(nightly_summary(report({young, waiting})),
              AllOf(HasSubstr("nothing changed"),
                    HasSubstr("1 cell too short for a change, which takes 10 nights"),
                    HasSubstr("1 alarm of earlier nights"), Not(HasSubstr("## "))));
}

TEST_F(NightlyOutputTest, OnlyNewsAndFailuresCount) {
  const NightCell slower = looked_at("a", FindingAnswer::kSlower);
  const NightCell unresolved = looked_at("a", FindingAnswer::kNotResolved, "noise");
  NightCell waiting = unresolved;
  waiting.state = AlarmState::kWaiting;
  NightCell grown = known("a");
  grown.state = AlarmState::kGrown;

  EXPECT_EQ(report({slower, unresolved}).exit_code(), kSomeFailed);
  EXPECT_EQ(report({unresolved, quiet("b")}).exit_code(), kUnresolved);
  EXPECT_EQ(report({failed("a")}).exit_code(), kSomeFailed);
  EXPECT_EQ(report({grown}).exit_code(), kSomeFailed);
  EXPECT_EQ(report({known("a"), waiting, quiet("b")}).exit_code(), kOk);
  EXPECT_EQ(report({looked_at("a", FindingAnswer::kFaster)}).exit_code(), kOk);
  EXPECT_EQ(report({looked_at("a", FindingAnswer::kNotConfirmed)}).exit_code(), kOk);
}

TEST_F(NightlyOutputTest, JunitHasOneOutcomeACell) {
  const std::string xml = nightly_junit(
      report({looked_at("vit, batch 8", FindingAnswer::kSlower), failed("d"), known("mvit"),
              looked_at("hiera", FindingAnswer::kNotResolved, "noise hides it"), quiet("q")}));

  EXPECT_THAT(xml, HasSubstr("tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"1\""));
  EXPECT_THAT(xml, HasSubstr("classname=\"yardstick.nightly.gate\" name=\"vit, batch 8\""));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"slower by +5.2 %\"/>"));
  EXPECT_THAT(xml, HasSubstr("<error message=\"killed by &lt;SIGSEGV&gt; | twice\"/>"));
  EXPECT_THAT(xml, HasSubstr("known since gate/2026-11-21"));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"not resolved by +5.2 %: noise hides it\"/>"));
}

TEST_F(NightlyOutputTest, JsonSaysWhatIsNotMeasuredAsNull) {
  NightCell elsewhere = looked_at("a", FindingAnswer::kNotResolved, "another machine");
  elsewhere.finding->ratio = 0;
  elsewhere.finding->p.reset();
  const auto json = nlohmann::json::parse(nightly_json(report({elsewhere, failed("b")})));

  EXPECT_EQ(json["exit_code"], 1);
  EXPECT_EQ(json["cells"][0]["alarm"], "new");
  EXPECT_EQ(json["cells"][0]["finding"]["answer"], "not resolved");
  EXPECT_TRUE(json["cells"][0]["finding"]["time_ratio"].is_null());
  EXPECT_TRUE(json["cells"][0]["finding"]["p"].is_null());
  EXPECT_TRUE(json["cells"][1]["level"].is_null());
  EXPECT_EQ(json["cells"][1]["missing"], 1);
}

}  // namespace
}  // namespace yardstick::cli
