// tests/connectors/play.hpp
// Plays the gateway to a send: asks every call, stores step and data before it, and at each step
// makes sure that a restart there would ask the very same.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "connectors/registry.hpp"

namespace parley::connectors::testing_support {

struct Played {
  std::vector<HttpCall> calls;
  SendStep end = Error{.code = Errc::shutting_down};

  std::vector<std::string> bodies() const {
    std::vector<std::string> out;
    for (const auto& call : calls) out.push_back(call.body);
    return out;
  }
  Errc code() const {
    const auto* error = std::get_if<Error>(&end);
    return error ? error->code : Errc::shutting_down;  // which no connector says
  }
  std::vector<std::string> degraded() const {
    const auto* sent = std::get_if<Sent>(&end);
    return sent ? sent->degraded : std::vector<std::string>{"not sent"};
  }
};

// The answers in order, then {"errcode":0} as often as asked.
inline Played play(const Entry& entry, const Channel& channel, Send send,
                   std::vector<std::string> answers = {}) {
  Played played;
  const auto context = [&] {
    return SendContext{.send = send,
                       .channel = channel,
                       .access_token = "TOKEN",
                       .now = TimePoint{Milliseconds{1'411'525'903'000}}};
  };
  auto step = entry.connector->start(context());
  while (auto* call = std::get_if<HttpCall>(&step)) {
    send.step = call->step;
    send.step_data = call->step_data;
    const auto again = std::get<HttpCall>(entry.connector->start(context()));
    EXPECT_EQ(again.body, call->body);
    EXPECT_EQ(again.url, call->url);
    EXPECT_EQ(again.step, call->step);
    EXPECT_LE(call->step_data.size(), 4096u);
    const std::size_t asked = played.calls.size();
    if (asked == 100) break;
    played.calls.push_back(*call);
    const std::string body =
        asked < answers.size() ? answers[asked] : R"({"errcode":0,"errmsg":"ok"})";
    step = entry.connector->resume(context(), played.calls.back().step,
                                   {.status = 200, .headers = {}, .body = body});
  }
  played.end = std::move(step);
  return played;
}

inline Send send_to(std::string recipient, std::vector<Part> content,
                    std::vector<Action> actions = {}) {
  Send send;
  send.recipient = std::move(recipient);
  send.idempotency_key = "0123456789abcdef0123456789abcdef";
  send.message.direction = Direction::outbound;
  send.message.content = std::move(content);
  send.message.suggested_actions = std::move(actions);
  return send;
}

inline Action act(ActionType type, std::string title, std::string payload = {},
                  std::string url = {}) {
  Action made;
  made.type = type;
  made.title = std::move(title);
  made.payload = std::move(payload);
  made.url = std::move(url);
  return made;
}

inline Media media_of(MediaKind kind, std::string platform_id, std::string media_id = {}) {
  Media part;
  part.kind = kind;
  part.platform_id = std::move(platform_id);
  part.media_id = std::move(media_id);
  return part;
}

}  // namespace parley::connectors::testing_support
