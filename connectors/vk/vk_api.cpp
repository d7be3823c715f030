#include "connectors/vk/vk_api.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_in.hpp"
#include "connectors/url.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::vk {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kApiBase = "https://api.vk.com";
constexpr std::string_view kVersion = "5.103";
constexpr std::size_t kAnswerDepthMax = 32;
constexpr std::size_t kQueryBytesMax = 2000;
constexpr Milliseconds kSecond{1'000};
constexpr std::size_t kDocumentNameBytes = 8;

struct Code {
  std::int64_t code;
  Errc means;
  Delivery delivery = Delivery::not_sent;
};

// The codes that do not mean "refused".
constexpr Code kCodes[] = {
    {1, Errc::unavailable, Delivery::unknown},  // unknown error, try again later
    {5, Errc::misconfigured},                   // authorisation failed
    {6, Errc::throttled},                       // too many requests per second
    {8, Errc::rejected},
    {9, Errc::throttled},                        // too much of the same kind
    {10, Errc::unavailable, Delivery::unknown},  // internal server error
    {18, Errc::recipient_gone},                  // the user was deleted or banned
    {27, Errc::misconfigured},                   // the community's key is wrong
    {28, Errc::misconfigured},
    {29, Errc::throttled},        // the method's limit is reached
    {30, Errc::recipient_gone},   // the profile is private
    {900, Errc::recipient_gone},  // the user blocked the community
    {901, Errc::recipient_gone},  // never allowed it to write, or not any more
    {902, Errc::recipient_gone},  // privacy settings
    {917, Errc::recipient_gone},  // out of the chat
};

Error to_error(const object& error) {
  std::int64_t code = 0;
  if (error["error_code"].get(code) != SUCCESS) code = 0;
  Error out{.code = Errc::rejected,
            .detail = short_line(text_in(error, "error_msg")),
            .code_text = std::to_string(code)};
  const auto* known = std::ranges::find(kCodes, code, &Code::code);
  if (known != std::end(kCodes)) {
    out.code = known->means;
    out.delivery = known->delivery;
  }
  if (code == 6) out.retry_after = kSecond;
  if (out.detail.empty()) out.detail = "error " + out.code_text;
  return out;
}

// Both kinds of answers begin alike: HTTP, JSON, or neither.
Result<void> open_answer(const HttpAnswer& answer, simdjson::dom::parser& parser, object& body) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  const bool json = parse_object(parser, answer.body, kAnswerDepthMax, body);
  object refusal;
  if (json && object_in(body, "error", refusal)) return to_error(refusal);
  if (answer.status / 100 != 2) {
    return Error{.code = Errc::rejected,
                 .detail = "HTTP " + std::to_string(answer.status),
                 .code_text = std::to_string(answer.status)};
  }
  if (json) return {};
  return Error{.code = Errc::unavailable,
               .delivery = Delivery::unknown,
               .detail = "the answer is not a JSON object"};
}

void read_object(const object& from, ApiResult& result) {
  object inner;
  // A saved document says its type and holds itself under that name.
  if (const std::string type = text_in(from, "type");
      !type.empty() && type.size() <= 2 * kDocumentNameBytes && object_in(from, type, inner)) {
    return read_object(inner, result);
  }
  result.id = id_in(from, "id");
  result.owner_id = id_in(from, "owner_id");
  result.upload_url = text_in(from, "upload_url");
}

}  // namespace

HttpCall method_call(const Channel& channel, std::string_view name, const Fields& fields) {
  std::string base = channel.api_base.empty() ? std::string(kApiBase) : channel.api_base;
  while (base.ends_with('/')) base.pop_back();
  HttpCall call;
  call.url = base + "/method/" + std::string(name) + ".json?";
  call.url += form_encode(
      {{"access_token", channel.secret("access_token").reveal()}, {"v", std::string(kVersion)}});
  call.content_type = "application/x-www-form-urlencoded";
  Fields said;
  for (const auto& field : fields) {
    if (!field.second.empty()) said.push_back(field);
  }
  std::string encoded = form_encode(said);
  if (encoded.size() > kQueryBytesMax) {
    call.body = std::move(encoded);
  } else if (!encoded.empty()) {
    call.url += "&" + encoded;
  }
  return call;
}

std::string random_id(std::string_view idempotency_key, std::size_t call) {
  const auto hash = xxh3_64(std::string(idempotency_key) + "/" + std::to_string(call));
  const auto number = hash % 0x7FFF'FFFFu;  // VK's own examples keep to 31 bits
  return std::to_string(number + 1);
}

Result<ApiResult> read_answer(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  object body, response;
  if (auto open = open_answer(answer, parser, body); !open) return std::move(open.error());
  ApiResult result{.id = id_in(body, "response"), .owner_id = {}, .upload_url = {}};
  array list;
  if (object_in(body, "response", response)) {
    read_object(response, result);
  } else if (body["response"].get(list) == SUCCESS && list.size() > 0 &&
             list.at(0).get(response) == SUCCESS) {
    read_object(response, result);
  }
  return result;
}

Result<Uploaded> read_upload(const HttpAnswer& answer) {
  simdjson::dom::parser parser;
  object body;
  if (auto open = open_answer(answer, parser, body); !open) {
    open.error().delivery = Delivery::not_sent;  // nothing is shown to anybody yet
    return std::move(open.error());
  }
  Uploaded out{.server = id_in(body, "server"),
               .photo = text_in(body, "photo"),
               .hash = text_in(body, "hash"),
               .file = text_in(body, "file")};
  const bool photo = !out.photo.empty() && out.photo != "[]";
  if (photo || !out.file.empty()) return out;
  return Error{.code = Errc::rejected, .detail = "the upload server did not take the file"};
}

}  // namespace parley::connectors::vk
