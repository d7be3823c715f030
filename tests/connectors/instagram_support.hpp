// tests/connectors/instagram_support.hpp
// An Instagram channel, its webhooks, and sends over it.
#pragma once

#include "connectors/instagram/instagram.hpp"
#include "connectors/url.hpp"
#include "tests/connectors/inbox_support.hpp"

namespace parley::connectors::instagram_support {

using graph_support::action;
using graph_support::failure;
using graph_support::media;
using graph_support::Scripted;
using graph_support::Talk;
using inbox_support::entry_with;
using inbox_support::event;
using inbox_support::only;
using inbox_support::said;
using inbox_support::sent;
using inbox_support::signal;

inline const Entry& entry() {
  static const Entry kEntry = make_instagram();
  return kEntry;
}

inline Channel channel() {
  Channel channel = graph_support::channel("instagram", "ig_account_id");
  channel.settings["login"] = "facebook";
  return channel;
}

inline std::string account(std::string_view entries) {
  return inbox_support::webhook("instagram", entries);
}

inline Parsed parse(std::string_view body) {
  return graph_support::parse(entry(), channel(), body);
}

inline Parsed tell(std::string_view members) { return parse(account(entry_with(event(members)))); }

inline Send send_of(std::vector<Part> content, std::vector<Action> actions = {}) {
  return graph_support::send_of("42", std::move(content), std::move(actions));
}

inline Talk talk(Send send, const std::vector<Scripted>& script) {
  return graph_support::talk(entry(), channel(), std::move(send), script);
}

}  // namespace parley::connectors::instagram_support
