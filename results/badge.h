#pragma once

#include "results/leaderboard.h"

#include <string>

namespace yardstick {

// A small picture of one figure, as READMEs have: label on the left, message on the right.
struct Badge {
  std::string label;    // "top-1"
  std::string message;  // "97.6 % [96.4, 98.4]"
  std::string color;    // of the right side: "#1a2b3c", "abc", or a name that shields.io has
  std::string about;    // the longer story: of which model, on what, when
};

struct BadgeStyle {
  std::string label = {};  // "": what readers call the tag
  std::string color = "blue";
  bool has_interval = true;
};

// The best row's figure of the tag by which `board` is sorted. Throws User where that is no one
// figure: rows of several tasks or data, or several values of which none is better; and on a colour
// that is none.
Badge leaderboard_badge(const Leaderboard& board, const BadgeStyle& style);

// A picture that needs nothing else, 20 px high, the same bytes for the same badge.
std::string badge_svg(const Badge& badge);

// The JSON that shields.io's endpoint badge reads.
std::string badge_json(const Badge& badge);

}  // namespace yardstick
