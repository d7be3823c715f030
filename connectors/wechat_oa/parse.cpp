#include "connectors/wechat_oa/parse.hpp"

#include "connectors/tencent_push.hpp"

namespace parley::connectors::wechat_oa {
namespace {

// What an event means beyond being an event.
void interpret(Incoming& event, const PlatformEvent& what) {
  if (what.type == "subscribe") {
    event.opens_window = "follow";
    event.opt = OptChange::opted_in;
  } else if (what.type == "unsubscribe") {
    event.opt = OptChange::opted_out;
  } else if (what.type == "SCAN") {
    event.opens_window = "scan";
  } else if (what.type == "CLICK") {
    event.opens_window = "menu_click";
    event.referral = Referral{.kind = "menu", .code = what.key, .source = {}};
  } else if (what.type == "scancode_push" || what.type == "scancode_waitmsg") {
    event.opens_window = "menu_click";
  } else if (what.type == "VIEW" || what.type == "view_miniprogram") {
    event.referral = Referral{.kind = "menu", .code = what.key, .source = {}};
  }
  if (!what.scene.empty()) {
    event.referral = Referral{.kind = "qr", .code = what.scene, .source = what.ticket};
  }
}

}  // namespace

Parsed parse_push(const XmlElement& document, const Channel& channel) {
  return tencent::parse_push(document, {.scope = channel.id.value,
                                        .scheme = "wechat_openid",
                                        .window = "user_message",
                                        .interpret = interpret});
}

}  // namespace parley::connectors::wechat_oa
