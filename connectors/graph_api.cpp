#include "connectors/graph_api.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/graph_json.hpp"
#include "connectors/http_status.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::graph {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using namespace std::chrono_literals;

constexpr std::string_view kDefaultVersion = "v25.0";
constexpr std::size_t kWordsBytesMax = 200;
constexpr std::int64_t kWaitMinutesMax = 24 * 60;  // past a day an operator should know

constexpr CodeRow kCommon[] = {
    {.code = 1,
     .errc = Errc::unavailable,
     .what = "an error the platform cannot name",
     .delivery = Delivery::unknown},
    {.code = 2, .errc = Errc::unavailable, .what = "the platform is down or overloaded"},
    {.code = 3, .errc = Errc::misconfigured, .what = "the app may not use this API"},
    {.code = 4, .errc = Errc::throttled, .what = "the app makes too many calls"},
    {.code = 10, .errc = Errc::misconfigured, .what = "the app lacks a permission"},
    {.code = 17, .errc = Errc::throttled, .what = "the token's user makes too many calls"},
    {.code = 32, .errc = Errc::throttled, .what = "too many calls for this page"},
    {.code = 102, .errc = Errc::misconfigured, .what = "the access token is not valid"},
    {.code = 190, .errc = Errc::misconfigured, .what = "the access token is not valid"},
    {.code = 368, .errc = Errc::misconfigured, .what = "the account is blocked for its policy"},
    {.code = 613, .errc = Errc::throttled, .what = "too many calls"},
};

constexpr std::int64_t kTokenCodes[] = {102, 190};

struct ApiError {
  std::int64_t code = CodeRow::kAny, subcode = CodeRow::kAny;
  std::string words;
  bool is_transient = false;
};

bool is_rate_limit(std::int64_t code) { return code >= 80'000 && code <= 80'014; }
bool is_permission(std::int64_t code) { return code >= 200 && code <= 299; }

std::int64_t number_in(const object& from, std::string_view key) {
  std::int64_t number = CodeRow::kAny;
  if (from[key].get(number) != simdjson::SUCCESS) return CodeRow::kAny;
  return number;
}

ApiError read_error(const object& error) {
  ApiError out;
  out.code = number_in(error, "code");
  out.subcode = number_in(error, "error_subcode");
  out.words = text_in(error, "message");
  out.is_transient = flag_in(error, "is_transient");
  object data;
  if (read_object(error, "error_data", data)) {
    const std::string details = text_in(data, "details");
    if (!details.empty() && details != out.words) {
      out.words += (out.words.empty() ? "" : ": ") + details;
    }
  }
  return out;
}

const CodeRow* find_row(std::span<const CodeRow> rows, const ApiError& api) {
  for (const CodeRow& row : rows) {
    if (row.code != api.code) continue;
    if (row.subcode == CodeRow::kAny || row.subcode == api.subcode) return &row;
  }
  return nullptr;
}

// "x-business-use-case-usage" tells when calls will be taken again, in minutes.
std::optional<Milliseconds> promised_wait(const HttpAnswer& answer) {
  const auto usage = answer.header("x-business-use-case-usage");
  simdjson::dom::parser parser;
  object root;
  if (usage.empty() || !parse_object(usage, parser, root)) return std::nullopt;
  std::int64_t longest = 0;
  for (const auto& [account, uses] : root) {
    simdjson::dom::array list;
    if (uses.get(list) != simdjson::SUCCESS) continue;
    for (const element use : list) {
      std::int64_t minutes = 0;
      if (use["estimated_time_to_regain_access"].get(minutes) == simdjson::SUCCESS) {
        longest = std::max(longest, minutes);
      }
    }
  }
  if (longest <= 0) return std::nullopt;
  return std::chrono::minutes(std::min(longest, kWaitMinutesMax));
}

