// Opening a directory: what is kept, and what is refused, with what words.
#include <gmock/gmock.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>

#include "storage/disk_guard.hpp"
#include "storage/high_water.hpp"
#include "storage/keys.hpp"
#include "storage/rocks_store.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

const TenantId kDemo{"demo"};

class RocksOpen : public testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = open_rocks_store(options_, clock_);
    if (store) return std::move(*store);
    ADD_FAILURE() << store.error().detail;
    return nullptr;
  }
  std::string refusal() {
    auto store = open_rocks_store(options_, clock_);
    EXPECT_EQ(code_of(store), Errc::misconfigured);
    return store ? "opened" : store.error().detail;
  }
  void fill(std::uint64_t turns) {
    auto store = open();
    for (std::uint64_t i = 0; i < turns; ++i) {
      ASSERT_OK(commit_now(*store, turn(kDemo, person("a"), i)));
    }
  }
  // Changes the closed database behind the store's back.
  void put_raw(const std::string& key, const std::string& value) {
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path_ + "/db", &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    ASSERT_TRUE(db->Put({}, key, value).ok());
  }

  TempDir dir_;
  const std::string path_ = dir_ / "store";
  Options options_ = test_options(path_);
  ManualClock clock_{kStart};
};

TEST_F(RocksOpen, ReopeningKeepsEverything) {
  Health before;
  {
    auto store = open();
    EXPECT_EQ(store->epoch(), 1u);
    ASSERT_OK(commit_now(*store, with_key(turn(kDemo, person("a"), 0, 3), "m1")));
    ASSERT_OK(commit_now(*store,
                         rows_only(kDemo, {{.kind = RowKind::identity, .id = "i", .body = "per_x"},
                                           {.kind = RowKind::send, .id = "s", .body = "send"},
                                           {.kind = RowKind::audit, .id = "", .body = "audit"}})));
    ASSERT_OK(store->put_media_blocking(kDemo, {"med_1"}, "bytes"));
    before = store->health();
  }
  auto store = open();
  EXPECT_EQ(store->epoch(), 2u);
  EXPECT_EQ(store->health().position, before.position);
  EXPECT_EQ(store->history_blocking(kDemo, person("a"), 0, 10)->size(), 3u);
  EXPECT_EQ(*store->state_blocking(kDemo, person("a")), stored_state(kDemo, person("a"), 3));
  EXPECT_TRUE(commit_now(*store, with_key(turn(kDemo, person("b"), 0), "m1"))->duplicate);
  EXPECT_EQ(code_of(commit_now(*store, turn(kDemo, person("a"), 0))), Errc::conflict);
  EXPECT_EQ(store->linked_person(kDemo, "i"), PersonId{"per_x"});
  EXPECT_EQ(*store->row_blocking(kDemo, RowKind::send, "s"), "send");
  EXPECT_EQ(store->rows_blocking(kDemo, RowKind::audit, "", 10)->rows.size(), 1u);
  EXPECT_EQ(*store->media_blocking(kDemo, {"med_1"}), "bytes");
  EXPECT_EQ(store->stream_blocking(kDemo, 0, 10)->size(), 3u);
  const auto next = commit_now(*store, turn(kDemo, person("a"), 3));
  ASSERT_OK(next);
  EXPECT_GT(next->position, before.position) << "positions never come twice";
}

TEST_F(RocksOpen, ColdReadsComeFromTheReadPool) {
  fill(5);
  auto store = open();
  std::promise<std::thread::id> where;
  store->load_turn({.tenant = kDemo, .person = person("a"), .dedup = {}},
                   [&](Result<TurnView> view) {
                     EXPECT_TRUE(view && view->state == stored_state(kDemo, person("a"), 5));
                     where.set_value(std::this_thread::get_id());
                   });
  where.get_future().get();
  // Once it is in memory the answer comes inside the call.
  bool inside = false;
  store->load_turn({.tenant = kDemo, .person = person("a"), .dedup = {}},
                   [&](Result<TurnView>) { inside = true; });
  EXPECT_TRUE(inside);
}

TEST_F(RocksOpen, ASecondInstanceIsRefusedAndTheFirstGoesOn) {
  auto first = open();
  EXPECT_THAT(refusal(), AllOf(HasSubstr(path_), HasSubstr("in use by another process"),
                               HasSubstr("pid " + std::to_string(::getpid()))));
  EXPECT_EQ(code_of(verify_rocks_store(path_)), Errc::misconfigured);
  ASSERT_OK(commit_now(*first, turn(kDemo, person("a"), 0)));
  first.reset();
  ASSERT_TRUE(open());
}

