#include "connectors/dingtalk/stand_in.hpp"

#include <chrono>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::dingtalk {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSession = "/robot/sendBySession";
constexpr std::string_view kToPeople = "/v1.0/robot/oToMessages/batchSend";
constexpr std::string_view kToGroup = "/v1.0/robot/groupMessages/send";

ApiAnswer errcode(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("errcode", code).member("errmsg", words).end_object();
  return json_answer(out.take());
}

ApiAnswer refused(int status, std::string_view code) {
  JsonWriter out;
  out.begin_object().member("code", code).member("message", "refused").end_object();
  return json_answer(out.take(), status);
}

std::string session_words(std::string_view body) {
  const auto type = json_at(body, "/msgtype");
  if (type == "text") return json_at(body, "/text/content");
  if (type == "markdown") return json_at(body, "/markdown/text");
  return "[" + type + "]";
}

std::string template_words(std::string_view body) {
  const auto key = json_at(body, "/msgKey"), parameters = json_at(body, "/msgParam");
  if (key == "sampleText") return json_at(parameters, "/content");
  if (key == "sampleMarkdown") return json_at(parameters, "/text");
  return "[" + key + "]";
}

class DingtalkStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("dingtalk", "", api_base);
    channel.settings = {{"app_key", "dingsample0001"}};
    channel.secrets.emplace("app_secret", Secret("sample-app-secret"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "staff" + std::to_string(1'000 + number);
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.empty() || said.user.contains(' ')) {
      return Error{.code = Errc::misconfigured, .detail = "a DingTalk user is a staff id"};
    }
    // The answer to every second message comes after the session is over, by the robot API.
    const auto session_until = said.said_at + (said.number % 2 == 0 ? 90min : 0min);
    JsonWriter json;
    json.begin_object().member("conversationId", "cid" + said.user + "==");
    json.member("conversationType", "1").member("chatbotUserId", "$:sample-robot");
    json.member("msgId", "msg" + std::to_string(said.number));
    json.member("createAt", said.said_at.time_since_epoch().count());
    json.member("senderStaffId", said.user).member("senderId", "$:" + said.user);
    json.member("senderNick", "Simulated Customer").member("robotCode", channel.setting("app_key"));
    json.member("sessionWebhook",
                (channel.api_base.empty() ? "https://oapi.dingtalk.com" : channel.api_base) +
                    std::string(kSession) + "?session=" + said.user);
    json.member("sessionWebhookExpiredTime", session_until.time_since_epoch().count());
    json.member("msgtype", "text").key("text").begin_object();
    json.member("content", said.text).end_object().end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    const auto time = std::to_string(said.sent_at.time_since_epoch().count());
    const auto& secret = channel.secret("app_secret").reveal();
    hook.headers = {{"Content-Type", "application/json; charset=utf-8"},
                    {"timestamp", time},
                    {"sign", to_base64(hmac_sha256(secret, time + "\n" + secret))}};
    hook.body = json.take();
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == kSession || request.path == kToPeople || request.path == kToGroup;
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path == kSession) return take_session(request);
    if (request.path == "/v1.0/oauth2/accessToken") return ApiOutcome{give_token(request)};
    if (request.path == "/media/upload") {
      if (form_value(request.query, "access_token") != token()) {
        return ApiOutcome{errcode(40014, "invalid access_token")};
      }
      return ApiOutcome{json_answer(R"({"errcode":0,"errmsg":"ok","media_id":"@standin1"})")};
    }
    const bool download = request.path == "/v1.0/robot/messageFiles/download";
    if (!download && !is_send(request)) return std::nullopt;
    if (request.header("x-acs-dingtalk-access-token") != token()) {
      return ApiOutcome{refused(400, "InvalidAuthentication")};
    }
    if (download) return ApiOutcome{refused(404, "downloadCode.notFound")};
    return take(request);
  }

  ApiAnswer throttled(int retry_after_s) const override {
    auto answer = refused(429, "Throttling.Api");
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
  }

  void expire_token() override { ++token_number_; }

 private:
  std::string token() const { return "standin-" + std::to_string(token_number_); }

  ApiAnswer give_token(const ApiRequest& request) const {
    if (json_at(request.body, "/appKey").empty() || json_at(request.body, "/appSecret").empty()) {
      return refused(400, "invalidClientIdOrSecret");
    }
    JsonWriter out;
    out.begin_object().member("accessToken", token()).member("expireIn", 7200).end_object();
    return json_answer(out.take());
  }

  static ApiOutcome take_session(const ApiRequest& request) {
    AcceptedSend send;
    send.method = "sendBySession";
    send.to = form_value(request.query, "session");
    send.text = session_words(request.body);
    if (send.to.empty()) return {errcode(300001, "session is not exist")};
    if (send.text == "[]") return {errcode(40035, "missing parameter json")};
    return {errcode(0, "ok"), {std::move(send)}};
  }

  ApiOutcome take(const ApiRequest& request) {
    AcceptedSend send;
    send.method = request.path == kToGroup ? "groupMessages/send" : "oToMessages/batchSend";
    send.to = request.path == kToGroup ? json_at(request.body, "/openConversationId")
                                       : json_at(request.body, "/userIds/0");
    send.text = template_words(request.body);
    if (send.to.empty() || json_at(request.body, "/robotCode").empty() || send.text == "[]") {
      return {refused(400, "param.error")};
    }
    send.external_id = "query" + std::to_string(++messages_);
    JsonWriter out;
    out.begin_object().member("processQueryKey", send.external_id);
    out.key("invalidStaffIdList").begin_array().end_array();
    out.key("flowControlledStaffIdList").begin_array().end_array().end_object();
    return {json_answer(out.take()), {std::move(send)}};
  }

  std::uint64_t token_number_ = 1, messages_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<DingtalkStandIn>(); }

}  // namespace parley::connectors::dingtalk
