#include "connectors/douyin/api.hpp"

#include <simdjson.h>

#include <algorithm>
#include <chrono>

#include "connectors/http_status.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::douyin {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kApiBase = "https://open.douyin.com";
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;

struct CodeRow {
  std::int64_t code;
  Errc errc;
  std::string_view what;
  Milliseconds retry_after{};
};

// Anything not listed is a refusal of this message.
constexpr CodeRow kCodes[] = {
    {2100001, Errc::unavailable, "the platform is busy"},
    {2100004, Errc::unavailable, "the platform is busy"},
    {2190001, Errc::throttled, "the app's quota of calls is used up", 1h},
    {28003018, Errc::throttled, "too many calls", 60s},
    {28003070, Errc::window_closed, "all answers to the customer's last message are used"},
    {28003080, Errc::window_closed, "the customer's last message is too old"},
    {28003081, Errc::window_closed, "the customer's last message is too old"},
    {28003082, Errc::rejected, "the message answered is not of this customer"},
    {28001038, Errc::rejected, "the content was refused: too long, or with a link"},
    {28003095, Errc::misconfigured, "the account's own reply rules are on and exclude the API"},
    {28029003, Errc::misconfigured, "the account is no verified business account"},
    {28029004, Errc::misconfigured, "the account may not send"},
    {28003101, Errc::recipient_gone, "the customer's account is closed"},
    {2190003, Errc::misconfigured, "the app lacks a permission"},
    {2190004, Errc::misconfigured, "the app lacks a permission"},
};

// Invalid, expired, of another open id; the refresh token's own end is the operator's business.
bool token_is_no_good(std::int64_t code) {
  return code == 2190002 || code == 2190008 || code == 10008 || code == 28001003 ||
         code == 28001008;
}
bool authorisation_is_over(std::int64_t code) {
  return code == 10010 || code == 10020 || code == 2190015 || code == 2100005 || code == 10003 ||
         code == 10013;
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

Error error_of(std::int64_t code) {
  Error error{.code = Errc::rejected, .detail = "the platform refused"};
  if (authorisation_is_over(code)) {
    error.code = Errc::misconfigured;
    error.detail = "the business account must authorise the app again";
  }
  for (const auto& row : kCodes) {
    if (row.code != code) continue;
    error.code = row.errc;
    error.detail = row.what;
    if (row.retry_after.count() > 0) error.retry_after = row.retry_after;
    break;
  }
  error.code_text = std::to_string(code);
  error.detail += " (error_code " + error.code_text + ")";
  return error;
}

// The code stands in one of three places, by the age of the API.
std::optional<std::int64_t> code_of(const simdjson::dom::object& root) {
  simdjson::dom::object inner;
  std::optional<std::int64_t> found;
  for (const auto* key : {"err_no", "error_code"}) {
    if (const auto code = json_integer(root, key)) found = found.value_or(0) ? found : code;
  }
  for (const auto* key : {"data", "extra"}) {
    if (!json_object(root, key, inner)) continue;
    if (const auto code = json_integer(inner, "error_code")) {
      found = found.value_or(0) ? found : code;
    }
  }
  return found;
}

}  // namespace

std::string api_url(const Channel& channel, std::string_view path_and_query) {
  std::string_view base = channel.api_base.empty() ? kApiBase : std::string_view(channel.api_base);
  while (base.ends_with('/')) base.remove_suffix(1);
  return std::string(base) + std::string(path_and_query);
}

std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer) {
  const auto by_status = error_from_status(answer);
  if (answer.body.size() > kAnswerBytesMax) return by_status.value_or(unreadable(answer));
  const auto document = JsonDocument::parse(answer.body);
  if (!document) return by_status.value_or(unreadable(answer));
  const auto& root = document->root();
  const auto code = code_of(root);
  if (!code) return by_status.value_or(unreadable(answer));
  if (token_is_no_good(*code)) return RefreshToken{std::to_string(*code)};
  if (*code != 0) {
    auto error = error_of(*code);
    if (error.code == Errc::rejected && by_status) return *by_status;
    return error;
  }
  if (by_status) return *by_status;
  ApiAnswer said;
  simdjson::dom::object data = json_empty();
  json_object(root, "data", data);
  for (const auto* from : {&root, static_cast<const simdjson::dom::object*>(&data)}) {
    if (said.message_id.empty()) said.message_id = json_id(*from, "msg_id");
    if (said.token.empty()) said.token = json_text(*from, "access_token");
    if (said.expires_in_s == 0) said.expires_in_s = json_integer(*from, "expires_in").value_or(0);
  }
  return said;
}

}  // namespace parley::connectors::douyin
