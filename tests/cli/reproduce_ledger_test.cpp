#include "cli/reproduce_ledger.h"

#include "cli/choices.h"
#include "models/builtin_models.h"
#include "tests/support/project_paths.h"
#include "tests/support/temp_dir.h"
#include "tests/support/throws_error.h"

#include <yardstick/error.h>
#include <yardstick/registry.h>
#include <yardstick/weights_catalog.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <vector>

namespace yardstick::cli {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const std::string kPapers = test::source_path("configs/papers");

std::vector<std::string> shipped() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kPapers)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  return paths;
}

class ReproduceLedgerTest : public testing::Test {
 protected:
  Ledger read(const std::string& text) {
    test::write_file(path_, text);
    return read_ledger(path_);
  }

  // A ledger of one row with these members.
  static std::string with_row(const std::string& members) {
    return R"({"schema": 1, "title": "T", "tables": [{"id": "t", "task": "digits",
               "setting": {"precision": "fp16", "batch": "64"}, "source": "here", "rows": [{)" +
           members + "}]}]}";
  }

  void expect_refused(const std::string& text, const std::string& what) {
    EXPECT_THAT([&] { read(text); },
                ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("own.json:"), HasSubstr(what))))
        << text;
  }

  test::TempDir folder_;
  std::string path_ = folder_.file("own.json");
};

TEST_F(ReproduceLedgerTest, ReadsARowWithAllThatItMaySay) {
  const Ledger ledger = read(with_row(R"(
      "id": "small_r13", "about": "as in table 1",
      "measure": {"model": "vit_test", "tag": "in1k", "methods": ["tome:r=13", "other"],
                  "set": {"img_size": 64}, "objective": "supervised"},
      "against": {"model": "vit_test"},
      "figures": {"top1": "84.0", "speed_ratio": "1.64"}, "relation": "up to",
      "setting": {"batch": "256", "hardware": "V100"}, "confidence": "remembered",
      "not_judged": "circular", "note": "a note")"));

  EXPECT_EQ(ledger.paper, "own");
  ASSERT_EQ(ledger.tables.size(), 1u);
  const LedgerRow& row = ledger.tables[0].rows.at(0);
  ASSERT_TRUE(row.measure);
  EXPECT_EQ(row.measure->tag, "in1k");
  EXPECT_THAT(row.measure->methods, ElementsAre("tome:r=13", "other"));
  EXPECT_THAT(row.measure->set, ElementsAre(Pair("img_size", "64")));
  ASSERT_TRUE(row.against);
  ASSERT_EQ(row.figures.size(), 2u);
  EXPECT_EQ(row.figures[0].spec->name, "top1");
  EXPECT_EQ(row.figures[0].published.text, "84.0");
  EXPECT_EQ(row.relation, Relation::kUpTo);
  EXPECT_THAT(row.setting, ElementsAre(Pair("precision", "fp16"), Pair("batch", "256"),
                                       Pair("hardware", "V100")));
  EXPECT_EQ(row.source, "here");
  EXPECT_TRUE(row.is_remembered());
}

TEST_F(ReproduceLedgerTest, NamesThePlaceAndTheRemedy) {
  const std::string model = R"("measure": {"model": "vit_test"}, )";
  expect_refused("{\n  \"titel\": 1}", "own.json:2:3: a ledger has no setting titel; did you mean");
  expect_refused(R"({"title": "T", "tables": []})", "no ledger of schema 1");
  expect_refused(R"({"schema": 1, "title": "T", "tables": []})", "tables takes a list of objects");
  expect_refused(with_row(R"("id": "a b", )" + model + R"("figures": {"gmacs": "1"})"),
                 "id takes letters");
  expect_refused(with_row(R"("id": "a", )" + model + R"("figures": {"gmac": "1"})"),
                 "no figure is named gmac; did you mean gmacs");
  expect_refused(with_row(R"("id": "a", )" + model + R"("figures": {"gmacs": 4.6})"),
                 "gmacs takes a number as printed, as a text");
  expect_refused(with_row(R"("id": "a", )" + model + R"("figures": {"gmacs": "4.6 G"})"),
                 "gmacs takes a number as printed");
  expect_refused(with_row(R"("id": "a", )" + model + R"("figures": {"gmacs": "0"})"),
                 "gmacs takes a number above 0");
  expect_refused(with_row(R"("id": "a", )" + model + R"("figures": {"top1": "101"})"),
                 "per cent from 0 to 100");
  expect_refused(with_row(R"("id": "a", )" + model + R"("figures": {})"), "at least one figure");
  expect_refused(with_row(R"("id": "a", )" + model + R"("figures": {"speed_ratio": "2"})"),
                 "row a speed_ratio is a ratio without against");
  expect_refused(with_row(R"("id": "a", "figures": {"gmacs": "1"})"),
                 "needs either measure or unmeasurable");
  expect_refused(with_row(R"("id": "a", "measure": {"methods": "tome"}, "figures": {"top1": "1"})"),
                 "measure has no model");
  expect_refused(
      with_row(R"("id": "a", "relation": "over", )" + model + R"("figures": {"gmacs": "1"})"),
      "relation takes one of about, at least, up to");
  expect_refused(with_row(R"("id": "a", "setting": {"precison": "x"}, )" + model +
                          R"("figures": {"gmacs": "1"})"),
                 "did you mean precision");
}

TEST_F(ReproduceLedgerTest, RefusesTwoOfOneName) {
  expect_refused(R"({"schema": 1, "title": "T", "tables": [{"id": "t", "source": "s", "rows": [
      {"id": "a", "unmeasurable": "no", "figures": {"gmacs": "1"}},
      {"id": "a", "unmeasurable": "no", "figures": {"gmacs": "1"}}]}]})",
                 "own.json:3:8: a is there twice");
}

