// tests/connectors/graph_support.hpp
// Requests signed as the Graph API signs them, channels, and sends walked by script.
#pragma once

#include <string>
#include <vector>

#include "base/crypto.hpp"
#include "connectors/registry.hpp"
#include "tests/connectors/fixture.hpp"

namespace parley::connectors::graph_support {

using testing_support::OwnedRequest;

inline Channel channel(std::string_view platform, std::string_view account_setting) {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{"ch1"};
  channel.platform = platform;
  channel.settings[std::string(account_setting)] = "100200300";
  channel.secrets.emplace("app_secret", Secret("app-secret-of-the-tests"));
  channel.secrets.emplace("verify_token", Secret("verify-token-of-the-tests"));
  channel.secrets.emplace("access_token", Secret("EAAB-token-of-the-tests"));
  return channel;
}

inline OwnedRequest with_signature(const std::string& body, const std::string& signature) {
  OwnedRequest request;
  request.headers = {{"content-type", "application/json"}, {"x-hub-signature-256", signature}};
  request.body = body;
  return request;
}

inline std::string signature_of(const std::string& body,
                                const std::string& secret = "app-secret-of-the-tests") {
  return "sha256=" + to_hex(hmac_sha256(secret, body));
}

inline OwnedRequest sign(const std::string& body) {
  return with_signature(body, signature_of(body));
}

inline std::vector<OwnedRequest> forgeries(const std::string& body) {
  const std::string right = signature_of(body);
  std::string upper = right;
  for (char& c : upper) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  upper.replace(0, 7, "sha256=");
  OwnedRequest bare = with_signature(body, "");
  bare.headers.pop_back();
  OwnedRequest old = bare;  // the header of the years before, which is not enough
  old.headers.emplace_back("x-hub-signature", right);
  return {bare,
          old,
          with_signature(body, ""),
          with_signature(body, "sha256="),
          with_signature(body, upper),
          with_signature(body, right.substr(7)),
          with_signature(body, right.substr(0, right.size() - 1)),
          with_signature(body, right + "0"),
          with_signature(body, " " + right),
          with_signature(body, signature_of(body, "another-secret")),
          with_signature(body, signature_of(body, "")),
          with_signature(body, signature_of(body + " "))};
}

inline Parsed parse(const Entry& entry, const Channel& over, std::string_view body) {
  WebhookRequest request;
  request.method = "POST";
  request.body = body;
  return entry.connector->parse(request, over);
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
inline Talk talk(const Entry& entry, const Channel& over, Send send,
                 const std::vector<Scripted>& script) {
  Talk out;
  const auto context = [&] { return SendContext{send, over, {}, {}}; };
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
    step = entry.connector->resume(context(), call.step, answer);
  }
  out.end = std::move(step);
  return out;
}

inline Send send_of(std::string recipient, std::vector<Part> content,
                    std::vector<Action> actions = {}) {
  Send send;
  send.id = SendId{"snd_1"};
  send.recipient = std::move(recipient);
  send.message.direction = Direction::outbound;
  send.message.author.type = AuthorType::bot;
  send.message.content = std::move(content);
  send.message.suggested_actions = std::move(actions);
  return send;
}

inline Action action(ActionType type, std::string title, std::string payload = {},
                     std::string url = {}) {
  Action out;
  out.type = type;
  out.title = std::move(title);
  out.payload = std::move(payload);
  out.url = std::move(url);
  return out;
}

inline Media media(MediaKind kind, std::string url, std::string mime = {}) {
  Media out;
  out.kind = kind;
  out.url = std::move(url);
  out.mime = std::move(mime);
  return out;
}

inline const Error& failure(const Talk& done) {
  static const Error kNone{.code = Errc::not_found, .detail = "no error"};
  const auto* error = std::get_if<Error>(&done.end);
  return error == nullptr ? kNone : *error;
}

}  // namespace parley::connectors::graph_support
