#include "connectors/wechat_oa/api.hpp"

#include <simdjson.h>

#include <charconv>
#include <chrono>

#include "connectors/http_status.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::wechat_oa {
namespace {

constexpr std::string_view kApiBase = "https://api.weixin.qq.com";
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;

using namespace std::chrono_literals;

// Anything not listed is a refusal of this message: repeating it would not help.
struct CodeRow {
  std::int64_t code;
  Errc errc;
  std::string_view what;
  Milliseconds retry_after{};
};

constexpr CodeRow kCodes[] = {
    {-1, Errc::unavailable, "the platform is busy"},
    {40013, Errc::misconfigured, "the app_id is not valid"},
    {40125, Errc::misconfigured, "the app_secret is not valid"},
    {40164, Errc::misconfigured, "our address is not on the account's list of allowed ones"},
    {40243, Errc::misconfigured, "the app_secret is frozen"},
    {41001, Errc::misconfigured, "no access token reached the platform"},
    {41002, Errc::misconfigured, "the app_id is missing"},
    {41004, Errc::misconfigured, "the app_secret is missing"},
    {50002, Errc::misconfigured, "the account is restricted"},
    {50007, Errc::misconfigured, "the account is frozen"},
    {61452, Errc::misconfigured, "kf_account is not valid"},
    {65400, Errc::misconfigured, "the customer-service feature is not switched on"},
    {65401, Errc::misconfigured, "kf_account is not valid"},
    {89501, Errc::misconfigured, "our address awaits the administrator's confirmation"},
    {89503, Errc::misconfigured, "our address awaits the administrator's confirmation"},
    {89506, Errc::misconfigured, "the administrator refused our address for a day"},
    {89507, Errc::misconfigured, "the administrator refused our address for an hour"},
    {45009, Errc::throttled, "the day's quota of calls is used up", 1h},
    {45011, Errc::throttled, "too many calls this minute", 60s},
    {45015, Errc::window_closed, "the reply window is closed"},
    {45047, Errc::window_closed, "the reply window's quota is used up"},
    {43004, Errc::recipient_gone, "the recipient does not follow the account"},
    {43019, Errc::recipient_gone, "the recipient is on the block list"},
    {43101, Errc::recipient_gone, "the recipient refused such messages"},
    {40003, Errc::rejected, "the recipient is not known to this account"},
    {40007, Errc::rejected, "the media id is not valid or has expired"},
    {45002, Errc::rejected, "the text is too long"},
    {47003, Errc::rejected, "a template argument is not valid"},
    {48001, Errc::rejected, "the account may not use this API"},
};

bool cured_by_new_token(std::int64_t code) {
  return code == 40001 || code == 40014 || code == 42001;
}

std::string text_of(const simdjson::dom::object& object, std::string_view name) {
  simdjson::dom::element value;
  std::string_view text;
  std::uint64_t big = 0;
  if (object[name].get(value) != simdjson::SUCCESS) return {};
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.get(big) == simdjson::SUCCESS) return std::to_string(big);
  return {};
}

std::int64_t number_of(const simdjson::dom::object& object, std::string_view name) {
  std::int64_t value = 0;
  if (object[name].get(value) == simdjson::SUCCESS) return value;
  const auto text = text_of(object, name);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The platform took the request and said something we cannot read: it may have been sent.
Error unreadable() {
  return Error{.code = Errc::unavailable,
               .delivery = Delivery::unknown,
               .detail = "the platform's answer is not its JSON"};
}

}  // namespace

std::string api_url(const Channel& channel, std::string_view path, std::string_view access_token,
                    std::string_view more) {
  std::string_view base = channel.api_base.empty() ? kApiBase : std::string_view(channel.api_base);
  while (base.ends_with('/')) base.remove_suffix(1);
  std::string url(base);
  url += path;
  char separator = '?';
  if (!access_token.empty()) {
    url += "?access_token=" + percent_encode(access_token);
    separator = '&';
  }
  if (!more.empty()) {
    url += separator;
    url += more;
  }
  return url;
}

std::optional<Error> error_from_code(std::int64_t errcode) {
  if (cured_by_new_token(errcode)) return std::nullopt;
  Error error{.code = Errc::rejected, .detail = "the platform refused"};
  for (const auto& row : kCodes) {
    if (row.code != errcode) continue;
    error.code = row.errc;
    error.detail = row.what;
    if (row.retry_after.count() > 0) error.retry_after = row.retry_after;
    break;
  }
  error.code_text = std::to_string(errcode);
  error.detail += " (errcode " + error.code_text + ")";
  return error;
}

std::variant<ApiAnswer, Error, RefreshToken> read_answer(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  const bool ok = answer.status >= 200 && answer.status < 300;
  const Error refused{.code = Errc::rejected,
                      .detail = "HTTP " + std::to_string(answer.status),
                      .code_text = std::to_string(answer.status)};
  if (answer.body.empty()) {
    if (!ok) return refused;
    return ApiAnswer{};
  }
  if (answer.body.size() > kAnswerBytesMax) return ok ? unreadable() : refused;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(answer.body.data(), answer.body.size()).get(object) != simdjson::SUCCESS) {
    return ok ? unreadable() : refused;
  }
  ApiAnswer said{.errcode = number_of(object, "errcode")};
  if (cured_by_new_token(said.errcode)) return RefreshToken{std::to_string(said.errcode)};
  if (said.errcode != 0) return *error_from_code(said.errcode);
  if (!ok) return refused;
  said.media_id = text_of(object, "media_id");
  if (said.media_id.empty()) said.media_id = text_of(object, "thumb_media_id");
  said.message_id = text_of(object, "msgid");
  said.video_url = text_of(object, "video_url");
  said.access_token = text_of(object, "access_token");
  said.expires_in_s = number_of(object, "expires_in");
  return said;
}

}  // namespace parley::connectors::wechat_oa
