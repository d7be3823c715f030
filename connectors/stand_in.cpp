#include "connectors/stand_in.hpp"

#include <simdjson.h>

#include "connectors/url.hpp"

namespace parley::connectors {

std::string_view ApiRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

ApiAnswer StandIn::throttled(int retry_after_s) const {
  ApiAnswer answer = json_answer(R"({"error":"too many requests"})", 429);
  answer.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
  return answer;
}

Channel sample_channel(std::string_view platform, std::string_view mode,
                       std::string_view api_base) {
  Channel channel;
  channel.tenant = TenantId{"demo"};
  channel.id = ChannelId{std::string(platform)};
  if (!mode.empty()) channel.id.value += "_" + std::string(mode);
  channel.platform = platform;
  channel.api_base = api_base;
  return channel;
}

std::string webhook_path(const Channel& channel) {
  return "/webhooks/" + channel.tenant.value + "/" + channel.id.value;
}

std::int64_t unix_seconds(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

ApiAnswer json_answer(std::string body, int status) {
  ApiAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

ApiAnswer picture_answer() {
  static constexpr unsigned char kPixel[] = {
      0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,   0,    0,    13,   'I',  'H',
      'D',  'R',  0,    0,    0,    1,    0,    0,    0,   1,    8,    6,    0,    0,
      0,    0x1f, 0x15, 0xc4, 0x89, 0,    0,    0,    13,  'I',  'D',  'A',  'T',  0x78,
      0x9c, 0x62, 0,    1,    0,    0,    5,    0,    1,   0x0d, 0x0a, 0x2d, 0xb4, 0,
      0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 'B', '`',  0x82};
  ApiAnswer answer;
  answer.content_type = "image/png";
  answer.body.assign(reinterpret_cast<const char*>(kPixel), sizeof kPixel);
  return answer;
}

std::string json_at(std::string_view body, std::string_view pointer) {
  simdjson::dom::parser parser;
  simdjson::dom::element root, value;
  if (parser.parse(body.data(), body.size()).get(root) != simdjson::SUCCESS ||
      root.at_pointer(pointer).get(value) != simdjson::SUCCESS) {
    return {};
  }
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  if (value.is_number() || value.is_bool()) return simdjson::minify(value);
  return {};
}

std::string form_field(const ApiRequest& request, std::string_view name) {
  if (!request.header("content-type").starts_with("multipart/")) {
    return form_value(request.body, name);
  }
  const std::string head = "name=\"" + std::string(name) + "\"\r\n\r\n";
  const auto at = request.body.find(head);
  if (at == std::string::npos) return {};
  const auto begin = at + head.size();
  const auto end = request.body.find("\r\n--", begin);
  return end == std::string::npos ? std::string() : request.body.substr(begin, end - begin);
}

}  // namespace parley::connectors
