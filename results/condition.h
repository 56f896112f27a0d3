#pragma once

#include <string>

namespace yardstick::detail {

// "accuracy/top1>0.9" in its parts.
struct Condition {
  std::string name;
  std::string op;  // = != < <= > >=
  std::string value;

  std::string text() const { return name + op + value; }
};

// Throws User where `filter` has no such form.
Condition parse_condition(const std::string& filter);

// The condition's value with %, k, M, G, KiB, MiB, GiB, us, ms, s behind it. Throws User on
// another.
double number_of(const Condition& condition);

}  // namespace yardstick::detail
