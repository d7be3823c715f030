#include "connectors/wechat_oa/passive.hpp"

#include <chrono>

#include "base/crypto.hpp"
#include "connectors/tencent_envelope.hpp"
#include "connectors/wechat_oa/outgoing.hpp"
#include "connectors/wechat_oa/trust.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wechat_oa {
namespace {

constexpr std::size_t kNonceBytesMin = 16;

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
  const auto type = text_element("MsgType", type_name(item.kind));
  const auto media_id = text_element("MediaId", item.media_id);
  const auto titles =
      text_element("Title", item.title) + text_element("Description", item.description);
  if (item.upload) return std::nullopt;
  switch (item.kind) {
    case Item::Kind::text:
      return type + text_element("Content", item.text);
    case Item::Kind::image:
      return type + element("Image", media_id);
    case Item::Kind::voice:
      return type + element("Voice", media_id);
    case Item::Kind::video:
      return type + element("Video", media_id + titles);
    case Item::Kind::music:
      return type + element("Music", titles + text_element("MusicUrl", item.url) +
                                         text_element("HQMusicUrl", item.url) +
                                         text_element("ThumbMediaId", item.thumb_media_id));
    case Item::Kind::news:
      return type + element("ArticleCount", "1") + element("Articles", article(item));
    case Item::Kind::transfer: {
      auto out = text_element("MsgType", "transfer_customer_service");
      if (!item.text.empty()) {
        out += element("TransInfo", text_element("KfAccount", item.text));
      }
      return out;
    }
    case Item::Kind::menu:
    case Item::Kind::page:
    case Item::Kind::raw:
    case Item::Kind::template_:
    case Item::Kind::subscription:
      break;
  }
  return std::nullopt;
}

// The random prefix must not be readable from the nonce, which travels in the clear.
std::string seal(const Channel& channel, std::string_view xml, const std::string& time,
                 std::string_view nonce) {
  const auto& key = channel.secret("encoding_aes_key");
  const auto random16 = to_hex(hmac_sha256(key.reveal(), nonce)).substr(0, 16);
  const auto sealed = seal_envelope(key, xml, channel.setting("app_id"), random16);
  if (sealed.empty()) return {};
  const auto public_nonce = nonce.substr(0, kNonceBytesMin);
  const auto signature =
      tencent_signature({channel.secret("token").reveal(), time, public_nonce, sealed});
  return element("xml", text_element("Encrypt", sealed) + text_element("MsgSignature", signature) +
                            element("TimeStamp", time) + text_element("Nonce", public_nonce));
}

}  // namespace

std::optional<Reply> render_passive(const SendContext& context, std::string_view account,
                                    std::string_view nonce) {
  const auto plan = plan_message(context.send.message, context.channel);
  if (plan.items.size() != 1 || !plan.degraded.empty()) return std::nullopt;
  const Item& item = plan.items.front();
  // A passive reply cannot go out in the name of one customer-service account.
  if (!context.channel.setting("kf_account").empty() && item.kind != Item::Kind::transfer) {
    return std::nullopt;
  }
  const auto content = content_of(item);
  if (!content || account.empty()) return std::nullopt;

  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(context.now.time_since_epoch()).count();
  const auto time = std::to_string(seconds);
  auto xml = element("xml", text_element("ToUserName", context.send.recipient) +
                                text_element("FromUserName", account) +
                                element("CreateTime", time) + *content);
  if (mode_of(context.channel) != Mode::plaintext) {
    if (nonce.size() < kNonceBytesMin) return std::nullopt;
    xml = seal(context.channel, xml, time, nonce);
    if (xml.empty()) return std::nullopt;
  }
  return Reply{.content_type = "application/xml; charset=utf-8", .body = std::move(xml)};
}

}  // namespace parley::connectors::wechat_oa
