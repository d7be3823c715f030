// connectors/mapped/request_view.hpp
// A webhook request as values, for paths to walk in.
#pragma once

#include <string>

#include "connectors/mapped/mapping.hpp"

namespace parley::connectors::mapped {

struct RequestView {
  Value body, query, header, request, setting;
  Scope scope() const;  // "body", "query", "header", "request", "setting", and "item" as the body
};

// Errors   malformed: the body is not what the mapping says it is.
Result<RequestView> view_of(const WebhookRequest& request, const Channel& channel,
                            const Mapping& mapping);

Value settings_value(const Channel& channel);
Value secrets_value(const Channel& channel);

// Is the request what its proof says? misconfigured settings count as no proof.
Result<void> verify(const WebhookRequest& request, const Channel& channel, const Mapping& mapping);

// Does the proof need the body's fields, and not its bytes alone?
bool asks_fields(const Proof& proof);

// What a request signed by `proof` would show, without its prefix.
std::string signature_of(const WebhookRequest& request, const Channel& channel, const Proof& proof,
                         const RequestView& view);

// What `webhook_auth` names; null for "none" and for what no proof is called.
const Proof* chosen_proof(const Channel& channel, const Mapping& mapping);

}  // namespace parley::connectors::mapped
