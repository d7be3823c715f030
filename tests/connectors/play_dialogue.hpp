// tests/connectors/play_dialogue.hpp
// Plays the gateway for one send: asks each call, stores step and data before it as the contract
// says, and checks that a restart would ask the very same call again.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "connectors/send_dialogue.hpp"

namespace parley::connectors::testing_support::dialogue {

struct Said {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
};

inline HttpAnswer answer_of(const Said& said) {
  HttpAnswer answer{.status = said.status, .headers = {}, .body = said.body};
  for (const auto& [name, value] : said.headers) answer.headers.push_back({name, value});
  return answer;
}

struct Played {
  std::vector<HttpCall> calls;
  std::vector<std::string> refused;  // tokens turned down, one a renewal
  SendDialogue::Next end = Error{.code = Errc::shutting_down};

  const Error& error() const { return std::get<Error>(end); }
  const Sent& sent() const { return std::get<Sent>(end); }
};

// The last answer is repeated. Tokens are TOKEN, TOKEN1, TOKEN2, ...
inline Played play(const Entry& entry, const Channel& channel, Send send,
                   const std::vector<Said>& script, TimePoint now = {}) {
  Played out;
  std::string token;
  SendDialogue dialogue(entry, channel, std::move(send));
  auto next = dialogue.begin(now);
  for (int turns = 0; turns < 100; ++turns) {
    if (const auto* need = std::get_if<SendDialogue::NeedToken>(&next)) {
      if (!need->refused.empty()) out.refused.push_back(need->refused);
      token = "TOKEN";
      if (!out.refused.empty()) token += std::to_string(out.refused.size());
      next = dialogue.give_token(token, now);
      continue;
    }
    const auto* call = std::get_if<HttpCall>(&next);
    if (call == nullptr) break;
    EXPECT_LE(call->step_data.size(), 4096u);
    const SendContext restarted{
        .send = dialogue.send(), .channel = channel, .access_token = token, .now = now};
    const auto again = entry.connector->start(restarted);
    EXPECT_TRUE(std::holds_alternative<HttpCall>(again));
    if (const auto* same = std::get_if<HttpCall>(&again)) {
      EXPECT_EQ(same->url, call->url);
      EXPECT_EQ(same->body, call->body);
      EXPECT_EQ(same->step, call->step);
    }
    out.calls.push_back(*call);
    const auto& said = script[std::min(out.calls.size(), script.size()) - 1];
    next = dialogue.give_answer(answer_of(said), now);
  }
  out.end = std::move(next);
  return out;
}

inline Send send_to(std::string recipient, std::vector<Part> content,
                    std::vector<Action> actions = {}) {
  Send send;
  send.id = SendId{"snd_00000000000000000000000000000001-1"};
  send.recipient = std::move(recipient);
  send.idempotency_key = "key";
  send.message.direction = Direction::outbound;
  send.message.content = std::move(content);
  send.message.suggested_actions = std::move(actions);
  return send;
}

inline std::string header_of(const HttpCall& call, std::string_view name) {
  for (const auto& [key, value] : call.headers) {
    if (key == name) return value;
  }
  return {};
}

inline Media media_of(MediaKind kind, std::string url, std::string platform_id = {},
                      std::string media_id = {}) {
  Media media;
  media.kind = kind;
  media.url = std::move(url);
  media.platform_id = std::move(platform_id);
  media.media_id = std::move(media_id);
  return media;
}

inline Action action_of(ActionType type, std::string title, std::string payload = {},
                        std::string url = {}) {
  Action action;
  action.type = type;
  action.title = std::move(title);
  action.payload = std::move(payload);
  action.url = std::move(url);
  return action;
}

inline const std::string kStoredMedia = "med_0123456789abcdef0123456789abcdef";

}  // namespace parley::connectors::testing_support::dialogue
