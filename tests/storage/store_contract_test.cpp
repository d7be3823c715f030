// What every Store promises, over each implementation.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <map>
#include <thread>

#include "storage/commit_check.hpp"
#include "tests/storage/support.hpp"

namespace parley::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TenantId kDemo{"demo"};
const TenantId kOther{"other"};

struct Maker {
  const char* name;
  std::function<std::unique_ptr<Store>(const Options&, const Clock&)> make;
};
void PrintTo(const Maker& maker, std::ostream* out) { *out << maker.name; }

class StoreContract : public testing::TestWithParam<Maker> {
 protected:
  StoreContract() { open(test_options(dir_ / "store")); }
  void open(const Options& options) {
    store_.reset();
    store_ = GetParam().make(options, clock_);
  }
  Result<Committed> commit(Commit what) { return commit_now(*store_, std::move(what)); }
  std::vector<std::string> bodies(const TenantId& tenant, const PersonId& who) {
    std::vector<std::string> out;
    const auto history = store_->history_blocking(tenant, who, 0, 1000);
    EXPECT_TRUE(history);
    if (history) {
      for (const auto& event : *history) out.push_back(event.body);
    }
    return out;
  }

  TempDir dir_;
  ManualClock clock_{kStart};
  std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, GivesBackWhatWasCommitted) {
  const auto who = person("anna");
  const auto first = commit(turn(kDemo, who, 0, 2));
  ASSERT_OK(first);
  EXPECT_FALSE(first->duplicate);
  const auto second = commit(turn(kDemo, who, 2, 1));
  ASSERT_OK(second);
  EXPECT_GT(second->position, first->position);

  const auto all = store_->history_blocking(kDemo, who, 0, 10);
  ASSERT_OK(all);
  ASSERT_EQ(all->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*all)[i].seq, i + 1);
    EXPECT_EQ((*all)[i].body, who.value + "#" + std::to_string(i + 1));
  }
  EXPECT_EQ(store_->history_blocking(kDemo, who, 1, 1)->front().seq, 2u);
  EXPECT_THAT(*store_->history_blocking(kDemo, who, 3, 10), IsEmpty());
  EXPECT_THAT(*store_->history_blocking(kDemo, who, UINT64_MAX, 10), IsEmpty());
  EXPECT_EQ(*store_->state_blocking(kDemo, who), stored_state(kDemo, who, 3));
  EXPECT_EQ(store_->health().position, second->position);
  EXPECT_TRUE(store_->health().writable);
}

TEST_P(StoreContract, AbsenceIsAValue) {
  EXPECT_THAT(*store_->history_blocking(kDemo, person("x"), 0, 10), IsEmpty());
  EXPECT_EQ(*store_->state_blocking(kDemo, person("x")), std::nullopt);
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::send, "snd"), std::nullopt);
  EXPECT_THAT(store_->rows_blocking(kDemo, RowKind::send, "", 10)->rows, IsEmpty());
  EXPECT_THAT(store_->conversations_blocking(kDemo, "", 10)->items, IsEmpty());
  EXPECT_THAT(*store_->stream_blocking(kDemo, 0, 10), IsEmpty());
  EXPECT_EQ(*store_->media_blocking(kDemo, {"med_1"}), std::nullopt);
  EXPECT_EQ(store_->linked_person(kDemo, "id"), std::nullopt);
  const auto view = load_now(
      *store_,
      {.tenant = kDemo, .person = person("x"), .dedup = {{.channel = {"web"}, .key = "m1"}}});
  ASSERT_OK(view);
  EXPECT_THAT(view->seen, ElementsAre(false));
  EXPECT_EQ(view->state, std::nullopt);
}

TEST_P(StoreContract, ADuplicateWritesNothing) {
  const auto who = person("anna");
  ASSERT_OK(commit(with_key(turn(kDemo, who, 0), "m1")));
  auto again = with_key(with_key(turn(kDemo, who, 1), "m2"), "m1");
  again.rows.push_back({.kind = RowKind::send, .id = "snd_1", .body = "x"});
  const auto outcome = commit(again);
  ASSERT_OK(outcome);
  EXPECT_TRUE(outcome->duplicate);
  EXPECT_EQ(bodies(kDemo, who).size(), 1u);
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::send, "snd_1"), std::nullopt);
  // Not even its other key: that message may still come.
  EXPECT_FALSE(commit(with_key(turn(kDemo, who, 1), "m2"))->duplicate);
}

