// connectors/vk/vk_send.hpp
// A message out: for each file an upload of three calls (ask for an address, put the bytes there,
// save), then the message itself under a random_id, so that a repeat is none.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::vk {

SendStep start_send(const SendContext& context);
SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer);

}  // namespace parley::connectors::vk
