// Events that are fetched: page by page, each stored before the next is asked for, from a cursor
// that no crash can lose; bells, tokens, failures, reloads and drains.
#include "gateway/pipeline/puller.hpp"

#include <algorithm>
#include <atomic>
#include <latch>

#include "connectors/http_status.hpp"
#include "connectors/url.hpp"
#include "tests/pipeline/gateway_bench.hpp"

namespace parley::gateway {
namespace {

using namespace connectors;
using test::Answer;
using test::Asked;

// The shop's platform, but a webhook "bell|stream|token" only rings; a page is the answer to
// GET <api_base>/pull/<stream>?cursor=&bell=&token= : "<cursor> <more> id:user:text;...".
class PulledConnector final : public Connector {
 public:
  explicit PulledConnector(const Connector& plain) : plain_(plain) {}
  std::string_view platform() const noexcept override { return plain_.platform(); }
  const Capabilities& capabilities() const noexcept override { return plain_.capabilities(); }
  const std::vector<Setting>& settings() const noexcept override { return plain_.settings(); }
  Result<void> authenticate(const WebhookRequest&, const Channel&) const override { return {}; }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    if (!request.body.starts_with("bell|")) return plain_.parse(request, channel);
    const auto rest = request.body.substr(5);
    const auto bar = rest.find('|');
    Parsed parsed;
    parsed.bells.push_back(
        {.stream = std::string(rest.substr(0, bar)),
         .token = std::string(rest.substr(bar + 1)),
         .token_lifetime = rest.ends_with("old") ? Milliseconds(0) : Milliseconds(600'000)});
    return parsed;
  }
  SendStep start(const SendContext& context) const override { return plain_.start(context); }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return plain_.resume(context, step, answer);
  }

 private:
  const Connector& plain_;
};

class Pages final : public EventSource {
 public:
  // Shared with the test, which may change it between reloads.
  std::shared_ptr<std::optional<Plan>> now = std::make_shared<std::optional<Plan>>(Plan{});

  std::optional<Plan> plan(const Channel&) const override { return *now; }
  HttpCall pull(const Channel& channel, const Pull& pull) const override {
    return {.method = "GET",
            .url = channel.api_base + "/pull/" + std::string(pull.stream) + "?" +
                   form_encode({{"cursor", std::string(pull.cursor)},
                                {"bell", std::string(pull.bell_token)},
                                {"token", std::string(pull.access_token)}}),
            .content_type = ""};
  }
  Read read(const Channel&, const Pull& pull, const HttpAnswer& answer) const override {
    if (answer.status == 401) return Error{.code = Errc::unauthenticated, .detail = "the bell"};
    if (answer.status == 403) return RefreshToken{"403"};
    if (auto error = error_from_status(answer)) return *std::move(error);
    Page page;
    std::string_view rest = answer.body;
    const auto word = [&](char end) {
      const auto at = std::min(rest.find(end), rest.size());
      const auto out = rest.substr(0, at);
      rest.remove_prefix(std::min(at + 1, rest.size()));
      return std::string(out);
    };
    page.cursor = word(' ');
    page.more = word(' ') == "more";
    while (!rest.empty()) {
      Incoming incoming;
      incoming.dedup_key = word(':');
      const auto user = word(':');
      incoming.account = pull.stream;
      incoming.identity.key = identity_of(user);
      incoming.recipient = user;
      const auto text = word(';');
      if (text == "ancient") incoming.occurred_at = SystemClock().now() - std::chrono::hours(3);
      incoming.what = MessageIn{text_message(text)};
      page.events.push_back(std::move(incoming));
    }
    return page;
  }
};

class Renewals final : public TokenSource {
 public:
  HttpCall request(const Channel& channel, bool force) const override {
    return {.url = channel.api_base + "/token", .body = force ? "force" : "renew"};
  }
  Result<Token> read(const HttpAnswer& answer) const override {
    return Token{.value = Secret(std::string(answer.body)), .lifetime = Milliseconds(7'200'000)};
  }
};

// What is asked of the platform, answered by the test.
struct PullerTest : testing::Test {
  using Answerer = std::function<Answer(const std::string& stream, const std::string& cursor)>;

