// connectors/tencent_envelope.hpp
// The message signature and the encrypted envelope that Tencent's messaging platforms share.
//
// Source   developers.weixin.qq.com, "message encryption and decryption".
//          key = 43 base64 characters, 32 bytes; IV = its first 16; AES-256-CBC; padding as in
//          PKCS#7 but to blocks of 32; plain text = 16 random bytes, length (4 bytes, big endian,
//          in bytes), message, receiver id.
// Errors   one and the same for whatever is wrong with an envelope, so that nobody can use us to
//          learn which part of a guess was right.
// Threads  any.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace parley::connectors {

inline constexpr std::size_t kEnvelopeKeyChars = 43;

// Lower-case hex of sha1 over the parts, sorted by bytes and joined.
std::string tencent_signature(std::initializer_list<std::string_view> parts);

// 43 base64 characters?
bool is_envelope_key(const Secret& key);

// The message inside; `receiver` is the id that must stand at its end.
Result<std::string> open_envelope(const Secret& key, std::string_view base64,
                                  std::string_view receiver);

// `random16`: 16 bytes nobody can guess. "" only if the key is none.
std::string seal_envelope(const Secret& key, std::string_view message, std::string_view receiver,
                          std::string_view random16);

// What open_envelope says of anything bad; for callers that check the signature themselves.
Error envelope_refused();

}  // namespace parley::connectors
