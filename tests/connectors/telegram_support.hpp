// tests/connectors/telegram_support.hpp
// A Telegram channel, sends over it, and readers of what came out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/telegram/telegram.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::telegram_support {

inline const Entry& entry() {
  static const Entry kEntry = make_telegram();
  return kEntry;
}

inline Channel channel() {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"tg"};
  channel.platform = "telegram";
  channel.secrets.emplace("bot_token", Secret("7001:TOKEN"));
  channel.secrets.emplace("secret_token", Secret("hook"));
  return channel;
}

inline Parsed parse(std::string_view body) {
  WebhookRequest request;
  request.method = "POST";
  request.body = body;
  return entry().connector->parse(request, channel());
}

inline Send send_of(std::vector<Part> content, std::vector<Action> actions = {}) {
  Send send;
  send.id = SendId{"snd_1"};
  send.recipient = "-100777";
  send.message.direction = Direction::outbound;
  send.message.content = std::move(content);
  send.message.suggested_actions = std::move(actions);
  return send;
}

inline std::map<std::string, std::string> fields(const HttpCall& call) {
  std::map<std::string, std::string> out;
  std::string_view form = call.body;
  while (!form.empty()) {
    const auto end = form.find('&');
    const auto field = form.substr(0, end);
    form.remove_prefix(end == std::string_view::npos ? form.size() : end + 1);
    const auto equals = field.find('=');
    out[percent_decode(field.substr(0, equals))] = percent_decode(field.substr(equals + 1));
  }
  return out;
}

inline std::string method(const HttpCall& call) { return call.url.substr(call.url.rfind('/') + 1); }

struct Talk {
  std::vector<HttpCall> calls;
  SendStep end;
};

struct Scripted {
  int status = 200;
  std::string body = {};
};

inline Scripted ok(int message_id) {
  return {200, R"({"ok":true,"result":{"message_id":)" + std::to_string(message_id) + "}}"};
}

// Walks the dialogue, answering with the script; the last answer is repeated.
inline Talk talk(Send send, const std::vector<Scripted>& script) {
  const Channel over = channel();
  Talk out;
  const auto context = [&] { return SendContext{send, over, {}, {}}; };
  SendStep step = entry().connector->start(context());
  for (std::size_t i = 0; std::holds_alternative<HttpCall>(step) && i < 100; ++i) {
    const auto call = std::get<HttpCall>(step);
    out.calls.push_back(call);
    send.step = call.step;
    send.step_data = call.step_data;
    const auto& said = script[std::min(i, script.size() - 1)];
    HttpAnswer answer;
    answer.status = said.status;
    answer.body = said.body;
    step = entry().connector->resume(context(), call.step, answer);
  }
  out.end = std::move(step);
  return out;
}

}  // namespace parley::connectors::telegram_support
