#include "connectors/discord/discord_api.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/crypto.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_in.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::discord {
namespace {

constexpr std::string_view kApiBase = "https://discord.com";
constexpr std::size_t kAnswerDepthMax = 64;
constexpr std::size_t kNonceMax = 25;
constexpr std::int64_t kEpochMs = 1'420'070'400'000;  // the first second of 2015
constexpr double kRetryAfterMaxS = 24 * 3600;

enum Code : std::int64_t {
  kUnknownChannel = 10003,
  kCannotDirectMessage = 50007,
};

HttpCall call_of(const Channel& channel, std::string_view method, std::string_view path,
                 std::string body) {
  std::string base = channel.api_base.empty() ? std::string(kApiBase) : channel.api_base;
  while (base.ends_with('/')) base.pop_back();
  HttpCall call;
  call.method = method;
  call.url = base + "/api/v10" + std::string(path);
  // Discord turns away callers that do not say who they are.
  call.headers = {{"User-Agent", "DiscordBot (https://parley.example, 1)"}};
  call.body = std::move(body);
  return call;
}

// The body says it to the millisecond, the header to the second.
std::optional<Milliseconds> retry_after(const simdjson::dom::object& body) {
  const auto seconds = number_in(body, "retry_after");
  if (!seconds || !(*seconds >= 0)) return std::nullopt;
  const double capped = std::min(*seconds, kRetryAfterMaxS);
  return Milliseconds(static_cast<std::int64_t>(std::ceil(capped * 1000)));
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '=';
  });
}

}  // namespace

HttpCall bot_call(const Channel& channel, std::string_view method, std::string_view path,
                  std::string body) {
  HttpCall call = call_of(channel, method, path, std::move(body));
  call.headers.emplace_back("Authorization", "Bot " + channel.secret("bot_token").reveal());
  return call;
}

HttpCall token_call(const Channel& channel, std::string_view method, std::string_view path,
                    std::string body) {
  return call_of(channel, method, path, std::move(body));
}

std::optional<Right> right_of(std::string_view reply_token) {
  const auto colon = reply_token.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto application = reply_token.substr(0, colon), token = reply_token.substr(colon + 1);
  if (!is_token(application) || !is_token(token)) return std::nullopt;  // both stand in a path
  return Right{std::string(application), std::string(token)};
}

std::string reply_token_of(std::string_view application, std::string_view token) {
  std::string out(application);
  out.append(":").append(token);
  return right_of(out) ? out : std::string();
}

std::string nonce_of(std::string_view key, std::size_t call) {
  if (call == 0 && key.size() <= kNonceMax) return std::string(key);
  const std::string digest = sha256(std::string(key) + "/" + std::to_string(call));
  return to_base64url(std::string_view(digest).substr(0, 18));
}

Result<std::string> read_message(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  const bool json = parse_object(parser, answer.body, kAnswerDepthMax, body);
  if (auto error = error_from_status(answer)) {
    if (json && error->code == Errc::throttled) {
      if (const auto wait = retry_after(body)) error->retry_after = wait;
    }
    return *std::move(error);
  }
  if (answer.status / 100 == 2) {
    std::string id = json ? id_in(body, "id") : std::string();
    if (!id.empty()) return id;
    return Error{.code = Errc::rejected,
                 .delivery = Delivery::unknown,
                 .detail = "the answer holds no message id"};
  }
  std::int64_t code = 0;
  if (json && body["code"].get(code) != simdjson::SUCCESS) code = 0;
  const std::string words = json ? short_line(text_in(body, "message")) : std::string();
  Error error{.code = Errc::rejected,
              .detail = words.empty() ? "HTTP " + std::to_string(answer.status) : words,
              .code_text = std::to_string(code != 0 ? code : answer.status)};
  if (answer.status == 401) error.code = Errc::misconfigured;
  if (code == kCannotDirectMessage || code == kUnknownChannel) error.code = Errc::recipient_gone;
  return error;
}

std::optional<TimePoint> time_of(std::string_view snowflake) {
  std::uint64_t id = 0;
  const auto [end, error] =
      std::from_chars(snowflake.data(), snowflake.data() + snowflake.size(), id);
  if (error != std::errc() || end != snowflake.data() + snowflake.size()) return std::nullopt;
  return TimePoint{Milliseconds{static_cast<std::int64_t>(id >> 22) + kEpochMs}};
}

}  // namespace parley::connectors::discord
