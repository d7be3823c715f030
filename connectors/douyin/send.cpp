#include "connectors/douyin/send.hpp"

#include "base/json_writer.hpp"
#include "connectors/douyin/address.hpp"
#include "connectors/douyin/api.hpp"
#include "connectors/piece_row.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::douyin {
namespace {

Pieces cut(const SendContext& context) {
  Shows shows;
  shows.text_max = kTextCharsMax;
  shows.urls = false;
  return pieces_of(context.send.message, shows);
}

class Calls final : public PieceCalls {
 public:
  explicit Calls(const SendContext& context)
      : context_(context), address_(Address::read(context.send.recipient)) {
    const auto& quoted = context.send.message.reply_to;
    if (!quoted.empty() && !quoted.starts_with("msg_")) address_.message = quoted;
  }

  bool has_right() const { return !address_.message.empty(); }

  std::variant<HttpCall, Error, RefreshToken> show(const Piece& piece, std::size_t,
                                                   const std::string&) const override {
    HttpCall call;
    call.url = api_url(context_.channel, "/im/send/msg/?open_id=" + percent_encode(account()));
    call.headers = {{"access-token", std::string(context_.access_token)}};
    JsonWriter json;
    json.begin_object().member("msg_id", address_.message);
    if (!address_.conversation.empty()) json.member("conversation_id", address_.conversation);
    json.member("to_user_id", address_.user);
    json.member("scene", address_.visit ? "im_enter_direct_msg" : "im_reply_msg");
    json.key("content").begin_object().member("msg_type", 1);
    json.key("text").begin_object().member("text", piece.text).end_object();
    json.end_object().end_object();
    call.body = json.take();
    return call;
  }

  Read read_show(const HttpAnswer& answer) const override {
    auto read = read_answer(answer);
    if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&read)) return std::move(*refresh);
    return std::move(std::get<ApiAnswer>(read).message_id);
  }

 private:
  std::string account() const {
    const auto set = context_.channel.setting("open_id");
    return set.empty() ? address_.account : std::string(set);
  }

  const SendContext& context_;
  Address address_;
};

std::optional<Error> missing_right(const Calls& calls) {
  if (calls.has_right()) return std::nullopt;
  return Error{.code = Errc::window_closed,
               .detail = "Douyin takes answers only, and there is no message to answer"};
}

}  // namespace

SendStep start_send(const SendContext& context) {
  const Calls calls(context);
  if (auto error = missing_right(calls)) return *std::move(error);
  return start_row(context, cut(context), calls);
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  const Calls calls(context);
  if (auto error = missing_right(calls)) return *std::move(error);
  return resume_row(context, cut(context), calls, step, answer);
}

}  // namespace parley::connectors::douyin
