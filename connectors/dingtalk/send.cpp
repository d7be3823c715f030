#include "connectors/dingtalk/send.hpp"

#include <algorithm>

#include "base/json_writer.hpp"
#include "connectors/dingtalk/address.hpp"
#include "connectors/dingtalk/api.hpp"
#include "connectors/piece_row.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::dingtalk {
namespace {

constexpr std::size_t kButtonsMax = 5;
constexpr std::size_t kTitleBytesMax = 60;

bool is_link(const Action& action) {
  return (action.type == ActionType::link || action.type == ActionType::webview) &&
         !action.url.empty() && !action.title.empty();
}

bool is_card(const Card& card) {
  return card.image_media_id.empty() && !card.title.empty() && !card.actions.empty() &&
         card.actions.size() <= kButtonsMax && std::ranges::all_of(card.actions, is_link);
}

// A picture goes by its address; anything else must be uploaded or be the platform's already.
bool can_show(const Media& media) {
  const bool held = !media.platform_id.empty() || is_stored_media(media.media_id);
  switch (media.kind) {
    case MediaKind::image:
      return held || media.url.starts_with("https://") || media.url.starts_with("http://");
    case MediaKind::file:
      return held && !media.name.empty();
    case MediaKind::voice:
    case MediaKind::audio:
      return held && media.duration_ms > 0;
    case MediaKind::video:
    case MediaKind::sticker:
      break;
  }
  return false;
}

bool by_address(const Media& media) {
  return media.kind == MediaKind::image && media.platform_id.empty() &&
         !is_stored_media(media.media_id);
}

Shows shows() {
  Shows out;
  out.text_max = kTextBytesMax;
  out.text_unit = TextUnit::bytes;
  out.markdown = true;
  out.media = can_show;
  out.links = true;
  out.card = is_card;
  return out;
}

// Markdown wants a title, shown where messages are listed: its first line.
std::string title_of(std::string_view text) {
  auto line = text.substr(0, text.find('\n'));
  while (line.starts_with('#') || line.starts_with(' ')) line.remove_prefix(1);
  std::string title(line.substr(0, kTitleBytesMax));
  while (!title.empty() && line.size() > title.size() &&
         (static_cast<unsigned char>(line[title.size()]) & 0xC0) == 0x80) {
    title.pop_back();
  }
  return title.empty() ? "…" : title;
}

std::string card_text(const Card& card) {
  std::string text = "### " + card.title;
  if (!card.image_url.empty()) text += "\n\n![](" + card.image_url + ")";
  if (!card.text.empty()) text += "\n\n" + card.text;
  return text;
}

void write_link(JsonWriter& json, const Link& link) {
  json.begin_object();
  json.member("text", link.description.empty() ? link.url : link.description);
  json.member("title", link.title).member("picUrl", link.image_url);
  json.member("messageUrl", link.url).end_object();
}

void write_markdown(JsonWriter& json, std::string_view title, std::string_view text) {
  json.begin_object().member("title", title).member("text", text).end_object();
}

void write_text(JsonWriter& json, std::string_view text) {
  json.begin_object().member("content", text).end_object();
}

// The body for a session's webhook.
std::string webhook_body(const Piece& piece) {
  JsonWriter json;
  json.begin_object();
  const auto type = [&](std::string_view name) -> JsonWriter& {
    return json.member("msgtype", name).key(name);
  };
  if (piece.kind == Piece::Kind::media) {
    write_markdown(type("markdown"), "[图片]", "![](" + piece.media->url + ")");
  } else if (piece.kind == Piece::Kind::link) {
    write_link(type("link"), *piece.link);
  } else if (piece.kind == Piece::Kind::card) {
    type("actionCard").begin_object().member("title", piece.card->title);
    json.member("text", card_text(*piece.card)).member("btnOrientation", "0");
    json.key("btns").begin_array();
    for (const auto& action : piece.card->actions) {
      json.begin_object().member("title", action.title).member("actionURL", action.url);
      json.end_object();
    }
    json.end_array().end_object();
  } else if (piece.format == TextFormat::markdown) {
    write_markdown(type("markdown"), title_of(piece.text), piece.text);
  } else {
    write_text(type("text"), piece.text);
  }
  json.end_object();
  return json.take();
}

struct Templated {
  std::string key, parameters;  // msgKey, msgParam (JSON as text)
};

Templated card_template(const Card& card) {
  JsonWriter json;
  json.begin_object().member("title", card.title).member("text", card_text(card));
  const auto& actions = card.actions;
  if (actions.size() == 1) {
    json.member("singleTitle", actions[0].title).member("singleURL", actions[0].url).end_object();
    return {"sampleActionCard", json.take()};
  }
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const auto number = std::to_string(i + 1);
    json.member("actionTitle" + number, actions[i].title);
    json.member("actionURL" + number, actions[i].url);
  }
  json.end_object();
  return {"sampleActionCard" + std::to_string(actions.size()), json.take()};
}

std::string extension_of(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? "file" : name.substr(dot + 1);
}

