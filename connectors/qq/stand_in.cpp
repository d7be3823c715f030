#include "connectors/qq/stand_in.hpp"

#include <algorithm>
#include <deque>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::qq {
namespace {

constexpr std::size_t kKeysKept = 10'000;

ApiAnswer refused(int status, int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("message", words).member("code", code).end_object();
  return json_answer(out.take(), status);
}

// "/v2/users/<openid>/messages" and the like.
struct Place {
  std::string kind, openid, what;

  static Place of(std::string_view path) {
    Place out;
    if (!path.starts_with("/v2/")) return out;
    path.remove_prefix(4);
    const auto first = path.find('/');
    const auto second = path.find('/', std::min(first, path.size() - 1) + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return out;
    out.kind = path.substr(0, first);
    out.openid = percent_decode(path.substr(first + 1, second - first - 1));
    out.what = path.substr(second + 1);
    const bool known = (out.kind == "users" || out.kind == "groups") &&
                       (out.what == "messages" || out.what == "files");
    return known ? out : Place();
  }
};

std::string words_of(std::string_view body) {
  const auto type = json_at(body, "/msg_type");
  if (type == "2") return json_at(body, "/markdown/content");
  if (type == "7") return "[" + json_at(body, "/media/file_info") + "]";
  return json_at(body, "/content");
}

class QqStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("qq", "", api_base);
    channel.settings = {{"app_id", "100000001"}};
    channel.secrets.emplace("bot_secret", Secret("sampleBotSecret1"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return "SIMULATED0000000000000" + std::to_string(1'000'000'000 + number);
  }

  // Nothing says how often; it stops when op 12 comes back.
  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.empty() || said.user.contains('=')) {
      return Error{.code = Errc::misconfigured, .detail = "a QQ user is an openid"};
    }
    JsonWriter json;
    json.begin_object().member("op", 0).member("id", "C2C_MESSAGE_CREATE:" + random_hex(8));
    json.member("t", "C2C_MESSAGE_CREATE").key("d").begin_object();
    json.member("id", "ROBOT1.0_in" + std::to_string(said.number));
    json.member("content", said.text).member("timestamp", format_time(said.said_at));
    json.key("author").begin_object().member("user_openid", said.user).end_object();
    json.end_object().end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.body = json.take();
    const auto time = std::to_string(unix_seconds(said.sent_at));
    hook.headers = {{"Content-Type", "application/json"},
                    {"User-Agent", "QQBot-Callback"},
                    {"X-Bot-Appid", std::string(channel.setting("app_id"))},
                    {"X-Signature-Timestamp", time},
                    {"X-Signature-Ed25519", signature(channel, time + hook.body)}};
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return Place::of(request.path).what == "messages";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path == "/app/getAppAccessToken") return ApiOutcome{give_token(request)};
    const auto place = Place::of(request.path);
    if (place.what.empty()) return std::nullopt;
    if (request.header("authorization") != "QQBot " + token()) {
      return ApiOutcome{refused(401, 11243, "token not exist or expire")};
    }
    if (place.what == "files") {
      return ApiOutcome{json_answer(R"({"file_uuid":"u1","file_info":"standin-file","ttl":3600})")};
    }
    return take(place, request);
  }

  ApiAnswer throttled(int retry_after_s) const override {
    auto answer = refused(429, 22009, "msg limit exceed");
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
  }

  void expire_token() override { ++token_number_; }

 private:
  std::string token() const { return "standin-" + std::to_string(token_number_); }

  static std::string signature(const Channel& channel, const std::string& text) {
    std::string seed = channel.secret("bot_secret").reveal();
    while (!seed.empty() && seed.size() < 32) seed.append(seed);
    seed.resize(std::min<std::size_t>(seed.size(), 32));
    return to_hex(ed25519_sign(seed, text).value_or(""));
  }

  ApiAnswer give_token(const ApiRequest& request) const {
    if (json_at(request.body, "/appId").empty() || json_at(request.body, "/clientSecret").empty()) {
      return refused(400, 100016, "invalid appid or secret");
    }
    JsonWriter out;  // the number comes as a text
    out.begin_object().member("access_token", token()).member("expires_in", "7200").end_object();
    return json_answer(out.take());
  }

  ApiOutcome take(const Place& place, const ApiRequest& request) {
    const auto answered = json_at(request.body, "/msg_id") + json_at(request.body, "/event_id");
    if (answered.empty()) return {refused(400, 304022, "active messages are no more")};
    const auto words = words_of(request.body);
    if (words.empty()) return {refused(400, 50006, "empty message")};
    const auto key = answered + "#" + json_at(request.body, "/msg_seq");
    if (std::ranges::find(seen_, key) != seen_.end()) {
      return {refused(400, 40054005, "message deduplicated, check msgseq")};
    }
    seen_.push_back(key);
    if (seen_.size() > kKeysKept) seen_.pop_front();
    AcceptedSend send;
    send.method = place.kind + "/messages";
    send.to = place.openid;
    send.text = words;
    send.external_id = "ROBOT1.0_out" + std::to_string(++messages_);
    JsonWriter out;
    out.begin_object().member("id", send.external_id);
    out.member("timestamp", format_time(request.received_at)).end_object();
    return {json_answer(out.take()), {std::move(send)}};
  }

  std::uint64_t token_number_ = 1, messages_ = 0;
  std::deque<std::string> seen_;  // msg_id and msg_seq
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<QqStandIn>(); }

}  // namespace parley::connectors::qq
