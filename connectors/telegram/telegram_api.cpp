#include "connectors/telegram/telegram_api.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

#include "connectors/http_status.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::telegram {
namespace {

constexpr std::string_view kApiBase = "https://api.telegram.org";
constexpr std::size_t kDescriptionBytesMax = 200;
constexpr std::size_t kAnswerDepthMax = 32;

std::string base_of(const Channel& channel) {
  std::string base = channel.api_base.empty() ? std::string(kApiBase) : channel.api_base;
  while (!base.empty() && base.back() == '/') base.pop_back();
  return base;
}

// The platform's words for the operator: one short line of printable text.
std::string short_line(std::string_view description) {
  std::string line(description.substr(0, kDescriptionBytesMax));
  std::ranges::replace_if(
      line, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0xC0) == 0x80) line.pop_back();
  return line;
}

bool says(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

struct ApiError {
  std::int64_t code = 0;
  std::string_view description;
  double retry_after_s = -1;
  std::string migrate_to = {};
};

Error to_error(const ApiError& api) {
  Error error{.code = Errc::rejected,
              .detail = short_line(api.description),
              .code_text = std::to_string(api.code)};
  if (!api.migrate_to.empty()) {
    error.code = Errc::unavailable;  // nothing was sent; the same message fits the new chat
    error.retry_after = std::chrono::milliseconds(0);
    error.new_recipient = api.migrate_to;
  } else if (api.code == 429) {
    error.code = Errc::throttled;
    if (api.retry_after_s >= 0 && api.retry_after_s < 1e9) {
      error.retry_after =
          std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(api.retry_after_s * 1e3)));
    }
  } else if (api.code == 401 || api.code == 404) {
    error.code = Errc::misconfigured;  // 404: a token that never was one
  } else if (api.code == 403) {
    static constexpr std::string_view kGone[] = {"blocked by the user", "user is deactivated",
                                                 "bot was kicked", "bot is not a member",
                                                 "group chat was deactivated"};
    const bool gone =
        std::ranges::any_of(kGone, [&](auto words) { return says(api.description, words); });
    if (gone) error.code = Errc::recipient_gone;
  } else if (api.code >= 500) {
    error.code = Errc::unavailable;
    error.delivery = Delivery::unknown;
  } else if (api.code == 400 && says(api.description, "can't parse entities")) {
    error.code_text = kBadEntities;
  }
  return error;
}

std::string number_or_text(const simdjson::dom::element& value) {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return std::to_string(number);
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return {};
}

ApiError read_error(const simdjson::dom::object& body, int status) {
  ApiError error;
  if (body["error_code"].get(error.code) != simdjson::SUCCESS) error.code = status;
  if (body["description"].get(error.description) != simdjson::SUCCESS) error.description = {};
  simdjson::dom::object parameters;
  if (body["parameters"].get(parameters) != simdjson::SUCCESS) return error;
  if (parameters["retry_after"].get(error.retry_after_s) != simdjson::SUCCESS) {
    error.retry_after_s = -1;
  }
  simdjson::dom::element chat;
  if (parameters["migrate_to_chat_id"].get(chat) == simdjson::SUCCESS) {
    error.migrate_to = number_or_text(chat);
  }
  return error;
}

ApiResult read_result(const simdjson::dom::object& body) {
  ApiResult result;
  simdjson::dom::object object;
  if (body["result"].get(object) != simdjson::SUCCESS) return result;
  simdjson::dom::element id;
  if (object["message_id"].get(id) == simdjson::SUCCESS) result.message_id = number_or_text(id);
  if (result.message_id == "0") result.message_id.clear();
  std::string_view path;
  if (object["file_path"].get(path) == simdjson::SUCCESS) result.file_path = path;
  return result;
}

}  // namespace

HttpCall api_call(const Channel& channel, std::string_view method, const Fields& fields) {
  HttpCall call;
  call.url = base_of(channel) + "/bot" + channel.secret("bot_token").reveal() + "/";
  call.url += method;
  call.content_type = "application/x-www-form-urlencoded";
  call.body = form_encode(fields);
  return call;
}

HttpCall file_download(const Channel& channel, std::string_view file_path) {
  HttpCall call;
  call.method = "GET";
  call.url = base_of(channel) + "/file/bot" + channel.secret("bot_token").reveal();
  while (!file_path.empty()) {
    const auto slash = file_path.find('/');
    call.url += '/';
    call.url += percent_encode(file_path.substr(0, slash));
    file_path.remove_prefix(slash == std::string_view::npos ? file_path.size() : slash + 1);
  }
  call.content_type.clear();
  call.download = true;
  return call;
}

Result<ApiResult> read_answer(const HttpAnswer& answer) {
  // A 5xx page is not the API's word; everything else may be explained in the body.
  if (answer.status >= 500) {
    if (auto error = error_from_status(answer)) return *std::move(error);
  }
  simdjson::dom::parser parser;
  simdjson::dom::object body;
  if (parser.allocate(std::max<std::size_t>(answer.body.size(), 64), kAnswerDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(answer.body.data(), answer.body.size()).get(body) != simdjson::SUCCESS) {
    if (auto error = error_from_status(answer)) return *std::move(error);
    if (answer.status / 100 == 2) {
      return Error{.code = Errc::unavailable,
                   .delivery = Delivery::unknown,
                   .detail = "the answer is not a JSON object"};
    }
    return to_error({.code = answer.status, .description = "the answer is not a JSON object"});
  }
  bool ok = false;
  if (body["ok"].get(ok) != simdjson::SUCCESS) ok = false;
  if (ok && answer.status / 100 == 2) return read_result(body);
  Error error = to_error(read_error(body, answer.status));
  if (error.code == Errc::throttled && !error.retry_after) {
    if (const auto plain = error_from_status(answer)) error.retry_after = plain->retry_after;
  }
  return error;
}

}  // namespace parley::connectors::telegram
