#include "connectors/whatsapp/stand_in.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/graph_stand_in.hpp"

namespace parley::connectors::whatsapp {
namespace {

using graph::below_version;
using graph::graph_refusal;
using graph::is_digits;

constexpr std::uint64_t kFirstUser = 8'613'800'100'000;
constexpr std::size_t kTextBytesMax = 4 * 4096;

bool is_user_id(std::string_view user) { return user.size() > 3 && user[2] == '.'; }

// What stands after the number's id: "messages" of "100200300/messages".
std::string_view verb_of(const ApiRequest& request) {
  const auto path = below_version(request.path);
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || !is_digits(path.substr(0, slash))) return {};
  return path.substr(slash + 1);
}

std::string words_of(std::string_view body) {
  const std::string type = json_at(body, "/type");
  for (const std::string& place : {std::string("/text/body"), std::string("/interactive/body/text"),
                                   "/" + type + "/caption", std::string("/template/name")}) {
    if (auto words = json_at(body, place); !words.empty()) return words;
  }
  return "[" + type + "]";
}

class WhatsAppStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    return {graph::sample_graph_channel("whatsapp", "phone_number_id", api_base)};
  }

  std::string user(std::uint64_t number) const override {
    return std::to_string(kFirstUser + number);
  }

  Redelivery redelivery() const override { return graph::graph_redelivery(); }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (!is_digits(said.user) && !is_user_id(said.user)) {
      return Error{.code = Errc::misconfigured,
                   .detail = "a WhatsApp user is a phone number in digits, or like US.12345"};
    }
    const bool hidden = is_user_id(said.user);
    JsonWriter json = begun(channel);
    json.key("contacts").begin_array().begin_object().key("profile").begin_object();
    json.member("name", "Simulated Customer").end_object();
    json.member(hidden ? "user_id" : "wa_id", said.user).end_object().end_array();
    json.key("messages").begin_array().begin_object();
    json.member(hidden ? "from_user_id" : "from", said.user);
    json.member("id", "wamid.SIM" + std::to_string(said.number));
    json.member("timestamp", std::to_string(unix_seconds(said.said_at))).member("type", "text");
    json.key("text").begin_object().member("body", said.text).end_object();
    json.end_object().end_array();
    return Dispatch{.webhooks = {ended(channel, json)}};
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    const std::string_view word = state == DeliveryState::sent        ? "sent"
                                  : state == DeliveryState::delivered ? "delivered"
                                  : state == DeliveryState::read      ? "read"
                                  : state == DeliveryState::failed    ? "failed"
                                                                      : "";
    if (word.empty()) return std::nullopt;
    JsonWriter json = begun(channel);
    json.key("statuses").begin_array().begin_object().member("id", send.external_id);
    json.member(is_user_id(send.to) ? "recipient_user_id" : "recipient_id", send.to);
    json.member("status", word).member("timestamp", std::to_string(unix_seconds(at)));
    if (state == DeliveryState::failed) {
      json.key("errors").begin_array().begin_object().member("code", 131026);
      json.member("title", "Message undeliverable").end_object().end_array();
    }
    json.end_object().end_array();
    return Dispatch{.webhooks = {ended(channel, json)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.method == "POST" && verb_of(request) == "messages" &&
           !json_at(request.body, "/type").empty();
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path.starts_with("/files/")) return ApiOutcome{picture_answer()};
    const auto verb = verb_of(request);
    const bool asks_file = request.method == "GET" && is_digits(below_version(request.path));
    if (verb != "messages" && verb != "media" && !asks_file) return std::nullopt;
    if (!request.header("authorization").starts_with("Bearer ")) {
      return ApiOutcome{graph_refusal(401, 190, "Invalid OAuth access token")};
    }
    if (asks_file) return ApiOutcome{where_it_lies(request)};
    if (verb == "media") {
      return ApiOutcome{json_answer(R"({"id":")" + std::to_string(++given_) + R"("})")};
    }
    if (json_at(request.body, "/messaging_product") != "whatsapp") {
      return ApiOutcome{graph_refusal(400, 100, "messaging_product is required")};
    }
    if (!is_send(request)) return ApiOutcome{json_answer(R"({"success":true})")};
    return take(request);
  }

  ApiAnswer throttled(int) const override { return graph::graph_throttled(130429); }

 private:
  static JsonWriter begun(const Channel& channel) {
    JsonWriter json;
    json.begin_object().member("object", "whatsapp_business_account").key("entry").begin_array();
    json.begin_object().member("id", "700800900").key("changes").begin_array().begin_object();
    json.member("field", "messages").key("value").begin_object();
    json.member("messaging_product", "whatsapp").key("metadata").begin_object();
    json.member("display_phone_number", "8613800138000");
    json.member("phone_number_id", channel.setting("phone_number_id")).end_object();
    return json;
  }

  static Webhook ended(const Channel& channel, JsonWriter& json) {
    json.end_object().end_object().end_array().end_object().end_array().end_object();
    return graph::signed_webhook(channel, json.text());
  }

  static ApiAnswer where_it_lies(const ApiRequest& request) {
    const std::string id(below_version(request.path));
    JsonWriter out;
    out.begin_object().member("messaging_product", "whatsapp").member("id", id);
    out.member("url", "http://" + std::string(request.header("host")) + "/whatsapp/files/" + id);
    out.member("mime_type", "image/png").end_object();
    return json_answer(out.take());
  }

  ApiOutcome take(const ApiRequest& request) {
    AcceptedSend send;
    send.method = json_at(request.body, "/type");
    send.to = json_at(request.body, "/to");
    if (send.to.empty()) send.to = json_at(request.body, "/recipient");
    if (send.to.empty()) return {graph_refusal(400, 100, "The parameter to is required")};
    send.text = words_of(request.body);
    if (send.text.size() > kTextBytesMax) {
      return {graph_refusal(400, 100, "Param text['body'] must be at most 4096 characters long")};
    }
    if (!json_at(request.body, "/interactive/action/buttons/3/type").empty()) {
      return {graph_refusal(400, 131009, "Parameter value is not valid: at most 3 buttons")};
    }
    send.external_id = "wamid.SENT" + std::to_string(++given_);
    JsonWriter out;
    out.begin_object().member("messaging_product", "whatsapp").key("contacts").begin_array();
    out.begin_object().member("input", send.to).end_object().end_array();
    out.key("messages").begin_array().begin_object().member("id", send.external_id);
    out.end_object().end_array().end_object();
    return {json_answer(out.take()), {std::move(send)}};
  }

  std::uint64_t given_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<WhatsAppStandIn>(); }

}  // namespace parley::connectors::whatsapp
