// Every target over its seeds, whole and cut, without instruments: what was once found stays found.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/target.hpp"

namespace parley::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kSeeds = fs::path(PARLEY_SOURCE_DIR) / "tests/fuzz/seeds";
constexpr std::size_t kCuts = 16;

class Replay : public testing::TestWithParam<Target> {};

TEST_P(Replay, OfItsSeeds) {
  const auto& [name, run] = GetParam();
  run("");
  std::size_t seeds = 0;
  ASSERT_TRUE(fs::is_directory(kSeeds / name)) << "a target needs seeds/" << name;
  for (const auto& entry : fs::directory_iterator(kSeeds / name)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    SCOPED_TRACE(entry.path().filename());
    run(bytes);
    for (std::size_t i = 1; i < kCuts; ++i) run(std::string(bytes, 0, bytes.size() * i / kCuts));
    ++seeds;
  }
  EXPECT_GT(seeds, 0u);
}
INSTANTIATE_TEST_SUITE_P(Every, Replay, testing::ValuesIn(targets()),
                         [](const auto& test) { return test.param.name; });

TEST(Seeds, AreOfTargetsThereAre) {
  for (const auto& entry : fs::directory_iterator(kSeeds)) {
    const auto name = entry.path().filename().string();
    EXPECT_TRUE(std::ranges::any_of(targets(), [&](const auto& t) { return t.name == name; }))
        << name;
  }
}

}  // namespace
}  // namespace parley::fuzz
