#include "connectors/line/line_api.hpp"

#include <simdjson.h>

#include "base/crypto.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_in.hpp"
#include "connectors/url.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::line {
namespace {

constexpr std::string_view kApiBase = "https://api.line.me";
constexpr std::string_view kDataBase = "https://api-data.line.me";
constexpr std::size_t kAnswerDepthMax = 32;
constexpr std::size_t kIdsMax = 5;  // as many as messages in a call

std::string base_of(const Channel& channel, std::string_view own) {
  std::string base(channel.api_base.empty() ? own : std::string_view(channel.api_base));
  while (base.ends_with('/')) base.pop_back();
  return base;
}

std::pair<std::string, std::string> bearer(const Channel& channel) {
  return {"Authorization", "Bearer " + channel.secret("channel_access_token").reveal()};
}

std::vector<std::string> sent_ids(const simdjson::dom::object& body) {
  std::vector<std::string> ids;
  simdjson::dom::array list;
  if (body["sentMessages"].get(list) != simdjson::SUCCESS) return ids;
  for (const auto one : list) {
    simdjson::dom::object message;
    if (ids.size() == kIdsMax || one.get(message) != simdjson::SUCCESS) continue;
    if (auto id = id_in(message, "id"); !id.empty()) ids.push_back(std::move(id));
  }
  return ids;
}

}  // namespace

HttpCall api_call(const Channel& channel, std::string_view path, std::string body) {
  HttpCall call;
  call.url = base_of(channel, kApiBase) + "/v2/bot" + std::string(path);
  call.headers = {bearer(channel)};
  call.body = std::move(body);
  return call;
}

HttpCall content_download(const Channel& channel, std::string_view message_id) {
  HttpCall call;
  call.method = "GET";
  call.url =
      base_of(channel, kDataBase) + "/v2/bot/message/" + percent_encode(message_id) + "/content";
  call.headers = {bearer(channel)};
  call.content_type.clear();
  call.download = true;
  return call;
}

Result<std::vector<std::string>> read_sent(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  const bool json = parse_object(parser, answer.body, kAnswerDepthMax, body);
  const std::string words = json ? short_line(text_in(body, "message")) : std::string();
  if (auto error = error_from_status(answer)) {
    if (!words.empty()) error->detail += ": " + words;
    return *std::move(error);
  }
  // The status alone says that the messages were taken; the ids are extra.
  if (answer.status / 100 == 2 || answer.status == 409) {
    return json ? sent_ids(body) : std::vector<std::string>{};
  }
  Error error{.code = Errc::rejected,
              .detail = words.empty() ? "HTTP " + std::to_string(answer.status) : words,
              .code_text = std::to_string(answer.status)};
  if (answer.status == 401) error.code = Errc::misconfigured;
  if (answer.status == 400 && words.find("nvalid reply token") != std::string::npos) {
    error.code_text = kBadReplyToken;
  }
  return error;
}

std::string retry_key(std::string_view idempotency_key, std::size_t batch) {
  std::string id =
      to_hex(sha256(std::string(idempotency_key) + "/" + std::to_string(batch))).substr(0, 32);
  id[12] = '8';  // RFC 9562: a UUID of the maker's own making
  id[16] = 'a';
  for (const std::size_t at : {20u, 16u, 12u, 8u}) id.insert(at, "-");
  return id;
}

}  // namespace parley::connectors::line
