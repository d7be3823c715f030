#include "connectors/vk/stand_in.hpp"

#include <algorithm>
#include <map>

#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::vk {
namespace {

constexpr std::size_t kRememberedMax = 10'000;

ApiAnswer refused(int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().key("error").begin_object().member("error_code", code);
  out.member("error_msg", words).end_object().end_object();
  return json_answer(out.take());
}

ApiAnswer response(std::string_view json) {
  return json_answer(R"({"response":)" + std::string(json) + "}");
}

// VK takes a parameter from the query and from the body alike.
std::string parameter(const ApiRequest& request, std::string_view name) {
  std::string value = form_value(request.query, name);
  return value.empty() ? form_field(request, name) : value;
}

class VkStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("vk", "", api_base);
    channel.secrets.emplace("access_token", Secret("vk1.a.sample-access-token"));
    channel.secrets.emplace("secret", Secret("sample-callback-secret"));
    channel.settings.emplace("callback_verification_string", "a1b2c3d4");
    return {channel};
  }

  std::string user(std::uint64_t number) const override { return std::to_string(500'424 + number); }

  Redelivery redelivery() const override { return {5, Milliseconds(10'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    const bool digits = !said.user.empty() && said.user.size() < 10 &&
                        std::ranges::all_of(said.user, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return Error{.code = Errc::misconfigured, .detail = "a VK user is a number"};
    JsonWriter json;
    json.begin_object().member("group_id", 77).member("type", "message_new");
    json.member("event_id", "ev" + std::to_string(said.number)).member("v", "5.199");
    json.key("object").begin_object().key("message").begin_object();
    json.member("id", said.number).member("date", unix_seconds(said.said_at));
    json.key("from_id").raw(said.user).key("peer_id").raw(said.user);
    json.member("conversation_message_id", said.number).member("out", 0);
    json.member("text", said.text).key("attachments").begin_array().end_array();
    json.end_object().end_object();
    json.member("secret", channel.secret("secret").reveal()).end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.headers = {{"Content-Type", "application/json"}};
    hook.body = json.take();
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/method/messages.send.json";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path == "/upload/sample") {
      return ApiOutcome{json_answer(R"({"server":1,"photo":"[1]","hash":"h","file":"f"})")};
    }
    constexpr std::string_view kMethods = "/method/";
    if (!request.path.starts_with(kMethods)) return std::nullopt;
    if (parameter(request, "access_token").empty() || parameter(request, "v").empty()) {
      return ApiOutcome{refused(5, "User authorization failed: no access_token passed.")};
    }
    if (is_send(request)) return send(request);
    const std::string method = request.path.substr(kMethods.size());
    if (method.ends_with("getMessagesUploadServer.json")) {
      return ApiOutcome{response(R"({"upload_url":"http://)" + std::string(request.header("host")) +
                                 R"(/upload/sample"})")};
    }
    if (method == "photos.saveMessagesPhoto.json") {
      return ApiOutcome{response(R"([{"id":1,"owner_id":-77}])")};
    }
    if (method == "docs.save.json") {
      return ApiOutcome{response(R"({"type":"doc","doc":{"id":1,"owner_id":-77}})")};
    }
    if (method == "messages.setActivity.json" || method == "messages.sendMessageEventAnswer.json") {
      return ApiOutcome{response("1")};
    }
    return ApiOutcome{refused(3, "Unknown method passed")};
  }

  ApiAnswer throttled(int) const override { return refused(6, "Too many requests per second"); }

 private:
  ApiOutcome send(const ApiRequest& request) {
    AcceptedSend send;
    send.method = "messages.send";
    send.to = parameter(request, "user_id");
    if (send.to.empty()) send.to = parameter(request, "peer_id");
    const std::string number = parameter(request, "random_id");
    send.text = parameter(request, "message");
    if (send.text.empty() && !parameter(request, "attachment").empty()) send.text = "[attachment]";
    if (send.to.empty() || number.empty() || send.text.empty()) {
      return ApiOutcome{refused(100, "One of the parameters specified was missing or invalid")};
    }
    const std::string key = send.to + "/" + number;
    if (const auto known = seen_.find(key); number != "0" && known != seen_.end()) {
      return ApiOutcome{response(known->second)};
    }
    if (seen_.size() == kRememberedMax) seen_.clear();
    send.external_id = seen_[key] = std::to_string(++messages_);
    ApiAnswer answer = response(send.external_id);
    return {std::move(answer), {std::move(send)}};
  }

  std::uint64_t messages_ = 0;
  std::map<std::string, std::string> seen_;  // by recipient and random_id: the message's id
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<VkStandIn>(); }

}  // namespace parley::connectors::vk
