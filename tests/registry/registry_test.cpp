#include "tests/support/throws_error.h"

#include <yardstick/registry.h>

#include <gmock/gmock.h>

#include <memory>

namespace yardstick {
namespace {

using test::ThrowsError;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

MetricEntry metric(const std::string& name) {
  MetricEntry entry;
  entry.name = name;
  return entry;
}

TEST(RegistryTest, ListsInNaturalOrderByGlob) {
  Registrar registrar;
  for (const char* name : {"top10", "top5", "nll"}) registrar.add(metric(name));

  EXPECT_THAT(registrar.metrics.names(), ElementsAre("nll", "top5", "top10"));
  EXPECT_EQ(registrar.metrics.list("top*").size(), 2);
}

TEST(RegistryTest, NamesBothOriginsOfADuplicate) {
  Registrar registrar;
  registrar.add(metric("top1"));
  registrar.origin = "other.so";

  EXPECT_THAT([&] { registrar.add(metric("top1")); },
              ThrowsError(ErrorKind::kUser,
                          AllOf(HasSubstr("top1"), HasSubstr("built-in"), HasSubstr("other.so"))));
}

TEST(RegistryTest, SuggestsTheNearestName) {
  Registrar registrar;
  registrar.add(metric("top1"));

  EXPECT_EQ(registrar.metrics.find("top2"), nullptr);
  EXPECT_THAT([&] { registrar.metrics.get("topl"); },
              ThrowsError(ErrorKind::kUser, HasSubstr("did you mean top1?")));
}

TEST(ErrorTest, IsOneLineWithContextAndHint) {
  Error error(ErrorKind::kData, "bad\nfile", "mend it");

  error.add_context("loading x");

  EXPECT_STREQ(error.what(), "loading x: bad file; mend it");
}

}  // namespace
}  // namespace yardstick
