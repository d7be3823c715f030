#include "connectors/graph_stand_in.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::graph {
namespace {

constexpr std::string_view kAccount = "100200300400500";

void append_escape(unsigned unit, std::string& out) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(unit >> shift) & 0xF];
}

// One character of UTF-8 from `at` on, as JSON escapes; the place after it.
std::size_t append_character(std::string_view text, std::size_t at, std::string& out) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  unsigned code = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size && at + i < text.size(); ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  }
  if (code >= 0x10000) {
    append_escape(0xD800 + ((code - 0x10000) >> 10), out);
    append_escape(0xDC00 + ((code - 0x10000) & 0x3FF), out);
  } else {
    append_escape(code, out);
  }
  return at + size;
}

std::string escaped(std::string_view json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    if (static_cast<unsigned char>(json[at]) >= 0x80) {
      at = append_character(json, at, out);
    } else {
      if (json[at] == '/') out += '\\';
      out += json[at++];
    }
  }
  return out;
}

class InboxStandIn final : public StandIn {
 public:
  explicit InboxStandIn(const InboxStandInTraits& traits) : traits_(traits) {}

  std::vector<Channel> samples(std::string_view api_base) const override {
    return {sample_graph_channel(traits_.platform, traits_.account_setting, api_base)};
  }

  std::string user(std::uint64_t number) const override {
    return std::to_string(traits_.first_user + number);
  }

  Redelivery redelivery() const override { return graph_redelivery(); }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (!is_digits(said.user)) {
      return Error{.code = Errc::misconfigured, .detail = "a user of this platform is a number"};
    }
    JsonWriter json;
    json.begin_object().key("message").begin_object();
    json.member("mid", "m_SIM" + std::to_string(said.number)).member("text", said.text);
    json.end_object().end_object();
    return Dispatch{.webhooks = {event(channel, said.user, said.said_at, json.text())}};
  }

  std::optional<Dispatch> receipt(const Channel& channel, const AcceptedSend& send,
                                  DeliveryState state, TimePoint at) const override {
    if (!traits_.says_delivered || state != DeliveryState::delivered) return std::nullopt;
    JsonWriter json;
    json.begin_object().key("delivery").begin_object().key("mids").begin_array();
    json.value(send.external_id).end_array();
    json.member("watermark", at.time_since_epoch().count()).end_object().end_object();
    return Dispatch{.webhooks = {event(channel, send.to, at, json.text())}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.method == "POST" && below_version(request.path) == "me/messages" &&
           json_at(request.body, "/sender_action").empty();
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    const auto path = below_version(request.path);
    if (path != "me/messages" && path != "me/message_attachments") return std::nullopt;
    if (form_value(request.query, "access_token").empty()) {
      return ApiOutcome{graph_refusal(400, 190, "Invalid OAuth access token")};
    }
    if (path == "me/message_attachments") {
      return ApiOutcome{json_answer(R"({"attachment_id":")" + std::to_string(++given_) + R"("})")};
    }
    const std::string to = json_at(request.body, "/recipient/id");
    if (to.empty())
      return ApiOutcome{graph_refusal(400, 100, "The parameter recipient is required")};
    if (!is_send(request)) return ApiOutcome{json_answer(R"({"recipient_id":")" + to + R"("})")};
    return take(request, to);
  }

  ApiAnswer throttled(int) const override { return graph_throttled(613); }

 private:
  Webhook event(const Channel& channel, const std::string& user, TimePoint at,
                std::string_view members) const {
    const auto account = channel.setting(traits_.account_setting);
    JsonWriter json;
    json.begin_object().member("object", traits_.object).key("entry").begin_array();
    json.begin_object().member("id", account);
    json.member("time", at.time_since_epoch().count()).key("messaging").begin_array();
    json.begin_object().key("sender").begin_object().member("id", user).end_object();
    json.key("recipient").begin_object().member("id", account).end_object();
    json.member("timestamp", at.time_since_epoch().count());
    std::string text = json.take();
    text += ',';
    text += members.substr(1);
    return signed_webhook(channel, text + "]}]}");
  }

  ApiOutcome take(const ApiRequest& request, const std::string& to) {
    const std::string type = json_at(request.body, "/messaging_type");
    if (type != "RESPONSE" && type != "UPDATE" && type != "MESSAGE_TAG") {
      return {graph_refusal(400, 100, "Param messaging_type is not one of its values")};
    }
    AcceptedSend send;
    send.method = "messages";
    send.to = to;
    send.text = json_at(request.body, "/message/text");
    if (send.text.size() > traits_.text_bytes_max * 4) {
      return {graph_refusal(400, 100, "Length of param message[text] is too long")};
    }
    for (const char* place :
         {"/message/attachment/payload/text", "/message/attachment/payload/elements/0/title"}) {
      if (send.text.empty()) send.text = json_at(request.body, place);
    }
    const std::string kind = json_at(request.body, "/message/attachment/type");
    if (send.text.empty() && kind.empty()) {
      return {graph_refusal(400, 100, "Message cannot be empty, must provide valid text")};
    }
    if (send.text.empty()) send.text = "[" + kind + "]";
    send.external_id = "m_SENT" + std::to_string(++given_);
    JsonWriter out;
    out.begin_object().member("recipient_id", to);
    out.member("message_id", send.external_id).end_object();
    return {json_answer(out.take()), {std::move(send)}};
  }

  const InboxStandInTraits traits_;
  std::uint64_t given_ = 0;
};

}  // namespace

Channel sample_graph_channel(std::string_view platform, std::string_view account_setting,
                             std::string_view api_base) {
  Channel channel = sample_channel(platform, "", api_base);
  channel.settings[std::string(account_setting)] = kAccount;
  channel.secrets.emplace("app_secret", Secret("sample-app-secret"));
  channel.secrets.emplace("verify_token", Secret("sample-verify-token"));
  channel.secrets.emplace("access_token", Secret("sample-access-token"));
  return channel;
}

Webhook signed_webhook(const Channel& channel, std::string_view json) {
  Webhook hook;
  hook.target = webhook_path(channel);
  hook.body = escaped(json);
  const std::string& key = channel.secret("app_secret").reveal();
  hook.headers = {{"Content-Type", "application/json"},
                  {"X-Hub-Signature-256", "sha256=" + to_hex(hmac_sha256(key, hook.body))}};
  return hook;
}

Redelivery graph_redelivery() {
  return {.attempts_max = 8, .timeout = Milliseconds(10'000), .pause = Milliseconds(2'000)};
}

ApiAnswer graph_refusal(int status, int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().key("error").begin_object();
  out.member("message", "(#" + std::to_string(code) + ") " + std::string(words));
  out.member("type", "OAuthException").member("code", code).member("fbtrace_id", "A0simulated");
  out.end_object().end_object();
  return json_answer(out.take(), status);
}

ApiAnswer graph_throttled(int code) { return graph_refusal(400, code, "Rate limit hit"); }

std::string_view below_version(std::string_view path) {
  const auto slash = path.find('/', 1);
  if (!path.starts_with("/v") || slash == std::string_view::npos) return {};
  return path.substr(slash + 1);
}

std::unique_ptr<StandIn> make_inbox_stand_in(const InboxStandInTraits& traits) {
  return std::make_unique<InboxStandIn>(traits);
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= 20 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace parley::connectors::graph
