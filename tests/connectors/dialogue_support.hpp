// tests/connectors/dialogue_support.hpp
// Sends talked through against a script of answers, for the tests of any platform.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connectors/registry.hpp"

namespace parley::connectors::dialogue_support {

struct Scripted {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

struct Talk {
  std::vector<HttpCall> calls;
  SendStep end;

  const Sent& sent() const { return std::get<Sent>(end); }
  const Error& error() const { return std::get<Error>(end); }
};

// The last answer is repeated.
inline Talk talk(const Entry& entry, const Channel& channel, Send send,
                 const std::vector<Scripted>& script) {
  Talk out;
  const auto context = [&] { return SendContext{send, channel, {}, {}}; };
  SendStep step = entry.connector->start(context());
  for (std::size_t i = 0; std::holds_alternative<HttpCall>(step) && i < 100; ++i) {
    const auto call = std::get<HttpCall>(step);
    out.calls.push_back(call);
    send.step = call.step;
    send.step_data = call.step_data;
    const auto& said = script[std::min(i, script.size() - 1)];
    HttpAnswer answer;
    answer.status = said.status;
    answer.body = said.body;
    for (const auto& [name, value] : said.headers) answer.headers.push_back({name, value});
    step = entry.connector->resume(context(), call.step, answer);
  }
  out.end = std::move(step);
  return out;
}

inline Send send_of(std::string recipient, std::vector<Part> content,
                    std::vector<Action> actions = {}) {
  Send send;
  send.id = SendId{"snd_1"};
  send.idempotency_key = "key_1";
  send.recipient = std::move(recipient);
  send.message.direction = Direction::outbound;
  send.message.content = std::move(content);
  send.message.suggested_actions = std::move(actions);
  return send;
}

inline Action action(ActionType type, std::string title, std::string url = {},
                     std::string payload = {}) {
  Action out;
  out.type = type;
  out.title = std::move(title);
  out.url = std::move(url);
  out.payload = std::move(payload);
  return out;
}

inline Media medium(MediaKind kind, std::string url) {
  Media media;
  media.kind = kind;
  media.url = std::move(url);
  return media;
}

inline std::string header(const HttpCall& call, std::string_view name) {
  for (const auto& [key, value] : call.headers) {
    if (key == name) return value;
  }
  return {};
}

inline Parsed parse(const Entry& entry, const Channel& channel, std::string_view body) {
  WebhookRequest request;
  request.method = "POST";
  request.body = body;
  return entry.connector->parse(request, channel);
}

inline const Message& said(const Incoming& in) {
  static const Message kNone;
  const auto* message = std::get_if<MessageIn>(&in.what);
  return message == nullptr ? kNone : message->message;
}

}  // namespace parley::connectors::dialogue_support
