// tests/connectors/stand_in_support.hpp
// Between a stand-in and a connector without a network: webhooks as the connector sees them, calls
// as the stand-in sees them, and a whole send.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/send_dialogue.hpp"
#include "connectors/stand_in.hpp"

namespace parley::connectors::testing_support {

inline std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Header names in lower case, as the gateway hands them on.
inline HeaderList lowered(HeaderList headers) {
  for (auto& [name, value] : headers) name = lower(name);
  return headers;
}

// A webhook as the connector is given it; owns its bytes.
struct Arrived {
  explicit Arrived(Webhook from) : webhook(std::move(from)) {
    webhook.headers = lowered(std::move(webhook.headers));
  }
  WebhookRequest view(TimePoint at) const {
    const std::string_view target = webhook.target;
    const auto question = target.find('?');
    WebhookRequest request{.method = webhook.method,
                           .path = target.substr(0, question),
                           .query = {},
                           .headers = {},
                           .body = webhook.body,
                           .received_at = at};
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    for (const auto& [name, value] : webhook.headers) request.headers.push_back({name, value});
    return request;
  }
  Webhook webhook;
};

// Below `api_base`; the caller has checked that the call goes there.
inline ApiRequest request_of(const HttpCall& call, std::string_view api_base, TimePoint at) {
  ApiRequest request;
  request.method = call.method;
  request.path = call.url.substr(api_base.size());
  if (const auto question = request.path.find('?'); question != std::string::npos) {
    request.query = request.path.substr(question + 1);
    request.path.resize(question);
  }
  request.headers = lowered(call.headers);
  if (!call.content_type.empty()) request.headers.emplace_back("content-type", call.content_type);
  // Platforms name addresses of their own in answers; here they are below `api_base` too.
  request.headers.emplace_back("host", std::string(api_base.substr(api_base.find("://") + 3)));
  request.body = call.body;
  request.received_at = at;
  return request;
}

// The API of one channel, and what it took.
class Api {
 public:
  Api(const Entry& entry, const Channel& channel, TimePoint now)
      : entry_(entry), channel_(channel), now_(now), stand_in_(entry.stand_in()) {}

  // How the whole send ends; `misuse` says what no connector or stand-in may do.
  std::variant<Sent, Push, Error> run(const Send& send) {
    SendDialogue dialogue(entry_, channel_, send);
    auto next = dialogue.begin(now_);
    for (;;) {
      if (auto* need = std::get_if<SendDialogue::NeedToken>(&next)) {
        if (need->refused.empty() && !token.empty()) {
          next = dialogue.give_token(token, now_);
          continue;
        }
        tokens_refused += need->refused.empty() ? 0 : 1;
        const auto answer = ask(entry_.token_source->request(channel_, !need->refused.empty()));
        auto got = entry_.token_source->read(answer.view());
        if (!got) return std::move(got.error());
        token = got->value.reveal();
        next = dialogue.give_token(token, now_);
      } else if (auto* call = std::get_if<HttpCall>(&next)) {
        next = dialogue.give_answer(ask(*call).view(), now_);
      } else if (auto* error = std::get_if<Error>(&next)) {
        return std::move(*error);
      } else if (auto* push = std::get_if<Push>(&next)) {
        return std::move(*push);
      } else {
        return std::move(std::get<Sent>(next));
      }
    }
  }

  StandIn& stand_in() { return *stand_in_; }

  std::string token = {};  // a cached one
  bool throttled = false;  // every send from now on
  int tokens_refused = 0;
  std::vector<AcceptedSend> taken;
  std::vector<HttpCall> calls;  // as they left
  std::vector<std::string> misuse;

 private:
  struct Answered {
    ApiAnswer answer;
    HttpAnswer view() const {
      HttpAnswer out{.status = answer.status, .headers = {}, .body = answer.body};
      out.headers.push_back({"content-type", answer.content_type});
      for (const auto& [name, value] : answer.headers) out.headers.push_back({name, value});
      return out;
    }
  };

  Answered ask(const HttpCall& call) {
    calls.push_back(call);
    if (!call.url.starts_with(channel_.api_base + "/")) {
      misuse.push_back("a call that does not go to api_base: " + call.method + " " + call.url);
      return {{.status = 404}};
    }
    const auto request = request_of(call, channel_.api_base, now_);
    const bool is_send = stand_in_->is_send(request);
    if (is_send && throttled) return lowered_names(stand_in_->throttled(7));
    auto outcome = stand_in_->api(request);
    if (!outcome) {
      misuse.push_back("a path the stand-in does not know: " + request.path);
      return {{.status = 404}};
    }
    if (!outcome->sent.empty() && !is_send) {
      misuse.push_back("is_send() does not know " + request.path + ", which brought a message");
    }
    for (auto& send : outcome->sent) taken.push_back(std::move(send));
    return lowered_names(std::move(outcome->answer));
  }

  static Answered lowered_names(ApiAnswer answer) {
    answer.headers = lowered(std::move(answer.headers));
    return {std::move(answer)};
  }

  const Entry& entry_;
  const Channel& channel_;
  TimePoint now_;
  std::unique_ptr<StandIn> stand_in_;
};

}  // namespace parley::connectors::testing_support
