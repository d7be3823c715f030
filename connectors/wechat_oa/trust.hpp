// connectors/wechat_oa/trust.hpp
// What of a pushed request may be believed, by the channel's mode.
//
// In safe and compat mode the platform signs an encrypted envelope, and only what is inside counts;
// the plain fields compat mode adds beside it are never looked at. In plain mode the signature
// proves only that somebody knew the token once: the body is not covered.
#pragma once

#include "connectors/connector.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::wechat_oa {

enum class Mode : std::uint8_t { plaintext, compat, safe };

// As set; without a setting, safe if there is a key to open envelopes with.
Mode mode_of(const Channel& channel);

std::string check_settings(const Channel& channel);

// Answers the console's GET: the echo string, if the request knows the token.
Result<Reply> answer_handshake(const WebhookRequest& request, const Channel& channel);

Result<void> authenticate(const WebhookRequest& request, const Channel& channel);

// The document to read. Call authenticate() first: this checks the envelope, not its signature.
Result<XmlElement> trusted_document(const WebhookRequest& request, const Channel& channel);

}  // namespace parley::connectors::wechat_oa
