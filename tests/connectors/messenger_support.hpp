// tests/connectors/messenger_support.hpp
// A Messenger channel, its webhooks, and sends over it.
#pragma once

#include "connectors/messenger/messenger.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/inbox_support.hpp"

namespace parley::connectors::messenger_support {

using graph_support::action;
using graph_support::failure;
using graph_support::media;
using graph_support::Scripted;
using graph_support::Talk;
using inbox_support::attribute;
using inbox_support::entry_with;
using inbox_support::event;
using inbox_support::only;
using inbox_support::receipt;
using inbox_support::said;
using inbox_support::sent;
using inbox_support::signal;

inline const Entry& entry() {
  static const Entry kEntry = make_messenger();
  return kEntry;
}

inline Channel channel() {
  Channel channel = graph_support::channel("messenger", "page_id");
  channel.settings["app_id"] = "555";
  return channel;
}

inline std::string page(std::string_view entries) {
  return inbox_support::webhook("page", entries);
}

inline Parsed parse(std::string_view body) {
  return graph_support::parse(entry(), channel(), body);
}

// What comes of one event.
inline Parsed tell(std::string_view members) { return parse(page(entry_with(event(members)))); }

inline Send send_of(std::vector<Part> content, std::vector<Action> actions = {}) {
  return graph_support::send_of("42", std::move(content), std::move(actions));
}

inline Talk talk(Send send, const std::vector<Scripted>& script) {
  return graph_support::talk(entry(), channel(), std::move(send), script);
}

// The bodies of a send that goes well.
inline std::vector<std::string> bodies(Send send) {
  std::vector<std::string> out;
  for (auto& call : talk(std::move(send), {sent("m_1")}).calls) out.push_back(std::move(call.body));
  return out;
}

inline std::string to_them(std::string_view message, std::string_view type = "UPDATE") {
  return R"({"messaging_type":")" + std::string(type) + R"(","recipient":{"id":"42"},"message":{)" +
         std::string(message) + "}}";
}

}  // namespace parley::connectors::messenger_support