// What the code alone does not settle, HTTP does.
Error from_status(const ApiError& api, const HttpAnswer& answer) {
  if (is_rate_limit(api.code)) {
    return {.code = Errc::throttled, .detail = "too many calls for this account"};
  }
  if (is_permission(api.code) || answer.status == 401) {
    return {.code = Errc::misconfigured, .detail = "the app or its token may not do this"};
  }
  if (api.is_transient) return {.code = Errc::unavailable, .detail = "a passing failure"};
  if (auto error = error_from_status(answer)) return *std::move(error);
  return {.code = Errc::rejected};
}

Error to_error(const ApiError& api, const HttpAnswer& answer, const Channel& channel,
               std::span<const CodeRow> own) {
  const CodeRow* row = find_row(own, api);
  if (row == nullptr) row = find_row(kCommon, api);
  Error error{.code = Errc::rejected};
  if (row != nullptr) {
    error.code = row->errc;
    error.delivery = row->delivery;
    error.detail = row->what;
    if (row->retry_after.count() > 0) error.retry_after = row->retry_after;
  } else {
    error = from_status(api, answer);
  }
  if (error.code == Errc::throttled && !error.retry_after) {
    error.retry_after = promised_wait(answer);
    if (const auto plain = error_from_status(answer); plain && !error.retry_after) {
      error.retry_after = plain->retry_after;
    }
  }
  const bool about_token = std::ranges::find(kTokenCodes, api.code) != std::end(kTokenCodes);
  if (!api.words.empty() && !about_token) {
    error.detail += (error.detail.empty() ? "" : ": ") + discreet(api.words, channel);
  }
  if (api.code != CodeRow::kAny) error.code_text = std::to_string(api.code);
  if (error.code_text.empty()) error.code_text = std::to_string(answer.status);
  if (error.detail.empty()) error.detail = "HTTP " + std::to_string(answer.status);
  return error;
}

bool is_ok(const HttpAnswer& answer) { return answer.status >= 200 && answer.status < 300; }

Error unreadable(const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  // Taken with a 2xx and then something we cannot read: it may be on its way.
  return {.code = answer.status == 401 ? Errc::misconfigured : Errc::rejected,
          .delivery = is_ok(answer) ? Delivery::unknown : Delivery::not_sent,
          .detail = "the answer is not a JSON object (HTTP " + std::to_string(answer.status) + ")",
          .code_text = std::to_string(answer.status)};
}

Answer read_good(const object& root) {
  Answer out;
  out.message_id = id_in(root, "message_id");
  simdjson::dom::array messages;
  if (out.message_id.empty() && root["messages"].get(messages) == simdjson::SUCCESS) {
    for (const element one : messages) {
      object message;
      if (out.message_id.empty() && one.get(message) == simdjson::SUCCESS) {
        out.message_id = id_in(message, "id");
      }
    }
  }
  out.upload_id = id_in(root, "attachment_id");
  if (out.upload_id.empty()) out.upload_id = id_in(root, "id");
  out.url = text_in(root, "url");
  return out;
}

bool is_version(std::string_view text) {
  const auto dot = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.size() <= 3 &&
           std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  return text.starts_with('v') && dot != std::string_view::npos &&
         digits(text.substr(1, dot - 1)) && digits(text.substr(dot + 1));
}

}  // namespace