Templated media_template(const Media& media, const std::string& handle) {
  const auto& id = media.platform_id.empty() ? handle : media.platform_id;
  JsonWriter json;
  json.begin_object();
  if (media.kind == MediaKind::image) {
    json.member("photoURL", id.empty() ? media.url : id).end_object();
    return {"sampleImageMsg", json.take()};
  }
  json.member("mediaId", id);
  if (media.kind == MediaKind::file) {
    json.member("fileName", media.name).member("fileType", extension_of(media.name)).end_object();
    return {"sampleFile", json.take()};
  }
  json.member("duration", std::to_string(media.duration_ms)).end_object();
  return {"sampleAudio", json.take()};
}

Templated templated(const Piece& piece, const std::string& handle) {
  JsonWriter json;
  switch (piece.kind) {
    case Piece::Kind::media:
      return media_template(*piece.media, handle);
    case Piece::Kind::card:
      return card_template(*piece.card);
    case Piece::Kind::link:
      write_link(json, *piece.link);
      return {"sampleLink", json.take()};
    case Piece::Kind::text:
    case Piece::Kind::location:
    case Piece::Kind::template_:
      break;
  }
  if (piece.format == TextFormat::markdown) {
    write_markdown(json, title_of(piece.text), piece.text);
    return {"sampleMarkdown", json.take()};
  }
  write_text(json, piece.text);
  return {"sampleText", json.take()};
}

class Calls final : public PieceCalls {
 public:
  explicit Calls(const SendContext& context)
      : context_(context), address_(Address::read(context.send.recipient)) {}

  std::optional<HttpCall> upload(const Piece& piece) const override {
    if (piece.kind != Piece::Kind::media || by_address(*piece.media) ||
        !piece.media->platform_id.empty() || by_webhook()) {
      return std::nullopt;
    }
    const Media& media = *piece.media;
    const bool image = media.kind == MediaKind::image, file = media.kind == MediaKind::file;
    HttpCall call;
    call.url = old_api_url(context_.channel, "/media/upload?access_token=" +
                                                 percent_encode(context_.access_token) + "&type=" +
                                                 (image  ? "image"
                                                  : file ? "file"
                                                         : "voice"));
    call.content_type = "multipart/form-data";
    call.upload =
        Upload{.media = MediaId{media.media_id},
               .field = "media",
               .file_name = media.name.empty() ? (image ? "image.png" : "voice.amr") : media.name,
               .mime = media.mime};
    return call;
  }

  Read read_upload(const HttpAnswer& answer) const override { return read_old_answer(answer); }

  std::variant<HttpCall, Error, RefreshToken> show(const Piece& piece, std::size_t,
                                                   const std::string& handle) const override {
    if (by_webhook()) {
      HttpCall call;
      call.url = address_.session_webhook;
      call.body = webhook_body(piece);
      return call;
    }
    if (context_.access_token.empty()) return RefreshToken{};
    if (address_.group.empty() && address_.user.empty()) {
      return Error{.code = Errc::window_closed,
                   .detail = "the session is over and the customer has no user id to send to"};
    }
    const auto what = templated(piece, handle);
    const bool group = !address_.group.empty();
    auto call =
        api_call(context_.channel,
                 group ? "/v1.0/robot/groupMessages/send" : "/v1.0/robot/oToMessages/batchSend",
                 context_.access_token);
    JsonWriter json;
    json.begin_object().member("robotCode", robot());
    if (group) {
      json.member("openConversationId", address_.group);
    } else {
      json.key("userIds").begin_array().value(address_.user).end_array();
    }
    json.member("msgKey", what.key).member("msgParam", what.parameters).end_object();
    call.body = json.take();
    return call;
  }

  Read read_show(const HttpAnswer& answer) const override {
    if (context_.access_token.empty()) return read_old_answer(answer);
    auto read = read_answer(answer);
    if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&read)) return std::move(*refresh);
    auto& said = std::get<ApiAnswer>(read);
    if (said.invalid_recipient) {
      return Error{.code = Errc::recipient_gone,
                   .detail = "the recipient is not known to the enterprise",
                   .code_text = "invalidStaffIdList"};
    }
    if (said.recipient_throttled) {
      return Error{.code = Errc::throttled,
                   .detail = "too many messages to this recipient",
                   .code_text = "flowControlledStaffIdList"};
    }
    return std::move(said.query_key);
  }

 private:
  // Whoever began without a token goes on so, until the platform refuses the session.
  bool by_webhook() const {
    return context_.access_token.empty() && address_.webhook_trusted(context_.channel.api_base);
  }

  std::string robot() const {
    if (!address_.robot.empty()) return address_.robot;
    const auto set = context_.channel.setting("robot_code");
    return std::string(set.empty() ? context_.channel.setting("app_key") : set);
  }

  const SendContext& context_;
  Address address_;
};

}  // namespace

bool needs_token(const SendContext& context) {
  const auto address = Address::read(context.send.recipient);
  if (!address.webhook_usable(context.now, context.channel.api_base)) return true;
  // A webhook shows what has an address; our own files it cannot.
  return std::ranges::any_of(context.send.message.content, [](const Part& part) {
    const auto* media = std::get_if<Media>(&part);
    return media != nullptr && can_show(*media) && !by_address(*media);
  });
}

SendStep start_send(const SendContext& context) {
  return start_row(context, pieces_of(context.send.message, shows()), Calls(context));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return resume_row(context, pieces_of(context.send.message, shows()), Calls(context), step,
                    answer);
}

}  // namespace parley::connectors::dingtalk
