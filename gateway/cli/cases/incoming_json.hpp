// gateway/cli/cases/incoming_json.hpp
// What a connector made of a request, in the words of the case files.
#pragma once

#include "connectors/connector.hpp"
#include "gateway/cli/cases/json_value.hpp"

namespace parley::gateway::cli {

// One entry of `messages`, `events` or `statuses`.
Json message_json(const connectors::Incoming& in, const connectors::MessageIn& said);
Json event_json(const connectors::Incoming& in, const connectors::SignalIn& signal);
Json status_json(const connectors::Incoming& in, const connectors::ReceiptIn& receipt);

}  // namespace parley::gateway::cli
