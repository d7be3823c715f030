#include "connectors/feishu/send.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/feishu/api.hpp"
#include "connectors/piece_row.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::feishu {
namespace {

constexpr std::size_t kUuidCharsMax = 50;

bool has_address(const Action& action) {
  return (action.type == ActionType::link || action.type == ActionType::webview) &&
         !action.url.empty();
}

bool is_button(const Action& action) {
  const bool choice = action.type == ActionType::reply || action.type == ActionType::postback;
  return !action.title.empty() && (choice || has_address(action));
}

bool is_card(const Card& card) {
  const bool picture = !card.image_url.empty() || !card.image_media_id.empty();
  return !picture && (!card.title.empty() || !card.text.empty()) &&
         std::ranges::all_of(card.actions, is_button);
}

// Bytes of ours to upload, or a key of the platform's. It does not fetch addresses.
bool can_show(const Media& media) {
  return !media.platform_id.empty() || is_stored_media(media.media_id);
}

Shows shows() {
  Shows out;
  out.text_max = kTextBytesMax;
  out.text_unit = TextUnit::bytes;
  out.markdown = true;
  out.media = can_show;
  out.links = true;
  out.card = is_card;
  out.action = is_button;
  return out;
}

void write_plain(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key).begin_object();
  json.member("tag", "plain_text").member("content", text).end_object();
}

void write_button(JsonWriter& json, const Action& action) {
  json.begin_object().member("tag", "button");
  write_plain(json, "text", action.title);
  json.member("type", "default");
  if (has_address(action)) {
    json.member("url", action.url);
  } else {
    json.key("value").begin_object();
    json.member("payload", action.payload.empty() ? action.title : action.payload);
    json.member("title", action.title).end_object();
  }
  json.end_object();
}