TEST_P(StoreContract, ADedupKeyBelongsToItsChannelAndTenant) {
  ASSERT_OK(commit(with_key(turn(kDemo, person("a"), 0), "m1", "web")));
  EXPECT_FALSE(commit(with_key(turn(kDemo, person("b"), 0), "m1", "app"))->duplicate);
  EXPECT_FALSE(commit(with_key(turn(kOther, person("a"), 0), "m1", "web"))->duplicate);
  EXPECT_TRUE(commit(with_key(turn(kDemo, person("c"), 0), "m1", "web"))->duplicate);
  const auto view = load_now(*store_, {.tenant = kDemo,
                                       .person = person("a"),
                                       .dedup = {{.channel = {"web"}, .key = "m1"},
                                                 {.channel = {"web"}, .key = "m2"},
                                                 {.channel = {"app"}, .key = "m1"}}});
  ASSERT_OK(view);
  EXPECT_THAT(view->seen, ElementsAre(true, false, true));
  EXPECT_EQ(view->state, stored_state(kDemo, person("a"), 1));
}

TEST_P(StoreContract, TheSameKeyTwiceInOneCommitIsOneKey) {
  EXPECT_FALSE(commit(with_key(with_key(turn(kDemo, person("a"), 0), "m"), "m"))->duplicate);
}

TEST_P(StoreContract, AWrongExpectedSeqIsAConflictAndWritesNothing) {
  const auto who = person("anna");
  EXPECT_EQ(code_of(commit(turn(kDemo, who, 1))), Errc::conflict);
  ASSERT_OK(commit(turn(kDemo, who, 0, 2)));
  for (const std::uint64_t wrong : {0u, 1u, 3u}) {
    auto late = with_key(turn(kDemo, who, wrong), "late");
    late.rows.push_back({.kind = RowKind::send, .id = "late", .body = "x"});
    EXPECT_EQ(code_of(commit(std::move(late))), Errc::conflict);
  }
  EXPECT_EQ(bodies(kDemo, who).size(), 2u);
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::send, "late"), std::nullopt);
  EXPECT_FALSE(commit(with_key(turn(kDemo, who, 2), "late"))->duplicate);
}

TEST_P(StoreContract, AStateWithoutEventsIsKeptAndChecked) {
  const auto who = person("anna");
  auto only_state = turn(kDemo, who, 0, 0);
  ASSERT_OK(commit(only_state));
  ASSERT_OK(commit(turn(kDemo, who, 0)));
  EXPECT_EQ(code_of(commit(only_state)), Errc::conflict);
  const auto stateless = [](const PersonId& whose, std::uint64_t seq) {
    auto one = turn(kDemo, whose, seq);
    one.state.clear();
    return one;
  };
  ASSERT_OK(commit(stateless(who, 1)));
  EXPECT_EQ(*store_->state_blocking(kDemo, who), stored_state(kDemo, who, 1));
  // In one group with what gave the state.
  auto gives = commit_async(*store_, turn(kDemo, who, 2));
  auto leaves = commit_async(*store_, stateless(who, 3));
  ASSERT_OK(gives.get());
  ASSERT_OK(leaves.get());
  EXPECT_EQ(*store_->state_blocking(kDemo, who), stored_state(kDemo, who, 3));
  // Of a person who never had one.
  auto first = commit_async(*store_, stateless(person("b"), 0));
  auto second = commit_async(*store_, stateless(person("b"), 1));
  ASSERT_OK(first.get());
  ASSERT_OK(second.get());
  EXPECT_EQ(*store_->state_blocking(kDemo, person("b")), std::nullopt);
  EXPECT_EQ(load_now(*store_, {.tenant = kDemo, .person = person("b"), .dedup = {}})->state,
            std::nullopt);
  EXPECT_EQ(bodies(kDemo, person("b")).size(), 2u);
}

