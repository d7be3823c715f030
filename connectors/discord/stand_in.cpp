#include "connectors/discord/stand_in.hpp"

#include <algorithm>
#include <map>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"

namespace parley::connectors::discord {
namespace {

constexpr std::size_t kRememberedMax = 10'000;
constexpr std::uint64_t kFirstUser = 424'242'424'242'424'000;
constexpr std::uint64_t kFirstChannel = 524'242'424'242'424'000;  // of direct messages, by user
constexpr std::string_view kApplication = "9001424242424242";
constexpr std::int64_t kEpochMs = 1'420'070'400'000;
const std::string kSeed =
    "the stand-in's own private key..";  // 32 bytes; Discord's never leaves it

ApiAnswer refused(int status, int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("message", words).member("code", code).end_object();
  return json_answer(out.take(), status);
}

bool is_id(std::string_view text) {
  return text.size() >= 17 && text.size() <= 19 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string moved(const std::string& id, std::uint64_t from, std::uint64_t to) {
  return is_id(id) ? std::to_string(std::stoull(id) - from + to) : std::string();
}

// "a", "b" of "/x/a/y/b": every second step after `prefix`.
std::string step_of(std::string_view path, std::size_t index) {
  for (std::size_t i = 0; i <= index; ++i) {
    const auto slash = path.find('/');
    if (slash == std::string_view::npos) return {};
    path.remove_prefix(slash + 1);
  }
  return std::string(path.substr(0, path.find('/')));
}

class DiscordStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("discord", "", api_base);
    channel.secrets.emplace("public_key", Secret(to_hex(*ed25519_public_key(kSeed))));
    channel.secrets.emplace("bot_token", Secret("sample-bot-token"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return std::to_string(kFirstUser + number);
  }

  Redelivery redelivery() const override { return {1, Milliseconds(3'000), Milliseconds(0)}; }

  // What people say to an application is a command with words.
  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (!equal_constant_time(channel.secret("public_key").reveal(),
                             to_hex(*ed25519_public_key(kSeed)))) {
      return Error{.code = Errc::misconfigured,
                   .detail = "only the sample's public_key can be signed for"};
    }
    if (!is_id(said.user)) {
      return Error{.code = Errc::misconfigured, .detail = "a Discord user is 17 to 19 digits"};
    }
    const auto since = static_cast<std::uint64_t>(
        std::max<std::int64_t>(said.said_at.time_since_epoch().count() - kEpochMs, 0));
    const std::uint64_t id = (since << 22) + (said.number & 0x3F'FFFF);
    JsonWriter json;
    json.begin_object().member("type", 2).member("version", 1).member("id", std::to_string(id));
    json.member("application_id", kApplication);
    json.member("token", "tok." + said.user + "." + std::to_string(said.number));
    json.member("channel_id", moved(said.user, kFirstUser, kFirstChannel));
    json.key("user").begin_object().member("id", said.user).member("username", "simulated");
    json.member("global_name", "Simulated Customer").end_object();
    json.key("data").begin_object().member("id", "7").member("name", "ask").member("type", 1);
    json.key("options").begin_array().begin_object().member("type", 3);
    json.member("name", "question").member("value", said.text);
    json.end_object().end_array().end_object().end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.body = json.take();
    const std::string now = std::to_string(unix_seconds(said.sent_at));
    hook.headers = {{"Content-Type", "application/json"},
                    {"X-Signature-Timestamp", now},
                    {"X-Signature-Ed25519", to_hex(*ed25519_sign(kSeed, now + hook.body))}};
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    const bool hook = request.path.starts_with("/api/v10/webhooks/");
    const bool channel = request.path.starts_with("/api/v10/channels/");
    return hook || (channel && request.path.ends_with("/messages"));
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (!request.path.starts_with("/api/v10/")) return std::nullopt;
    if (request.path.ends_with("/typing")) return ApiOutcome{json_answer("", 204)};
    if (!is_send(request)) return ApiOutcome{refused(404, 0, "404: Not Found")};
    AcceptedSend send;
    if (request.path.starts_with("/api/v10/webhooks/")) {
      const std::string token = step_of(request.path, 4);
      const auto dot = token.find('.', 4);
      if (!token.starts_with("tok.") || dot == std::string::npos) {
        return ApiOutcome{refused(404, 10015, "Unknown Webhook")};
      }
      send.method = request.method == "PATCH" ? "edit" : "follow up";
      send.to = token.substr(4, dot - 4);
    } else {
      if (!request.header("authorization").starts_with("Bot ")) {
        return ApiOutcome{refused(401, 0, "401: Unauthorized")};
      }
      send.method = "create";
      send.to = moved(step_of(request.path, 3), kFirstChannel, kFirstUser);
    }
    if (send.to.empty()) return ApiOutcome{refused(404, 10003, "Unknown Channel")};
    return take(request, std::move(send));
  }

  ApiAnswer throttled(int retry_after_s) const override {
    JsonWriter out;
    out.begin_object().member("message", "You are being rate limited.");
    out.member("retry_after", static_cast<double>(retry_after_s)).member("global", false);
    ApiAnswer answer = json_answer(out.end_object().take(), 429);
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
  }

 private:
  // A nonce seen before brings the message it brought then.
  ApiOutcome take(const ApiRequest& request, AcceptedSend send) {
    std::string body = form_field(request, "payload_json");
    if (body.empty()) body = request.body;
    const std::string nonce = json_at(body, "/nonce");
    const bool enforced = !nonce.empty() && json_at(body, "/enforce_nonce") == "true";
    const std::string key = send.to + "/" + nonce;
    if (const auto known = nonces_.find(key); enforced && known != nonces_.end()) {
      return ApiOutcome{message(known->second)};
    }
    send.text = json_at(body, "/content");
    if (send.text.empty()) send.text = "[message]";
    send.external_id = std::to_string(++messages_);
    if (enforced) {
      if (nonces_.size() == kRememberedMax) nonces_.clear();
      nonces_[key] = send.external_id;
    }
    ApiAnswer answer = message(send.external_id);
    return {std::move(answer), {std::move(send)}};
  }

  static ApiAnswer message(std::string_view id) {
    JsonWriter out;
    out.begin_object().member("id", id).member("type", 0).end_object();
    return json_answer(out.take());
  }

  std::uint64_t messages_ = 1'427'000'000'000'000'000;
  std::map<std::string, std::string> nonces_;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<DiscordStandIn>(); }

}  // namespace parley::connectors::discord
