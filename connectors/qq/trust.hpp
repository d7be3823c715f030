// connectors/qq/trust.hpp
// Signatures in both directions with the key pair that follows from the bot's secret.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::qq {

// The secret, doubled until it has 32 bytes, cut to 32: the Ed25519 seed. "" for an empty secret.
std::string seed_of(std::string_view bot_secret);

Result<void> authenticate(const WebhookRequest& request, const Channel& channel);

// op 13: the platform tries the URL and wants a word of its own signed.
std::optional<Result<Reply>> answer_validation(const WebhookRequest& request,
                                               const Channel& channel);

}  // namespace parley::connectors::qq
