// Updates that are asked for: the same ones, and an offset that never goes back.
#include <gtest/gtest.h>

#include "connectors/telegram/telegram.hpp"
#include "connectors/url.hpp"

namespace parley::connectors {
namespace {

Channel polled() {
  Channel channel;
  channel.tenant = {"demo"};
  channel.id = {"tg"};
  channel.platform = "telegram";
  channel.settings["receive"] = "poll";
  channel.secrets.emplace("bot_token", Secret("7001:TOKEN"));
  return channel;
}

const Entry& entry() {
  static const Entry kEntry = make_telegram();
  return kEntry;
}

EventSource::Read read(const std::string& body, std::string_view cursor = {}, int status = 200) {
  return entry().event_source->read(polled(), {.stream = "", .cursor = cursor},
                                    {.status = status, .headers = {}, .body = body});
}

EventSource::Page page(const std::string& updates, std::string_view cursor = {}) {
  auto got = read(R"({"ok":true,"result":[)" + updates + "]}", cursor);
  if (auto* good = std::get_if<EventSource::Page>(&got)) return std::move(*good);
  ADD_FAILURE() << "no page";
  return {};
}

std::string update(int id, const std::string& text = "hi") {
  return R"({"update_id":)" + std::to_string(id) +
         R"(,"message":{"message_id":1,"from":{"id":42},"chat":{"id":42},"date":1,"text":")" +
         text + "\"}}";
}

TEST(TelegramPoll, IsChosenBySettingAndNeedsNoSecret) {
  EXPECT_EQ(entry().connector->check(polled()), "");
  EXPECT_TRUE(entry().event_source->plan(polled()));
  auto pushed = polled();
  pushed.settings["receive"] = "webhook";
  EXPECT_NE(entry().connector->check(pushed), "");
  EXPECT_FALSE(entry().event_source->plan(pushed));
  const WebhookRequest forged{.method = "POST", .body = "{}"};
  EXPECT_FALSE(entry().connector->authenticate(forged, polled())) << "nobody may push then";
}

TEST(TelegramPoll, AsksFromTheOffsetAndIsReadyToWait) {
  const auto& source = *entry().event_source;
  const auto first = source.pull(polled(), {.stream = "", .cursor = ""});
  EXPECT_TRUE(first.url.ends_with("/bot7001:TOKEN/getUpdates"));
  EXPECT_EQ(form_value(first.body, "offset"), "");
  EXPECT_EQ(form_value(first.body, "timeout"), "50");
  EXPECT_TRUE(form_value(first.body, "allowed_updates").contains("\"message_reaction\""));
  EXPECT_GT(source.plan(polled())->answer_within, std::chrono::seconds(50));
  const auto next = source.pull(polled(), {.stream = "", .cursor = "8"});
  EXPECT_EQ(form_value(next.body, "offset"), "8");
}

TEST(TelegramPoll, TheOffsetIsOnePastTheLastUpdate) {
  auto got = page(update(7, "a") + "," + update(8, "b"));
  EXPECT_EQ(got.cursor, "9");
  EXPECT_TRUE(got.more);
  ASSERT_EQ(got.events.size(), 2u);
  EXPECT_EQ(got.events[0].dedup_key, "update:7") << "the key a webhook would give it";
  got = page("", "9");
  EXPECT_EQ(got.cursor, "9");
  EXPECT_FALSE(got.more);
  got = page(update(5), "9");
  EXPECT_EQ(got.cursor, "9") << "never back";
}

TEST(TelegramPoll, AnUpdateThatCannotBeReadIsPassedOver) {
  const auto got = page(update(7) + R"(,{"update_id":8,"message":{"chat":"?"}},7,{},)" + update(9));
  EXPECT_EQ(got.events.size(), 2u);
  EXPECT_EQ(got.skipped, 3u);
  EXPECT_EQ(got.cursor, "10");
}

TEST(TelegramPoll, RefusalsSayWhy) {
  const auto conflict = read(
      R"({"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while )"
      R"(webhook is active"})",
      "", 409);
  EXPECT_TRUE(std::get<Error>(conflict).detail.contains("webhook is active"));
  const auto busy = read(
      R"({"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":7}})", "", 429);
  EXPECT_EQ(std::get<Error>(busy).code, Errc::throttled);
  EXPECT_EQ(std::get<Error>(busy).retry_after, std::chrono::seconds(7));
  const auto odd = read(R"({"ok":true,"result":{"message_id":1}})");
  EXPECT_EQ(std::get<Error>(odd).code, Errc::unavailable);
}

}  // namespace
}  // namespace parley::connectors
