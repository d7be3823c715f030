#include "connectors/tencent_api.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_tree.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::tencent {
namespace {

constexpr std::size_t kAnswerBytesMax = 1024 * 1024;

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

Error error_of(const Api& api, std::int64_t errcode) {
  Error error{.code = Errc::rejected, .detail = "the platform refused"};
  const auto row = std::ranges::find(api.codes, errcode, &ApiCode::code);
  if (row != api.codes.end()) {
    error.code = row->errc;
    error.detail = row->what;
    if (row->retry_after.count() > 0) error.retry_after = row->retry_after;
  }
  error.code_text = std::to_string(errcode);
  error.detail += " (errcode " + error.code_text + ")";
  return error;
}

}  // namespace

std::string api_url(const Api& api, const Channel& channel, std::string_view path,
                    std::string_view access_token, std::string_view more) {
  std::string_view base = channel.api_base.empty() ? api.base : std::string_view(channel.api_base);
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

std::variant<std::monostate, Error, RefreshToken> check_errcode(const Api& api,
                                                                std::int64_t errcode) {
  if (errcode == 0) return std::monostate();
  if (std::ranges::find(api.token_codes, errcode) != api.token_codes.end()) {
    return RefreshToken{std::to_string(errcode)};
  }
  return error_of(api, errcode);
}

ApiSaid read_answer(const Api& api, const HttpAnswer& answer) {
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
  auto checked = check_errcode(api, said.errcode);
  if (auto* refresh = std::get_if<RefreshToken>(&checked)) return std::move(*refresh);
  if (auto* error = std::get_if<Error>(&checked)) return std::move(*error);
  if (!ok) return refused;
  said.media_id = text_of(object, "media_id");
  if (said.media_id.empty()) said.media_id = text_of(object, "thumb_media_id");
  said.message_id = text_of(object, "msgid");
  said.video_url = text_of(object, "video_url");
  said.access_token = text_of(object, "access_token");
  said.invalid_user = text_of(object, "invaliduser");
  said.expires_in_s = number_of(object, "expires_in");
  return said;
}

std::variant<XmlElement, Error, RefreshToken> read_document(const Api& api,
                                                            const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  auto document = parse_json_tree(answer.body);
  if (!document) return unreadable();
  std::int64_t errcode = 0;
  const auto text = document->child_text("errcode");
  std::from_chars(text.data(), text.data() + text.size(), errcode);
  auto checked = check_errcode(api, errcode);
  if (auto* refresh = std::get_if<RefreshToken>(&checked)) return std::move(*refresh);
  if (auto* error = std::get_if<Error>(&checked)) return std::move(*error);
  return *std::move(document);
}

Result<TokenSource::Token> read_token(const Api& api, const HttpAnswer& answer) {
  auto said = read_answer(api, answer);
  if (auto* error = std::get_if<Error>(&said)) return std::move(*error);
  if (const auto* refused = std::get_if<RefreshToken>(&said)) {
    return Error{.code = Errc::misconfigured,  // asked with the secret, not with a token
                 .detail = "the secret is not valid (errcode " + refused->code_text + ")",
                 .code_text = refused->code_text};
  }
  auto& got = std::get<ApiAnswer>(said);
  if (got.access_token.empty() || got.expires_in_s <= 0) {
    return Error{.code = Errc::unavailable, .detail = "the answer has no access token"};
  }
  constexpr std::int64_t kLifetimeMaxS = 24 * 3600;
  return TokenSource::Token{
      .value = Secret(std::move(got.access_token)),
      .lifetime = std::chrono::seconds(std::min(got.expires_in_s, kLifetimeMaxS))};
}

HttpCall ask_stable_token(const Api& api, const Channel& channel) {
  JsonWriter json;
  json.begin_object().member("grant_type", "client_credential");
  json.member("appid", channel.setting("app_id"));
  json.member("secret", channel.secret("app_secret").reveal());
  json.member("force_refresh", false).end_object();
  return {.url = api_url(api, channel, "/cgi-bin/stable_token"), .body = json.take()};
}

HttpCall ask_token(const Api& api, const Channel& channel) {
  const auto query = form_encode({{"grant_type", "client_credential"},
                                  {"appid", std::string(channel.setting("app_id"))},
                                  {"secret", channel.secret("app_secret").reveal()}});
  return {.method = "GET",
          .url = api_url(api, channel, "/cgi-bin/token", {}, query),
          .content_type = ""};
}

}  // namespace parley::connectors::tencent
