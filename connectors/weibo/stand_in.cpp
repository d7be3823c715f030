#include "connectors/weibo/stand_in.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::weibo {
namespace {

constexpr std::string_view kAccount = "1902538057";

ApiAnswer refused(int status, int code, std::string_view words) {
  JsonWriter out;
  out.begin_object().member("error", words).member("error_code", code);
  out.member("request", "/2/messages/reply.json").end_object();
  return json_answer(out.take(), status);
}

// "Mon Jul 16 18:09:20 +0800 2012"
std::string written(TimePoint time) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto there = std::chrono::floor<std::chrono::seconds>(time) + std::chrono::hours(8);
  const auto day = std::chrono::floor<std::chrono::days>(there);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{there - day};
  char out[64];
  std::snprintf(out, sizeof out, "%s %s %02u %02d:%02d:%02d +0800 %04d",
                kDays[std::chrono::weekday{day}.c_encoding()],
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(date.year()));
  return out;
}

std::string words_of(const std::string& type, std::string_view data) {
  if (type == "text") return json_at(data, "/text");
  if (type == "articles") {
    return json_at(data, "/articles/0/display_name") + " " + json_at(data, "/articles/0/url");
  }
  return type.empty() ? type : "[" + type + "]";
}

class WeiboStandIn final : public StandIn {
 public:
  std::vector<Channel> samples(std::string_view api_base) const override {
    Channel channel = sample_channel("weibo", "", api_base);
    channel.secrets.emplace("app_secret", Secret("sample-app-secret"));
    channel.secrets.emplace("access_token", Secret("2.00sampletoken"));
    return {channel};
  }

  std::string user(std::uint64_t number) const override {
    return std::to_string(2'489'518'277 + number);
  }

  Redelivery redelivery() const override { return {3, Milliseconds(5'000), Milliseconds(0)}; }

  Result<Dispatch> deliver(const Channel& channel, const Utterance& said) const override {
    const bool digits = !said.user.empty() && said.user.size() < 19 &&
                        std::ranges::all_of(said.user, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return Error{.code = Errc::misconfigured, .detail = "a Weibo user is a number"};
    JsonWriter json;
    json.begin_object().member("type", "text").key("receiver_id").raw(kAccount);
    // There is no id, and the clock counts seconds: each message gets a second
    // of its own.
    const auto second = std::chrono::seconds(said.number % 3600);
    json.key("sender_id").raw(said.user).member("created_at", written(said.said_at - second));
    json.member("text", said.text).key("data").begin_object().end_object().end_object();
    const auto time = std::to_string(said.sent_at.time_since_epoch().count());
    const auto nonce = random_hex(4);
    std::array words = {channel.secret("app_secret").reveal(), time, nonce};
    std::ranges::sort(words);
    Webhook hook;
    hook.target = webhook_path(channel) +
                  "?signature=" + to_hex(sha1(words[0] + words[1] + words[2])) +
                  "&timestamp=" + time + "&nonce=" + nonce;
    hook.headers = {{"Content-Type", "application/json"}};
    hook.body = json.take();
    return Dispatch{.webhooks = {std::move(hook)}};
  }

  std::string passive_text(const Channel&, std::string_view body) const override {
    return words_of(json_at(body, "/type"), percent_decode(json_at(body, "/data")));
  }

  bool is_send(const ApiRequest& request) const override {
    return request.path == "/2/messages/reply.json";
  }

  std::optional<ApiOutcome> api(const ApiRequest& request) override {
    if (request.path == "/2/mss/msget") return ApiOutcome{picture_answer()};
    if (!is_send(request)) return std::nullopt;
    if (form_field(request, "access_token").empty()) {
      return ApiOutcome{refused(403, 10006, "source parameter is missing")};
    }
    AcceptedSend send;
    send.method = "messages/reply";
    send.to = form_field(request, "receiver_id");
    send.text = words_of(form_field(request, "type"), form_field(request, "data"));
    if (send.to.empty() || send.text.empty()) {
      return ApiOutcome{refused(400, 10008, "param error")};
    }
    return ApiOutcome{json_answer(R"({"result":true})"), {std::move(send)}};
  }

  ApiAnswer throttled(int) const override {
    return refused(403, 10023, "User requests out of rate limit!");
  }
};

}  // namespace

std::unique_ptr<StandIn> make_stand_in() { return std::make_unique<WeiboStandIn>(); }

}  // namespace parley::connectors::weibo
