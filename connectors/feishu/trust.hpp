// connectors/feishu/trust.hpp
// What of a pushed request may be believed, and what it says once opened.
//
// The envelope: key = sha256(Encrypt Key), the first 16 bytes are the IV, AES-256-CBC, PKCS#7
// to 16.
#pragma once

#include "connectors/connector.hpp"

namespace parley::connectors::feishu {

struct Opened {
  std::string json;
  bool sealed = false;  // it came in an envelope, which only who has our key can make
};

// The event as JSON text: the body, or what its `encrypt` holds. malformed if it cannot be opened.
Result<Opened> opened(const WebhookRequest& request, const Channel& channel);

// "" if the bytes are no such envelope under this key.
std::string open_envelope(std::string_view encrypt_key, std::string_view base64);

// The platform asks whether the URL is ours; that question is not signed, so the token counts.
std::optional<Result<Reply>> answer_challenge(const WebhookRequest& request,
                                              const Channel& channel);

Result<void> authenticate(const WebhookRequest& request, const Channel& channel);

}  // namespace parley::connectors::feishu