TEST_P(StoreContract, CommitsOfOneConversationInFlightKeepTheirOrder) {
  const auto who = person("anna");
  std::vector<std::future<Result<Committed>>> answers;
  std::mutex mutex;
  std::vector<int> order;
  for (int i = 0; i < 500; ++i) {
    auto promise = std::make_shared<std::promise<Result<Committed>>>();
    answers.push_back(promise->get_future());
    store_->commit(turn(kDemo, who, static_cast<std::uint64_t>(i)),
                   [promise, i, &mutex, &order](Result<Committed> result) {
                     {
                       const std::lock_guard lock(mutex);
                       order.push_back(i);
                     }
                     promise->set_value(std::move(result));
                   });
  }
  std::uint64_t before = 0;
  for (auto& answer : answers) {
    const auto result = answer.get();
    ASSERT_OK(result);
    EXPECT_GT(result->position, before);
    before = result->position;
  }
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_EQ(bodies(kDemo, who).size(), 500u);
}

// A commit without events moves no sequence number: only that it was handed over before the failure
// was known tells that it was built on something that never happened.
TEST_P(StoreContract, WhatWasBuiltOnAFailedCommitInFlightIsAConflict) {
  ASSERT_OK(commit(with_key(turn(kDemo, person("a"), 0), "m1")));
  // An answer that does not return keeps the committer from the next group.
  std::promise<void> answering, go_on;
  store_->commit(turn(kDemo, person("x"), 0), [&, done = go_on.get_future()](auto&&) mutable {
    answering.set_value();
    done.get();
  });
  answering.get_future().get();  // else what follows may still join its group
  auto duplicate = commit_async(*store_, with_key(turn(kDemo, person("a"), 1), "m1"));
  auto on_top = commit_async(*store_, turn(kDemo, person("a"), 1, 0));
  auto own_duplicate = commit_async(*store_, with_key(turn(kDemo, person("a"), 1), "m1"));
  auto wrong = commit_async(*store_, turn(kDemo, person("c"), 5));
  auto on_wrong = commit_async(*store_, turn(kDemo, person("c"), 0));
  auto stranger = commit_async(*store_, turn(kDemo, person("b"), 0));
  auto twin = commit_async(*store_, with_key(turn(kDemo, person("d"), 0), "m2"));
  auto twins_twin = commit_async(*store_, with_key(turn(kDemo, person("e"), 0), "m2"));
  go_on.set_value();
  EXPECT_TRUE(duplicate.get()->duplicate);
  EXPECT_EQ(code_of(on_top.get()), Errc::conflict);
  EXPECT_TRUE(own_duplicate.get()->duplicate);
  EXPECT_EQ(code_of(wrong.get()), Errc::conflict);
  EXPECT_EQ(code_of(on_wrong.get()), Errc::conflict);
  ASSERT_OK(stranger.get());
  EXPECT_FALSE(twin.get()->duplicate);
  EXPECT_TRUE(twins_twin.get()->duplicate) << "its twin is in the same group";
  // Handed over after the answers: a new start.
  ASSERT_OK(commit(turn(kDemo, person("a"), 1, 0)));
  ASSERT_OK(commit(turn(kDemo, person("c"), 0)));
}

TEST_P(StoreContract, FiftyThreadsWithOneDedupKeyMakeOneCommit) {
  for (int round = 0; round < 5; ++round) {
    const auto key = "m" + std::to_string(round);
    std::atomic<int> committed{0}, duplicates{0}, others{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 50; ++i) {
        threads.emplace_back([&, i] {
          // Half of them for one person, half for fifty: the key alone must decide.
          const auto who = person(i % 2 == 0 ? key : key + std::to_string(i));
          const auto result = commit_now(*store_, with_key(turn(kDemo, who, 0), key));
          if (!result) {
            ++others;
          } else {
            ++(result->duplicate ? duplicates : committed);
          }
        });
      }
    }
    EXPECT_EQ(committed, 1);
    EXPECT_EQ(duplicates, 49);
    EXPECT_EQ(others, 0);
  }
}