TEST_F(RocksOpen, ANewerFormatIsRefused) {
  fill(1);
  std::string newer;
  append_u32(newer, 3);
  put_raw(meta_key("format"), newer);
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("newer version"), HasSubstr("format 3"), HasSubstr("knows up to 2")));
}

TEST_F(RocksOpen, AMissingDatabaseIsNeverReplacedByAnEmptyOne) {
  fill(1);
  fs::remove(path_ + "/db/CURRENT");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("CURRENT is missing"), HasSubstr("restore a backup")));
  fs::remove_all(path_ + "/db");
  EXPECT_THAT(refusal(), HasSubstr("CURRENT is missing"));
  EXPECT_FALSE(fs::exists(path_ + "/db"));
  // Only the mark is left: still not a new store.
  fs::remove(path_ + "/instance");
  EXPECT_THAT(refusal(), HasSubstr("came back at commit 0, but commit 1"));
  EXPECT_FALSE(fs::exists(path_ + "/db/CURRENT"));
}

TEST_F(RocksOpen, AnotherStoresDatabaseIsRefused) {
  fill(1);
  std::ofstream(path_ + "/instance") << "0123";
  EXPECT_THAT(refusal(), HasSubstr("names another store"));
}

TEST_F(RocksOpen, AnInstanceFileThatWasNeverWrittenIsMadeUp) {
  fill(1);
  fs::remove(path_ + "/instance");
  open();
  EXPECT_TRUE(fs::exists(path_ + "/instance"));
}

TEST_F(RocksOpen, AHistoryShorterThanTheMarkIsRefusedUntouched) {
  fill(3);
  {
    auto mark = HighWaterWriter::start(high_water_path(path_), 10, Milliseconds{1}, {});
    ASSERT_OK(mark);
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(refusal(),
                AllOf(HasSubstr("came back at commit 3, but commit 10 was synced"),
                      HasSubstr("7 commits are missing"), HasSubstr("remove " + path_ + "/mark")));
  }
  const auto report = verify_rocks_store(path_);
  ASSERT_OK(report);
  ASSERT_EQ(report->problems.size(), 1u);
  EXPECT_THAT(report->problems[0], HasSubstr("7 commits are missing"));
  // What the message says to do to accept the loss.
  fs::remove(path_ + "/mark");
  auto store = open();
  EXPECT_EQ(store->health().position, 3u);
  store.reset();
  EXPECT_EQ(*read_high_water(path_ + "/mark"), 3u);
}

TEST_F(RocksOpen, ADamagedMarkIsRefusedButATornSlotIsNot) {
  fill(3);
  open();  // an opening writes both slots, a commit only one
  const auto mark = path_ + "/mark";
  const auto damage = [&](std::streamoff at) {
    std::fstream file(mark, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file.put('\x55');
  };
  damage(12);
  EXPECT_EQ(*read_high_water(mark), 3u);
  ASSERT_TRUE(open());
  damage(12);
  damage(4096 + 20);
  EXPECT_THAT(refusal(), AllOf(HasSubstr("mark"), HasSubstr("is damaged")));
}

TEST_F(RocksOpen, TooLittleSpaceIsRefusedBeforeTheDatabaseIsTouched) {
  options_.free_bytes_min = 1ull << 60;
  EXPECT_THAT(refusal(),
              AllOf(HasSubstr("at least 1152921504606846976 are needed"), HasSubstr("make room")));
  EXPECT_FALSE(fs::exists(path_ + "/db"));
}

TEST_F(RocksOpen, AnUnusablePathIsTheOperatorsToMend) {
  std::ofstream(dir_ / "file") << "x";
  options_.path = dir_ / "file/store";
  EXPECT_THAT(refusal(), HasSubstr("cannot create"));
}

// As a user of no rights: root may read and write anywhere.
class RocksOwner : public RocksOpen {
 protected:
  static constexpr int kRefused = 3;
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  void open_as_nobody() {
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) ::_exit(1);
    const auto store = open_rocks_store(options_, clock_);
    if (store) ::_exit(2);
    std::fprintf(stderr, "%s\n", store.error().detail.c_str());
    ::_exit(store.error().code == Errc::misconfigured ? kRefused : 4);
  }
  void let_in(const std::string& path) { fs::permissions(path, fs::perms::all); }
};

TEST_F(RocksOwner, ADirectoryThatIsNotOursIsRefused) {
  let_in(dir_.path());
  fs::create_directory(dir_ / "closed");
  fs::permissions(dir_ / "closed", fs::perms::owner_read | fs::perms::owner_exec);
  options_.path = dir_ / "closed";
  EXPECT_EXIT(open_as_nobody(), testing::ExitedWithCode(kRefused),
              "/closed/lock: Permission denied");
}

