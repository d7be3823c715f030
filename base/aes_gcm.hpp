// base/aes_gcm.hpp
// AES-256-GCM: what is sealed can neither be read nor changed without its key.
//
// Limits   a key is 32 bytes, a nonce 12; never use one nonce twice with one key.
// Errors   open: nullopt for anything that was not sealed with this key, nonce and `about`.
// Threads  any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

inline constexpr std::size_t kGcmKeyBytes = 32, kGcmNonceBytes = 12, kGcmTagBytes = 16;

// The tag stands behind the bytes. `about` is bound to them and not in the result.
std::optional<std::string> aes256_gcm_seal(std::string_view key, std::string_view nonce,
                                           std::string_view about, std::string_view bytes);
std::optional<std::string> aes256_gcm_open(std::string_view key, std::string_view nonce,
                                           std::string_view about, std::string_view sealed);

}  // namespace parley