TEST_P(StoreContract, MalformedCommitsAreRefusedWhole) {
  struct Case {
    const char* name;
    std::function<void(Commit&)> spoil;
    Errc want;
  };
  const std::string long_id(kRowIdBytesMax + 1, 'x');
  const Case cases[] = {
      {"no tenant", [](Commit& c) { c.tenant.value.clear(); }, Errc::malformed},
      {"long tenant", [](Commit& c) { c.tenant.value.assign(256, 'x'); }, Errc::malformed},
      {"long person", [](Commit& c) { c.person.value.assign(256, 'x'); }, Errc::malformed},
      {"seq does not fit the events", [](Commit& c) { c.last_seq = 2; }, Errc::malformed},
      {"seq goes back", [](Commit& c) { c.expected_seq = 2; }, Errc::malformed},
      {"events of nobody", [](Commit& c) { c.person.value.clear(); }, Errc::malformed},
      {"row without id",
       [](Commit& c) { c.rows.push_back({.kind = RowKind::send, .id = "", .body = "x"}); },
       Errc::malformed},
      {"long row id",
       [&](Commit& c) { c.rows.push_back({.kind = RowKind::send, .id = long_id, .body = "x"}); },
       Errc::malformed},
      {"unknown row kind",
       [](Commit& c) { c.rows.push_back({.kind = RowKind{99}, .id = "x", .body = "x"}); },
       Errc::malformed},
      {"audit erased",
       [](Commit& c) {
         c.rows.push_back({.kind = RowKind::audit, .id = "x", .body = "", .erase = true});
       },
       Errc::malformed},
      {"empty dedup key", [](Commit& c) { c.dedup.push_back({.channel = {"web"}, .key = ""}); },
       Errc::malformed},
      {"too large", [](Commit& c) { c.state.assign(5 << 20, 'x'); }, Errc::rejected},
  };
  for (const auto& row : cases) {
    auto spoilt = turn(kDemo, person("a"), 0);
    row.spoil(spoilt);
    EXPECT_EQ(code_of(commit(std::move(spoilt))), row.want) << row.name;
  }
  EXPECT_THAT(bodies(kDemo, person("a")), IsEmpty());
  ASSERT_OK(commit(turn(kDemo, person("a"), 0)));
}

const std::string kHostileNames[] = {
    "demo",      "dem", "demo\x01", std::string("demo\0", 5),   std::string("\0", 1),    "\xff\xff",
    "../../etc", "a/b", "%",        "\xe5\xae\xa2\xe6\x88\xb7", std::string(255, '\xff')};

TEST_P(StoreContract, HostileNamesNeverReachAnothersRows) {
  const RowKind kinds[] = {RowKind::send, RowKind::identity, RowKind::idempotency};
  std::uint64_t written = 0;
  for (const auto& tenant : kHostileNames) {
    for (const auto& id : kHostileNames) {
      auto one = turn({tenant}, {id}, 0);
      one.dedup.push_back({.channel = {id}, .key = id});
      one.events = {tenant + "|" + id};
      one.state = tenant + "|" + id;
      for (const auto kind : kinds) {
        one.rows.push_back({.kind = kind, .id = id, .body = tenant + "|" + id});
      }
      const auto outcome = commit(std::move(one));
      ASSERT_OK(outcome);
      ASSERT_FALSE(outcome->duplicate);
      ++written;
    }
  }
  const auto count = std::size(kHostileNames);
  ASSERT_EQ(written, count * count);
  for (const auto& tenant : kHostileNames) {
    for (const auto& id : kHostileNames) {
      EXPECT_THAT(bodies({tenant}, {id}), ElementsAre(tenant + "|" + id));
      EXPECT_EQ(*store_->state_blocking({tenant}, {id}), tenant + "|" + id);
      EXPECT_EQ(*store_->row_blocking({tenant}, RowKind::send, id), tenant + "|" + id);
      EXPECT_EQ(store_->linked_person({tenant}, id), PersonId{tenant + "|" + id});
    }
    for (const auto kind : kinds) {
      const auto page = store_->rows_blocking({tenant}, kind, "", 1000);
      ASSERT_OK(page);
      EXPECT_EQ(page->rows.size(), count);
      for (const auto& row : page->rows) EXPECT_EQ(row.body, tenant + "|" + row.id);
    }
    const auto stream = store_->stream_blocking({tenant}, 0, 1000);
    ASSERT_OK(stream);
    EXPECT_EQ(stream->size(), count);
    for (const auto& item : *stream) EXPECT_EQ(item.event.body, tenant + "|" + item.person.value);
    const auto list = store_->conversations_blocking({tenant}, "", 1000);
    ASSERT_OK(list);
    EXPECT_EQ(list->items.size(), count);
    for (const auto& item : list->items) EXPECT_EQ(item.state, tenant + "|" + item.person.value);
  }
}