  // One pull, as the platform saw it.
  struct Pulled {
    std::string stream, cursor, bell, token;
    friend bool operator==(const Pulled&, const Pulled&) = default;
  };

  Answer hear(const Asked& asked) {
    if (asked.target == "/token") return {200, "t" + std::to_string(++tokens), {}};
    if (!asked.target.starts_with("/pull/")) return {200, "ext", {}};
    const auto question = asked.target.find('?');
    const auto query = asked.target.substr(question + 1);
    Pulled one{.stream = asked.target.substr(6, question - 6),
               .cursor = form_value(query, "cursor"),
               .bell = form_value(query, "bell"),
               .token = form_value(query, "token")};
    const int at_once = ++in_flight;
    worst = std::max(worst.load(), at_once);
    pulls.change([&](auto& list) { list.push_back(one); });
    auto answer = answerer(one.stream, one.cursor);
    --in_flight;
    return answer;
  }

  std::shared_ptr<const Tenant> tenant(bool tokens_needed = false) {
    auto out = std::make_shared<Tenant>(*shop.tenant({.platform_port = platform.port()}));
    entry.connector = std::make_unique<PulledConnector>(*shop.entry().connector);
    auto pages = std::make_unique<Pages>();
    plan = pages->now;
    entry.event_source = std::move(pages);
    if (tokens_needed) entry.token_source = std::make_unique<Renewals>();
    out->entries[kChannel] = &entry;
    *plan = EventSource::Plan{.streams = {}, .every = Milliseconds(3'600'000)};
    return out;
  }
  static PipelineOptions options() {
    auto out = quick_options();
    out.pulls.retry_base = Milliseconds(5);
    out.pulls.retry_max = Milliseconds(20);
    return out;
  }
  bool wait_for_pulls(std::size_t count) const {
    return pulls.wait_for([&](const auto& list) { return list.size() >= count; });
  }
  static std::vector<std::string> texts(const Life& life) {
    std::vector<std::string> out;
    for (const auto& event : life.events.get()) {
      if (event.message && event.message->direction == Direction::inbound) {
        out.push_back(event.message->fallback_text);
      }
    }
    return out;
  }
  static bool wait_for_texts(const Life& life, std::size_t count) {
    return life.events.wait_for([&](const auto& list) {
      return static_cast<std::size_t>(std::ranges::count_if(list, [](const Event& event) {
               return event.message && event.message->direction == Direction::inbound;
             })) >= count;
    });
  }
  std::string stored_cursor(storage::MemoryStore& from, const std::string& stream) const {
    const auto row = from.row_blocking(kShop, RowKind::cursor, kChannel.value + "/" + stream);
    if (!*row) return "no row";
    return (*row)->substr((*row)->find(' ') + 1);
  }

