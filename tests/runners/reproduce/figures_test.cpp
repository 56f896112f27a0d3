#include "runners/reproduce/figures.h"

#include <gmock/gmock.h>

#include <set>

namespace yardstick {
namespace {

TEST(FiguresTest, EveryNameIsFoundOnce) {
  std::set<std::string> seen;
  for (const std::string& name : figure_names()) {
    EXPECT_TRUE(seen.insert(name).second) << name;
    ASSERT_NE(find_figure(name), nullptr) << name;
    EXPECT_EQ(find_figure(name)->name, name);
  }
  EXPECT_EQ(find_figure("top2"), nullptr);
}

TEST(FiguresTest, WhatIsNotJudgedSaysWhy) {
  for (const std::string& name : figure_names()) {
    const FigureSpec& spec = *find_figure(name);
    EXPECT_EQ(spec.is_judged(), spec.remark.empty()) << name;
    const bool is_measured_ratio =
        name.ends_with("_ratio") && spec.kind != FigureKind::kNotMeasured;
    EXPECT_EQ(spec.is_ratio(), is_measured_ratio) << name;
  }
  EXPECT_FALSE(find_figure("images_per_s")->is_judged());
  EXPECT_TRUE(find_figure("speed_ratio")->is_judged());
}

}  // namespace
}  // namespace yardstick
