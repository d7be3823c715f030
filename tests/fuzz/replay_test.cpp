// Every target over its seeds, whole and cut, without instruments: what was once found stays found.
// PARLEY_FUZZ_INPUT names a file to run in their place.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/fuzz/seeds.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCuts = 16;

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, OfItsSeeds) {
  const auto& [name, run] = GetParam();
  if (const char* input = std::getenv("PARLEY_FUZZ_INPUT")) {
    ASSERT_TRUE(fs::is_regular_file(input)) << input;
    return run(bytes_of(input));
  }
  run("");
  ASSERT_FALSE(seed_files(name).empty()) << "a target needs seeds/" << name;
  for (const auto& bytes : seeds_of(name)) {
    run(bytes);
    for (std::size_t i = 1; i < kCuts; ++i) run(std::string(bytes, 0, bytes.size() * i / kCuts));
  }
}
INSTANTIATE_TEST_SUITE_P(Every, Replay, testing::ValuesIn(targets()),
                         [](const auto& test) { return test.param.name; });

TEST(Seeds, AreOfTargetsThereAre) {
  for (const auto& entry : fs::directory_iterator(seeds_directory())) {
    const auto name = entry.path().filename().string();
    EXPECT_TRUE(std::ranges::any_of(targets(), [&](const auto& t) { return t.name == name; }))
        << name;
  }
}

}  // namespace
}  // namespace parley::fuzz
