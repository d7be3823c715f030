// base/crypto.hpp
// Digests, MACs, signatures, encodings and random bytes, as strings of bytes. OpenSSL stays in
// crypto.cpp.
//
// Errors   decoders give nullopt on bad input; nothing throws.
// Threads  any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

std::string sha1(std::string_view bytes);                               // 20 bytes
std::string sha256(std::string_view bytes);                             // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 bytes
std::string hmac_sha1(std::string_view key, std::string_view bytes);    // 20 bytes
std::string hmac_sha512(std::string_view key, std::string_view bytes);  // 64 bytes
// For platforms that know nothing better; never for anything of ours.
std::string md5(std::string_view bytes);                             // 16 bytes
std::string hmac_md5(std::string_view key, std::string_view bytes);  // 16 bytes

// RSASSA-PKCS1-v1_5 with SHA-256. The key is a PEM text, its line ends may be lost; PKCS#1 and
// SubjectPublicKeyInfo both do, whatever its first line calls it. False for a key that is none.
bool verify_rsa_sha256(std::string_view public_key_pem, std::string_view bytes,
                       std::string_view signature);
// What it would verify; "" for a PEM text that is no RSA private key. For whoever acts as such a
// platform.
std::string sign_rsa_sha256(std::string_view private_key_pem, std::string_view bytes);
bool is_rsa_public_key(std::string_view public_key_pem);

std::string to_hex(std::string_view bytes);  // lower case
std::optional<std::string> from_hex(std::string_view hex);
std::string to_base64(std::string_view bytes);
// Accepts missing padding and non-zero trailing bits (WeChat keys have them); refuses other
// characters. `url` also accepts '-' and '_'.
std::optional<std::string> from_base64(std::string_view text);
std::string to_base64url(std::string_view bytes);  // no padding

// AES-CBC without padding; the input must be whole 16-byte blocks.
std::optional<std::string> aes256_cbc_decrypt(std::string_view key, std::string_view iv,
                                              std::string_view bytes);
std::optional<std::string> aes256_cbc_encrypt(std::string_view key, std::string_view iv,
                                              std::string_view bytes);

std::optional<std::string> aes128_cbc_decrypt(std::string_view key, std::string_view iv,
                                              std::string_view bytes);

// Ed25519 (RFC 8032). A seed and a public key are 32 bytes, a signature 64; nullopt and false for
// any other size.
std::optional<std::string> ed25519_public_key(std::string_view seed);
std::optional<std::string> ed25519_sign(std::string_view seed, std::string_view bytes);
bool ed25519_verify(std::string_view public_key, std::string_view bytes,
                    std::string_view signature) noexcept;

std::string random_bytes(std::size_t count);
std::string random_hex(std::size_t bytes);

// Time depends on the lengths only. Empty never equals anything.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

std::uint64_t xxh3_64(std::string_view bytes) noexcept;

}  // namespace parley
