#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace yardstick {

// Numbers classes by their place in a list of names.
class ClassNumbers {
 public:
  explicit ClassNumbers(std::vector<std::string> names);

  const std::vector<std::string>& names() const { return names_; }
  // Requires that `name` is in the list.
  std::int32_t of(const std::string& name) const { return numbers_.at(name); }
  // Throws Data, naming `where`, unless the list has all of `folders`.
  void require_all(const std::vector<std::string>& folders, const std::string& where) const;

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::int32_t> numbers_;
};

// Throws Data, naming `where`, where some of `classes` class folders are `empty`.
void require_images(const std::vector<std::string>& empty, std::size_t classes,
                    const std::string& where);

}  // namespace yardstick
