// Every file of a store is lost, cut and has bits flipped in it: what opens holds all that was
// acknowledged or says at the first reading that it does not; what does not open says why.
// PARLEY_DAMAGE_SEED; PARLEY_DAMAGE_TIMES (6) says how often each file is cut and flipped.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "storage/rocks_store.hpp"
#include "tests/storage/crash_rig.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;

const TenantId kDemo{"demo"};
constexpr std::uint64_t kTurns = 120;
constexpr int kPersons = 3;

enum class End : std::uint8_t { whole, refused, said_at_reading };
constexpr std::array<const char*, 3> kEndNames{"whole", "refused", "said at reading"};

class RocksFiles : public testing::Test {
 protected:
  // Tables, a manifest that names them and a log that goes on after them.
  void SetUp() override {
    std::printf("seed %u\n", seed_);
    auto store =
        RocksStore::open(test_options(sound_), clock_,
                         {.env = nullptr, .free_bytes = free_bytes_of, .memtable_bytes = 64 << 10});
    ASSERT_OK(store);
    for (std::uint64_t i = 0; i < kTurns; ++i) {
      for (int who = 0; who < kPersons; ++who) {
        auto next = with_key(turn(kDemo, name(who), i), key(who, i));
        next.events[0] += std::string(600, static_cast<char>('a' + i % 26));
        ASSERT_OK(commit_now(**store, std::move(next)));
      }
    }
  }

  static PersonId name(int who) { return person(std::to_string(who)); }
  static std::string key(int who, std::uint64_t i) {
    return std::to_string(who) + "-" + std::to_string(i);
  }

  std::vector<fs::path> files() const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::recursive_directory_iterator(sound_)) {
      const auto path = entry.path().lexically_relative(sound_);
      // Locks hold nothing, and nobody reads the database's own diary.
      if (!entry.is_regular_file() || path.filename() == "lock") continue;
      if (path.filename() == "LOCK" || path.filename().string().starts_with("LOG")) continue;
      out.push_back(path);
    }
    return out;
  }

  // Reads all that was acknowledged; a refusal to read is an end of its own.
  End end_of(const std::string& what) const {
    auto store = open_rocks_store(test_options(copy_), clock_);
    if (!store) {
      EXPECT_EQ(store.error().code, Errc::misconfigured) << what << ": " << store.error().detail;
      EXPECT_FALSE(store.error().detail.empty()) << what;
      return End::refused;
    }
    for (int who = 0; who < kPersons; ++who) {
      const auto history = (*store)->history_blocking(kDemo, name(who), 0, SIZE_MAX);
      if (!history) return End::said_at_reading;
      EXPECT_EQ(history->size(), kTurns) << what << ": silently shorter";
      for (std::uint64_t i = 0; i < std::min<std::uint64_t>(history->size(), kTurns); ++i) {
        EXPECT_EQ((*history)[i].seq, i + 1) << what;
        const auto view = load_now(
            **store,
            {.tenant = kDemo, .person = {}, .dedup = {{.channel = {"web"}, .key = key(who, i)}}});
        if (!view) return End::said_at_reading;
        EXPECT_TRUE(view->seen[0]) << what << ": a forgotten key";
      }
    }
    return End::whole;
  }

  End after_damage(const fs::path& file, const std::optional<std::string>& bytes,
                   const std::string& what) {
    fs::remove_all(copy_);
    fs::copy(sound_, copy_, fs::copy_options::recursive);
    if (bytes) {
      std::ofstream(copy_ / file, std::ios::binary | std::ios::trunc) << *bytes;
    } else {
      fs::remove(copy_ / file);
    }
    // Before it is opened, which may mend it.
    const auto report = verify_rocks_store(copy_.string());
    const auto end = end_of(file.string() + ' ' + what);
    if (end == End::said_at_reading) {
      EXPECT_TRUE(!report || !report->problems.empty()) << file << ' ' << what << ": not verified";
    }
    return end;
  }

  const unsigned seed_ = from_environment("PARLEY_DAMAGE_SEED", std::random_device{}());
  const unsigned times_ = from_environment("PARLEY_DAMAGE_TIMES", 6);
  std::mt19937 random_{seed_};
  ManualClock clock_{kStart};
  TempDir dir_;
  const std::string sound_ = dir_ / "sound";
  const fs::path copy_ = dir_ / "copy";
};

TEST_F(RocksFiles, LostCutOrFlippedNoneMakesAHistorySilentlyShorter) {
  std::map<std::string, std::array<int, 3>> table;
  std::map<std::string, int> looked_at;
  for (const auto& file : files()) {
    const auto stem = file.filename().string();
    const auto kind = file.has_extension() ? file.extension().string() : stem.substr(0, 8);
    if (++looked_at[kind] > 3) continue;  // tables are many and alike
    std::ifstream in(fs::path(sound_) / file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto note = [&](End end) { ++table[kind][static_cast<std::size_t>(end)]; };
    note(after_damage(file, std::nullopt, "lost"));
    note(after_damage(file, "", "emptied"));
    for (unsigned i = 0; i < times_ && !bytes.empty(); ++i) {
      const auto size = random_() % bytes.size();
      note(after_damage(file, bytes.substr(0, size), "cut to " + std::to_string(size)));
      auto flipped = bytes;
      const auto bit = random_() % (bytes.size() * 8);
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
      note(after_damage(file, flipped, "bit " + std::to_string(bit)));
    }
    if (HasFatalFailure()) return;
  }
  for (const auto& [kind, ends] : table) {
    std::printf("%-10s", kind.c_str());
    for (std::size_t i = 0; i < ends.size(); ++i) std::printf("  %d %s", ends[i], kEndNames[i]);
    std::printf("\n");
  }
  EXPECT_EQ(table.count(".sst") + table.count(".log") + table.count("MANIFEST") +
                table.count("CURRENT") + table.count("mark") + table.count("instance"),
            6u);
}

}  // namespace
}  // namespace parley::storage
