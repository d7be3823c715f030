#include "connectors/slack/slack_api.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/http_status.hpp"
#include "connectors/json_in.hpp"
#include "connectors/url.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::slack {
namespace {

constexpr std::string_view kApiBase = "https://slack.com";
constexpr std::size_t kAnswerDepthMax = 64;

std::string base_of(const Channel& channel) {
  std::string base = channel.api_base.empty() ? std::string(kApiBase) : channel.api_base;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

std::pair<std::string, std::string> bearer(const Channel& channel) {
  return {"Authorization", "Bearer " + channel.secret("bot_token").reveal()};
}

HttpCall api_call(const Channel& channel, std::string_view method) {
  HttpCall call;
  call.url = base_of(channel) + "/api/" + std::string(method);
  call.headers = {bearer(channel)};
  return call;
}

struct Word {
  std::string_view error;
  Errc code;
  Delivery delivery = Delivery::not_sent;
};

// The words that do not mean "refused".
constexpr Word kWords[] = {
    {"invalid_auth", Errc::misconfigured},
    {"not_authed", Errc::misconfigured},
    {"account_inactive", Errc::misconfigured},
    {"token_revoked", Errc::misconfigured},
    {"token_expired", Errc::misconfigured},
    {"not_allowed_token_type", Errc::misconfigured},
    {"missing_scope", Errc::misconfigured},
    {"no_permission", Errc::misconfigured},
    {"access_denied", Errc::misconfigured},
    {"ekm_access_denied", Errc::misconfigured},
    {"org_login_required", Errc::misconfigured},
    {"team_access_not_granted", Errc::misconfigured},
    {"accesslimited", Errc::misconfigured},
    {"ratelimited", Errc::throttled},
    {"rate_limited", Errc::throttled},
    {"message_limit_exceeded", Errc::throttled},
    {"user_disabled", Errc::recipient_gone},
    // These may come after the message went out, says Slack.
    {"internal_error", Errc::unavailable, Delivery::unknown},
    {"fatal_error", Errc::unavailable, Delivery::unknown},
    {"request_timeout", Errc::unavailable, Delivery::unknown},
    {"service_unavailable", Errc::unavailable, Delivery::unknown},
    {"team_added_to_org", Errc::unavailable},
};

Error to_error(const std::string& word, int status) {
  Error error{.code = Errc::rejected,
              .detail = word.empty() ? "HTTP " + std::to_string(status) : short_line(word),
              .code_text = word.empty() ? std::to_string(status) : short_line(word)};
  const auto* known = std::ranges::find(kWords, word, &Word::error);
  if (known != std::end(kWords)) {
    error.code = known->code;
    error.delivery = known->delivery;
  } else if (word.empty() && status == 401) {
    error.code = Errc::misconfigured;
  }
  return error;
}

}  // namespace

HttpCall json_call(const Channel& channel, std::string_view method, std::string body) {
  HttpCall call = api_call(channel, method);
  call.content_type = "application/json; charset=utf-8";
  call.body = std::move(body);
  return call;
}

HttpCall form_call(const Channel& channel, std::string_view method,
                   const std::vector<std::pair<std::string, std::string>>& fields) {
  HttpCall call = api_call(channel, method);
  call.content_type = "application/x-www-form-urlencoded";
  call.body = form_encode(fields);
  return call;
}

bool is_slack_url(const Channel& channel, std::string_view url) {
  if (!channel.api_base.empty() && url.starts_with(base_of(channel) + "/")) return true;
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme) || !is_web_url(url)) return false;
  url.remove_prefix(kScheme.size());
  const auto host = url.substr(0, url.find_first_of("/?#"));
  // User information or a port could make another host of it.
  if (host.find_first_of("@:\\") != std::string_view::npos) return false;
  return host == "slack.com" || host.ends_with(".slack.com");
}

std::optional<HttpCall> file_download(const Channel& channel, std::string_view url) {
  if (!is_slack_url(channel, url)) return std::nullopt;
  HttpCall call;
  call.method = "GET";
  call.url = url;
  call.headers = {bearer(channel)};
  call.content_type.clear();
  call.download = true;
  return call;
}

Result<ApiResult> read_answer(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  if (!parse_object(parser, answer.body, kAnswerDepthMax, body)) {
    if (answer.status / 100 != 2) return to_error({}, answer.status);
    return Error{.code = Errc::unavailable,
                 .delivery = Delivery::unknown,
                 .detail = "the answer is not a JSON object"};
  }
  if (!flag_in(body, "ok") || answer.status / 100 != 2) {
    return to_error(text_in(body, "error"), answer.status);
  }
  ApiResult result{.ts = id_in(body, "ts"),
                   .file_id = id_in(body, "file_id"),
                   .upload_url = text_in(body, "upload_url"),
                   .file_url = {}};
  simdjson::dom::object file;
  if (object_in(body, "file", file)) {
    result.file_url = text_in(file, "url_private_download");
    if (result.file_url.empty()) result.file_url = text_in(file, "url_private");
  }
  return result;
}

}  // namespace parley::connectors::slack
