#pragma once

#include <random>
#include <string>
#include <vector>

namespace yardstick::test {

// Makes broken files out of good ones: flipped bits, lengths of all kinds, cuts, repetitions,
// tokens of the formats, pieces of other seeds. The same seed gives the same files on every
// machine.
class Mutator {
 public:
  Mutator(std::vector<std::string> seeds, std::uint64_t random_seed);

  std::string next();

 private:
  std::size_t below(std::size_t bound);
  void mutate(std::string& bytes);

  std::vector<std::string> seeds_;
  std::mt19937_64
      random_;  // with a distribution of our own: the standard's differ between libraries
};

}  // namespace yardstick::test
