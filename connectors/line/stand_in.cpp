#include "connectors/line/stand_in.hpp"

#include <map>
#include <set>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"

namespace parley::connectors::line {
namespace {

constexpr std::size_t kRememberedMax = 10'000;
constexpr std::size_t kMessagesMax = 5;

ApiAnswer refused(int status, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("message", words).end_object();
  return json_answer(out.take(), status);
}

std::string padded(std::string text, std::size_t size) {
  return text.size() < size ? std::string(size - text.size(), '0') + text : text;
}

class LineStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("line", "", api_base);
    channel.secrets.emplace("channel_secret", Secret("sample-channel-secret"));
    channel.secrets.emplace("channel_access_token", Secret("sample-channel-access-token"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "U" + padded(std::to_string(number), 32);
  }

  Redelivery redelivery() const override { return {5, Milliseconds(2'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.size() != 33 || !said.user.starts_with('U')) {
      return Error{.code = Errc::misconfigured, .detail = "a LINE user is U and 32 digits"};
    }
    const std::string number = std::to_string(said.number);
    JsonWriter json;
    json.begin_object().member("destination", "U" + std::string(32, 'b'));
    json.key("events").begin_array().begin_object();
    json.member("type", "message").member("mode", "active");
    json.member("timestamp", said.said_at.time_since_epoch().count());
    json.key("source").begin_object().member("type", "user").member("userId", said.user);
    json.end_object();
    json.member("webhookEventId", "01" + padded(number, 24));
    json.key("deliveryContext").begin_object();
    json.member("isRedelivery", said.sent_at != said.said_at).end_object();
    json.member("replyToken", said.user + "." + number);
    json.key("message").begin_object().member("id", number).member("type", "text");
    json.member("quoteToken", "q" + number).member("text", said.text);
    json.end_object().end_object().end_array().end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.body = json.take();
    hook.headers = {{"Content-Type", "application/json; charset=utf-8"},
                    {"X-Line-Signature",
                     to_base64(hmac_sha256(channel.secret("channel_secret").reveal(), hook.body))}};
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/v2/bot/message/push" || request.path == "/v2/bot/message/reply";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!request.path.starts_with("/v2/bot/")) return std::nullopt;
    if (!request.header("authorization").starts_with("Bearer ")) {
      return ApiOutcome{refused(401, "Authentication failed")};
    }
    if (request.path.ends_with("/content")) return ApiOutcome{picture_answer()};
    if (request.path == "/v2/bot/chat/loading/start") return ApiOutcome{json_answer("{}", 202)};
    if (request.path == "/v2/bot/message/push") return push(request);
    if (request.path == "/v2/bot/message/reply") return reply(request);
    return ApiOutcome{refused(404, "Not found")};
  }

 private:
  ApiOutcome push(const ApiRequest& request) {
    const std::string to = json_at(request.body, "/to");
    const std::string key(request.header("x-line-retry-key"));
    if (to.empty()) return ApiOutcome{refused(400, "The property, 'to', is invalid")};
    if (const auto known = accepted_.find(key); !key.empty() && known != accepted_.end()) {
      return ApiOutcome{json_answer(known->second, 409)};
    }
    auto outcome = take(request, to, "push");
    if (!outcome.sent.empty() && !key.empty()) {
      if (accepted_.size() == kRememberedMax) accepted_.clear();
      accepted_[key] = outcome.answer.body;
    }
    return outcome;
  }

  ApiOutcome reply(const ApiRequest& request) {
    if (!request.header("x-line-retry-key").empty()) {
      return ApiOutcome{refused(400, "The retry key is not supported in this API")};
    }
    const std::string token = json_at(request.body, "/replyToken");
    const auto dot = token.find('.');
    if (used_.size() == kRememberedMax) used_.clear();
    if (dot == std::string::npos || used_.contains(token)) {
      return ApiOutcome{refused(400, "Invalid reply token")};
    }
    auto outcome = take(request, token.substr(0, dot), "reply");
    if (!outcome.sent.empty()) used_.insert(token);
    return outcome;
  }

  ApiOutcome take(const ApiRequest& request, const std::string& to, std::string_view method) {
    ApiOutcome outcome;
    JsonWriter out;
    out.begin_object().key("sentMessages").begin_array();
    for (std::size_t i = 0;; ++i) {
      const std::string at = "/messages/" + std::to_string(i);
      const std::string type = json_at(request.body, at + "/type");
      if (type.empty()) break;
      AcceptedSend send;
      send.method = method;
      send.to = to;
      send.text = json_at(request.body, at + "/text");
      if (send.text.empty()) send.text = "[" + type + "]";
      send.external_id = std::to_string(++messages_);
      out.begin_object().member("id", send.external_id).end_object();
      outcome.sent.push_back(std::move(send));
    }
    if (outcome.sent.empty() || outcome.sent.size() > kMessagesMax) {
      return ApiOutcome{refused(400, "messages must have 1 to 5 entries")};
    }
    outcome.answer = json_answer(out.end_array().end_object().take());
    return outcome;
  }

  std::uint64_t messages_ = 461'230'966'842'064'896;
  std::map<std::string, std::string> accepted_;  // by retry key: the answer
  std::set<std::string> used_;                   // reply tokens
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<LineStandIn>(); }

}  // namespace parley::connectors::line
