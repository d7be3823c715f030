#include "connectors/feishu/api.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "connectors/http_status.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::feishu {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kFeishuBase = "https://open.feishu.cn";
constexpr std::string_view kLarkBase = "https://open.larksuite.com";
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;

// Anything not listed is a refusal of this message: repeating it would not help.
struct CodeRow {
  std::int64_t code;
  Errc errc;
  std::string_view what;
};

// See "server-side error codes" and the table of im/v1/messages.
constexpr CodeRow kCodes[] = {
    {1500, Errc::unavailable, "the platform had an internal error"},
    {2200, Errc::unavailable, "the platform had an internal error"},
    {55001, Errc::unavailable, "the platform had an internal error"},
    {230049, Errc::unavailable, "the message is being sent"},
    {11232, Errc::throttled, "too many messages of this app"},
    {11233, Errc::throttled, "too many messages to this chat"},
    {11247, Errc::throttled, "too many messages of this app"},
    {230020, Errc::throttled, "too many messages to this chat"},
    {99991400, Errc::throttled, "too many calls of this app"},
    {10003, Errc::misconfigured, "the app_id or app_secret is not valid"},
    {10014, Errc::misconfigured, "the app_secret is not valid"},
    {10012, Errc::misconfigured, "the app is not a self-built one"},
    {10013, Errc::misconfigured, "the app is not in use"},
    {230006, Errc::misconfigured, "the app's bot ability is not switched on"},
    {230027, Errc::misconfigured, "the app lacks a permission"},
    {99991401, Errc::misconfigured, "our address is not on the app's list of allowed ones"},
    {99991662, Errc::misconfigured, "the app is not in use"},
    {99991672, Errc::misconfigured, "the app lacks a permission"},
    {99991673, Errc::misconfigured, "the app is not available"},
    {230002, Errc::recipient_gone, "the bot is not in the chat"},
    {230013, Errc::recipient_gone, "the user is outside the bot's availability"},
    {230029, Errc::recipient_gone, "the user has left the organisation"},
    {230053, Errc::recipient_gone, "the user stopped the bot's messages"},
    {230001, Errc::rejected, "a parameter is not valid"},
    {230018, Errc::rejected, "the chat does not allow it now"},
    {230022, Errc::rejected, "the content was refused"},
    {230025, Errc::rejected, "the content is too long"},
    {230028, Errc::rejected, "the content was refused"},
    {230034, Errc::rejected, "the recipient's id is not valid"},
    {230035, Errc::rejected, "the bot may not speak in this chat"},
};

bool cured_by_new_token(std::int64_t code) {
  // Missing, invalid, malformed and expired tokens.
  constexpr std::int64_t kTokenCodes[] = {99991661, 99991663, 99991664,
                                          99991665, 99991671, 99991677};
  return std::ranges::find(kTokenCodes, code) != std::end(kTokenCodes);
}

// How long the platform's window of calls lasts, where it says so.
std::optional<Milliseconds> reset_of(const HttpAnswer& answer) {
  const auto text = answer.header("x-ogw-ratelimit-reset");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds < 0 || seconds > 3600) return {};
  return std::chrono::seconds(seconds);
}

Error error_of(std::int64_t code, const HttpAnswer& answer) {
  Error error{.code = Errc::rejected, .detail = "the platform refused"};
  for (const auto& row : kCodes) {
    if (row.code != code) continue;
    error.code = row.errc;
    error.detail = row.what;
    break;
  }
  if (error.code == Errc::throttled) error.retry_after = reset_of(answer).value_or(1s);
  if (error.code == Errc::unavailable) error.delivery = Delivery::unknown;
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

}  // namespace

std::string api_url(const Channel& channel, std::string_view path_and_query) {
  std::string_view base = channel.api_base;
  if (base.empty()) base = channel.setting("region") == "lark" ? kLarkBase : kFeishuBase;
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + std::string(path_and_query);
}

HttpCall api_call(const Channel& channel, std::string_view path_and_query,
                  std::string_view access_token) {
  HttpCall call;
  call.url = api_url(channel, path_and_query);
  if (!access_token.empty()) {
    call.headers = {{"Authorization", "Bearer " + std::string(access_token)}};
  }
  call.content_type = "application/json; charset=utf-8";
  return call;
}

std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer) {
  auto by_status = error_from_status(answer);
  if (answer.body.size() > kAnswerBytesMax) return by_status.value_or(unreadable(answer));
  const auto document = JsonDocument::parse(answer.body);
  if (!document) return by_status.value_or(unreadable(answer));
  const auto& root = document->root();
  const auto code = json_integer(root, "code");
  if (!code) return by_status.value_or(unreadable(answer));
  if (cured_by_new_token(*code)) return RefreshToken{std::to_string(*code)};
  if (*code != 0) {
    auto error = error_of(*code, answer);
    // What the code does not say, the status may.
    if (error.code == Errc::rejected && by_status) return *std::move(by_status);
    return error;
  }
  if (by_status) return *std::move(by_status);
  ApiAnswer said;
  simdjson::dom::object data;
  if (json_object(root, "data", data)) {
    said.message_id = json_text(data, "message_id");
    said.image_key = json_text(data, "image_key");
    said.file_key = json_text(data, "file_key");
  }
  said.token = json_text(root, "tenant_access_token");
  said.expires_in_s = json_integer(root, "expire").value_or(0);
  return said;
}

}  // namespace parley::connectors::feishu
