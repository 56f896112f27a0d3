#include "runners/comparison/gate.h"

#include "tests/support/throws_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::HasSubstr;
using testing::IsEmpty;
using Values = std::vector<double>;

// Nine process medians about `level`, `step` apart as a share of it.
Values around(double level, double step) {
  Values values;
  for (int i = -4; i <= 4; ++i) values.push_back(level * (1 + i * step));
  return values;
}

CellTimes quiet_cell(double candidate) {
  return {around(1, 1e-4), around(candidate, 1e-4), around(1.00002, 1e-4)};
}

CellJudgement judge_one(const CellTimes& cell, const GateRules& rules = {}) {
  return judge_cells({cell}, rules).front();
}

double mean_spread(const std::vector<CellTimes>& cells) {
  double sum = 0;
  for (const CellJudgement& judgement : judge_cells(cells, {})) sum += judgement.spread;
  return sum / static_cast<double>(cells.size());
}

TEST(GateTest, AlarmsWhereAllOfNineTakeATenthLonger) {
  const CellJudgement slower = judge_one(quiet_cell(1.1));

  EXPECT_TRUE(slower.has_alarm);
  EXPECT_TRUE(slower.is_slower());
  EXPECT_NEAR(slower.ratio, 1.1, 1e-3);
  EXPECT_NEAR(slower.p, 2.0 / 48620, 1e-12);  // complete separation: 2 / C(18, 9)
  EXPECT_DOUBLE_EQ(slower.limit, 1.01);
  EXPECT_FALSE(slower.has_control_alarm);
  EXPECT_TRUE(judge_one(quiet_cell(1 / 1.1)).has_alarm);
  EXPECT_FALSE(judge_one(quiet_cell(1 / 1.1)).is_slower());
}

TEST(GateTest, LeavesWhatIsCertainButSmall) {
  const CellJudgement judgement = judge_one(quiet_cell(1.009));

  EXPECT_LT(judgement.p, 0.002);
  EXPECT_FALSE(judgement.has_alarm);
  EXPECT_TRUE(judge_one(quiet_cell(1.0102)).has_alarm);
}

// Three A/A spreads: with a control this scattered, 4 % is nothing.
TEST(GateTest, AsksForMoreThanThreeSpreadsOfTheControl) {
  CellTimes cell = quiet_cell(1.04);
  cell.control = around(1, 0.03);
  const CellJudgement judgement = judge_one(cell);

  EXPECT_LT(judgement.p, 0.002);
  EXPECT_GT(judgement.spread, 0.015);
  EXPECT_DOUBLE_EQ(judgement.limit, std::exp(3 * judgement.spread));
  EXPECT_FALSE(judgement.has_alarm);
}

// The spread is a standard error: sigma sqrt(2 / 9 pi / 3) on average, outliers or none.
TEST(GateTest, EstimatesTheSpreadOfEqualSides) {
  std::mt19937_64 generator(5);
  std::normal_distribution<double> noise(0, 0.01);
  std::vector<CellTimes> cells(300);
  for (CellTimes& cell : cells) {
    for (Values* side : {&cell.baseline, &cell.candidate, &cell.control}) {
      for (int i = 0; i < 9; ++i) side->push_back(std::exp(noise(generator)));
    }
  }
  const double plain = mean_spread(cells);
  for (CellTimes& cell : cells) cell.control.back() *= 2;
  const double with_outlier = mean_spread(cells);
  const double standard_error = 0.01 * std::sqrt(2.0 / 9 * std::acos(-1.0) / 3);

  EXPECT_NEAR(plain, standard_error, 0.15 * standard_error);
  EXPECT_LT(with_outlier, 1.5 * standard_error);
}

// p = 0.0012 alone is enough; as the best of 60 cells it is one that chance would give.
TEST(GateTest, AdjustsOverTheSuite) {
  CellTimes cell = quiet_cell(1.5);
  cell.candidate[0] = 0.99971;  // below all but one of the baseline's
  cell.candidate[1] = 1.2;
  const CellJudgement alone = judge_one(cell);
  ASSERT_LT(alone.p, 0.002);
  ASSERT_GT(alone.p, 0.05 / 60);
  EXPECT_TRUE(alone.has_alarm);

  std::vector<CellTimes> suite(60, quiet_cell(1));
  suite[7] = cell;
  const CellJudgement among_many = judge_cells(suite, {})[7];
  EXPECT_EQ(among_many.p, alone.p);
  EXPECT_GT(among_many.adjusted_p, 0.05);
  EXPECT_FALSE(among_many.has_alarm);
  EXPECT_FALSE(judge_cells(suite, {})[8].has_alarm);
}

