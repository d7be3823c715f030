// Erasing a person, with canaries: words planted in everything a store keeps of them, looked for in
// the raw bytes of every file of the store and of a backup taken after.
#include <gmock/gmock.h>

#include <set>

#include "storage/backup_rules.hpp"
#include "storage/erase_rules.hpp"
#include "storage/keys.hpp"
#include "storage/memory_store.hpp"
#include "storage/rocks_store.hpp"
#include "tests/storage/canaries.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

using testing::IsEmpty;

const TenantId kOther{"other"};

class Erase : public testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = RocksStore::open(test_options(path_), clock_, {.compress = false});
    EXPECT_TRUE(store.has_value());
    return store ? std::move(*store) : nullptr;
  }

  TempDir dir_;
  const std::string path_ = dir_ / "store";
  SystemClock clock_;
  const PersonId leaves_ = person("leaves"), stays_ = person("stays");
  Canaries gone_{"gone"}, kept_{"kept"};
};

TEST_F(Erase, LeavesNothingOfThemInAnyFile) {
  auto store = open();
  ASSERT_TRUE(store);
  live(*store, leaves_, gone_);
  ASSERT_GE(gone_.size(), 200u);
  ASSERT_FALSE(gone_.found_in(path_).empty()) << "or there is nothing to erase";
  const auto erased = store->erase_persons_blocking(kDemo, {forget(*store, leaves_, kTurns)});
  ASSERT_OK(erased);
  EXPECT_EQ(erased->events, kTurns + 1);
  EXPECT_EQ(erased->media, 2u) << "theirs, and what nobody else was sent";
  EXPECT_THAT(gone_.found_in(path_ + "/media"), IsEmpty());
  EXPECT_THAT(gone_.found_in(path_ + "/db"), IsEmpty()) << "while it runs";
  ASSERT_OK(backup_rocks_store(*store, dir_ / "backup"));
  store->close();
  store.reset();
  EXPECT_THAT(gone_.found_in(path_), IsEmpty());
  EXPECT_THAT(gone_.found_in(dir_ / "backup"), IsEmpty());
  for (const auto& path : {path_, dir_ / "backup"}) {
    const auto report = verify_rocks_store(path);
    ASSERT_OK(report);
    EXPECT_THAT(report->problems, IsEmpty()) << "the numbers and the audit chain hold";
    EXPECT_EQ(report->events, kTurns + 1);
  }
}

TEST_F(Erase, LeavesNothingOfWhatWasCompactedLongAgo) {
  {
    auto store = open();
    live(*store, leaves_, gone_);
  }
  for (int starts = 0; starts < 3; ++starts) {  // each start flushes what the log held
    auto store = open();
    ASSERT_OK(commit_now(*store, turn(kDemo, person("p" + std::to_string(starts)), 0)));
  }
  auto store = open();
  ASSERT_OK(store->erase_persons_blocking(kDemo, {forget(*store, leaves_, kTurns)}));
  EXPECT_THAT(gone_.found_in(path_), IsEmpty());
}

TEST_F(Erase, TakesNothingOfAnybodyElse) {
  auto store = open();
  live(*store, leaves_, gone_);
  const auto before = *store->history_blocking(kDemo, leaves_, 0, 100);
  Canaries other{"other"};
  live(*store, stays_, kept_);
  const auto events = *store->history_blocking(kDemo, stays_, 0, 100);
  const auto letters = store->rows_blocking(kDemo, RowKind::dead_letter, "", 1'000)->rows.size();
  ASSERT_OK(store->erase_persons_blocking(kDemo, {forget(*store, leaves_, kTurns)}));
  const auto after = *store->history_blocking(kDemo, stays_, 0, 100);
  ASSERT_EQ(after.size(), events.size());
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].body, events[i].body);
  EXPECT_EQ(store->rows_blocking(kDemo, RowKind::dead_letter, "", 1'000)->rows.size(),
            letters - kTurns);
  EXPECT_EQ(**store->media_blocking(kDemo, {kShared}), "a campaign's picture") << "said to both";
  EXPECT_TRUE(store->linked_person(kDemo, "3:web:7:visitor:CANARY" + std::to_string(0)) ==
              std::nullopt);
}

TEST_F(Erase, KeepsTheLogsOrderAndItsNumbers) {
  auto store = open();
  live(*store, leaves_, gone_);
  ASSERT_OK(store->erase_persons_blocking(kDemo, {forget(*store, leaves_, kTurns)}));
  const auto events = *store->history_blocking(kDemo, leaves_, 0, 100);
  ASSERT_EQ(events.size(), kTurns + 1);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto event = from_stored<Event>(events[i].body);
    ASSERT_OK(event);
    EXPECT_EQ(event->seq, i + 1);
    EXPECT_EQ(event->type, i < kTurns ? EventType::message_created : EventType::person_erased);
    EXPECT_NE(events[i].body.find(R"("erased":true)"), std::string::npos);
  }
  EXPECT_EQ(store->stream_blocking(kDemo, 0, 100)->size(), kTurns + 1);
  ASSERT_OK(commit_now(*store, turn(kDemo, leaves_, kTurns + 1)));  // and life goes on
}

TEST_F(Erase, MayBeRepeatedAndItsRowGoesLast) {
  auto store = open();
  live(*store, leaves_, gone_);
  const auto erasure = forget(*store, leaves_, kTurns);
  EXPECT_TRUE(store->row_blocking(kDemo, RowKind::relay, erasure.relay)->has_value());
  ASSERT_OK(store->erase_persons_blocking(kDemo, {erasure}));
  EXPECT_FALSE(store->row_blocking(kDemo, RowKind::relay, erasure.relay)->has_value());
  const auto again = store->erase_persons_blocking(kDemo, {erasure});
  ASSERT_OK(again);
  EXPECT_EQ(again->rows, 0u);
  EXPECT_EQ(again->media, 0u);
}

