#include "models/golden/refusals.h"

#include <yardstick/error.h>

namespace yardstick {

void refuse_case(const GoldenCase& golden, const std::string& what, const std::string& hint) {
  throw_data(concat("case ", golden.name, ": ", what), hint);
}

void require_constructor(const GoldenCase& golden, std::string_view constructor) {
  if (golden.constructor == constructor) return;
  refuse_case(golden,
              concat("family ", golden.family, " does not build \"", golden.constructor, "\""),
              concat("it builds ", constructor));
}

void require_no_method(const GoldenCase& golden) {
  if (golden.method.empty()) return;
  refuse_case(golden,
              concat("family ", golden.family, " does not implement method ", golden.method));
}

}  // namespace yardstick
