#include "connectors/dingtalk/api.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>

#include "connectors/http_status.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::dingtalk {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kApiBase = "https://api.dingtalk.com";
constexpr std::string_view kOldApiBase = "https://oapi.dingtalk.com";
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;
constexpr std::size_t kCodeBytesMax = 80;

// Of oapi and of webhooks. Anything not listed is a refusal of this message.
struct OldCode {
  std::int64_t code;
  Errc errc;
  std::string_view what;
  Milliseconds retry_after{};
};
constexpr OldCode kOldCodes[] = {
    {-1, Errc::unavailable, "the platform is busy"},
    {88, Errc::throttled, "too many calls", 1s},
    {90018, Errc::throttled, "too many calls", 1s},
    {130101, Errc::throttled, "more than 20 messages in a minute", 60s},
    {410100, Errc::throttled, "too many messages", 60s},
    {40035, Errc::rejected, "a parameter is not valid"},
    {60011, Errc::misconfigured, "the app lacks a permission"},
    {310000, Errc::misconfigured, "the robot's security settings refuse us"},
    {400102, Errc::misconfigured, "the robot is switched off"},
    {400106, Errc::misconfigured, "the robot does not exist"},
    {400013, Errc::recipient_gone, "the group is dissolved"},
    {430101, Errc::rejected, "the content was refused"},
    {430102, Errc::rejected, "the content was refused"},
    {430103, Errc::rejected, "the content was refused"},
    {430104, Errc::rejected, "the content was refused"},
};

bool token_is_no_good(std::int64_t code) {
  constexpr std::int64_t kCodes[] = {33001, 40001, 40014, 42001, 300001, 300005, 400101};
  return std::ranges::find(kCodes, code) != std::end(kCodes);
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](auto word) { return text.contains(word); });
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Codes are words: "InvalidAuthentication". What is none is not repeated.
std::string safe_code(std::string_view code) {
  const bool good =
      !code.empty() && code.size() <= kCodeBytesMax && std::ranges::all_of(code, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
      });
  return good ? std::string(code) : std::string();
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

std::string base_of(const Channel& channel, std::string_view otherwise) {
  std::string_view base = channel.api_base.empty() ? otherwise : std::string_view(channel.api_base);
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base);
}

std::variant<ApiAnswer, Error, RefreshToken> refusal(int status, const std::string& code) {
  const auto word = lower(code);
  Error error{.code = Errc::rejected, .detail = "the platform refused", .code_text = code};
  if (status == 401 || has_any(word, {"invalidauthentication", "invalidaccesstoken"})) {
    return RefreshToken{code.empty() ? "401" : code};
  }
  if (has_any(word, {"throttling", "qpslimit", "flowcontrol", "toomanyrequests", "frequency"})) {
    error.code = Errc::throttled;
    error.detail = "too many calls";
  } else if (status == 403 || has_any(word, {"accessdenied", "forbidden", "invalidclient"}) ||
             (word.contains("robot") && has_any(word, {"notexist", "not.exist", "not.found"}))) {
    error.code = Errc::misconfigured;
    error.detail = "the app or robot lacks a permission or does not exist";
  } else if (has_any(word, {"staffid", "usernotexist", "user.not.exist"})) {
    error.code = Errc::recipient_gone;
    error.detail = "the recipient is not known to the enterprise";
  } else if (has_any(word, {"conversation.notexist", "group.notexist", "notingroup"})) {
    error.code = Errc::recipient_gone;
    error.detail = "the robot is not in the group";
  }
  if (code.empty()) error.code_text = std::to_string(status);
  error.detail += " (" + error.code_text + ")";
  return error;
}

bool any_in(const simdjson::dom::object& from, std::string_view key) {
  simdjson::dom::array list;
  return from[key].get(list) == simdjson::SUCCESS && list.size() > 0;
}

}  // namespace

HttpCall api_call(const Channel& channel, std::string_view path, std::string_view access_token) {
  HttpCall call;
  call.url = base_of(channel, kApiBase) + std::string(path);
  if (!access_token.empty()) {
    call.headers = {{"x-acs-dingtalk-access-token", std::string(access_token)}};
  }
  return call;
}

std::string old_api_url(const Channel& channel, std::string_view path_and_query) {
  return base_of(channel, kOldApiBase) + std::string(path_and_query);
}

std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  if (answer.body.size() > kAnswerBytesMax) return unreadable(answer);
  const auto document = JsonDocument::parse(answer.body);
  if (!document) {
    if (answer.status == 401) return RefreshToken{"401"};
    return unreadable(answer);
  }
  const auto& root = document->root();
  if (answer.status / 100 != 2) return refusal(answer.status, safe_code(json_text(root, "code")));
  ApiAnswer said;
  said.query_key = json_text(root, "processQueryKey");
  said.access_token = json_text(root, "accessToken");
  said.expires_in_s = json_integer(root, "expireIn").value_or(0);
  said.download_url = json_text(root, "downloadUrl");
  said.invalid_recipient = any_in(root, "invalidStaffIdList");
  said.recipient_throttled = any_in(root, "flowControlledStaffIdList");
  return said;
}

std::variant<std::string, Error, RefreshToken> read_old_answer(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  if (answer.body.size() > kAnswerBytesMax) return unreadable(answer);
  const auto document = JsonDocument::parse(answer.body);
  if (!document) return unreadable(answer);
  const auto code = json_integer(document->root(), "errcode");
  if (!code) return unreadable(answer);
  if (*code == 0) return json_text(document->root(), "media_id");
  if (token_is_no_good(*code)) return RefreshToken{std::to_string(*code)};
  Error error{.code = Errc::rejected, .detail = "the platform refused"};
  for (const auto& row : kOldCodes) {
    if (row.code != *code) continue;
    error.code = row.errc;
    error.detail = row.what;
    if (row.retry_after.count() > 0) error.retry_after = row.retry_after;
    break;
  }
  error.code_text = std::to_string(*code);
  error.detail += " (errcode " + error.code_text + ")";
  return error;
}

}  // namespace parley::connectors::dingtalk
