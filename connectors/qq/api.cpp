#include "connectors/qq/api.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::qq {
namespace {

constexpr std::string_view kApiBase = "https://api.sgroup.qq.com";
constexpr std::string_view kSandboxBase = "https://sandbox.api.sgroup.qq.com";
constexpr std::string_view kTokenBase = "https://bots.qq.com";
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;
constexpr std::int64_t kWasThere = 40054005;  // equal msg_id and msg_seq
constexpr std::int64_t kTokenRefused = 11243, kTokenMissing = 11241, kTokenCheckFailed = 11242;

struct CodeRow {
  std::int64_t code;
  Errc errc;
  std::string_view what;
};

// From the error tables of bot-docs, and for numbers past 40,000,000 from reports of other users.
// Anything not listed is a refusal of this message.
constexpr CodeRow kCodes[] = {
    {22009, Errc::throttled, "too many messages"},
    {20028, Errc::throttled, "too many messages"},
    {1100100, Errc::throttled, "too many messages"},
    {1100308, Errc::throttled, "too many messages"},
    {304082, Errc::unavailable, "the medium could not be fetched this time"},
    {304083, Errc::unavailable, "the medium could not be converted this time"},
    {11252, Errc::unavailable, "the platform could not check the app this time"},
    {11281, Errc::unavailable, "the platform could not check this time"},
    {kTokenCheckFailed, Errc::unavailable, "the platform could not check the token this time"},
    {304027, Errc::window_closed, "the message answered is too old"},
    {304103, Errc::window_closed, "the message answered is too old"},
    {40034005, Errc::window_closed, "the message answered is too old"},
    {40034128, Errc::window_closed, "the message answered is too old"},
    {304022, Errc::window_closed, "not at this time"},
    {304026, Errc::window_closed, "the message answered is not known"},
    {304045, Errc::window_closed, "the quota of messages nobody asked for is used up"},
    {304049, Errc::window_closed, "the quota of messages nobody asked for is used up"},
    {304050, Errc::window_closed, "the quota of messages nobody asked for is used up"},
    {304031, Errc::recipient_gone, "the person closed private messages"},
    {1100104, Errc::recipient_gone, "the group does not exist any more"},
    {40054003, Errc::recipient_gone, "the bot is not in the group"},
    {10001, Errc::misconfigured, "the bot's account is not in order"},
    {11251, Errc::misconfigured, "the app_id is not valid"},
    {11253, Errc::misconfigured, "the bot lacks a permission"},
    {11254, Errc::misconfigured, "the API is closed to the bot"},
    {11265, Errc::misconfigured, "the bot is banned"},
    {304003, Errc::misconfigured, "the message holds a URL that is not on the bot's list"},
    {40054010, Errc::misconfigured, "the message holds a URL that is not on the bot's list"},
    {304036, Errc::misconfigured, "the bot may not send markdown"},
};

Error error_of(std::int64_t code) {
  Error error{.code = Errc::rejected, .detail = "the platform refused"};
  for (const auto& row : kCodes) {
    if (row.code != code) continue;
    error.code = row.errc;
    error.detail = row.what;
    break;
  }
  error.code_text = std::to_string(code);
  error.detail += " (code " + error.code_text + ")";
  return error;
}

Error unreadable(const HttpAnswer& answer) {
  if (answer.status / 100 == 2) {
    return Error{.code = Errc::unavailable,
                 .delivery = Delivery::unknown,
                 .detail = "the platform's answer is not its JSON"};
  }
  return Error{.code = Errc::rejected,
               .detail = "HTTP " + std::to_string(answer.status),
               .code_text = std::to_string(answer.status)};
}

std::string joined(std::string_view base, std::string_view path) {
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + std::string(path);
}

}  // namespace

HttpCall api_call(const Channel& channel, std::string_view path, std::string_view access_token) {
  std::string_view base = channel.api_base;
  if (base.empty()) base = channel.setting("sandbox") == "true" ? kSandboxBase : kApiBase;
  HttpCall call;
  call.url = joined(base, path);
  call.headers = {{"Authorization", "QQBot " + std::string(access_token)}};
  return call;
}

HttpCall token_call(const Channel& channel) {
  HttpCall call;
  call.url = joined(channel.api_base.empty() ? kTokenBase : std::string_view(channel.api_base),
                    "/app/getAppAccessToken");
  JsonWriter json;
  json.begin_object().member("appId", channel.setting("app_id"));
  json.member("clientSecret", channel.secret("bot_secret").reveal()).end_object();
  call.body = json.take();
  return call;
}

std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer) {
  const auto by_status = error_from_status(answer);
  if (answer.body.size() > kAnswerBytesMax) return by_status.value_or(unreadable(answer));
  const auto document = JsonDocument::parse(answer.body);
  if (!document) {
    if (answer.status == 401) return RefreshToken{"401"};
    return by_status.value_or(unreadable(answer));
  }
  const auto& root = document->root();
  const auto code = json_integer(root, "code").value_or(0);
  if (code == kWasThere) return ApiAnswer{.was_there = true};
  if (answer.status == 401 || code == kTokenRefused || code == kTokenMissing) {
    return RefreshToken{std::to_string(code == 0 ? answer.status : code)};
  }
  if (code != 0) {
    auto error = error_of(code);
    if (error.code == Errc::rejected && by_status) return *by_status;
    return error;
  }
  if (by_status) return *by_status;
  if (answer.status / 100 != 2) return unreadable(answer);
  return ApiAnswer{.id = json_text(root, "id"),
                   .file_info = json_text(root, "file_info"),
                   .token = json_text(root, "access_token"),
                   .expires_in_s = json_integer(root, "expires_in").value_or(0)};
}

}  // namespace parley::connectors::qq
