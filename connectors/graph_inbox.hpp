// connectors/graph_inbox.hpp
// A whole connector for an inbox on the Graph API: webhooks of `messaging` events in, calls of
// /me/messages out. What differs between such platforms is data.
#pragma once

#include <string_view>
#include <vector>

#include "connectors/graph_message_plan.hpp"
#include "connectors/graph_messaging.hpp"
#include "connectors/registry.hpp"

namespace parley::connectors::graph {

struct Inbox {
  Capabilities capabilities;
  std::vector<Setting> settings;
  MessagingDialect messaging;
  SendDialect sending;  // its base may be another for a channel
  // A host to call instead, chosen by a setting: {"login", "instagram", "https://..."}.
  struct {
    std::string_view setting, value, base;
  } other_base = {};
};

// What an inbox of this kind can show.
std::vector<ContentLevel> inbox_content();
// 24 hours for anybody after what the customer did, 7 days for people.
std::vector<ReplyPolicy> inbox_reply_policy();

Entry make_inbox(Inbox inbox);

}  // namespace parley::connectors::graph