TEST_P(StoreContract, RowsArePutReplacedErasedAndPaged) {
  std::vector<Row> rows;
  for (int i = 0; i < 25; ++i) {
    rows.push_back({.kind = RowKind::cursor, .id = "id" + std::to_string(100 + i), .body = "b"});
  }
  ASSERT_OK(commit(rows_only(kDemo, rows)));
  ASSERT_OK(commit(rows_only(kOther, {{.kind = RowKind::cursor, .id = "id100", .body = "o"}})));
  ASSERT_OK(
      commit(rows_only(kDemo, {{.kind = RowKind::cursor, .id = "id100", .body = "new"},
                               {.kind = RowKind::cursor, .id = "id101", .body = "", .erase = true},
                               {.kind = RowKind::send, .id = "id101", .body = "another kind"}})));
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::cursor, "id100"), "new");
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::cursor, "id101"), std::nullopt);
  EXPECT_EQ(*store_->row_blocking(kOther, RowKind::cursor, "id100"), "o");

  std::vector<std::string> ids;
  std::string cursor;
  int pages = 0;
  do {
    const auto page = store_->rows_blocking(kDemo, RowKind::cursor, cursor, 7);
    ASSERT_OK(page);
    EXPECT_LE(page->rows.size(), 7u);
    for (const auto& row : page->rows) ids.push_back(row.id);
    cursor = page->next;
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(pages, 4);
  EXPECT_EQ(ids.size(), 24u);
  EXPECT_TRUE(std::ranges::is_sorted(ids));
}

TEST_P(StoreContract, LastWriteInOneCommitWins) {
  ASSERT_OK(commit(rows_only(kDemo, {{.kind = RowKind::relay, .id = "r", .body = "1"},
                                     {.kind = RowKind::relay, .id = "r", .body = "2"}})));
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::relay, "r"), "2");
  ASSERT_OK(
      commit(rows_only(kDemo, {{.kind = RowKind::relay, .id = "r", .body = "3"},
                               {.kind = RowKind::relay, .id = "r", .body = "", .erase = true}})));
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::relay, "r"), std::nullopt);
}

TEST_P(StoreContract, RecoveryPagesThroughAllTenants) {
  std::map<std::pair<std::string, std::string>, std::string> want;
  for (const auto& tenant : kHostileNames) {
    for (const auto& id : kHostileNames) {
      want[{tenant, id}] = tenant + id;
      ASSERT_OK(commit(
          rows_only({tenant}, {{.kind = RowKind::send, .id = id, .body = tenant + id},
                               {.kind = RowKind::bot_call, .id = id, .body = "another kind"}})));
    }
  }
  for (const std::size_t size : {1u, 7u, 1000u}) {
    std::map<std::pair<std::string, std::string>, std::string> got;
    std::string cursor;
    do {
      const auto page = store_->recover_rows_blocking(RowKind::send, cursor, size);
      ASSERT_OK(page);
      ASSERT_LE(page->rows.size(), size);
      for (const auto& row : page->rows) {
        EXPECT_TRUE(got.emplace(std::pair(row.tenant.value, row.id), row.body).second);
      }
      cursor = page->next;
    } while (!cursor.empty());
    EXPECT_EQ(got, want) << "pages of " << size;
  }
}

TEST_P(StoreContract, AuditRowsGetIdsInCommitOrder) {
  for (int i = 0; i < 12; ++i) {
    ASSERT_OK(commit(rows_only(
        kDemo, {{.kind = RowKind::audit, .id = "", .body = std::to_string(2 * i)},
                {.kind = RowKind::audit, .id = "same", .body = std::to_string(2 * i + 1)}})));
  }
  const auto page = store_->rows_blocking(kDemo, RowKind::audit, "", 100);
  ASSERT_OK(page);
  ASSERT_EQ(page->rows.size(), 24u);
  for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(page->rows[i].body, std::to_string(i));
}

