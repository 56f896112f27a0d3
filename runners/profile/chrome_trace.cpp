#include "runners/profile/chrome_trace.h"

#include <yardstick/check.h>

#include <nlohmann/json.hpp>

#include <vector>

namespace yardstick {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMicroseconds = 1e6;

const char* phase_name(StepPhase phase) {
  switch (phase) {
    case StepPhase::kForward:
      return "forward";
    case StepPhase::kBackward:
      return "backward";
    case StepPhase::kUpdate:
      break;
  }
  return "update";
}

class Writer {
 public:
  Writer(const std::string& name, std::span<const OperatorCost> operators,
         std::span<const OperatorSpan> spans)
      : name_(name), operators_(operators), spans_(spans) {}

  std::string write() {
    for (std::size_t i = 0; i < operators_.size(); ++i) {
      const OperatorCost& op = operators_[i];
      const std::string_view path =
          op.phase == StepPhase::kUpdate ? std::string_view() : std::string_view(op.path);
      if (i == 0 || op.phase != operators_[i - 1].phase) {
        close_to(0);
        open(i, phase_name(op.phase), "phase");
        open(i, name_, "module");
      } else {
        // The phase and the network stay open, and so do the modules around both.
        close_to(2 + path_depth(common_ancestor(operators_[i - 1].path, path)));
      }
      for (std::size_t level = open_.size() - 1; level <= path_depth(path); ++level) {
        open(i, std::string(path_prefix(path, level)), "module");
      }
      add_operator(i);
    }
    close_to(0);
    return events_.dump() + "\n";
  }

 private:
  void open(std::size_t at, const std::string& name, const char* category) {
    open_.push_back(events_.size());
    events_.push_back(event(name, category, spans_[at].start_s));
  }

  void close_to(std::size_t count) {
    for (; open_.size() > count; open_.pop_back()) {
      Json& closed = events_[open_.back()];
      closed["dur"] = end_us_ - closed["ts"].get<double>();
    }
  }

  void add_operator(std::size_t i) {
    Json added = event(operators_[i].name, "operator", spans_[i].start_s);
    added["dur"] = kMicroseconds * spans_[i].seconds;
    added["args"] = {{"macs", operators_[i].macs},
                     {"allocated_bytes", operators_[i].allocated_bytes}};
    end_us_ = added["ts"].get<double>() + added["dur"].get<double>();
    events_.push_back(std::move(added));
  }

  static Json event(const std::string& name, const char* category, double start_s) {
    return {{"name", name}, {"cat", category}, {"ph", "X"}, {"ts", kMicroseconds * start_s},
            {"dur", 0.0},   {"pid", 1},        {"tid", 1}};
  }

  const std::string& name_;
  std::span<const OperatorCost> operators_;
  std::span<const OperatorSpan> spans_;
  Json events_ = Json::array();
  std::vector<std::size_t> open_;  // phase, network, then one module a level
  double end_us_ = 0;              // of the last operator
};

}  // namespace

std::string chrome_trace(const std::string& name, std::span<const OperatorCost> operators,
                         std::span<const OperatorSpan> spans) {
  YS_CHECK(operators.size() == spans.size(), operators.size(), " ", spans.size());
  return Writer(name, operators, spans).write();
}

}  // namespace yardstick
