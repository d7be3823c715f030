// connectors/tencent_callback.hpp
// What of a pushed request may be believed, on the platforms that push as Tencent's do.
//
// Where a platform signs an encrypted envelope, only what is inside it counts; plain fields that
// stand beside it are never looked at. In plain mode the signature proves only that somebody knew
// the token once: the body is not covered.
//
// Source   developers.weixin.qq.com and developer.work.weixin.qq.com: message push, encryption
// Limits   64 KiB, 5 levels, 200 elements, in XML and in JSON.
// Errors   one and the same for whatever is wrong with an envelope; misconfigured without a token
//          or a usable key.
// Threads  pure functions.
#pragma once

#include <string>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::tencent {

enum class Mode : std::uint8_t { plaintext, compat, safe };

// As the setting `mode` says; without one, safe if there is a key to open envelopes with.
Mode mode_of(const Channel& channel);
// What is wrong with `mode` and `encoding_aes_key` taken together, or "".
std::string check_mode(const Channel& channel);
std::string check_key(const Channel& channel);

// How one channel's pushes are proven; the secrets `token` and `encoding_aes_key` are the
// channel's.
struct Callback {
  Mode mode = Mode::safe;
  std::vector<std::string> receivers;  // one of these ids must stand at an envelope's end
  bool json = false;                   // a body may be JSON as well as XML
  bool names_addressee = false;        // outside too, and both must be the same
};

// The console's GET: the echo string, if the request knows the token.
Result<Reply> answer_handshake(const WebhookRequest& request, const Channel& channel);
// The same where the echo string is sealed: what is inside, bare.
Result<Reply> answer_sealed_handshake(const WebhookRequest& request, const Channel& channel,
                                      const Callback& callback);

Result<void> authenticate(const WebhookRequest& request, const Channel& channel,
                          const Callback& callback);

// The document to read. Call authenticate() first: this checks the envelope, not its signature.
Result<XmlElement> trusted_document(const WebhookRequest& request, const Channel& channel,
                                    const Callback& callback);

}  // namespace parley::connectors::tencent
