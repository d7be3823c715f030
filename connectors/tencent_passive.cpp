#include "connectors/tencent_passive.hpp"

#include <chrono>

#include "base/crypto.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::tencent {
namespace {

std::string element(std::string_view name, std::string_view content) {
  std::string out = "<" + std::string(name) + ">";
  out += content;
  out += "</" + std::string(name) + ">";
  return out;
}

std::string text_element(std::string_view name, std::string_view text) {
  return element(name, xml_cdata(text));
}

std::string article(const Item& item) {
  return element("item",
                 text_element("Title", item.title) + text_element("Description", item.description) +
                     text_element("PicUrl", item.image_url) + text_element("Url", item.url));
}

// MsgType and what belongs to it; nullopt: this kind has no passive form.
std::optional<std::string> content_of(const Item& item) {
  const auto type_of = [](std::string_view name) { return text_element("MsgType", name); };
  const auto media_id = text_element("MediaId", item.media_id);
  const auto titles =
      text_element("Title", item.title) + text_element("Description", item.description);
  if (item.upload) return std::nullopt;
  switch (item.kind) {
    case Item::Kind::text:
      return type_of("text") + text_element("Content", item.text);
    case Item::Kind::image:
      return type_of("image") + element("Image", media_id);
    case Item::Kind::voice:
      return type_of("voice") + element("Voice", media_id);
    case Item::Kind::video:
      return type_of("video") + element("Video", media_id + titles);
    case Item::Kind::music:
      return type_of("music") +
             element("Music", titles + text_element("MusicUrl", item.url) +
                                  text_element("HQMusicUrl", item.url) +
                                  text_element("ThumbMediaId", item.thumb_media_id));
    case Item::Kind::news:
      return type_of("news") + element("ArticleCount", "1") + element("Articles", article(item));
    case Item::Kind::transfer: {
      auto out = type_of("transfer_customer_service");
      if (!item.text.empty()) {
        out += element("TransInfo", text_element("KfAccount", item.text));
      }
      return out;
    }
    case Item::Kind::markdown:
    case Item::Kind::file:
    case Item::Kind::menu:
    case Item::Kind::page:
    case Item::Kind::location:
    case Item::Kind::raw:
    case Item::Kind::template_:
    case Item::Kind::subscription:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> passive_document(const Item& item, const SendContext& context,
                                            std::string_view account) {
  const auto content = content_of(item);
  if (!content || account.empty()) return std::nullopt;
  return element("xml", text_element("ToUserName", context.send.recipient) +
                            text_element("FromUserName", account) +
                            element("CreateTime", seconds_of(context.now)) + *content);
}

// The random prefix must not be readable from the nonce, which travels in the clear.
std::optional<Sealed> seal_reply(const SendContext& context, std::string_view document,
                                 std::string_view receiver, std::string_view nonce) {
  if (nonce.size() < kNonceBytesMin) return std::nullopt;
  const auto& key = context.channel.secret("encoding_aes_key");
  const auto random16 = to_hex(hmac_sha256(key.reveal(), nonce)).substr(0, 16);
  Sealed out;
  out.encrypt = seal_envelope(key, document, receiver, random16);
  if (out.encrypt.empty()) return std::nullopt;
  out.nonce = nonce.substr(0, kNonceBytesMin);
  out.time = seconds_of(context.now);
  out.signature = tencent_signature(
      {context.channel.secret("token").reveal(), out.time, out.nonce, out.encrypt});
  return out;
}

Reply xml_reply(std::string document) {
  return {.content_type = "application/xml; charset=utf-8", .body = std::move(document)};
}

Reply xml_reply(const Sealed& sealed) {
  return xml_reply(element("xml", text_element("Encrypt", sealed.encrypt) +
                                      text_element("MsgSignature", sealed.signature) +
                                      element("TimeStamp", sealed.time) +
                                      text_element("Nonce", sealed.nonce)));
}

std::string seconds_of(TimePoint time) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace parley::connectors::tencent