TEST_P(StoreContract, LinksFollowTheirRows) {
  EXPECT_EQ(store_->linked_person(kDemo, "web|visitor|1"), std::nullopt);
  auto link =
      rows_only(kDemo, {{.kind = RowKind::identity, .id = "web|visitor|1", .body = "per_a"}});
  ASSERT_OK(commit(link));
  EXPECT_EQ(store_->linked_person(kDemo, "web|visitor|1"), PersonId{"per_a"});
  EXPECT_EQ(store_->linked_person(kOther, "web|visitor|1"), std::nullopt);
  link.rows[0].body = "per_b";
  ASSERT_OK(commit(link));
  EXPECT_EQ(store_->linked_person(kDemo, "web|visitor|1"), PersonId{"per_b"});
  link.rows[0].erase = true;
  ASSERT_OK(commit(link));
  EXPECT_EQ(store_->linked_person(kDemo, "web|visitor|1"), std::nullopt);
}

TEST_P(StoreContract, TheStreamIsATenantsCommitsInOrderAndNeverSplitsOne) {
  std::map<std::string, std::uint64_t> seqs;
  std::vector<std::uint64_t> positions;
  for (int i = 0; i < 30; ++i) {
    const auto who = person(std::to_string(i % 4));
    auto& seq = seqs[who.value];
    const auto events = static_cast<std::size_t>(1 + i % 3);
    const auto done = commit(turn(kDemo, who, seq, events));
    ASSERT_OK(done);
    seq += events;
    for (std::size_t e = 0; e < events; ++e) positions.push_back(done->position);
    ASSERT_OK(commit(turn(kOther, who, static_cast<std::uint64_t>(i / 4))));
  }
  ASSERT_OK(commit(rows_only(kDemo, {{.kind = RowKind::cursor, .id = "c", .body = "x"}})));
  for (const std::size_t size : {1u, 2u, 5u, 1000u}) {
    std::vector<std::uint64_t> got;
    std::map<std::string, std::uint64_t> last;
    std::uint64_t after = 0;
    for (;;) {
      const auto items = store_->stream_blocking(kDemo, after, size);
      ASSERT_OK(items);
      if (items->empty()) break;
      for (const auto& item : *items) {
        got.push_back(item.position);
        EXPECT_EQ(item.event.seq, ++last[item.person.value]);
        EXPECT_EQ(item.event.body, item.person.value + "#" + std::to_string(item.event.seq));
      }
      after = items->back().position;
    }
    EXPECT_EQ(got, positions) << "pages of " << size;
  }
}

TEST_P(StoreContract, ConversationsComeLatestFirst) {
  std::map<std::string, std::uint64_t> seqs;
  const auto touch = [&](const std::string& name, int second) {
    auto one = turn(kDemo, person(name), seqs[name]++);
    one.at = kStart + std::chrono::seconds(second);
    ASSERT_OK(commit(std::move(one)));
  };
  for (int i = 0; i < 9; ++i) touch(std::to_string(i), i);
  touch("3", 100);
  touch("0", 50);
  touch("0", 50);  // the same moment again
  auto soon = turn(kDemo, person("0"), seqs["0"]++);
  soon.at = kStart + std::chrono::seconds(50) + Milliseconds{999};
  ASSERT_OK(commit(std::move(soon)));  // moves nothing, and is seen
  std::vector<std::string> want;
  for (const auto* name : {"3", "0", "8", "7", "6", "5", "4", "2", "1"}) {
    want.push_back(person(name).value);
  }
  for (const std::size_t size : {1u, 2u, 4u, 100u}) {
    std::vector<std::string> got;
    std::string cursor;
    do {
      const auto page = store_->conversations_blocking(kDemo, cursor, size);
      ASSERT_OK(page);
      for (const auto& item : page->items) {
        got.push_back(item.person.value);
        EXPECT_FALSE(item.state.empty());
      }
      cursor = page->next;
    } while (!cursor.empty());
    EXPECT_EQ(got, want) << "pages of " << size;
  }
  EXPECT_EQ(store_->conversations_blocking(kDemo, "", 1)->items[0].active_at,
            kStart + std::chrono::seconds(100));
  EXPECT_EQ(store_->conversations_blocking(kDemo, "", 2)->items[1].active_at,
            kStart + std::chrono::seconds(50) + Milliseconds{999});
  for (const auto* cursor : {"x", "12", ".", "1x.per", "99999999999999999999.per"}) {
    EXPECT_EQ(code_of(store_->conversations_blocking(kDemo, cursor, 1)), Errc::malformed) << cursor;
  }
}