TEST(GateTest, CountsUnmeasuredCellsOfASuite) {
  std::vector<CellTimes> suite(60);
  suite[0] = quiet_cell(1.1);
  const auto judgements = judge_cells(suite, {});

  EXPECT_NEAR(judgements[0].adjusted_p, 60 * judgements[0].p, 1e-9);
  EXPECT_FALSE(judgements[1].is_measured);
  EXPECT_FALSE(judgements[1].has_alarm);
}

TEST(GateTest, SaysThatThreeProcessesResolveNothing) {
  const CellTimes three{{1, 1.001, 1.002}, {2, 2.001, 2.002}, {1, 1.001, 1.002}};
  const CellJudgement judgement = judge_one(three);

  EXPECT_FALSE(judgement.has_alarm);
  EXPECT_TRUE(std::isinf(judgement.smallest_resolvable));
  const CellVerdict verdict = settle(judgement, nullptr, {});
  EXPECT_EQ(verdict.answer, GateAnswer::kNotResolved);
  EXPECT_THAT(verdict.reason, HasSubstr("too few processes"));
}

TEST(GateTest, HasProfiles) {
  EXPECT_EQ(gate_profile("verdict").first.processes, 9);
  EXPECT_EQ(gate_profile("verdict").first.alpha, 0.002);
  EXPECT_EQ(gate_profile("nightly").first.processes, 5);
  EXPECT_EQ(gate_profile("nightly").confirmation.processes, 9);
  EXPECT_EQ(gate_profile("nightly").confirmation.alpha, 0.002);
  EXPECT_THAT([] { gate_profile("nigthly"); }, ThrowsError(ErrorKind::kUser, HasSubstr("nightly")));
}

// Five processes reach p = 0.008 at best; the screening asks for no more.
TEST(GateTest, ScreensWithFive) {
  const CellTimes five{{1, 1.0001, 1.0002, 1.0003, 1.0004},
                       {1.1, 1.1001, 1.1002, 1.1003, 1.1004},
                       {1, 1.0001, 1.0002, 1.0003, 1.0004}};
  const GateProfile nightly = gate_profile("nightly");

  EXPECT_TRUE(judge_cells(std::vector<CellTimes>(40, five), nightly.first)[39].has_alarm);
  EXPECT_FALSE(judge_one(five, nightly.confirmation).has_alarm);
}

struct Judged : CellJudgement {
  Judged() {
    is_measured = true;
    ratio = 1.001;
    limit = 1.01;
    smallest_resolvable = 1.02;
  }
  static Judged alarm(double ratio) {
    Judged judged;
    judged.ratio = ratio;
    judged.has_alarm = true;
    return judged;
  }
};

TEST(SettleTest, NeedsBothStagesInOneDirection) {
  const Judged slower = Judged::alarm(1.1);
  const Judged faster = Judged::alarm(0.9);
  const Judged quiet;

  EXPECT_EQ(settle(slower, &slower, {}).answer, GateAnswer::kRegression);
  EXPECT_EQ(settle(faster, &faster, {}).answer, GateAnswer::kImprovement);
  EXPECT_EQ(settle(slower, &faster, {}).answer, GateAnswer::kUnchanged);
  EXPECT_EQ(settle(slower, &quiet, {}).answer, GateAnswer::kUnchanged);
  EXPECT_THAT(settle(slower, &quiet, {}).reason, HasSubstr("not confirmed"));
  EXPECT_EQ(settle(slower, nullptr, {}).answer, GateAnswer::kNotResolved);
  EXPECT_EQ(settle(quiet, nullptr, {}).answer, GateAnswer::kUnchanged);
  EXPECT_THAT(settle(quiet, nullptr, {}).reason, IsEmpty());
}

TEST(SettleTest, DoesNotCallUnchangedWhatItCouldNotSee) {
  Judged noisy;
  noisy.smallest_resolvable = 1.0501;

  EXPECT_EQ(settle(noisy, nullptr, {}).answer, GateAnswer::kNotResolved);
  EXPECT_THAT(settle(noisy, nullptr, {}).reason, HasSubstr("5.0 %"));
  EXPECT_EQ(settle(noisy, nullptr, {.must_see = 0.06}).answer, GateAnswer::kUnchanged);
  // A noisy cell whose change is large enough is a regression all the same.
  Judged alarm = Judged::alarm(1.3);
  alarm.smallest_resolvable = 1.2;
  EXPECT_EQ(settle(alarm, &alarm, {}).answer, GateAnswer::kRegression);
}

