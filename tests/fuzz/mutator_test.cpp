#include "tests/fuzz/mutator.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/fuzz/seeds.hpp"

namespace parley::fuzz {
namespace {

const std::vector<std::string> kSeeds = {"{\"id\":12,\"text\":\"hello\"}", "0123456789", ""};
const std::vector<std::string> kWords = {"null", "]]>"};

std::vector<std::string> made(std::uint64_t seed, std::size_t count) {
  Mutator mutator(seed, kSeeds, kWords);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.emplace_back(mutator.next());
  return out;
}

TEST(Mutator, MakesTheSameInputsOfTheSameSeed) {
  EXPECT_EQ(made(1, 1'000), made(1, 1'000));
  EXPECT_NE(made(1, 1'000), made(2, 1'000));
}

TEST(Mutator, MakesManyInputsAndNeverAHugeOne) {
  const auto inputs = made(1, 10'000);
  EXPECT_GT(std::set<std::string>(inputs.begin(), inputs.end()).size(), 6'000U);
  for (const auto& input : inputs) EXPECT_LE(input.size(), kMutatedBytesMax);
}

TEST(Mutator, PutsInWordsAndEdgesAndSplices) {
  std::size_t words = 0, edges = 0, spliced = 0;
  for (const auto& input : made(1, 10'000)) {
    words += input.contains("null") ? 1 : 0;
    edges += input.contains("9223372036854775808") ? 1 : 0;
    spliced += input.starts_with("{\"id\"") && input.ends_with("56789") ? 1 : 0;
  }
  EXPECT_GT(words, 100U);
  EXPECT_GT(edges, 10U);
  EXPECT_GT(spliced, 10U);
}

TEST(Mutator, NeedsNeitherSeedsNorWords) {
  const std::vector<std::string> none;
  Mutator mutator(1, none, none);
  for (int i = 0; i < 1'000; ++i) mutator.next();
}

TEST(Words, AreReadAsTheFuzzerReadsThem) {
  EXPECT_EQ(read_words("# not \"this\"\n\"a\"\nname=\"\\x0d\\\\\\\"\"\n\nno word\n"),
            (std::vector<std::string>{"a", "\r\\\""}));
  EXPECT_GT(read_words(bytes_of(dictionary())).size(), 50U);
}

}  // namespace
}  // namespace parley::fuzz