TEST_P(StoreContract, MediaComesBackToItsTenantOnly) {
  const std::string bytes("\x89PNG\0\xff\n", 7);
  ASSERT_OK(store_->put_media_blocking(kDemo, {"med_1"}, bytes));
  EXPECT_EQ(*store_->media_blocking(kDemo, {"med_1"}), bytes);
  EXPECT_EQ(*store_->media_blocking(kOther, {"med_1"}), std::nullopt);
  ASSERT_OK(store_->put_media_blocking(kDemo, {"med_1"}, ""));
  EXPECT_EQ(*store_->media_blocking(kDemo, {"med_1"}), "");
  const std::string hostile_ids[] = {
      "", ".", "..", "../x", "a/b", "med_1.tmp", "a%2f", "\xff", std::string(129, 'a')};
  for (const auto& id : hostile_ids) {
    EXPECT_EQ(code_of(store_->put_media_blocking(kDemo, {id}, "x")), Errc::malformed) << id;
    EXPECT_EQ(*store_->media_blocking(kDemo, {id}), std::nullopt) << id;
  }
  // A tenant's name is no path either.
  ASSERT_OK(store_->put_media_blocking({"../.."}, {"med_2"}, "x"));
  EXPECT_EQ(*store_->media_blocking({"../.."}, {"med_2"}), "x");
}

TEST_P(StoreContract, ExpiryTakesWhatIsPastItsHorizonAndNothingElse) {
  auto options = test_options(dir_ / "expiry");
  options.dedup_horizon = std::chrono::hours{24};
  options.idempotency_horizon = std::chrono::hours{2};
  options.stream_horizon = std::chrono::hours{4};
  options.audit_horizon = std::chrono::hours{8};
  open(options);
  const auto at = [](int hours, Commit what) {
    what.at = kStart + std::chrono::hours(hours);
    return what;
  };
  const auto saved = [](std::string body) {
    return rows_only(kDemo, {{.kind = RowKind::idempotency, .id = "k", .body = body},
                             {.kind = RowKind::sent_index, .id = "x", .body = std::move(body)},
                             {.kind = RowKind::audit, .id = "", .body = "audited"},
                             {.kind = RowKind::media, .id = "m", .body = "stays"}});
  };
  for (const auto& tenant : {kDemo, kOther}) {
    ASSERT_OK(commit(at(0, with_key(turn(tenant, person("a"), 0), "old"))));
    ASSERT_OK(commit(at(12, with_key(turn(tenant, person("a"), 1), "young"))));
  }
  ASSERT_OK(commit(at(0, saved("first"))));
  ASSERT_OK(commit(at(1, saved("renewed"))));

  const auto run = [&](int hours) {
    const auto now = kStart + std::chrono::hours(hours);
    for (;;) {
      const auto more = store_->expire_blocking(now);
      ASSERT_OK(more);
      if (!*more) return;
    }
  };
  run(1);
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::idempotency, "k"), "renewed");
  run(2);  // the first answer's time is up, the row was written anew since
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::idempotency, "k"), "renewed");
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::sent_index, "x"), "renewed");
  run(3);
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::idempotency, "k"), std::nullopt);
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::sent_index, "x"), std::nullopt);
  EXPECT_EQ(store_->stream_blocking(kDemo, 0, 10)->size(), 2u);
  run(4);
  for (const auto& tenant : {kDemo, kOther}) {
    const auto stream = store_->stream_blocking(tenant, 0, 10);
    ASSERT_EQ(stream->size(), 1u);
    EXPECT_EQ(stream->front().event.seq, 2u);
  }
  EXPECT_EQ(store_->rows_blocking(kDemo, RowKind::audit, "", 10)->rows.size(), 2u);
  run(8);
  EXPECT_EQ(store_->rows_blocking(kDemo, RowKind::audit, "", 10)->rows.size(), 1u);

  EXPECT_TRUE(commit(with_key(turn(kDemo, person("a"), 2), "old"))->duplicate);
  run(24);
  EXPECT_FALSE(commit(at(24, with_key(turn(kDemo, person("a"), 2), "old")))->duplicate);
  EXPECT_TRUE(commit(with_key(turn(kDemo, person("a"), 3), "young"))->duplicate);
  run(40);
  EXPECT_FALSE(commit(at(40, with_key(turn(kDemo, person("a"), 3), "young")))->duplicate);
  EXPECT_TRUE(commit(with_key(turn(kDemo, person("a"), 4), "old"))->duplicate);
  EXPECT_EQ(bodies(kDemo, person("a")).size(), 4u);
  EXPECT_EQ(*store_->row_blocking(kDemo, RowKind::media, "m"), "stays");
}