TEST(SettleTest, TrustsNoMachineThatDiffersFromItself) {
  Judged unsteady = Judged::alarm(1.1);
  unsteady.has_control_alarm = true;
  unsteady.control_ratio = 0.93;

  const CellVerdict verdict = settle(unsteady, &unsteady, {});
  EXPECT_EQ(verdict.answer, GateAnswer::kNotResolved);
  EXPECT_THAT(verdict.reason, HasSubstr("differs from itself by 7.0 %"));
  EXPECT_EQ(settle({}, nullptr, {}).answer, GateAnswer::kNotResolved);
}

// The gate as a whole on a simulated machine.
class SimulatedMachine {
 public:
  SimulatedMachine(double noise, double outliers) : normal_(0, noise), outliers_(outliers) {}

  CellTimes measure(std::int64_t processes, double effect) {
    CellTimes cell;
    for (std::int64_t i = 0; i < processes; ++i) {
      cell.baseline.push_back(process());
      cell.candidate.push_back(process() * (1 + effect));
      cell.control.push_back(process());
    }
    return cell;
  }

 private:
  // One process's median: log-normal, and now and then disturbed by up to 30 %.
  double process() {
    const double disturbed = uniform_(generator_) < outliers_ ? 0.3 * uniform_(generator_) : 0;
    return 0.02 * std::exp(normal_(generator_) + disturbed);
  }

  std::mt19937_64 generator_{2027};
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
  double outliers_;
};

struct Rates {
  double regressions = 0;  // shares of all cells
  double improvements = 0;
  double unchanged = 0;
  double false_suites = 0;  // share of the suites with any change found
};

Rates run_gate(const GateProfile& profile, SimulatedMachine machine, double effect, int suites) {
  constexpr int kCells = 10;
  const double share = 1.0 / (suites * kCells);
  Rates rates;
  for (int suite = 0; suite < suites; ++suite) {
    std::vector<CellTimes> first;
    for (int i = 0; i < kCells; ++i)
      first.push_back(machine.measure(profile.first.processes, effect));
    const auto judged = judge_cells(first, profile.first);
    std::vector<CellTimes> again(kCells);
    for (int i = 0; i < kCells; ++i) {
      if (judged[i].has_alarm) again[i] = machine.measure(profile.confirmation.processes, effect);
    }
    const auto confirmed = judge_cells(again, profile.confirmation);
    bool has_change = false;
    for (int i = 0; i < kCells; ++i) {
      const bool was_run = judged[i].has_alarm;
      const GateAnswer answer =
          settle(judged[i], was_run ? &confirmed[i] : nullptr, profile.confirmation).answer;
      rates.regressions += answer == GateAnswer::kRegression ? share : 0;
      rates.improvements += answer == GateAnswer::kImprovement ? share : 0;
      rates.unchanged += answer == GateAnswer::kUnchanged ? share : 0;
      has_change |= answer == GateAnswer::kRegression || answer == GateAnswer::kImprovement;
    }
    rates.false_suites += has_change ? 1.0 / suites : 0;
  }
  return rates;
}

TEST(GateSimulationTest, RaisesNoFalseAlarms) {
  for (const char* profile : {"verdict", "nightly"}) {
    for (const double noise : {0.002, 0.01, 0.04}) {
      for (const double outliers : {0.0, 0.1}) {
        const Rates rates = run_gate(gate_profile(profile), {noise, outliers}, 0, 40);
        EXPECT_LE(rates.false_suites, 0.01) << profile << " " << noise << " " << outliers;
      }
    }
  }
}

TEST(GateSimulationTest, FindsFivePercentAtOnePercentNoise) {
  for (const char* profile : {"verdict", "nightly"}) {
    EXPECT_GE(run_gate(gate_profile(profile), {0.01, 0}, 0.05, 30).regressions, 0.95) << profile;
    EXPECT_GE(run_gate(gate_profile(profile), {0.01, 0}, -0.05, 30).improvements, 0.95) << profile;
  }
}

// At 1 % noise 5 % would have been seen; at 4 % it would not, and the gate says so.
TEST(GateSimulationTest, KnowsWhatItCouldSee) {
  EXPECT_GE(run_gate(gate_profile("verdict"), {0.01, 0}, 0, 20).unchanged, 0.95);
  EXPECT_LE(run_gate(gate_profile("verdict"), {0.04, 0}, 0, 20).unchanged, 0.05);
}

}  // namespace
}  // namespace yardstick
