#include "tests/support/throws_error.h"

#include <yardstick/params.h>

#include <gmock/gmock.h>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::HasSubstr;

ParamSchema schema() {
  ParamSchema schema;
  schema.integer("epochs", 30, "passes over the data", 1, 1000)
      .number("lr", 1e-3, "peak learning rate", 0.0)
      .flag("flip", true, "mirror half of the images")
      .text("precision", "fp32", "number format", {"fp32", "bf16"});
  return schema;
}

TEST(ParamsTest, KeepsDefaultsAndTheirOrigin) {
  const Params params(schema());

  EXPECT_EQ(params.get<std::int64_t>("epochs"), 30);
  EXPECT_EQ(params.get<double>("lr"), 1e-3);
  EXPECT_EQ(params.origin("lr"), ParamOrigin::kDefault);
}

TEST(ParamsTest, ParsesEachTypeAndRemembersTheOrigin) {
  Params params(schema());

  params.set_from_text("epochs", "12", ParamOrigin::kFlag, "--epochs");
  params.set_from_text("lr", "3e-4", ParamOrigin::kConfigFile, "recipe.json");
  params.set_from_text("flip", "off", ParamOrigin::kFlag, "--flip");
  params.set_from_text("precision", "bf16", ParamOrigin::kFlag, "--precision");

  EXPECT_EQ(params.get<std::int64_t>("epochs"), 12);
  EXPECT_EQ(params.get<double>("lr"), 3e-4);
  EXPECT_FALSE(params.get<bool>("flip"));
  EXPECT_EQ(params.get<std::string>("precision"), "bf16");
  EXPECT_EQ(params.origin("epochs"), ParamOrigin::kFlag);
  EXPECT_EQ(params.origin("lr"), ParamOrigin::kConfigFile);
}

TEST(ParamsTest, RefusesAnUnknownNameWithTheNearest) {
  Params params(schema());

  EXPECT_THAT([&] { params.set_from_text("epoch", "3", ParamOrigin::kFlag, "--set"); },
              ThrowsError(ErrorKind::kUser, AllOf(HasSubstr("--set: no setting is named epoch"),
                                                  HasSubstr("did you mean epochs?"))));
}

TEST(ParamsTest, RefusesValuesOfAnotherTypeRangeOrChoice) {
  Params params(schema());
  const auto setting = [&](const char* name, const char* text) {
    return [&params, name, text] { params.set_from_text(name, text, ParamOrigin::kFlag, "--set"); };
  };

  EXPECT_THAT(setting("epochs", "3.5"), ThrowsError(ErrorKind::kUser, HasSubstr("an integer")));
  EXPECT_THAT(setting("epochs", "0"),
              ThrowsError(ErrorKind::kUser, HasSubstr("between 1 and 1000")));
  EXPECT_THAT(setting("epochs", "99999999999999999999"),
              ThrowsError(ErrorKind::kUser, HasSubstr("too large")));
  EXPECT_THAT(setting("lr", "nan"), ThrowsError(ErrorKind::kUser, HasSubstr("a number")));
  EXPECT_THAT(setting("lr", "-1"), ThrowsError(ErrorKind::kUser, HasSubstr("at least 0")));
  EXPECT_THAT(setting("flip", "maybe"), ThrowsError(ErrorKind::kUser, HasSubstr("true or false")));
  EXPECT_THAT(setting("precision", "bf61"),
              ThrowsError(ErrorKind::kUser, HasSubstr("did you mean bf16?")));
}

TEST(ParamsTest, TakesAnIntegerWhereANumberIsDeclared) {
  Params params(schema());

  params.set("lr", std::int64_t{1}, ParamOrigin::kConfigFile, "recipe.json");

  EXPECT_EQ(params.get<double>("lr"), 1.0);
}

TEST(ParamValueTest, PrintsNumbersSoThatTheyReadBackEqual) {
  EXPECT_EQ(to_string(ParamValue(0.1)), "0.1");
  EXPECT_EQ(to_string(ParamValue(std::int64_t{-3})), "-3");
  EXPECT_EQ(to_string(ParamValue(true)), "true");
}

}  // namespace
}  // namespace yardstick
