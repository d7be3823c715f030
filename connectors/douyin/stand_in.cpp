#include "connectors/douyin/stand_in.hpp"

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::douyin {
namespace {

constexpr std::string_view kAccount = "sample-business-open-id";

ApiAnswer answer_with(int code, std::string_view words, std::string_view message_id = {}) {
  JsonWriter out;
  out.begin_object();
  if (!message_id.empty()) out.member("msg_id", message_id);
  out.key("data").begin_object().member("error_code", code).member("description", words);
  out.end_object().key("extra").begin_object().member("error_code", code).end_object();
  out.end_object();
  return json_answer(out.take());
}

class DouyinStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("douyin", "", api_base);
    channel.settings = {{"client_key", "sampleclientkey1"}};
    channel.secrets.emplace("client_secret", Secret("sample-client-secret"));
    channel.secrets.emplace("refresh_token", Secret("rft.sample-refresh-token"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + number);
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.empty() || said.user.contains('=')) {
      return Error{.code = Errc::misconfigured, .detail = "a Douyin user is an open id"};
    }
    JsonWriter content;
    content.begin_object().member("conversation_short_id", "@chat+" + said.user);
    content.member("server_message_id", "@in+" + std::to_string(said.number));
    content.member("conversation_type", 1).member("message_type", "text");
    content.member("create_time", said.said_at.time_since_epoch().count());
    content.member("text", said.text).end_object();
    JsonWriter json;
    json.begin_object().member("event", "im_receive_msg");
    json.member("client_key", channel.setting("client_key"));
    json.member("from_user_id", said.user).member("to_user_id", kAccount);
    json.member("content", content.text()).end_object();  // JSON inside a text
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.body = json.take();
    const auto& secret = channel.secret("client_secret").reveal();
    hook.headers = {{"Content-Type", "application/json"},
                    {"Msg-Id", std::to_string(7'000'000'000'000'000 + said.number)},
                    {"X-Douyin-Signature", to_hex(sha1(secret + hook.body))}};
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override { return request.path == "/im/send/msg/"; }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path == "/oauth/refresh_token/") return ApiOutcome{give_token(request)};
    if (!is_send(request)) return std::nullopt;
    if (request.header("access-token") != token()) {
      return ApiOutcome{answer_with(2190008, "access_token expired")};
    }
    AcceptedSend send;
    send.method = "im/send/msg";
    send.to = json_at(request.body, "/to_user_id");
    send.text = json_at(request.body, "/content/text/text");
    if (form_value(request.query, "open_id") != kAccount || send.to.empty() || send.text.empty()) {
      return ApiOutcome{answer_with(2100005, "invalid parameter")};
    }
    if (json_at(request.body, "/msg_id").empty() ||
        json_at(request.body, "/conversation_id") != "@chat+" + send.to) {
      return ApiOutcome{answer_with(28003082, "not of this conversation")};
    }
    if (send.text.contains("https://") || send.text.contains("http://")) {
      return ApiOutcome{answer_with(28001038, "content invalid")};
    }
    send.external_id = "@out+" + std::to_string(++messages_);
    auto answer = answer_with(0, "", send.external_id);
    return ApiOutcome{std::move(answer), {std::move(send)}};
  }

  ApiAnswer throttled(int) const override { return answer_with(28003018, "too many"); }

  void expire_token() override { ++token_number_; }

 private:
  std::string token() const { return "act.standin-" + std::to_string(token_number_); }

  ApiAnswer give_token(const ApiRequest& request) const {
    if (form_field(request, "grant_type") != "refresh_token" ||
        form_field(request, "refresh_token").empty()) {
      return answer_with(10010, "refresh_token expired");
    }
    JsonWriter out;
    out.begin_object().key("data").begin_object().member("access_token", token());
    out.member("error_code", 0).member("expires_in", 1'296'000).member("open_id", kAccount);
    out.end_object().member("message", "success").end_object();
    return json_answer(out.take());
  }

  std::uint64_t token_number_ = 1, messages_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<DouyinStandIn>(); }

}  // namespace parley::connectors::douyin