TEST_F(ReproduceLedgerTest, AnUnreadableFileIsAnErrorOfTheData) {
  EXPECT_THAT([&] { read_ledger(folder_.file("none.json")); },
              ThrowsError(ErrorKind::kData, HasSubstr("none.json")));
  EXPECT_THAT([&] { read("{\"schema\": 1,"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("not valid JSON")));
}

TEST(ShippedLedgersTest, AllCanBeRead) {
  EXPECT_GE(shipped().size(), 10u);
  for (const std::string& path : shipped()) {
    const Ledger ledger = read_ledger(path);
    EXPECT_FALSE(ledger.tables.empty()) << path;
  }
}

// A ledger may be ahead of the registry; what it is ahead by is printed. What is registered must be
// used with parameters and tags that it has.
TEST(ShippedLedgersTest, NameWhatIsRegisteredOrIsReported) {
  Registrar registrar;
  register_builtin_models(registrar);
  const WeightsCatalog weights = WeightsCatalog::load(test::source_path("configs/models"));
  std::set<std::string> missing;
  const auto check = [&](const LedgerSubject& subject, const std::string& where) {
    for (const std::string& text : subject.methods) {
      const ChoiceText choice = split_choice(text);
      if (registrar.methods.find(choice.name) == nullptr) {
        missing.insert("method " + choice.name);
      } else {
        EXPECT_NO_THROW(choose(registrar.methods, {text, ParamOrigin::kConfigFile, where}))
            << where;
      }
    }
    const ModelEntry* entry = registrar.models.find(subject.model);
    if (entry == nullptr) {
      missing.insert("model " + subject.model);
      return;
    }
    EXPECT_FALSE(entry->info.is_test_variant) << where;
    Params params(entry->schema);
    for (const auto& [name, value] : subject.set) {
      if (!params.has(name)) {
        missing.insert(concat("parameter ", name, " of ", subject.model));
        continue;
      }
      EXPECT_NO_THROW(params.set_from_text(name, value, ParamOrigin::kConfigFile, where)) << where;
    }
    if (subject.tag.empty()) return;
    bool has_tag = false;
    for (const WeightsEntry& known : weights.tags(subject.model)) {
      has_tag = has_tag || known.tag == subject.tag;
    }
    if (!has_tag) missing.insert(concat("weights ", subject.model, ".", subject.tag));
  };

  for (const std::string& path : shipped()) {
    const Ledger ledger = read_ledger(path);
    for (const LedgerTable& table : ledger.tables) {
      for (const LedgerRow& row : table.rows) {
        const std::string where = concat(ledger.paper, "/", table.id, "/", row.id);
        if (row.measure) check(*row.measure, where);
        if (row.against) check(*row.against, where);
      }
    }
  }

  std::string report;
  for (const std::string& name : missing) report += (report.empty() ? "" : ", ") + name;
  RecordProperty("not_here", report);
  if (!report.empty()) std::cout << "named in configs/papers and not here: " << report << "\n";
}

}  // namespace
}  // namespace yardstick::cli
