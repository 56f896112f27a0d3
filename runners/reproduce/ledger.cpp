#include "runners/reproduce/ledger.h"

#include <algorithm>

namespace yardstick {

const std::string* find_text(const NamedTexts& texts, const std::string& name) {
  const auto found = std::find_if(texts.begin(), texts.end(),
                                  [&name](const auto& text) { return text.first == name; });
  return found == texts.end() ? nullptr : &found->second;
}

}  // namespace yardstick
