#include "tests/support/throws_error.h"

#include <yardstick/golden.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ArgumentsTest, NamesEverythingThatNobodyRead) {
  const Arguments args = Arguments::parse(
      R"({"depth": 2, "norm_layer": {"name": "LayerNorm", "eps": 1e-6}, "odd": 1})", "case");

  EXPECT_EQ(args.integer("depth"), 2);
  EXPECT_EQ(args.object("norm_layer").number("eps"), 1e-6);

  EXPECT_THAT(args.unread(), ElementsAre("odd", "norm_layer.name"));
}

TEST(ArgumentsTest, CountsReadsThroughCopies) {
  const Arguments args = Arguments::parse(R"({"stages": [1, 2]})", "case");
  const Arguments copy = args;

  EXPECT_THAT(copy.integers("stages"), ElementsAre(1, 2));

  EXPECT_THAT(args.unread(), IsEmpty());
}

TEST(ArgumentsTest, UsesTheFallbackOnlyWhereTheNameIsAbsent) {
  const Arguments args = Arguments::parse(R"({"pool": "avg"})", "case");

  EXPECT_EQ(args.integer("depth", 12), 12);
  EXPECT_THAT([&] { args.integer("depth"); },
              ThrowsError(ErrorKind::kData, HasSubstr("depth is missing")));
  EXPECT_THAT([&] { args.integer("pool", 1); },
              ThrowsError(ErrorKind::kData, HasSubstr("case: argument pool must be an integer")));
}

TEST(ArgumentsTest, ReadsRowsOfNumbers) {
  const Arguments args = Arguments::parse(
      R"({"widths": [[1, 2.0], [3, 0.5]], "none": [], "null": null, "flat": [1, 2]})", "case");

  EXPECT_THAT(args.rows("widths"), ElementsAre(ElementsAre(1.0, 2.0), ElementsAre(3.0, 0.5)));
  EXPECT_THAT(args.rows("none"), IsEmpty());
  EXPECT_THAT(args.rows("null"), IsEmpty());
  EXPECT_THAT(args.rows("absent"), IsEmpty());
  EXPECT_THAT([&] { args.rows("flat"); },
              ThrowsError(ErrorKind::kData, HasSubstr("flat must be a list of lists of numbers")));
  EXPECT_THAT(args.unread(), IsEmpty());
}

TEST(ArgumentsTest, ReadsListsOfObjects) {
  const Arguments args = Arguments::parse(
      R"({"calls": [{"r": 8, "k": 2}, {"r": 4}], "mixed": [{}, 1], "flat": 1})", "case");

  const std::vector<Arguments> calls = args.objects("calls");
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].integer("r"), 8);
  EXPECT_EQ(args.objects("calls")[1].integer("r"), 4);

  EXPECT_THAT(args.objects("absent"), IsEmpty());
  EXPECT_THAT([&] { args.objects("mixed"); },
              ThrowsError(ErrorKind::kData, HasSubstr("mixed must be a list of objects")));
  EXPECT_THAT([&] { args.objects("flat"); },
              ThrowsError(ErrorKind::kData, HasSubstr("flat must be a list of objects")));
  EXPECT_THAT(args.unread(), testing::Contains("calls.0.k"));
}

TEST(ArgumentsTest, RefusesWhatIsNoObject) {
  EXPECT_THAT([] { Arguments::parse("[1]", "case.json"); },
              ThrowsError(ErrorKind::kData, HasSubstr("case.json")));
  EXPECT_THAT([] { Arguments::parse("{\"a\": ", "case.json"); },
              ThrowsError(ErrorKind::kData, HasSubstr("case.json")));
}

}  // namespace
}  // namespace yardstick
