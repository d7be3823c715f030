// tests/connectors/stand_in_player.hpp
// A customer and a platform around one connector: what a suite over every platform that can be
// simulated, in each of its modes, needs.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/registry.hpp"
#include "tests/connectors/stand_in_support.hpp"

namespace parley::connectors::testing_support {

inline constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};
inline constexpr std::string_view kApiBase =
    "http://127.0.0.1:9/below/this";  // a path must be honoured
inline constexpr std::string_view kAsked = "转人工 ]]> <b> & \"q\" 😀";
inline constexpr std::string_view kAnswered = "We are open from 9 to 18. 您好";

struct PlayedChannel {
  const Entry* entry = nullptr;
  Channel channel;
};
inline void PrintTo(const PlayedChannel& played, std::ostream* out) {
  *out << played.channel.id.value;
}

inline std::vector<PlayedChannel> everyone() {
  std::vector<PlayedChannel> out;
  for (const auto& entry : builtin_registry().entries()) {
    if (!entry.stand_in) continue;
    for (auto& channel : entry.stand_in()->samples(kApiBase)) {
      out.push_back({&entry, std::move(channel)});
    }
  }
  return out;
}

class StandInPlayer : public testing::TestWithParam<PlayedChannel> {
 protected:
  const Entry& entry() const { return *GetParam().entry; }
  const Channel& channel() const { return GetParam().channel; }
  const Connector& connector() const { return *entry().connector; }
  bool by_socket() const { return entry().chat_sessions != nullptr; }

  // Where customers hold a socket, a frame is proven by the session it comes in.
  Arrived arrived(Webhook webhook, const std::string& user) const {
    if (by_socket()) {
      const auto session = entry().chat_sessions->open(channel(), stand_in_->hello(channel(), user),
                                                       std::string(32, 'a'), kNow);
      EXPECT_TRUE(session) << session.error().detail;
      if (session) {
        webhook.headers.emplace_back(entry().chat_sessions->session_header(), session->token);
      }
    }
    return Arrived(std::move(webhook));
  }

  // The events of a dispatch; every request of it must be proven and read to its end.
  std::vector<Incoming> events_of(const Dispatch& dispatch, const std::string& user, TimePoint at) {
    std::vector<Incoming> events;
    for (const auto& webhook : dispatch.webhooks) {
      const auto request = arrived(webhook, user);
      const auto proven = connector().authenticate(request.view(at), channel());
      EXPECT_TRUE(proven) << proven.error().detail;
      auto parsed = connector().parse(request.view(at), channel());
      EXPECT_FALSE(parsed.stopped) << parsed.stopped->detail << "\n" << webhook.body;
      for (auto& event : parsed.events) events.push_back(std::move(event));
      for (const auto& bell : parsed.bells) fetch(bell, dispatch.records, events);
    }
    return events;
  }

  // What a bell was rung for, from a platform that has it.
  void fetch(const Bell& bell, const std::vector<std::string>& records,
             std::vector<Incoming>& events) {
    const auto platform = entry().stand_in();
    for (const auto& record : records) platform->stock(record);
    const auto ask = [&](const HttpCall& call) {
      auto outcome = platform->api(request_of(call, kApiBase, kNow));
      EXPECT_TRUE(outcome) << call.url;
      return outcome ? outcome->answer : ApiAnswer{.status = 404};
    };
    std::string token, cursor;
    if (entry().token_source) {
      const auto answer = ask(entry().token_source->request(channel(), false));
      const auto got =
          entry().token_source->read({.status = answer.status, .headers = {}, .body = answer.body});
      ASSERT_TRUE(got) << got.error().detail;
      token = got->value.reveal();
    }
    for (bool more = true; more;) {
      const EventSource::Pull pull{
          .stream = bell.stream, .cursor = cursor, .bell_token = bell.token, .access_token = token};
      const auto answer = ask(entry().event_source->pull(channel(), pull));
      auto read = entry().event_source->read(
          channel(), pull, {.status = answer.status, .headers = {}, .body = answer.body});
      auto* page = std::get_if<EventSource::Page>(&read);
      ASSERT_NE(page, nullptr) << answer.body;
      EXPECT_EQ(page->skipped, 0u) << answer.body;
      for (auto& event : page->events) events.push_back(std::move(event));
      cursor = page->cursor;
      more = page->more;
    }
  }

  // The one message of an utterance; a platform may say it twice, in two forms, under one key.
  Incoming message_of(const Utterance& said) {
    const auto dispatch = stand_in_->deliver(channel(), said);
    EXPECT_TRUE(dispatch) << dispatch.error().detail;
    if (!dispatch) return {};
    std::vector<Incoming> messages;
    for (auto& event : events_of(*dispatch, said.user, said.sent_at)) {
      if (!std::holds_alternative<MessageIn>(event.what)) continue;
      if (!messages.empty()) EXPECT_EQ(event.dedup_key, messages.front().dedup_key);
      messages.push_back(std::move(event));
    }
    EXPECT_FALSE(messages.empty());
    return messages.empty() ? Incoming() : messages.front();
  }

  Incoming first_message(std::uint64_t number = 77) {
    return message_of({.user = stand_in_->user(0),
                       .text = std::string(kAsked),
                       .number = number,
                       .said_at = kNow,
                       .sent_at = kNow});
  }

  // An answer to what the customer said.
  Send answer_to(const Incoming& message) const {
    Send send;
    const PersonId person{"per_00000000000000000000000000000001"};
    send.id = SendId{place_id("snd", person, 1)};
    send.tenant = channel().tenant;
    send.person = person;
    send.channel = channel().id;
    send.account = message.account;
    send.recipient = message.recipient;
    send.identity = message.identity.key;
    send.reply_token = message.reply_token;
    send.idempotency_key = "key_0123456789abcdef0123";
    send.created_at = kNow;
    send.message.id = MessageId{place_id("msg", person, 1)};
    send.message.direction = Direction::outbound;
    send.message.author.type = AuthorType::bot;
    send.message.content = {Text{.text = std::string(kAnswered)}};
    send.message.fallback_text = kAnswered;
    return send;
  }

  void expect_played_well(const Api& api) const {
    for (const auto& misuse : api.misuse) ADD_FAILURE() << misuse;
  }

  std::unique_ptr<StandIn> stand_in_ = GetParam().entry->stand_in();
};

}  // namespace parley::connectors::testing_support
