// tests/connectors/whatsapp_support.hpp
// A WhatsApp channel, its webhooks, and sends over it.
#pragma once

#include <string>
#include <vector>

#include "connectors/whatsapp/whatsapp.hpp"
#include "tests/connectors/graph_support.hpp"

namespace parley::connectors::whatsapp_support {

using graph_support::action;
using graph_support::failure;
using graph_support::media;
using graph_support::Scripted;
using graph_support::Talk;

inline const Entry& entry() {
  static const Entry kEntry = make_whatsapp();
  return kEntry;
}

inline Channel channel() { return graph_support::channel("whatsapp", "phone_number_id"); }

// One change of the field "messages"; `members` beside its metadata.
inline std::string change(std::string_view members, std::string_view number = "100200300") {
  return R"({"field":"messages","value":{"messaging_product":"whatsapp","metadata":{
      "display_phone_number":"8613800138000","phone_number_id":")" +
         std::string(number) + R"("},)" + std::string(members) + "}}";
}

inline std::string webhook(std::string_view changes) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"7","changes":[)" +
         std::string(changes) + "]}]}";
}

inline constexpr std::string_view kContact =
    R"("contacts":[{"profile":{"name":"Li Na","username":"lina"},"wa_id":"447911123456",
        "user_id":"GB.1a2B"}],)";

// One message of that contact; `members` say what it is.
inline std::string message_with(std::string_view members) {
  return webhook(change(std::string(kContact) +
                        R"("messages":[{"from":"447911123456","from_user_id":"GB.1a2B",
                            "id":"wamid.A1","timestamp":"1700000000",)" +
                        std::string(members) + "}]"));
}

inline Parsed parse(std::string_view body) {
  return graph_support::parse(entry(), channel(), body);
}

inline Send send_of(std::vector<Part> content, std::vector<Action> actions = {}) {
  return graph_support::send_of("447911123456", std::move(content), std::move(actions));
}

inline Talk talk(Send send, const std::vector<Scripted>& script) {
  return graph_support::talk(entry(), channel(), std::move(send), script);
}

inline Scripted sent(const std::string& id) {
  return {200, R"({"messaging_product":"whatsapp","messages":[{"id":")" + id + R"("}]})"};
}

// The bodies of a send that goes well.
inline std::vector<std::string> bodies(Send send) {
  std::vector<std::string> out;
  for (auto& call : talk(std::move(send), {sent("wamid.1")}).calls) {
    out.push_back(std::move(call.body));
  }
  return out;
}

// What goes between the members every body begins with and its end.
inline std::string to_them(std::string_view rest) {
  return R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"447911123456",)" +
         std::string(rest) + "}";
}

}  // namespace parley::connectors::whatsapp_support