TEST_P(StoreContract, ExpiryWorksInBoundedSteps) {
  std::vector<std::future<Result<Committed>>> answers;
  for (int i = 0; i < 5'000; ++i) {
    answers.push_back(commit_async(
        *store_, with_key(turn(kDemo, person(std::to_string(i)), 0), std::to_string(i))));
    if (i % 250 != 249) continue;  // what expires is listed by group: let none grow over a step
    for (auto& answer : answers) ASSERT_OK(answer.get());
    answers.clear();
  }
  int steps = 0;
  for (;;) {
    const auto more = store_->expire_blocking(kStart + std::chrono::hours{24 * 365});
    ASSERT_OK(more);
    ++steps;
    if (!*more) break;
  }
  EXPECT_GT(steps, 4);
  EXPECT_THAT(*store_->stream_blocking(kDemo, 0, 10), IsEmpty());
  EXPECT_FALSE(commit(with_key(turn(kDemo, person("x"), 0), "17"))->duplicate);
}

TEST_P(StoreContract, ACloseFinishesWhatIsQueuedAndRefusesTheRest) {
  std::vector<std::future<Result<Committed>>> answers;
  for (std::uint64_t i = 0; i < 300; ++i) {
    answers.push_back(commit_async(*store_, turn(kDemo, person("a"), i)));
  }
  store_->close();
  for (auto& answer : answers) ASSERT_OK(answer.get());
  EXPECT_EQ(code_of(commit(turn(kDemo, person("a"), 300))), Errc::shutting_down);
  EXPECT_EQ(code_of(load_now(*store_, {.tenant = kDemo,
                                       .person = person("a"),
                                       .dedup = {{.channel = {"w"}, .key = "k"}}})),
            Errc::shutting_down);
  EXPECT_FALSE(store_->health().writable);
  EXPECT_EQ(store_->health().pending, 0u);
  store_->close();
}

TEST_P(StoreContract, PastPendingMaxCommitsAreRefusedAndAllAreAnswered) {
  auto options = test_options(dir_ / "small");
  options.pending_max = 8;
  open(options);
  std::atomic<int> committed{0}, overloaded{0}, others{0};
  std::atomic<int> open_answers{2000};
  std::promise<void> all;
  for (int i = 0; i < 2000; ++i) {
    store_->commit(turn(kDemo, person(std::to_string(i)), 0), [&](Result<Committed> result) {
      if (result) {
        ++committed;
      } else {
        ++(result.error().code == Errc::overloaded ? overloaded : others);
      }
      if (--open_answers == 0) all.set_value();
    });
    EXPECT_LE(store_->health().pending, 8u);
  }
  all.get_future().wait();
  EXPECT_GT(committed, 0);
  EXPECT_EQ(others, 0);
  EXPECT_EQ(committed + overloaded, 2000);
  EXPECT_EQ(store_->stream_blocking(kDemo, 0, 5000)->size(),
            static_cast<std::size_t>(committed.load()));
}

INSTANTIATE_TEST_SUITE_P(Over, StoreContract,
                         testing::Values(Maker{"Rocks",
                                               [](const Options& options,
                                                  const Clock& clock) -> std::unique_ptr<Store> {
                                                 auto store = open_rocks_store(options, clock);
                                                 if (store) return std::move(*store);
                                                 ADD_FAILURE() << store.error().detail;
                                                 return nullptr;
                                               }},
                                         Maker{"Memory", make_memory_store}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace parley::storage
