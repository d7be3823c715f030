// tests/connectors/mapped_support.hpp
// Channels over mappings, requests, sends, and readers of what came out.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "connectors/mapped/mapping.hpp"
#include "connectors/mapped/stand_in.hpp"
#include "connectors/registry.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::mapped_support {

using testing_support::OwnedRequest;

// A channel with every setting its platform wants, believing everybody unless `auth` says whom.
inline Channel channel(const std::string& platform, const std::string& auth = "none") {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"sms"};
  channel.platform = platform;
  for (const auto& setting : builtin_registry().find(platform)->connector->settings()) {
    const std::string name(setting.name);
    if (setting.kind == SettingKind::secret) {
      channel.secrets.emplace(name, Secret("secret-" + name));
    } else if (!setting.default_value.empty()) {
      channel.settings[name] = setting.default_value;
    } else if (setting.required) {
      channel.settings[name] = "own-" + name;
    }
  }
  channel.settings["from"] = "15550100";
  channel.settings["webhook_url"] = "https://parley.example/webhooks/demo/sms";
  channel.settings["webhook_auth"] = auth;
  if (platform == "mapped") channel.settings["mapping"] = mapped::sample_mapping();
  return channel;
}

inline const Connector& connector(const Channel& channel) {
  return *builtin_registry().find(channel.platform)->connector;
}

inline OwnedRequest post(const std::string& body, const std::string& type = "application/json") {
  OwnedRequest request;
  request.headers = {{"content-type", type}};
  request.body = body;
  return request;
}
inline OwnedRequest form(const std::string& body) {
  return post(body, "application/x-www-form-urlencoded");
}
inline OwnedRequest get(const std::string& query) {
  OwnedRequest request;
  request.method = "GET";
  request.query = query;
  return request;
}

inline Parsed parse(const Channel& over, const OwnedRequest& request) {
  return connector(over).parse(request.view(), over);
}

inline Send send_of(std::vector<Part> content, std::string to = "+15550107") {
  Send send;
  send.id = SendId{"snd_1"};
  send.idempotency_key = "key_1";
  send.recipient = std::move(to);
  send.message.direction = Direction::outbound;
  send.message.content = std::move(content);
  return send;
}

struct Scripted {
  int status = 200;
  std::string body = {};
};

struct Talk {
  std::vector<HttpCall> calls;
  SendStep end;
};

// Walks the dialogue, answering with the script; the last answer is repeated.
inline Talk talk(const Channel& over, Send send, const std::vector<Scripted>& script) {
  Talk out;
  const auto context = [&] { return SendContext{send, over, {}, {}}; };
  SendStep step = connector(over).start(context());
  for (std::size_t i = 0; std::holds_alternative<HttpCall>(step) && i < 100; ++i) {
    const auto call = std::get<HttpCall>(step);
    out.calls.push_back(call);
    send.step = call.step;
    send.step_data = call.step_data;
    const auto& said = script[std::min(i, script.size() - 1)];
    HttpAnswer answer;
    answer.status = said.status;
    answer.body = said.body;
    step = connector(over).resume(context(), call.step, answer);
  }
  out.end = std::move(step);
  return out;
}

inline const Message& message(const Parsed& parsed, std::size_t i = 0) {
  return std::get<MessageIn>(parsed.events.at(i).what).message;
}

inline std::string header(const HttpCall& call, std::string_view name) {
  for (const auto& [key, value] : call.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace parley::connectors::mapped_support
