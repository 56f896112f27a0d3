#include "tasks/io/classes.h"

#include "tasks/io/path_names.h"

#include <yardstick/error.h>

#include <cstddef>
#include <utility>

namespace yardstick {

ClassNumbers::ClassNumbers(std::vector<std::string> names) : names_(std::move(names)) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    numbers_.emplace(names_[i], static_cast<std::int32_t>(i));
  }
}

void ClassNumbers::require_all(const std::vector<std::string>& folders,
                               const std::string& where) const {
  std::vector<std::string> unknown;
  for (const std::string& folder : folders) {
    if (!numbers_.contains(folder)) unknown.push_back(folder);
  }
  if (unknown.empty()) return;
  throw_data(
      concat(where, " has class folders that the class index does not name: ", some_of(unknown)));
}

void require_images(const std::vector<std::string>& empty, std::size_t classes,
                    const std::string& where) {
  if (empty.empty()) return;
  if (empty.size() == classes) throw_data(concat(where, " holds no images"));
  throw_data(concat(where, " holds no images of class ", some_of(empty)));
}

}  // namespace yardstick