TEST_F(Erase, IsOfOneTenantOnly) {
  auto store = open();
  live(*store, leaves_, gone_);
  ASSERT_OK(store->erase_persons_blocking(kOther, {{.person = leaves_, .through = kTurns}}));
  EXPECT_TRUE(
      store->row_blocking(kDemo, RowKind::dead_letter, place_id("snd", leaves_, 1))->has_value());
  EXPECT_NE((*store->history_blocking(kDemo, leaves_, 0, 1))[0].body.find("CANARY"),
            std::string::npos);
}

// A backup that is a set of links to the same files loses the customer's files too.
TEST_F(Erase, EmptiesMediaInALinkedBackup) {
  auto store = open();
  live(*store, leaves_, gone_);
  ASSERT_OK(backup_rocks_store(*store, dir_ / "older"));
  ASSERT_OK(store->erase_persons_blocking(kDemo, {forget(*store, leaves_, kTurns)}));
  EXPECT_THAT(gone_.found_in(dir_ / "older/media"), IsEmpty());
}

TEST_F(Erase, GoesOnWhileOthersAreServed) {
  auto store = open();
  live(*store, leaves_, gone_);
  const auto erasure = forget(*store, leaves_, kTurns);
  std::vector<std::future<Result<Committed>>> turns;
  for (std::uint64_t i = 0; i < 200; ++i) {
    turns.push_back(commit_async(*store, turn(kDemo, person("busy"), i)));
  }
  ASSERT_OK(store->erase_persons_blocking(kDemo, {erasure}));
  for (auto& each : turns) ASSERT_OK(each.get());
  EXPECT_THAT(gone_.found_in(path_), IsEmpty());
}

TEST(EraseInMemory, DoesTheSame) {
  const SystemClock clock;
  MemoryStore store(test_options(""), clock);
  Canaries gone("gone");
  const auto who = person("leaves");
  live(store, who, gone);
  const auto erasure = forget(store, who, kTurns);
  const auto erased = store.erase_persons_blocking(kDemo, {erasure});
  ASSERT_OK(erased);
  EXPECT_EQ(erased->events, kTurns + 1);
  for (const auto& event : *store.history_blocking(kDemo, who, 0, 100)) {
    EXPECT_EQ(event.body.find("CANARY"), std::string::npos);
  }
  for (int kind = 1; kind <= static_cast<int>(kLastRowKind); ++kind) {
    for (const auto& row :
         store.rows_blocking(kDemo, static_cast<RowKind>(kind), "", 1'000)->rows) {
      EXPECT_EQ((row.id + row.body).find("CANARY"), std::string::npos) << kind;
    }
  }
  EXPECT_FALSE(store.media_blocking(kDemo, {kMedia})->has_value());
}

// A new kind of row must say here whether it speaks of a person, and then be planted in live().
TEST(EraseRules, HoldForEveryKindOfRow) {
  const std::set<RowKind> about_nobody = {RowKind::audit, RowKind::cursor, RowKind::knowledge,
                                          RowKind::agent_presence, RowKind::agent_mark};
  const SystemClock clock;
  MemoryStore store(test_options(""), clock);
  Canaries gone("gone");
  const auto who = person("leaves");
  live(store, who, gone);
  const auto rows_of = [&](int kind) {
    return store.rows_blocking(kDemo, static_cast<RowKind>(kind), "", 1'000)->rows;
  };
  const std::vector<std::string> common = {std::string(kCommonOwner)};
  std::set<int> planted;
  for (int kind = 1; kind <= static_cast<int>(kLastRowKind); ++kind) {
    for (const auto& row : rows_of(kind)) {
      if (about_nobody.contains(static_cast<RowKind>(kind))) continue;
      planted.insert(kind);
      std::string value;
      append_time(value, kStart);
      EXPECT_NE(owners_of(row_key(kDemo, static_cast<RowKind>(kind), row.id), value + row.body),
                common)
          << "a backup would seal kind " << kind << " with a key that no erasure destroys";
    }
    EXPECT_TRUE(planted.contains(kind) || about_nobody.contains(static_cast<RowKind>(kind)))
        << "kind " << kind << " is neither planted nor said to be about nobody";
  }
  ASSERT_OK(store.erase_persons_blocking(kDemo, {forget(store, who, kTurns)}));
  for (const int kind : planted) {
    EXPECT_THAT(rows_of(kind), IsEmpty()) << "kind " << kind << " has no rule, or is not searched";
  }
}

TEST(DedupKeys, NameAPersonWholeOrBetweenSeparators) {
  PersonalNames names;
  names.ids = {"oABC", "wamid.HBg=", "+4915112345"};
  for (const auto* key : {"oABC", "m:oABC", "oABC:1760000000", "subscribe|oABC|17",
                          "wamid.HBg=", "status:wamid.HBg=:read", "sms:+4915112345"}) {
    EXPECT_TRUE(names_one_of(names, key)) << key;
  }
  for (const auto* key : {"oABCD", "xoABC", "m:oAB:C", "", ":", "wamid.HBg"}) {
    EXPECT_FALSE(names_one_of(names, key)) << key;
  }
}

}  // namespace
}  // namespace parley::storage
