#include "runners/profile/chrome_trace.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace yardstick {
namespace {

using nlohmann::json;

struct Traced {
  std::vector<OperatorCost> operators;
  std::vector<OperatorSpan> spans;

  void add(const char* name, const char* path, StepPhase phase, double start_s, double seconds) {
    operators.push_back({.name = name, .path = path, .phase = phase, .seconds = 1});
    spans.push_back({name, start_s, seconds});
  }
  json write() const { return json::parse(chrome_trace("net", operators, spans)); }
};

json find(const json& events, const std::string& name) {
  for (const json& event : events) {
    if (event["name"] == name) return event;
  }
  ADD_FAILURE() << "no event " << name << " in " << events;
  return {};
}

double end_of(const json& event) { return event["ts"].get<double>() + event["dur"].get<double>(); }

TEST(ChromeTraceTest, ModuleSpansReachAroundTheirOperators) {
  Traced traced;
  traced.add("a", "blocks.0.fc1", StepPhase::kForward, 1e-6, 2e-6);
  traced.add("b", "blocks.0", StepPhase::kForward, 4e-6, 1e-6);
  traced.add("c", "head", StepPhase::kForward, 7e-6, 3e-6);

  const json events = traced.write();

  EXPECT_EQ(events.size(), 9u);  // forward, net, blocks, blocks.0, blocks.0.fc1, head, and three
  for (const json& event : events) EXPECT_EQ(event["ph"], "X");
  EXPECT_DOUBLE_EQ(find(events, "blocks.0")["ts"].get<double>(), 1);
  EXPECT_DOUBLE_EQ(end_of(find(events, "blocks.0")), 5);
  EXPECT_DOUBLE_EQ(end_of(find(events, "blocks.0.fc1")), 3);
  EXPECT_DOUBLE_EQ(find(events, "head")["ts"].get<double>(), 7);
  EXPECT_DOUBLE_EQ(end_of(find(events, "net")), 10);
  EXPECT_EQ(find(events, "a")["cat"], "operator");
}

TEST(ChromeTraceTest, PhasesAreSpansOfTheirOwn) {
  Traced traced;
  traced.add("a", "head", StepPhase::kForward, 0, 1e-6);
  traced.add("b", "head", StepPhase::kBackward, 1e-6, 1e-6);
  traced.add("c", "head", StepPhase::kUpdate, 2e-6, 1e-6);

  const json events = traced.write();

  EXPECT_DOUBLE_EQ(end_of(find(events, "forward")), 1);
  EXPECT_DOUBLE_EQ(end_of(find(events, "backward")), 2);
  EXPECT_DOUBLE_EQ(end_of(find(events, "update")), 3);
  std::int64_t heads = 0;
  for (const json& event : events) heads += event["name"] == "head" ? 1 : 0;
  EXPECT_EQ(heads, 2);
}

}  // namespace
}  // namespace yardstick
