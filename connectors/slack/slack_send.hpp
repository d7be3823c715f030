// connectors/slack/slack_send.hpp
// A message out: posts, and for files of our own three calls each (ask for an address, put the
// bytes there, share the file).
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::slack {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::slack
