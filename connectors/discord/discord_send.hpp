// connectors/discord/discord_send.hpp
// A message out. With an interaction's token the first message fills in the answer Discord shows as
// pending; everything else is posted to the channel under a nonce, so that a repeat is none. Only
// where the bot may not post there does the token bring the rest, too.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::discord {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::discord
