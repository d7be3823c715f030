// tests/connectors/twilio_support.hpp
// Twilio channels, requests as Twilio signs them, sends, and readers of what came out.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connectors/twilio/trust.hpp"
#include "connectors/twilio/twilio.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::twilio_support {

using testing_support::OwnedRequest;

inline constexpr const char* kToken = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
inline constexpr const char* kWebhook = "https://parley.example/webhooks/demo/sms";

inline Channel channel(const std::string& platform) {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"sms"};
  channel.platform = platform;
  channel.settings = {{"account_sid", "AC123"},
                      {"webhook_url", kWebhook},
                      {"from", "+15550100"},
                      {"messaging_service_sid", "MG1"}};
  if (platform != "twilio_messaging_service" && platform != "twilio_whatsapp") {
    channel.settings.erase("messaging_service_sid");
  }
  if (platform == "twilio_messaging_service") channel.settings.erase("from");
  channel.secrets.emplace("auth_token", Secret(kToken));
  return channel;
}

inline OwnedRequest signed_request(const std::string& body, const std::string& query = {},
                                   const std::string& token = kToken) {
  OwnedRequest request;
  request.query = query;
  request.body = body;
  const std::string url = kWebhook + (query.empty() ? "" : "?" + query);
  request.headers = {{"content-type", "application/x-www-form-urlencoded"},
                     {"x-twilio-signature", twilio::sign(token, url, form_decode(body))}};
  return request;
}

inline const Entry& entry(const std::string& platform) {
  return *builtin_registry().find(platform);
}

inline Parsed parse(const std::string& platform, const std::string& body,
                    const std::string& query = {}) {
  const auto request = signed_request(body, query);
  return entry(platform).connector->parse(request.view(), channel(platform));
}

inline Send send_of(std::vector<Part> content, std::string to = "+15550107") {
  Send send;
  send.id = SendId{"snd_1"};
  send.recipient = std::move(to);
  send.message.direction = Direction::outbound;
  send.message.content = std::move(content);
  return send;
}

// Fields of a form; the values of a repeated one in their order, a '|' between.
inline std::map<std::string, std::string> fields(const HttpCall& call) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : form_decode(call.body)) {
    auto& have = out[name];
    have += (have.empty() ? "" : "|") + value;
  }
  return out;
}

struct Scripted {
  int status = 201;
  std::string body = {};
};

struct Talk {
  std::vector<HttpCall> calls;
  SendStep end;
};

// Walks the dialogue, answering with the script; the last answer is repeated.
inline Talk talk(const Channel& over, Send send, const std::vector<Scripted>& script) {
  const auto& connector = *entry(over.platform).connector;
  Talk out;
  const auto context = [&] { return SendContext{send, over, {}, {}}; };
  SendStep step = connector.start(context());
  for (std::size_t i = 0; std::holds_alternative<HttpCall>(step) && i < 100; ++i) {
    const auto call = std::get<HttpCall>(step);
    out.calls.push_back(call);
    send.step = call.step;
    send.step_data = call.step_data;
    const auto& said = script[std::min(i, script.size() - 1)];
    HttpAnswer answer;
    answer.status = said.status;
    answer.body = said.body;
    step = connector.resume(context(), call.step, answer);
  }
  out.end = std::move(step);
  return out;
}

inline const Message& message(const Parsed& parsed, std::size_t i = 0) {
  return std::get<MessageIn>(parsed.events.at(i).what).message;
}

}  // namespace parley::connectors::twilio_support
