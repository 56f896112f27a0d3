#include "cli/progress.h"

#include "cli/context.h"

#include <yardstick/error.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace yardstick::cli {
namespace {

constexpr auto kRedrawEvery = std::chrono::milliseconds(100);

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string fixed(double value, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string bar(double share, std::size_t width) {
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  return concat("[", std::string(full, '#'), std::string(width - full, '.'), "]");
}

}  // namespace

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::llround(std::max(0.0, seconds)));
  char text[40];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
  }
  return text;
}

ProgressPrinter::Style ProgressPrinter::style(bool is_quiet) {
  if (is_quiet) return Style::kSilent;
  return isatty(STDERR_FILENO) != 0 ? Style::kBar : Style::kLines;
}

std::unique_ptr<ProgressListener> open_progress(bool is_quiet, Context& context) {
  if (context.parent() != nullptr && !is_quiet) {
    return std::make_unique<ParentProgress>(*context.parent());
  }
  return std::make_unique<ProgressPrinter>(context.err(), ProgressPrinter::style(is_quiet));
}

ProgressPrinter::~ProgressPrinter() { wipe(); }

void ProgressPrinter::update(const Progress& progress) {
  if (style_ != Style::kBar) return;
  const auto now = Clock::now();
  if (progress.stage != stage_ || progress.done < last_done_) {
    stage_ = progress.stage;
    stage_start_ = now;
    stage_first_ = last_done_ = progress.done;
  } else if (now - last_drawn_ < kRedrawEvery && progress.done != progress.total) {
    return;
  }
  last_drawn_ = now;
  last_done_ = progress.done;

  std::string line = progress.stage;
  if (progress.epochs > 0) {
    line += concat(" epoch ", progress.epoch, "/", progress.epochs);
  }
  if (progress.total > 0) {
    const double share = std::clamp(
        static_cast<double>(progress.done) / static_cast<double>(progress.total), 0.0, 1.0);
    line += concat(" ", bar(share, 24), " ", fixed(100 * share, 0), "%");
    const double seconds = std::chrono::duration<double>(now - stage_start_).count();
    const auto steps = progress.done - stage_first_;
    if (steps > 0) {
      const auto left = static_cast<double>(progress.total - progress.done);
      line += concat(" ETA ", clock_text(seconds / static_cast<double>(steps) * left));
    }
  }
  if (progress.loss) line += concat("  loss ", fixed(*progress.loss, 4));
  if (progress.items_per_s > 0) {
    line +=
        concat("  ", fixed(progress.items_per_s, progress.items_per_s < 100 ? 1 : 0), " images/s");
  }
  const std::size_t width = terminal_width();
  if (line.size() >= width) line.resize(width - 1);
  err_ << "\r\033[K" << line << std::flush;
  is_bar_shown_ = true;
}

void ProgressPrinter::milestone(const std::string& line) {
  if (style_ != Style::kSilent) print(line);
}

void ProgressPrinter::print(const std::string& line) {
  wipe();
  err_ << line << std::endl;
}

void ProgressPrinter::wipe() {
  if (!is_bar_shown_) return;
  err_ << "\r\033[K" << std::flush;
  is_bar_shown_ = false;
}

}  // namespace yardstick::cli
