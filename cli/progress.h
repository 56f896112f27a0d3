#pragma once

#include <yardstick/run.h>

#include <chrono>
#include <memory>
#include <ostream>
#include <string>

namespace yardstick::cli {

class Context;

// Draws progress on stderr: one bar that is redrawn in place on a terminal, or only the milestones
// (a line an epoch) where the output is a pipe or file. The bar is wiped when the object goes.
class ProgressPrinter final : public ProgressListener {
 public:
  enum class Style { kBar, kLines, kSilent };
  // kSilent where asked for, else by what stderr is.
  static Style style(bool is_quiet);

  ProgressPrinter(std::ostream& err, Style style) : err_(err), style_(style) {}
  ~ProgressPrinter() override;
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  void update(const Progress& progress) override;
  void milestone(const std::string& line) override;
  // A line that is no progress, and so is printed in every style.
  void print(const std::string& line);
  // Takes the bar away; the next update draws it again.
  void wipe();

 private:
  using Clock = std::chrono::steady_clock;

  std::ostream& err_;
  Style style_;
  std::string stage_;
  Clock::time_point stage_start_;
  std::int64_t stage_first_ = 0;  // steps already done when the stage was first seen
  std::int64_t last_done_ = 0;
  Clock::time_point last_drawn_;
  bool is_bar_shown_ = false;
};

// Where a run reports its progress: to the parent of a child that is not quiet, else on stderr.
std::unique_ptr<ProgressListener> open_progress(bool is_quiet, Context& context);

// "1:02:03", "4:05".
std::string clock_text(double seconds);

}  // namespace yardstick::cli
