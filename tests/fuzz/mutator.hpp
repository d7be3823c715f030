// tests/fuzz/mutator.hpp
// Makes inputs out of kept seeds, the same ones for the same number: bits and bytes changed, blocks
// removed, doubled, moved and cut off, two seeds spliced, words of the formats put in, numbers
// brought to their edges. It does not learn what an input reached; libFuzzer does (./dev fuzz), and
// what it found is among the seeds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley::fuzz {

inline constexpr std::size_t kMutatedBytesMax = 16 * 1024;

// A small, fast source of numbers (splitmix64).
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t count) { return count == 0 ? 0 : next() % count; }

 private:
  std::uint64_t state_;
};

// What words.dict holds: a word a line, "..." with \xHH, \\ and \".
std::vector<std::string> read_words(std::string_view dictionary);

class Mutator {
 public:
  // Both outlive it; no seeds are one empty seed.
  Mutator(std::uint64_t seed, const std::vector<std::string>& seeds,
          const std::vector<std::string>& words);
  // Valid until the next call.
  std::string_view next();

 private:
  void change();
  void change_bits();
  void change_number();
  void change_digits();
  void change_blocks();
  void put_word();
  void splice();
  void put(std::size_t at, std::size_t replaced, std::string_view bytes);

  Numbers numbers_;
  const std::vector<std::string>& seeds_;
  const std::vector<std::string>& words_;
  std::string out_, block_;
};

}  // namespace parley::fuzz
