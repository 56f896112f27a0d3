#pragma once

#include <yardstick/golden.h>

#include <string>
#include <string_view>

namespace yardstick {

// Throws Data with the case's name.
[[noreturn]] void refuse_case(const GoldenCase& golden, const std::string& what,
                              const std::string& hint = {});

// Throws Data unless the case is of `constructor`, the only one that its family builds.
void require_constructor(const GoldenCase& golden, std::string_view constructor);

// Throws Data where a case has a method: of families that implement none.
void require_no_method(const GoldenCase& golden);

}  // namespace yardstick