  ManualClock store_clock;
  storage::MemoryStore store{storage::Options{}, store_clock};
  std::atomic<int> tokens{0}, in_flight{0}, worst{0};
  Watched<std::vector<Pulled>> pulls;
  Answerer answerer = [](const std::string&, const std::string& cursor) {
    return Answer{200, (cursor.empty() ? "c0" : cursor) + " end ", {}};
  };
  test::LittleServer platform{[this](const Asked& asked) { return hear(asked); }};
  Shop shop;
  Entry entry;
  std::shared_ptr<std::optional<EventSource::Plan>> plan;
};

TEST_F(PullerTest, ABellBringsThePagesInOrderEachStoredBeforeTheNextIsAsked) {
  answerer = [&](const std::string&, const std::string& cursor) -> Answer {
    if (cursor.empty()) return {200, "c1 more 1:ann:one;2:ann:two", {}};
    if (cursor == "c1") {
      EXPECT_EQ(stored_cursor(store, "acc"), "c1") << "asked for before it was stored";
      const auto history = store.history_blocking(kShop, person_of_user("ann"), 0, 100);
      EXPECT_GE(history->size(), 2u);
      return {200, "c2 more ", {}};  // an empty page with more behind it
    }
    return {200, "c3 end 2:ann:two;3:ann:three", {}};  // one of them again
  };
  Life life(store, tenant(), options());
  EXPECT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_TRUE(wait_for_texts(life, 3));
  ASSERT_TRUE(wait_for_pulls(3));
  EXPECT_EQ(texts(life), (std::vector<std::string>{"one", "two", "three"}));
  const auto seen = pulls.get();
  EXPECT_EQ(seen[0], (Pulled{"acc", "", "B1", ""}));
  EXPECT_EQ(seen[1], (Pulled{"acc", "c1", "B1", ""}));
  EXPECT_EQ(seen[2], (Pulled{"acc", "c2", "B1", ""}));
}

TEST_F(PullerTest, ABellIsNotAcknowledgedBeforeItsStreamIsOnDisk) {
  Life life(store, tenant(), options());
  store.hold_for_test();
  auto answer = std::async(std::launch::async, [&] { return life.webhook("bell|acc|B1"); });
  while (store.health().pending == 0) std::this_thread::yield();
  life.bench.settle();
  EXPECT_FALSE(is_ready(answer));
  store.release_for_test();
  EXPECT_EQ(get_soon(std::move(answer)).status, 200);
  EXPECT_NE(stored_cursor(store, "acc"), "no row");
}

TEST_F(PullerTest, ABellThatCannotBeKeptIsRungAgain) {
  Life life(store, tenant(), options());
  store.hold_for_test();
  auto answer = std::async(std::launch::async, [&] { return life.webhook("bell|acc|B1"); });
  while (store.health().pending == 0) std::this_thread::yield();
  store.fail_commit_for_test(1, {.code = Errc::overloaded, .detail = "full"});
  store.release_for_test();
  EXPECT_EQ(get_soon(std::move(answer)).status, 503);
  EXPECT_EQ(life.webhook("bell|acc|B1").status, 200);
  EXPECT_TRUE(wait_for_pulls(1));
}

TEST_F(PullerTest, ManyBellsMakeOnePullAtATime) {
  std::latch released(1);
  answerer = [&](const std::string&, const std::string&) -> Answer {
    released.wait();
    return {200, "c1 end ", {}};
  };
  Life life(store, tenant(), options());
  ASSERT_EQ(life.webhook("bell|acc|B0").status, 200);
  ASSERT_TRUE(wait_for_pulls(1));
  for (int i = 1; i < 50; ++i) {
    EXPECT_EQ(life.webhook("bell|acc|B" + std::to_string(i)).status, 200);
  }
  ASSERT_EQ(life.webhook("bell|other|X").status, 200);
  ASSERT_TRUE(wait_for_pulls(2)) << "another stream does not wait";
  released.count_down();
  ASSERT_TRUE(wait_for_pulls(3)) << "what rang meanwhile counts";
  life.bench.settle();
  const auto seen = pulls.get();
  EXPECT_LE(std::ranges::count(seen, "acc", &Pulled::stream), 3);
  EXPECT_LE(worst, 2) << "one for each stream";
  const auto last = std::ranges::find(seen.rbegin(), seen.rend(), "acc", &Pulled::stream);
  EXPECT_EQ(last->bell, "B49") << "the newest token";
}

TEST_F(PullerTest, ANewLifeGoesOnAtTheCursor) {
  answerer = [&](const std::string&, const std::string& cursor) -> Answer {
    if (cursor.empty()) return {200, "c1 end 1:ann:one", {}};
    return {200, "c2 end 1:ann:one;2:ann:two", {}};
  };
  const auto owner = tenant();
  std::unique_ptr<storage::MemoryStore> left;
  {
    Life life(store, owner, options());
    ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
    ASSERT_TRUE(wait_for_texts(life, 1));
    while (stored_cursor(store, "acc") != "c1") std::this_thread::yield();
    left = store.reopened_for_test();
  }
  const auto before = pulls.get().size();
  Life second(*left, owner, options());  // nobody rings
  ASSERT_TRUE(wait_for_texts(second, 1));
  ASSERT_TRUE(wait_for_pulls(before + 1));
  EXPECT_EQ(pulls.get()[before], (Pulled{"acc", "c1", "", ""}));
  EXPECT_EQ(texts(second), std::vector<std::string>{"two"}) << "the repeated one is a duplicate";
}

TEST_F(PullerTest, AStreamThatIsKnownBeforehandNeedsNoBell) {
  const auto owner = tenant();
  (*plan)->streams = {"known"};
  (*plan)->every = Milliseconds(1);
  std::atomic<int> pages{0};
  answerer = [&](const std::string&, const std::string&) -> Answer {
    const auto n = std::to_string(++pages);
    return {200, "c" + n + " end " + n + ":ann:" + n, {}};
  };
  Life life(store, owner, options());
  ASSERT_TRUE(wait_for_texts(life, 3)) << "and is looked at again and again";
}

TEST_F(PullerTest, WhatFailsIsTriedAgainAndNothingIsLost) {
  std::atomic<int> pulls_made{0};
  answerer = [&](const std::string&, const std::string& cursor) -> Answer {
    switch (++pulls_made) {
      case 1:
        return {500, "", {}};
      case 2:
        return {0, "", {}};  // no answer at all
      case 3:
        return {200, "c1 more 1:ann:one", {}};
      case 4:
        EXPECT_EQ(cursor, "c1");
        return {200, "c1 more ", {}};  // more, but the cursor stands still
      default:
        return {200, "c2 end 2:ann:two", {}};
    }
  };
  Life life(store, tenant(), options());
  ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_TRUE(wait_for_texts(life, 2));
  EXPECT_EQ(texts(life), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(pulls_made, 5);
}

TEST_F(PullerTest, APageWhoseEventsFindNoRoomComesAgain) {
  const auto owner = tenant();
  std::string many = "c1 end ";
  for (int i = 0; i < 300; ++i) {  // more than may wait for one conversation
    many += std::to_string(i) + ":ann:" + std::to_string(i) + ";";
  }
  answerer = [&](const std::string&, const std::string& cursor) -> Answer {
    return {200, cursor.empty() ? many : "c2 end ", {}};
  };
  Life life(store, owner, options());
  store.hold_for_test();
  auto bell = std::async(std::launch::async, [&] { return life.webhook("bell|acc|B1"); });
  while (store.health().pending == 0) std::this_thread::yield();
  store.release_for_test();
  ASSERT_EQ(get_soon(std::move(bell)).status, 200);
  ASSERT_TRUE(wait_for_texts(life, 300));
  std::vector<std::string> wanted;
  for (int i = 0; i < 300; ++i) wanted.push_back(std::to_string(i));
  auto got = texts(life);
  std::ranges::sort(got);
  std::ranges::sort(wanted);
  EXPECT_EQ(got, wanted) << "each once";
}

TEST_F(PullerTest, APlatformThatAsksForPeaceHasItWhateverRings) {
  std::atomic<int> pulls_made{0};
  answerer = [&](const std::string&, const std::string&) -> Answer {
    if (++pulls_made == 1) return {429, "", {{"retry-after", "3600"}}};
    return {200, "c1 end ", {}};
  };
  Life life(store, tenant(), options());
  ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_TRUE(wait_for_pulls(1));
  for (int i = 0; i < 10; ++i) ASSERT_EQ(life.webhook("bell|acc|B2").status, 200);
  ASSERT_EQ(life.webhook("bell|other|B3").status, 200);
  ASSERT_TRUE(wait_for_pulls(2));
  life.bench.settle();
  EXPECT_EQ(std::ranges::count(pulls.get(), "acc", &Pulled::stream), 1);
}

TEST_F(PullerTest, ATokenOfABellThatIsRefusedIsLeftOut) {
  std::atomic<int> pulls_made{0};
  answerer = [&](const std::string&, const std::string&) -> Answer {
    return ++pulls_made == 1 ? Answer{401, "", {}} : Answer{200, "c1 end 1:ann:one", {}};
  };
  Life life(store, tenant(), options());
  ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_TRUE(wait_for_texts(life, 1));
  EXPECT_EQ(pulls.get()[0].bell, "B1");
  EXPECT_EQ(pulls.get()[1].bell, "");
}

TEST_F(PullerTest, ATokenOfABellIsNotUsedPastItsTime) {
  Life life(store, tenant(), options());
  ASSERT_EQ(life.webhook("bell|acc|old").status, 200);
  ASSERT_TRUE(wait_for_pulls(1));
  EXPECT_EQ(pulls.get()[0].bell, "");
}

TEST_F(PullerTest, ARefusedAccessTokenIsRenewedOnce) {
  std::atomic<int> pulls_made{0};
  answerer = [&](const std::string&, const std::string&) -> Answer {
    return ++pulls_made == 1 ? Answer{403, "", {}} : Answer{200, "c1 end 1:ann:one", {}};
  };
  Life life(store, tenant(true), options());
  ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_TRUE(wait_for_texts(life, 1));
  EXPECT_EQ(pulls.get()[0].token, "t1");
  EXPECT_EQ(pulls.get()[1].token, "t2");
  EXPECT_EQ(tokens, 2);
}

TEST_F(PullerTest, WhatHappenedLongBeforeWeKnewOfTheStreamIsLeftAlone) {
  answerer = [&](const std::string&, const std::string& cursor) -> Answer {
    if (cursor.empty()) return {200, "c1 more 1:ann:ancient;2:ann:new", {}};
    if (cursor == "c1") return {200, "c2 end 3:bob:ancient;4:bob:new", {}};
    return {200, "c3 end ", {}};
  };
  Life life(store, tenant(), options());
  ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_TRUE(wait_for_texts(life, 2));
  EXPECT_EQ(texts(life), (std::vector<std::string>{"new", "new"}));
}

TEST_F(PullerTest, AChannelThatIsTakenAwayIsPulledNoMore) {
  std::latch released(1);
  answerer = [&](const std::string&, const std::string&) -> Answer {
    released.wait();
    return {200, "c1 more 1:ann:one", {}};
  };
  const auto owner = tenant();
  Life life(store, owner, options());
  ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_TRUE(wait_for_pulls(1));
  auto without = std::make_shared<Tenant>(*owner);
  without->channels.clear();
  without->entries.clear();
  life.set_tenant(without);
  released.count_down();
  ASSERT_TRUE(wait_for_texts(life, 1)) << "work in hand keeps the tenant it began with";
  while (life.bench.tasks.size() > 0) std::this_thread::yield();
  EXPECT_EQ(pulls.get().size(), 1u) << "though there was more";
  EXPECT_EQ(stored_cursor(store, "acc"), "c1");
  life.set_tenant(owner);
  ASSERT_TRUE(wait_for_pulls(2)) << "and comes back where it was";
  EXPECT_EQ(pulls.get()[1].cursor, "c1");
}

TEST_F(PullerTest, ADrainEndsALongPollAtOnce) {
  std::latch released(1);
  answerer = [&](const std::string&, const std::string&) -> Answer {
    released.wait();
    return {200, "c1 end 1:ann:one", {}};
  };
  Life life(store, tenant(), options());
  ASSERT_EQ(life.webhook("bell|acc|B1").status, 200);
  ASSERT_EQ(life.webhook("bell|idle|B1").status, 200);
  ASSERT_TRUE(wait_for_pulls(2));
  life.gateway->begin_drain();
  life.bench.tasks.close();
  EXPECT_TRUE(life.bench.tasks.wait_blocking(kPatience)) << "while the platform still holds it";
  released.count_down();
  EXPECT_EQ(stored_cursor(store, "acc"), "") << "what was not stored comes again";
}

TEST_F(PullerTest, AChannelHasSoManyStreamsAndNoMore) {
  auto few = options();
  few.pulls.streams_per_channel_max = 2;
  Life life(store, tenant(), few);
  EXPECT_EQ(life.webhook("bell|a|").status, 200);
  EXPECT_EQ(life.webhook("bell|b|").status, 200);
  EXPECT_EQ(life.webhook("bell|c|").status, 503);
  EXPECT_EQ(life.webhook("bell|a|").status, 200);
}

}  // namespace
}  // namespace parley::gateway
