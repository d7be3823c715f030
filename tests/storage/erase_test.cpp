// Erasing a person, with canaries: words planted in everything a store keeps of them, looked for in
// the raw bytes of every file of the store and of a backup taken after.
#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "conversation/erasure.hpp"
#include "storage/erase_rules.hpp"
#include "storage/memory_store.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

const TenantId kDemo{"demo"}, kOther{"other"};
constexpr std::uint64_t kTurns = 20;
constexpr const char* kMedia = "med_0123456789abcdef0123456789abcdef";
constexpr const char* kShared = "med_ffffffffffffffffffffffffffffffff";

// "CANARY<number>x<who>": unique, so a hit names its place.
class Canaries {
 public:
  explicit Canaries(std::string who) : who_(std::move(who)) {}
  std::string next(const std::string& where) {
    auto word = "CANARY" + std::to_string(places_.size()) + "x" + who_;
    places_.emplace_back(word, where);
    return word;
  }
  std::size_t size() const { return places_.size(); }
  // The places whose word stands in one of the files below `directory`.
  std::vector<std::string> found_in(const std::string& directory) const {
    std::vector<std::string> out;
    for (const auto& file : fs::recursive_directory_iterator(directory)) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      for (const auto& [word, where] : places_) {
        if (bytes.find(word) != bytes.npos) {
          out.push_back(where + " in " + file.path().filename().string());
        }
      }
    }
    return out;
  }

 private:
  const std::string who_;
  std::vector<std::pair<std::string, std::string>> places_;
};

Event message_event(const PersonId& who, std::uint64_t seq, Canaries& canaries) {
  Event event;
  event.seq = seq;
  event.id = {place_id("evt", who, seq)};
  event.tenant = kDemo;
  event.person = who;
  event.received_at = event.occurred_at = kStart;
  event.identity = Identity{.key = {"web", "visitor", canaries.next("identity")},
                            .union_id = canaries.next("union id"),
                            .display_name = canaries.next("display name"),
                            .avatar_url = "https://x.example/" + canaries.next("avatar")};
  Message& message = event.message.emplace();
  message.id = {place_id("msg", who, seq)};
  message.author.display_name = canaries.next("author");
  message.external_id = canaries.next("external id");
  message.content.push_back(Text{.text = canaries.next("text")});
  message.fallback_text = canaries.next("fallback text");
  message.channel_data = R"({"raw":")" + canaries.next("channel data") + "\"}";
  message.attributes["a"] = canaries.next("attribute");
  event.note = canaries.next("note");
  return event;
}

// All kinds of rows that speak of a person, with old versions and finished ones between.
void live(Store& store, const PersonId& who, Canaries& canaries) {
  for (std::uint64_t seq = 1; seq <= kTurns; ++seq) {
    auto event = message_event(who, seq, canaries);
    const auto key = event.message->external_id;
    if (seq == 1) event.message->content.push_back(Media{.media_id = kMedia});
    if (seq == 2) {
      event.message->direction = Direction::outbound;
      event.message->content.push_back(Media{.media_id = kShared});
    }
    State state;
    state.tenant = kDemo;
    state.person = who;
    state.last_seq = seq;
    state.display_name = canaries.next("state's name");
    state.attributes["tier"] = canaries.next("profile attribute");
    Commit commit{.tenant = kDemo,
                  .person = who,
                  .expected_seq = seq - 1,
                  .last_seq = seq,
                  .at = kStart + Milliseconds{static_cast<std::int64_t>(seq)},
                  .dedup = {{{"web"}, "m:" + key}},
                  .events = {to_stored(event)},
                  .state = to_stored(state),
                  .rows = {}};
    const auto put = [&](RowKind kind, std::string id, const std::string& where) {
      commit.rows.push_back({.kind = kind, .id = std::move(id), .body = canaries.next(where)});
    };
    put(RowKind::send, place_id("snd", who, seq), "send");
    put(RowKind::dead_letter, place_id("snd", who, seq), "dead letter");
    put(RowKind::bot_call, place_id("bot", who, seq), "bot call");
    put(RowKind::decision, place_id("dec", who, seq), "decision's terms");
    put(RowKind::correction, place_id("dec", who, seq), "what a turn meant");
    put(RowKind::queue_entry, who.value, "queue entry");
    if (seq > 2) {  // finished and gone long ago, but for the files
      commit.rows.push_back(
          {.kind = RowKind::send, .id = place_id("snd", who, seq - 2), .erase = true});
      commit.rows.push_back({.kind = RowKind::queue_entry, .id = who.value, .erase = true});
    }
    commit.rows.push_back({.kind = RowKind::relay,
                           .id = place_id("rel", who, seq),
                           .body = canaries.next("relay") + who.value});
    commit.rows.push_back({.kind = RowKind::idempotency,
                           .id = "key:" + std::to_string(seq) + who.value,
                           .body = canaries.next("saved answer") + place_id("msg", who, seq)});
    commit.rows.push_back(
        {.kind = RowKind::sent_index, .id = "3:web" + canaries.next("sent id"), .body = who.value});
    const auto user = canaries.next("tenant's user id");
    commit.rows.push_back({.kind = RowKind::user_index, .id = user, .body = who.value});
    commit.rows.push_back(
        {.kind = RowKind::profile, .id = user, .body = canaries.next("profile told before")});
    commit.rows.push_back({.kind = RowKind::asked,
                           .id = "asked" + std::to_string(seq) + who.value.substr(4, 4),
                           .body = canaries.next("asked in vain") + who.value});
    commit.rows.push_back({.kind = RowKind::bot_session,
                           .id = "assistant/" + who.value,
                           .body = canaries.next("the bot's own id")});
    commit.rows.push_back({.kind = RowKind::identity,
                           .id = "3:web:7:visitor:" + canaries.next("linked identity"),
                           .body = who.value});
    commit.rows.push_back({.kind = RowKind::audit, .body = "anna saw " + who.value});
    ASSERT_OK(commit_now(store, std::move(commit)));
  }
  ASSERT_OK(store.put_media_blocking(kDemo, {kMedia}, canaries.next("media bytes")));
  ASSERT_OK(store.put_media_blocking(kDemo, {kShared}, "a campaign's picture"));
  ASSERT_OK(commit_now(
      store,
      rows_only(kDemo,
                {{.kind = RowKind::media, .id = kMedia, .body = canaries.next("media name")}})));
}

// What routing::ErasePerson commits.
Store::Erasure forget(Store& store, const PersonId& who, std::uint64_t seq) {
  State state;
  state.tenant = kDemo;
  state.person = who;
  state.last_seq = seq + 1;
  set_erased_through(state, seq + 1);
  Event event = erased_event(kDemo, who, seq + 1);
  event.type = EventType::person_erased;
  Commit commit{.tenant = kDemo,
                .person = who,
                .expected_seq = seq,
                .last_seq = seq + 1,
                .at = kStart + Milliseconds{5'000},
                .events = {to_stored(event)},
                .state = to_stored(state)};
  const auto relay = place_id("era", who, seq + 1);
  commit.rows.push_back({.kind = RowKind::queue_entry, .id = who.value, .erase = true});
  commit.rows.push_back({.kind = RowKind::relay, .id = relay, .body = "erase " + who.value});
  EXPECT_TRUE(commit_now(store, std::move(commit)).has_value());
  return {.person = who, .through = seq + 1, .relay = relay};
}

class Erase : public testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = open_rocks_store(test_options(path_), clock_);
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
