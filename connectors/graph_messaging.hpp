// connectors/graph_messaging.hpp
// The `messaging` events of a Graph webhook, as pages and business accounts get them: messages,
// buttons, reactions, referrals, opt-ins, receipts, and what other apps say on the same thread.
//
// Errors   malformed: an event whose sender, time or message id cannot be read; its neighbours
//          stand.
#pragma once

#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::graph {

// How one platform differs from another here.
struct MessagingDialect {
  std::string_view object;           // what the webhook must be about: "page"
  std::string_view account_setting;  // holds the account's id: "page_id"
  std::string_view scheme;           // of the identities
};

Parsed parse_messaging(std::string_view body, const Channel& channel,
                       const MessagingDialect& dialect);

// Buttons of ours carry this before their payload, so that a tap is told from the account's menu
// and ice breakers: the former is an answer in the conversation, the latter an event.
inline constexpr std::string_view kOurButton = "parley:";
// A recipient known only by a website's reference, until they write.
inline constexpr std::string_view kUserRefPrefix = "user_ref:";

}  // namespace parley::connectors::graph