TEST_F(RocksOwner, ADatabaseThatIsNotOursIsRefusedAndNeverTakenForNone) {
  fill(3);
  for (const auto& path : {dir_.path(), path_}) let_in(path);
  for (const auto& file : {"/lock", "/mark", "/instance"}) let_in(path_ + file);
  fs::permissions(path_ + "/db", ::geteuid() == 0 ? fs::perms::owner_all : fs::perms::none);
  EXPECT_EXIT(open_as_nobody(), testing::ExitedWithCode(kRefused), "ermission denied");
  fs::remove(path_ + "/instance");
  EXPECT_EXIT(open_as_nobody(), testing::ExitedWithCode(kRefused), "ermission denied");
  fs::permissions(path_ + "/db", fs::perms::owner_all);
  EXPECT_EQ(open()->health().position, 3u);
}

// ---- the disk fills while it runs

class RocksDisk : public RocksOpen {
 protected:
  std::unique_ptr<RocksStore> open_with_disk() {
    options_.free_bytes_min = 1000;
    options_.ballast_bytes = 64 * 1024;
    auto store = RocksStore::open(
        options_, clock_,
        {.env = nullptr, .free_bytes = [this](const auto&) { return free_bytes_.load(); }});
    EXPECT_TRUE(store) << store.error().detail;
    return store ? std::move(*store) : nullptr;
  }
  std::atomic<std::uint64_t> free_bytes_{1 << 20};
};

TEST_F(RocksDisk, BelowTheWatermarkCommitsWaitOutsideAndComeBackByThemselves) {
  auto store = open_with_disk();
  ASSERT_OK(commit_now(*store, turn(kDemo, person("a"), 0)));
  free_bytes_ = 999;
  ASSERT_OK(commit_now(*store, turn(kDemo, person("a"), 1)));  // looked at within 100 ms
  clock_.advance(Milliseconds{100});
  const auto refused = commit_now(*store, turn(kDemo, person("a"), 2));
  EXPECT_EQ(code_of(refused), Errc::unavailable);
  EXPECT_TRUE(refused.error().retry_after);
  EXPECT_THAT(refused.error().detail, AllOf(HasSubstr("999 bytes free"), HasSubstr("1000")));
  EXPECT_EQ(code_of(store->put_media_blocking(kDemo, {"med_1"}, "x")), Errc::unavailable);
  const auto full = store->health();
  EXPECT_FALSE(full.writable);
  EXPECT_THAT(full.reason, HasSubstr("999 bytes free"));
  EXPECT_EQ(full.free_bytes, 999u);
  // Reads go on.
  EXPECT_EQ(store->history_blocking(kDemo, person("a"), 0, 10)->size(), 2u);
  ASSERT_OK(load_now(*store, {.tenant = kDemo, .person = person("a"), .dedup = {}}));

  free_bytes_ = 1000;
  clock_.advance(Milliseconds{100});
  EXPECT_TRUE(store->health().writable);
  ASSERT_OK(commit_now(*store, turn(kDemo, person("a"), 2)));
}

TEST_F(RocksDisk, TheBallastGoesWhenItGetsTightAndComesBack) {
  const auto ballast = path_ + "/ballast";
  auto store = open_with_disk();
  EXPECT_EQ(fs::file_size(ballast), 64u * 1024);
  free_bytes_ = 249;  // under a quarter of the margin
  clock_.advance(Milliseconds{100});
  EXPECT_EQ(code_of(commit_now(*store, turn(kDemo, person("a"), 0))), Errc::unavailable);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (fs::exists(ballast) && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();  // another thread's chore
  }
  EXPECT_FALSE(fs::exists(ballast));
  store.reset();
  free_bytes_ = 1 << 20;
  store = open_with_disk();
  EXPECT_TRUE(fs::exists(ballast));
}

// ---- backup and verify