std::string card_content(std::string_view title, std::string_view text,
                         const std::vector<Action>& actions) {
  JsonWriter json;
  json.begin_object().key("config").begin_object().member("wide_screen_mode", true).end_object();
  if (!title.empty()) {
    json.key("header").begin_object();
    write_plain(json, "title", title);
    json.end_object();
  }
  json.key("elements").begin_array();
  if (!text.empty()) {
    json.begin_object().member("tag", "div");
    write_plain(json, "text", text);
    json.end_object();
  }
  if (!actions.empty()) {
    json.begin_object().member("tag", "action").key("actions").begin_array();
    for (const auto& action : actions) write_button(json, action);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return json.take();
}

// A rich text of one paragraph; `write` writes its runs.
template <class Write>
std::string post_content(std::string_view title, Write write) {
  JsonWriter json;
  json.begin_object().key("zh_cn").begin_object();
  json.member("title", title).key("content").begin_array();
  write(json);
  json.end_array().end_object().end_object();
  return json.take();
}

std::string link_content(const Link& link) {
  return post_content(link.title, [&](JsonWriter& json) {
    if (!link.description.empty()) {
      json.begin_array().begin_object().member("tag", "text");
      json.member("text", link.description).end_object().end_array();
    }
    json.begin_array().begin_object().member("tag", "a");
    json.member("text", link.url).member("href", link.url).end_object().end_array();
  });
}

std::string markdown_content(std::string_view text) {
  return post_content("", [&](JsonWriter& json) {
    json.begin_array().begin_object().member("tag", "md");
    json.member("text", text).end_object().end_array();
  });
}

bool is_image(const Media& media) {
  return media.kind == MediaKind::image ||
         (media.kind == MediaKind::sticker && media.platform_id.empty());
}

// A voice message must be Opus and a video MP4; other sounds and films go as files.
std::string_view message_type(const Media& media) {
  if (is_image(media)) return "image";
  const bool known = !media.platform_id.empty();
  if (media.kind == MediaKind::sticker) return "sticker";
  if (media.kind == MediaKind::voice || media.kind == MediaKind::audio) {
    return known || media.mime == "audio/ogg" || media.mime == "audio/opus" ? "audio" : "file";
  }
  if (media.kind == MediaKind::video) {
    return known || media.mime == "video/mp4" ? "media" : "file";
  }
  return "file";
}

std::string_view file_type(const Media& media) {
  struct Row {
    std::string_view mime, type;
  };
  constexpr Row kRows[] = {
      {"audio/ogg", "opus"},
      {"audio/opus", "opus"},
      {"video/mp4", "mp4"},
      {"application/pdf", "pdf"},
      {"application/msword", "doc"},
      {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "doc"},
      {"application/vnd.ms-excel", "xls"},
      {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xls"},
      {"application/vnd.ms-powerpoint", "ppt"},
      {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "ppt"},
  };
  const auto found = std::ranges::find(kRows, media.mime, &Row::mime);
  return found == std::end(kRows) ? "stream" : found->type;
}

std::string media_content(const Media& media, std::string_view key) {
  JsonWriter json;
  json.begin_object().member(is_image(media) ? "image_key" : "file_key", key).end_object();
  return json.take();
}

// What kind of id the recipient is, by its shape.
std::string_view id_type(std::string_view recipient) {
  if (recipient.starts_with("oc_")) return "chat_id";
  if (recipient.starts_with("ou_")) return "open_id";
  if (recipient.starts_with("on_")) return "union_id";
  return recipient.contains('@') ? "email" : "user_id";
}

// Taken once an hour by the platform; a longer key is shortened to as many of its digest.
std::string uuid_of(const std::string& key, std::size_t index) {
  std::string uuid = index == 0 ? key : key + "-" + std::to_string(index);
  return uuid.size() <= kUuidCharsMax ? uuid : to_hex(sha256(uuid)).substr(0, kUuidCharsMax);
}

class Calls final : public PieceCalls {
 public:
  explicit Calls(const SendContext& context) : context_(context) {}

  std::optional<HttpCall> upload(const Piece& piece) const override {
    if (piece.kind != Piece::Kind::media || !piece.media->platform_id.empty()) return {};
    const Media& media = *piece.media;
    const bool image = is_image(media);
    auto call =
        api_call(context_.channel, image ? "/open-apis/im/v1/images" : "/open-apis/im/v1/files",
                 context_.access_token);
    call.content_type = "multipart/form-data";
    const auto name = media.name.empty() ? std::string(image ? "image.png" : "file") : media.name;
    call.body =
        image ? form_encode({{"image_type", "message"}})
              : form_encode({{"file_type", std::string(file_type(media))}, {"file_name", name}});
    call.upload = Upload{.media = MediaId{media.media_id},
                         .field = image ? "image" : "file",
                         .file_name = name,
                         .mime = media.mime};
    return call;
  }

  Read read_upload(const HttpAnswer& answer) const override {
    return pick(answer, [](ApiAnswer& said) {
      return said.image_key.empty() ? std::move(said.file_key) : std::move(said.image_key);
    });
  }

  std::variant<HttpCall, Error, RefreshToken> show(const Piece& piece, std::size_t index,
                                                   const std::string& handle) const override {
    const auto [type, content] = typed_content(piece, handle);
    const auto& quoted = context_.send.message.reply_to;
    const bool reply = index == 0 && quoted.starts_with("om_");
    JsonWriter json;
    json.begin_object();
    if (!reply) json.member("receive_id", context_.send.recipient);
    json.member("msg_type", type).member("content", content);
    if (!context_.send.idempotency_key.empty()) {
      json.member("uuid", uuid_of(context_.send.idempotency_key, index));
    }
    json.end_object();
    std::string path = "/open-apis/im/v1/messages";
    path += reply ? "/" + percent_encode(quoted) + "/reply"
                  : "?receive_id_type=" + std::string(id_type(context_.send.recipient));
    auto call = api_call(context_.channel, path, context_.access_token);
    call.body = json.take();
    return call;
  }

  Read read_show(const HttpAnswer& answer) const override {
    return pick(answer, [](ApiAnswer& said) { return std::move(said.message_id); });
  }

 private:
  template <class Pick>
  static Read pick(const HttpAnswer& answer, Pick member) {
    auto read = read_answer(answer);
    if (auto* error = std::get_if<Error>(&read)) return std::move(*error);
    if (auto* refresh = std::get_if<RefreshToken>(&read)) return std::move(*refresh);
    return member(std::get<ApiAnswer>(read));
  }

  static std::pair<std::string_view, std::string> typed_content(const Piece& piece,
                                                                const std::string& handle) {
    switch (piece.kind) {
      case Piece::Kind::media: {
        const auto& key = piece.media->platform_id;
        return {message_type(*piece.media),
                media_content(*piece.media, key.empty() ? handle : key)};
      }
      case Piece::Kind::link:
        return {"post", link_content(*piece.link)};
      case Piece::Kind::card:
        return {"interactive",
                card_content(piece.card->title, piece.card->text, piece.card->actions)};
      case Piece::Kind::text:
      case Piece::Kind::location:
      case Piece::Kind::template_:
        break;
    }
    if (!piece.actions.empty()) return {"interactive", card_content("", piece.text, piece.actions)};
    if (piece.format == TextFormat::markdown) return {"post", markdown_content(piece.text)};
    JsonWriter json;
    json.begin_object().member("text", piece.text).end_object();
    return {"text", json.take()};
  }

  const SendContext& context_;
};

}  // namespace

SendStep start_send(const SendContext& context) {
  return start_row(context, pieces_of(context.send.message, shows()), Calls(context));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  return resume_row(context, pieces_of(context.send.message, shows()), Calls(context), step,
                    answer);
}

}  // namespace parley::connectors::feishu
