#include "connectors/slack/stand_in.hpp"

#include "base/crypto.hpp"
#include "base/json_writer.hpp"

namespace parley::connectors::slack {
namespace {

constexpr std::size_t kIdDigits = 10;

struct Escape {
  char plain;
  std::string_view code;
};
constexpr Escape kEscapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}};

// As Slack hands a user's words on.
std::string as_told(std::string_view text) {
  std::string out;
  for (const char c : text) {
    std::string_view code;
    for (const auto& escape : kEscapes) {
      if (escape.plain == c) code = escape.code;
    }
    if (code.empty()) {
      out += c;
    } else {
      out += code;
    }
  }
  return out;
}

// As a user reads what an app wrote.
std::string as_shown(std::string text) {
  for (auto escape = std::rbegin(kEscapes); escape != std::rend(kEscapes); ++escape) {
    for (auto at = text.find(escape->code); at != std::string::npos;
         at = text.find(escape->code, at + 1)) {
      text.replace(at, escape->code.size(), 1, escape->plain);
    }
  }
  return text;
}

ApiAnswer refused(std::string_view word) {
  JsonWriter out;
  out.begin_object().member("ok", false).member("error", word).end_object();
  return json_answer(out.take());
}

class SlackStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("slack", "", api_base);
    channel.secrets.emplace("signing_secret", Secret("sample-signing-secret"));
    channel.secrets.emplace("bot_token", Secret("xoxb-sample-bot-token"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    const std::string digits = std::to_string(number);
    const std::size_t zeros = digits.size() < kIdDigits ? kIdDigits - digits.size() : 0;
    return "U" + std::string(zeros, '0') + digits;
  }

  Redelivery redelivery() const override { return {4, Milliseconds(3'000), Milliseconds(1'000)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    if (said.user.size() <= kIdDigits || !said.user.starts_with('U')) {
      return Error{.code = Errc::misconfigured, .detail = "a Slack user is U and 10 digits"};
    }
    const std::string seconds = std::to_string(unix_seconds(said.said_at));
    JsonWriter json;
    json.begin_object().member("type", "event_callback").member("team_id", "T0SAMPLE01");
    json.member("api_app_id", "A0SAMPLE01").member("event_id", "Ev" + std::to_string(said.number));
    json.key("event_time").raw(seconds);
    json.key("authorizations").begin_array().begin_object().member("team_id", "T0SAMPLE01");
    json.member("user_id", "U0SAMPLEBOT").member("is_bot", true).end_object().end_array();
    json.key("event").begin_object().member("type", "message").member("user", said.user);
    json.member("channel", "D" + said.user.substr(1)).member("channel_type", "im");
    json.member("ts",
                seconds + "." + std::to_string(1'000'000 + said.number % 1'000'000).substr(1));
    json.member("text", as_told(said.text)).end_object().end_object();
    Webhook hook;
    hook.target = webhook_path(channel);
    hook.body = json.take();
    const std::string now = std::to_string(unix_seconds(said.sent_at));
    const std::string proof = to_hex(
        hmac_sha256(channel.secret("signing_secret").reveal(), "v0:" + now + ":" + hook.body));
    hook.headers = {{"Content-Type", "application/json"},
                    {"X-Slack-Request-Timestamp", now},
                    {"X-Slack-Signature", "v0=" + proof}};
    if (said.sent_at != said.said_at) hook.headers.emplace_back("X-Slack-Retry-Num", "1");
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/api/chat.postMessage" ||
           request.path == "/api/files.completeUploadExternal";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path.starts_with("/files-pri/")) return ApiOutcome{picture_answer()};
    if (request.path == "/upload/v1/sample") return ApiOutcome{json_answer("OK")};
    constexpr std::string_view kApi = "/api/";
    if (!request.path.starts_with(kApi) || request.path.starts_with("/api/v")) return std::nullopt;
    const std::string method = request.path.substr(kApi.size());
    if (method.find('.') == std::string::npos) return std::nullopt;
    if (!request.header("authorization").starts_with("Bearer xoxb-")) {
      return ApiOutcome{refused("invalid_auth")};
    }
    if (method == "chat.postMessage") return post(request);
    if (method == "files.getUploadURLExternal") return ApiOutcome{upload_address(request)};
    if (method == "files.completeUploadExternal") return share(request);
    return ApiOutcome{refused("unknown_method")};
  }

  ApiAnswer throttled(int retry_after_s) const override {
    ApiAnswer answer = refused("ratelimited");
    answer.status = 429;
    answer.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
    return answer;
  }

 private:
  // A direct message's channel goes by its user's number here.
  static std::string user_of(std::string channel) {
    if (channel.starts_with('D')) channel.front() = 'U';
    return channel;
  }

  ApiOutcome post(const ApiRequest& request) {
    AcceptedSend send;
    send.method = "chat.postMessage";
    send.to = user_of(json_at(request.body, "/channel"));
    if (send.to.empty()) return ApiOutcome{refused("channel_not_found")};
    send.text = json_at(request.body, "/markdown_text");
    if (send.text.empty()) send.text = as_shown(json_at(request.body, "/text"));
    if (send.text.empty()) return ApiOutcome{refused("no_text")};
    send.external_id = std::to_string(unix_seconds(request.received_at)) + "." +
                       std::to_string(1'000'000 + ++messages_ % 1'000'000).substr(1);
    JsonWriter out;
    out.begin_object().member("ok", true).member("channel", json_at(request.body, "/channel"));
    out.member("ts", send.external_id).end_object();
    return {json_answer(out.take()), {std::move(send)}};
  }

  ApiAnswer upload_address(const ApiRequest& request) {
    const std::string host(request.header("host"));
    JsonWriter out;
    out.begin_object().member("ok", true).member("file_id", "F" + std::to_string(++files_));
    out.member("upload_url", "http://" + host + "/upload/v1/sample").end_object();
    return json_answer(out.take());
  }

  ApiOutcome share(const ApiRequest& request) {
    AcceptedSend send;
    send.method = "files.completeUploadExternal";
    send.to = user_of(form_field(request, "channel_id"));
    if (send.to.empty()) send.to = form_field(request, "channels");
    const std::string files = form_field(request, "files");
    send.text = "[" + json_at(files, "/0/title") + "]";
    send.external_id = json_at(files, "/0/id");
    if (send.to.empty() || send.external_id.empty()) {
      return ApiOutcome{refused("invalid_arguments")};
    }
    return {json_answer(R"({"ok":true,"files":[]})"), {std::move(send)}};
  }

  std::uint64_t messages_ = 0, files_ = 0;
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<SlackStandIn>(); }

}  // namespace parley::connectors::slack