TEST_F(RocksOpen, ABackupOfARunningStoreIsWholeAndOpens) {
  auto store = open();
  ASSERT_OK(store->put_media_blocking(kDemo, {"med_1"}, "bytes"));
  std::atomic<bool> stop{false};
  std::uint64_t written = 0;
  std::jthread writer([&] {
    while (!stop) {
      ASSERT_OK(
          commit_now(*store, with_key(turn(kDemo, person("a"), written), std::to_string(written))));
      ++written;
    }
  });
  while (store->health().position < 50) std::this_thread::yield();
  const auto at_least = store->health().position;
  const auto done = backup_rocks_store(*store, dir_ / "backup");
  stop = true;
  writer.join();
  ASSERT_OK(done);
  ASSERT_OK(store->put_media_blocking(kDemo, {"med_1"}, "changed later"));

  const auto report = verify_rocks_store(dir_ / "backup");
  ASSERT_OK(report);
  EXPECT_THAT(report->problems, testing::IsEmpty());
  EXPECT_GE(report->events, at_least);
  EXPECT_EQ(report->conversations, 1u);
  options_.path = dir_ / "backup";
  auto copy = open();
  ASSERT_TRUE(copy);
  EXPECT_GE(copy->health().position, at_least);
  EXPECT_EQ(copy->history_blocking(kDemo, person("a"), 0, SIZE_MAX)->size(), report->events);
  EXPECT_EQ(*copy->media_blocking(kDemo, {"med_1"}), "bytes");
  ASSERT_OK(commit_now(*copy, turn(kDemo, person("a"), report->events)));

  EXPECT_EQ(code_of(backup_rocks_store(*store, dir_ / "backup")), Errc::misconfigured);
  const auto memory = make_memory_store(options_, clock_);
  EXPECT_EQ(code_of(backup_rocks_store(*memory, dir_ / "b2")), Errc::misconfigured);
}

TEST_F(RocksOpen, ACutOffBackupIsNoStore) {
  EXPECT_EQ(code_of(verify_rocks_store(dir_ / "nothing")), Errc::misconfigured);
}

struct BreakCase {
  const char* name;
  std::string key;
  std::optional<std::string> value;  // nullopt: erased
  const char* want;
};
void PrintTo(const BreakCase& c, std::ostream* out) { *out << c.name; }

std::string number(std::uint64_t n) {
  std::string out;
  append_u64(out, n);
  return out;
}

const PersonId kAnna = person("a");
const Head kHead{.last_seq = 3, .active_at = kStart, .listed_at = kStart};
const BreakCase kBreaks[] = {
    {"EventMissing", event_key(kDemo, kAnna, 2), std::nullopt, "gap after seq 1"},
    {"LastEventMissing", event_key(kDemo, kAnna, 3), std::nullopt, "event 3 is missing"},
    {"EventTooMany", event_key(kDemo, kAnna, 4), "x", "events go on after seq 3"},
    {"StateOld", conversation_key(kDemo, kAnna), encode(kHead, stored_state(kDemo, kAnna, 2)),
     "its state is of seq 2"},
    {"StateGarbled", conversation_key(kDemo, kAnna), encode(kHead, "\x01{"),
     "its state does not decode"},
    {"RowMissing", conversation_key(kDemo, kAnna), std::nullopt, "has events and no row"},
    {"RowDamaged", conversation_key(kDemo, kAnna), "x", "its row is damaged"},
    {"NotListed", activity_key(kDemo, kStart, kAnna), std::nullopt,
     "missing in the list of conversations"},
    {"ListedTwice", activity_key(kDemo, kStart + Milliseconds{1}, kAnna), "",
     "listed at a time it was not active"},
    {"StreamPastTheEnd", stream_key(kDemo, 99),
     encode(StreamValue{.at = kStart, .first_seq = 1, .count = 1, .person = kAnna}),
     "commit 99 is past the last one"},
    {"StreamOfNothing", stream_key(kDemo, 1),
     encode(StreamValue{.at = kStart, .first_seq = 9, .count = 1, .person = kAnna}),
     "names events that are not there"},
    {"RowCut", row_key(kDemo, RowKind::send, "s"), "x", "a row is damaged"},
    {"PositionBack", meta_key("position"), number(2), "1 commits are missing"},
};

class RocksVerify : public RocksOpen, public testing::WithParamInterface<BreakCase> {};

TEST_P(RocksVerify, NamesWhatIsWrong) {
  fill(3);
  const auto sound = verify_rocks_store(path_);
  ASSERT_OK(sound);
  ASSERT_THAT(sound->problems, testing::IsEmpty());
  EXPECT_EQ(sound->events, 3u);
  {
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path_ + "/db", &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    const auto& broken = GetParam();
    ASSERT_TRUE(
        (broken.value ? db->Put({}, broken.key, *broken.value) : db->Delete({}, broken.key)).ok());
  }
  const auto report = verify_rocks_store(path_);
  ASSERT_OK(report);
  EXPECT_THAT(report->problems, testing::Contains(HasSubstr(GetParam().want)));
}

INSTANTIATE_TEST_SUITE_P(Breaks, RocksVerify, testing::ValuesIn(kBreaks),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace parley::storage
