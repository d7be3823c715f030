#include "connectors/wecom/parse.hpp"

#include "connectors/tencent_push.hpp"

namespace parley::connectors::wecom {
namespace {

void interpret(Incoming& event, const PlatformEvent& what) {
  if (what.type == "subscribe") {
    event.opt = OptChange::opted_in;
  } else if (what.type == "unsubscribe") {
    event.opt = OptChange::opted_out;
  } else if (what.type == "click" || what.type == "view" || what.type == "CLICK" ||
             what.type == "VIEW" || what.type == "view_miniprogram") {
    event.referral = Referral{.kind = "menu", .code = what.key, .source = {}};
  }
}

// What an application is told that no member did: a suite's ticket, the bell of a customer-service
// account whose own channel has it, the company's directory.
bool is_housekeeping(const XmlElement& document) {
  if (!document.child_text("InfoType").empty()) return true;
  return document.child_text("FromUserName").empty() && !document.child_text("Event").empty();
}

// A button of a card that one of our sends made: an answer, not merely an event.
bool is_our_button(const XmlElement& document) {
  return document.child_text("Event") == "template_card_event" &&
         document.child_text("TaskId").starts_with(kTaskPrefix);
}

void make_answer(Incoming& event, const XmlElement& document) {
  const auto key = document.child_text("EventKey"), task = document.child_text("TaskId");
  Message message;
  message.author.id = event.identity.key.value;
  message.external_id = std::string(task) + ":" + std::string(key);
  message.external_time = event.occurred_at;
  ActionResponse chosen;
  chosen.action_id = key;
  chosen.payload = key;
  message.content.emplace_back(std::move(chosen));
  message.fallback_text = fallback_text(message.content);
  event.dedup_key += ":" + message.external_id;
  event.what = MessageIn{std::move(message)};
}

}  // namespace

Parsed parse_callback(const XmlElement& document, const Channel& channel) {
  if (is_housekeeping(document)) return {};
  // A member has one UserID in all the company's applications.
  auto parsed =
      tencent::parse_push(document, {.scope = "wecom:" + std::string(channel.setting("corp_id")),
                                     .scheme = "wecom_userid",
                                     .window = "",
                                     .interpret = interpret});
  if (!parsed.events.empty() && is_our_button(document)) {
    make_answer(parsed.events.front(), document);
  }
  return parsed;
}

}  // namespace parley::connectors::wecom