std::vector<Setting> settings_and(std::vector<Setting> own) {
  std::vector<Setting> all = {
      {.name = "app_secret",
       .kind = SettingKind::secret,
       .required = true,
       .what = "the app's secret: it signs the webhooks"},
      {.name = "verify_token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "what you typed beside the webhook's URL in the app's dashboard"},
      {.name = "access_token",
       .kind = SettingKind::secret,
       .required = true,
       .what = "a token that does not expire, with the messaging permissions"},
      {.name = "api_version",
       .default_value = kDefaultVersion,
       .what = "the version of the Graph API to call, \"v25.0\""},
      {.name = "appsecret_proof",
       .kind = SettingKind::flag,
       .default_value = "false",
       .what = "prove each call with the app's secret; needed where the app requires it"},
      {.name = "text_max",
       .what = "split texts into pieces of at most so many; no more than the platform takes"},
  };
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

std::string check_settings(const Channel& channel, std::string_view account) {
  const auto number = channel.setting(account);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (number.empty() || number.size() > 32 || !std::ranges::all_of(number, digit)) {
    return std::string(account) + " must be the account's id, a number";
  }
  const std::string& token = channel.secret("access_token").reveal();
  const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
  if (token.empty() || !std::ranges::all_of(token, printable)) {
    return "access_token must be printable text without spaces";
  }
  const auto version = channel.setting("api_version");
  if (!version.empty() && !is_version(version)) return "api_version must look like v25.0";
  const auto max = channel.setting("text_max");
  if (!max.empty() && (max.size() > 5 || max.front() == '0' || !std::ranges::all_of(max, digit))) {
    return "text_max must be a number";
  }
  return {};
}

HttpCall api_call(const Channel& channel, std::string_view base, std::string_view path,
                  TokenPlace place) {
  if (!channel.api_base.empty()) base = channel.api_base;
  while (base.ends_with('/')) base.remove_suffix(1);
  const auto version = channel.setting("api_version");
  HttpCall call;
  call.url = base;
  call.url += '/';
  call.url += version.empty() ? kDefaultVersion : version;
  call.url += '/';
  call.url += path;
  const std::string& token = channel.secret("access_token").reveal();
  std::vector<std::pair<std::string, std::string>> query;
  if (place == TokenPlace::query) {
    query.emplace_back("access_token", token);
  } else {
    call.headers.emplace_back("authorization", "Bearer " + token);
  }
  if (channel.setting("appsecret_proof") == "true") {
    const std::string& secret = channel.secret("app_secret").reveal();
    query.emplace_back("appsecret_proof", to_hex(hmac_sha256(secret, token)));
  }
  if (!query.empty()) call.url += '?' + form_encode(query);
  return call;
}

Result<Answer> read_answer(const HttpAnswer& answer, const Channel& channel,
                           std::span<const CodeRow> own) {
  simdjson::dom::parser parser;
  object root;
  if (!parse_object(answer.body, parser, root)) return unreadable(answer);
  object error;
  if (read_object(root, "error", error)) {
    return to_error(read_error(error), answer, channel, own);
  }
  if (!is_ok(answer)) return to_error({}, answer, channel, own);
  return read_good(root);
}

// The API is known to repeat a bad token in its message.
std::string discreet(std::string words, const Channel& channel) {
  constexpr std::string_view kHidden = "***";
  for (const auto& [name, secret] : channel.secrets) {
    const std::string& hidden = secret.reveal();
    if (hidden.empty()) continue;
    for (auto at = words.find(hidden); at != std::string::npos;
         at = words.find(hidden, at + kHidden.size())) {
      words.replace(at, hidden.size(), kHidden);
    }
  }
  if (words.size() > kWordsBytesMax) {
    std::size_t end = kWordsBytesMax;  // not inside a character
    while (end > 0 && (static_cast<unsigned char>(words[end]) & 0xC0) == 0x80) --end;
    words.resize(end);
  }
  std::ranges::replace_if(
      words, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return words;
}

std::string shortened(std::string_view text, std::size_t chars_max) {
  constexpr std::string_view kDots = "...";
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto chars = static_cast<std::size_t>(std::ranges::count_if(text, is_start));
  if (chars <= chars_max || chars_max < kDots.size()) return std::string(text);
  std::size_t kept = 0, end = 0;
  for (; end < text.size(); ++end) {
    if (is_start(text[end]) && kept++ == chars_max - kDots.size()) break;
  }
  return std::string(text.substr(0, end)) + std::string(kDots);
}

}  // namespace parley::connectors::graph
