// connectors/graph_stand_in.hpp
// The Graph API's own side, for stand-ins: how it writes and signs webhooks, how it refuses.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "connectors/stand_in.hpp"

namespace parley::connectors::graph {

// A made-up channel with the settings all have; `account_setting` gets a number.
Channel sample_graph_channel(std::string_view platform, std::string_view account_setting,
                             std::string_view api_base);

// The request that carries this JSON, written as the platform writes it: every slash and every
// character beyond ASCII escaped, and the signature over these very bytes.
Webhook signed_webhook(const Channel& channel, std::string_view json);

Redelivery graph_redelivery();

ApiAnswer graph_refusal(int status, int code, std::string_view words);
ApiAnswer graph_throttled(int code);

// "/v25.0/me/messages" is "me/messages"; "" if the path has no version.
std::string_view below_version(std::string_view path);

// An inbox: `messaging` webhooks, /me/messages. `says_delivered`: deliveries are told by name.
struct InboxStandInTraits {
  std::string_view platform, object, account_setting;
  std::uint64_t first_user = 0;
  std::size_t text_bytes_max = 0;
  bool says_delivered = false;
};
std::unique_ptr<StandIn> make_inbox_stand_in(const InboxStandInTraits& traits);

bool is_digits(std::string_view text);

}  // namespace parley::connectors::graph
