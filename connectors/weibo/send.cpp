#include "connectors/weibo/send.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/json_document.hpp"
#include "connectors/piece_row.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::weibo {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kApiBase = "https://m.api.weibo.com";
constexpr std::size_t kAnswerBytesMax = 1024 * 1024;

struct CodeRow {
  std::int64_t code;
  Errc errc;
  std::string_view what;
  Milliseconds retry_after{};
};

// The platform's table of common codes. Anything not listed is a refusal of
// this message.
constexpr CodeRow kCodes[] = {
    {10001, Errc::unavailable, "the platform had an internal error"},
    {10002, Errc::unavailable, "the platform had an internal error"},
    {10009, Errc::unavailable, "the platform is busy"},
    {10010, Errc::unavailable, "the platform is busy"},
    {10011, Errc::unavailable, "the platform is busy"},
    {10022, Errc::throttled, "too many calls of our address", 60s},
    {10023, Errc::throttled, "too many calls for this user", 60s},
    {10024, Errc::throttled, "too many calls of this API", 60s},
    {20016, Errc::throttled, "too many messages", 60s},
    {10005, Errc::misconfigured, "the app lacks a permission"},
    {10006, Errc::misconfigured, "the access token is missing"},
    {10013, Errc::misconfigured, "the app is not valid"},
    {10014, Errc::misconfigured, "the app lacks a permission"},
    {21301, Errc::misconfigured, "the access token is not valid"},
    {21314, Errc::misconfigured, "the access token is used up"},
    {21315, Errc::misconfigured, "the access token has expired"},
    {21316, Errc::misconfigured, "the access token is revoked"},
    {21317, Errc::misconfigured, "the access token is refused"},
    {21327, Errc::misconfigured, "the access token has expired"},
    {21332, Errc::misconfigured, "the access token is not valid"},
    {20003, Errc::recipient_gone, "the user does not exist"},
};

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

Pieces cut(const Message& message) {
  Shows shows;
  shows.text_max = kTextCharsMax;
  shows.links = true;
  shows.locations = true;
  return pieces_of(message, shows);
}

std::string decimal(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  return {digits, end.ptr};
}

std::string_view type_of(const Piece& piece) {
  if (piece.kind == Piece::Kind::link) return "articles";
  return piece.kind == Piece::Kind::location ? "position" : "text";
}

std::string data_of(const Piece& piece) {
  JsonWriter json;
  json.begin_object();
  if (piece.kind == Piece::Kind::link) {
    json.key("articles").begin_array().begin_object();
    json.member("display_name", piece.link->title).member("summary", piece.link->description);
    json.member("image", piece.link->image_url).member("url", piece.link->url);
    json.end_object().end_array();
  } else if (piece.kind == Piece::Kind::location) {
    json.member("longitude", decimal(piece.location->longitude));
    json.member("latitude", decimal(piece.location->latitude));
  } else {
    json.member("text", piece.text);
  }
  json.end_object();
  return json.take();
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 19 && text.front() != '0' &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class Calls final : public PieceCalls {
 public:
  explicit Calls(const SendContext& context) : context_(context) {}

  std::variant<HttpCall, Error, RefreshToken> show(const Piece& piece, std::size_t,
                                                   const std::string&) const override {
    std::string_view base =
        context_.channel.api_base.empty() ? kApiBase : std::string_view(context_.channel.api_base);
    while (base.ends_with('/')) base.remove_suffix(1);
    HttpCall call;
    call.url = std::string(base) + "/2/messages/reply.json";
    call.content_type = "application/x-www-form-urlencoded";
    call.body = form_encode({{"access_token", context_.channel.secret("access_token").reveal()},
                             {"type", std::string(type_of(piece))},
                             {"data", data_of(piece)},
                             {"receiver_id", context_.send.recipient},
                             {"save_sender_box", "1"}});
    return call;
  }

  Read read_show(const HttpAnswer& answer) const override {
    const auto by_status = error_from_status(answer);
    if (answer.body.size() > kAnswerBytesMax) return by_status.value_or(unreadable(answer));
    const auto document = JsonDocument::parse(answer.body);
    if (!document) return by_status.value_or(unreadable(answer));
    const auto& root = document->root();
    if (const auto code = json_integer(root, "error_code"); code && *code != 0) {
      auto error = error_of(*code);
      if (error.code == Errc::rejected && by_status) return *by_status;
      return error;
    }
    if (by_status) return *by_status;
    if (answer.status / 100 != 2) return unreadable(answer);
    bool result = true;
    if (root["result"].get(result) == simdjson::SUCCESS && !result) {
      return Error{.code = Errc::rejected, .detail = "the platform refused"};
    }
    return std::string();  // it names no message
  }

 private:
  const SendContext& context_;
};

}  // namespace

SendStep start_send(const SendContext& context) {
  return start_row(context, cut(context.send.message), Calls(context));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return resume_row(context, cut(context.send.message), Calls(context), step, answer);
}

std::optional<Reply> render_passive(const SendContext& context, std::string_view account) {
  const auto pieces = cut(context.send.message);
  if (pieces.list.size() != 1 || !pieces.degraded.empty()) return std::nullopt;
  if (!is_number(account) || !is_number(context.send.recipient)) return std::nullopt;
  JsonWriter json;
  json.begin_object().member("result", true);
  json.key("receiver_id").raw(context.send.recipient).key("sender_id").raw(account);
  json.member("type", type_of(pieces.list[0]));
  json.member("data", percent_encode(data_of(pieces.list[0]))).end_object();
  return Reply{.content_type = "application/json", .body = json.take()};
}

}  // namespace parley::connectors::weibo
