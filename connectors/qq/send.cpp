#include "connectors/qq/send.hpp"

#include "base/json_writer.hpp"
#include "connectors/piece_row.hpp"
#include "connectors/qq/address.hpp"
#include "connectors/qq/api.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::qq {
namespace {

constexpr unsigned kCallsPerSend = 32;
constexpr unsigned kSeqMax = 65'535;

enum MessageType : int { kText = 0, kMarkdown = 2, kMedia = 7 };
enum FileType : int { kNone = 0, kImage = 1, kVideo = 2, kVoice = 3 };

bool has_ending(std::string_view url, std::string_view ending) {
  return url.substr(0, url.find('?')).ends_with(ending);
}

// The platform fetches by address and takes PNG, JPEG, MP4 and Silk.
FileType file_type(const Media& media) {
  if (!media.url.starts_with("https://") && !media.url.starts_with("http://")) return kNone;
  if (media.kind == MediaKind::image) return media.mime == "image/gif" ? kNone : kImage;
  if (media.kind == MediaKind::video) {
    return media.mime.empty() || media.mime == "video/mp4" ? kVideo : kNone;
  }
  if (media.kind == MediaKind::voice || media.kind == MediaKind::audio) {
    return has_ending(media.url, ".silk") || media.mime == "audio/silk" ? kVoice : kNone;
  }
  return kNone;
}

bool can_show(const Media& media) { return file_type(media) != kNone; }

Pieces cut(const SendContext& context) {
  Shows shows;
  shows.text_max = kTextCharsMax;
  shows.markdown = context.channel.setting("markdown") == "true";
  shows.media = can_show;
  return pieces_of(context.send.message, shows);
}

class Calls final : public PieceCalls {
 public:
  explicit Calls(const SendContext& context)
      : context_(context), address_(Address::read(context.send.recipient)) {
    // A quoted message of the platform's is the one to answer; ours have ids it does not know.
    const auto& quoted = context.send.message.reply_to;
    if (!quoted.empty() && !quoted.starts_with("msg_")) {
      address_.msg_id = quoted;
      address_.event_id.clear();
    }
  }

  bool has_right() const { return !address_.msg_id.empty() || !address_.event_id.empty(); }

  std::optional<HttpCall> upload(const Piece& piece) const override {
    if (piece.kind != Piece::Kind::media) return std::nullopt;
    auto call = api_call(context_.channel, path("/files"), context_.access_token);
    JsonWriter json;
    json.begin_object().member("file_type", static_cast<int>(file_type(*piece.media)));
    // Sent by itself it would count as a message nobody asked for.
    json.member("url", piece.media->url).member("srv_send_msg", false).end_object();
    call.body = json.take();
    return call;
  }

  Read read_upload(const HttpAnswer& answer) const override {
    auto read = read_answer(answer);
    if (auto* error = std::get_if<Error>(&read)) {
      error->delivery = Delivery::not_sent;  // nothing was shown yet: asking again is safe
      return std::move(*error);
    }
    if (auto* refresh = std::get_if<RefreshToken>(&read)) return std::move(*refresh);
    return std::move(std::get<ApiAnswer>(read).file_info);
  }

  std::variant<HttpCall, Error, RefreshToken> show(const Piece& piece, std::size_t index,
                                                   const std::string& handle) const override {
    auto call = api_call(context_.channel, path("/messages"), context_.access_token);
    JsonWriter json;
    json.begin_object();
    if (piece.kind == Piece::Kind::media) {
      // The platform wants some content even here.
      json.member("content", " ").member("msg_type", static_cast<int>(kMedia));
      json.key("media").begin_object().member("file_info", handle).end_object();
    } else if (piece.format == TextFormat::markdown) {
      json.member("msg_type", static_cast<int>(kMarkdown));
      json.key("markdown").begin_object().member("content", piece.text).end_object();
    } else {
      json.member("content", piece.text).member("msg_type", static_cast<int>(kText));
    }
    if (!address_.msg_id.empty()) {
      json.member("msg_id", address_.msg_id);
    } else {
      json.member("event_id", address_.event_id);
    }
    json.member("msg_seq", msg_seq(context_.send.id, index)).end_object();
    call.body = json.take();
    return call;
  }

  Read read_show(const HttpAnswer& answer) const override {
    auto read = read_answer(answer);
    if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&read)) return std::move(*refresh);
    // Refused as a repeat: the answer to the first try was lost, the message was not.
    return std::move(std::get<ApiAnswer>(read).id);
  }

 private:
  std::string path(std::string_view what) const {
    const bool group = !address_.group.empty();
    return (group ? "/v2/groups/" : "/v2/users/") +
           percent_encode(group ? address_.group : address_.user) + std::string(what);
  }

  const SendContext& context_;
  Address address_;
};

std::optional<Error> missing_right(const Calls& calls) {
  if (calls.has_right()) return std::nullopt;
  return Error{.code = Errc::window_closed,
               .detail = "QQ takes answers only, and there is no message to answer"};
}

}  // namespace

// A send's id ends with its place in the conversation's log.
unsigned msg_seq(const SendId& send, std::size_t index) {
  const auto place = parse_place("snd", send.value);
  const auto seq = place && place->seq > 0 ? place->seq - 1 : 0;
  const auto number = seq * kCallsPerSend + index % kCallsPerSend;
  return static_cast<unsigned>(number % kSeqMax) + 1;
}

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

}  // namespace parley::connectors::qq
