// Bits flip and files are cut: a store that opens holds all that was acknowledged, or it does not
// open. Never a silently shorter history.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

const TenantId kDemo{"demo"};
constexpr std::uint64_t kTurns = 120;
constexpr int kPersons = 3;

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class RocksDamage : public testing::Test {
 protected:
  void SetUp() override {
    auto store = open_rocks_store(test_options(sound_), clock_);
    ASSERT_OK(store);
    for (std::uint64_t i = 0; i < kTurns; ++i) {
      for (int who = 0; who < kPersons; ++who) {
        ASSERT_OK(commit_now(**store, turn(kDemo, person(std::to_string(who)), i)));
      }
    }
  }

  fs::path log_file() const {
    fs::path found;
    std::uintmax_t size = 0;
    for (const auto& entry : fs::directory_iterator(sound_ + "/db")) {
      if (entry.path().extension() == ".log" && entry.file_size() >= size) {
        found = entry.path();
        size = entry.file_size();
      }
    }
    EXPECT_GT(size, 0u);
    return found;
  }

  // True when it opened, and then whole.
  bool opens_whole(const std::string& what) {
    auto store = open_rocks_store(test_options(copy_), clock_);
    if (!store) {
      EXPECT_EQ(store.error().code, Errc::misconfigured) << what;
      return false;
    }
    for (int who = 0; who < kPersons; ++who) {
      const auto history =
          (*store)->history_blocking(kDemo, person(std::to_string(who)), 0, SIZE_MAX);
      EXPECT_TRUE(history) << what;
      if (!history) return false;
      EXPECT_EQ(history->size(), kTurns) << what;
      for (std::size_t i = 0; i < history->size(); ++i) EXPECT_EQ((*history)[i].seq, i + 1) << what;
    }
    return true;
  }

  void damage_copy(const fs::path& name, const std::string& bytes) {
    fs::remove_all(copy_);
    fs::copy(sound_, copy_, fs::copy_options::recursive);
    write_all(fs::path(copy_) / "db" / name, bytes);
  }

  ManualClock clock_{kStart};
  TempDir dir_;
  const std::string sound_ = dir_ / "sound";
  const std::string copy_ = dir_ / "copy";
};

TEST_F(RocksDamage, AFlippedBitInTheLogIsHarmlessOrRefused) {
  const char* text = std::getenv("PARLEY_DAMAGE_SEED");
  const auto seed =
      text == nullptr ? std::random_device{}() : static_cast<unsigned>(std::atoi(text));
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const auto log = log_file();
  const auto bytes = read_all(log);
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    auto damaged = bytes;
    const auto bit = std::uniform_int_distribution<std::size_t>(0, bytes.size() * 8 - 1)(random);
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    damage_copy(log.filename(), damaged);
    refused += opens_whole("bit " + std::to_string(bit)) ? 0 : 1;
  }
  EXPECT_GT(refused, 0) << "flips that were never noticed are no test";
}

TEST_F(RocksDamage, ALogCutAnywhereIsRefused) {
  const auto log = log_file();
  const auto bytes = read_all(log);
  for (int i = 0; i < 20; ++i) {
    const auto size = bytes.size() * static_cast<std::size_t>(i) / 20;
    damage_copy(log.filename(), bytes.substr(0, size));
    EXPECT_FALSE(opens_whole("cut to " + std::to_string(size)));
  }
  // Each byte of the last record.
  for (std::size_t cut = 1; cut <= 40; ++cut) {
    damage_copy(log.filename(), bytes.substr(0, bytes.size() - cut));
    EXPECT_FALSE(opens_whole("without the last " + std::to_string(cut)));
  }
}

TEST_F(RocksDamage, ATornTailOfWhatWasNeverAnsweredIsNoDamage) {
  const auto log = log_file();
  auto bytes = read_all(log);
  for (const auto* tail : {"\0\0\0\0", "garbage", "\xff\xff\xff\xff\xff\xff\xff\xff\x01"}) {
    damage_copy(log.filename(), bytes + tail);
    EXPECT_TRUE(opens_whole("a tail"));
  }
  damage_copy(log.filename(), bytes + std::string(5000, '\0'));
  EXPECT_TRUE(opens_whole("a tail of zeros"));
}

TEST_F(RocksDamage, TheSmallFilesAreHarmlessOrRefused) {
  std::mt19937 random(7);
  std::vector<fs::path> names;
  for (const auto& entry : fs::directory_iterator(sound_ + "/db")) {
    const auto name = entry.path().filename();
    if (name == "CURRENT" || name.string().starts_with("MANIFEST")) names.push_back(name);
  }
  ASSERT_EQ(names.size(), 2u);
  for (const auto& name : names) {
    const auto bytes = read_all(fs::path(sound_) / "db" / name);
    for (int i = 0; i < 15; ++i) {
      auto damaged = bytes;
      const auto bit = std::uniform_int_distribution<std::size_t>(0, bytes.size() * 8 - 1)(random);
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      damage_copy(name, damaged);
      opens_whole(name.string() + " bit " + std::to_string(bit));
      damage_copy(name, bytes.substr(0, bit / 8));
      opens_whole(name.string() + " cut to " + std::to_string(bit / 8));
    }
  }
}

}  // namespace
}  // namespace parley::storage
