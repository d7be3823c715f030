#include "base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mutant.hpp"
#include "base/rsa_public_key.hpp"

namespace parley {
namespace {

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* bytes_of(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(kind)), '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), bytes_of(out), &size, kind, nullptr) != 1)
    std::abort();
  return out;
}

struct CipherFree {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};

std::optional<std::string> aes_cbc(const EVP_CIPHER* cipher, std::string_view key,
                                   std::string_view iv, std::string_view bytes, int encrypt) {
  if (key.size() != static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher))) return {};
  if (iv.size() != 16 || bytes.empty() || bytes.size() % 16 != 0) return {};
  if (bytes.size() > (1u << 30)) return {};
  const std::unique_ptr<EVP_CIPHER_CTX, CipherFree> ctx(EVP_CIPHER_CTX_new());
  std::string out(bytes.size() + 16, '\0');
  int written = 0, last = 0;
  if (!ctx ||
      EVP_CipherInit_ex(ctx.get(), cipher, nullptr, bytes_of(key), bytes_of(iv), encrypt) != 1 ||
      EVP_CIPHER_CTX_set_padding(ctx.get(), 0) != 1 ||
      EVP_CipherUpdate(ctx.get(), bytes_of(out), &written, bytes_of(bytes),
                       static_cast<int>(bytes.size())) != 1 ||
      EVP_CipherFinal_ex(ctx.get(), bytes_of(out) + written, &last) != 1) {
    return {};
  }
  out.resize(static_cast<std::size_t>(written + last));
  return out;
}

std::string hmac(const EVP_MD* kind, std::string_view key, std::string_view bytes) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(kind)), '\0');
  unsigned size = 0;
  if (HMAC(kind, key.data(), static_cast<int>(key.size()), bytes_of(bytes), bytes.size(),
           bytes_of(out), &size) == nullptr) {
    std::abort();
  }
  return out;
}

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;

struct DigestFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, DigestFree>;

// The bytes between "-----BEGIN ...-----" and "-----END", white space left out.
std::optional<std::string> pem_bytes(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN ", kRule = "-----", kEnd = "-----END ";
  const auto begin = pem.find(kBegin);
  if (begin == std::string_view::npos) return {};
  const auto start = pem.find(kRule, begin + kBegin.size());
  if (start == std::string_view::npos) return {};
  const auto end = pem.find(kEnd, start);
  if (end == std::string_view::npos) return {};
  std::string text;
  for (const char c : pem.substr(start + kRule.size(), end - start - kRule.size())) {
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') text += c;
  }
  return from_base64(text);
}

Key rsa_key(std::string_view pem) {
  const auto der = pem_bytes(pem);
  if (!der || der->empty()) return nullptr;
  const auto size = static_cast<long>(der->size());
  const unsigned char* at = bytes_of(std::string_view(*der));
  Key key(d2i_PUBKEY(nullptr, &at, size));
  at = bytes_of(std::string_view(*der));
  if (!key) key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size));
  if (key && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) key.reset();
  return key;
}

// Reading a key costs several times what checking a signature with it does (OpenSSL 3 asks every
// decoder it has), and a channel keeps its key: the thread remembers the last few.
EVP_PKEY* known_rsa_key(std::string_view pem) {
  constexpr std::size_t kKeysMax = 64;
  thread_local std::map<std::string, Key, std::less<>> known;
  if (const auto found = known.find(pem); found != known.end()) return found->second.get();
  Key key = rsa_key(pem);
  if (!key) return nullptr;
  if (known.size() >= kKeysMax) known.clear();
  return known.emplace(pem, std::move(key)).first->second.get();
}

Key rsa_private_key(std::string_view pem) {
  const auto der = pem_bytes(pem);
  if (!der || der->empty()) return nullptr;
  const unsigned char* at = bytes_of(std::string_view(*der));
  Key key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der->size())));
  if (key && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) key.reset();
  return key;
}

constexpr std::size_t kEd25519KeyBytes = 32, kEd25519SignatureBytes = 64;

Key ed25519_private(std::string_view seed) {
  if (seed.size() != kEd25519KeyBytes) return {};
  return Key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size()));
}

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode64(std::string_view bytes, std::string_view alphabet, bool padded) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    const std::size_t digits = left >= 3 ? 4 : left + 1;
    for (std::size_t k = 0; k < digits; ++k) out += alphabet[(word >> (18 - 6 * k)) & 63];
    for (std::size_t k = digits; padded && k < 4; ++k) out += '=';
  }
  return out;
}

int value64(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

int value16(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string sha1(std::string_view bytes) { return digest(EVP_sha1(), bytes); }
std::string sha256(std::string_view bytes) { return digest(EVP_sha256(), bytes); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha256(), key, bytes);
}
std::string hmac_sha1(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha1(), key, bytes);
}
std::string hmac_sha512(std::string_view key, std::string_view bytes) {
  return hmac(EVP_sha512(), key, bytes);
}
std::string md5(std::string_view bytes) { return digest(EVP_md5(), bytes); }
std::string hmac_md5(std::string_view key, std::string_view bytes) {
  return hmac(EVP_md5(), key, bytes);
}

bool is_rsa_public_key(std::string_view public_key_pem) {
  return rsa_key(public_key_pem) != nullptr;
}

std::string sign_rsa_sha256(std::string_view private_key_pem, std::string_view bytes) {
  const Key key = rsa_private_key(private_key_pem);
  const DigestContext context(EVP_MD_CTX_new());
  if (!key || !context) return {};
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(bytes), bytes.size()) != 1) {
    return {};
  }
  std::string out(size, '\0');
  if (EVP_DigestSign(context.get(), bytes_of(out), &size, bytes_of(bytes), bytes.size()) != 1) {
    return {};
  }
  out.resize(size);
  return out;
}

std::optional<std::string> rsa_public_key_der(std::string_view private_key_pem) {
  const Key key = rsa_private_key(private_key_pem);
  unsigned char* der = nullptr;
  const int size = key ? i2d_PUBKEY(key.get(), &der) : -1;
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

bool verify_rsa_sha256(std::string_view public_key_pem, std::string_view bytes,
                       std::string_view signature) {
  EVP_PKEY* key = known_rsa_key(public_key_pem);
  const DigestContext context(EVP_MD_CTX_new());
  if (key == nullptr || !context || signature.empty()) return false;
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                          bytes.size()) == 1;
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return {};
  std::string out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = value16(hex[i]), low = value16(hex[i + 1]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string to_base64(std::string_view bytes) { return encode64(bytes, kBase64, true); }
std::string to_base64url(std::string_view bytes) { return encode64(bytes, kBase64Url, false); }

std::optional<std::string> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  if (text.size() % 4 == 1) return {};
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t word = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = value64(c);
    if (value < 0) return {};
    word = word << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(word >> bits & 0xff);
    }
  }
  return out;
}

std::optional<std::string> aes256_cbc_decrypt(std::string_view key, std::string_view iv,
                                              std::string_view bytes) {
  return aes_cbc(EVP_aes_256_cbc(), key, iv, bytes, 0);
}
std::optional<std::string> aes256_cbc_encrypt(std::string_view key, std::string_view iv,
                                              std::string_view bytes) {
  return aes_cbc(EVP_aes_256_cbc(), key, iv, bytes, 1);
}
std::optional<std::string> aes128_cbc_decrypt(std::string_view key, std::string_view iv,
                                              std::string_view bytes) {
  return aes_cbc(EVP_aes_128_cbc(), key, iv, bytes, 0);
}

std::optional<std::string> ed25519_public_key(std::string_view seed) {
  const Key key = ed25519_private(seed);
  std::string out(kEd25519KeyBytes, '\0');
  std::size_t size = out.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), bytes_of(out), &size) != 1) return {};
  return out;
}

std::optional<std::string> ed25519_sign(std::string_view seed, std::string_view bytes) {
  const Key key = ed25519_private(seed);
  const DigestContext ctx(EVP_MD_CTX_new());
  std::string out(kEd25519SignatureBytes, '\0');
  std::size_t size = out.size();
  if (!key || !ctx || EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(ctx.get(), bytes_of(out), &size, bytes_of(bytes), bytes.size()) != 1) {
    return {};
  }
  return out;
}

bool ed25519_verify(std::string_view public_key, std::string_view bytes,
                    std::string_view signature) noexcept {
  if (public_key.size() != kEd25519KeyBytes || signature.size() != kEd25519SignatureBytes) {
    return false;
  }
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(public_key),
                                            public_key.size()));
  const DigestContext ctx(EVP_MD_CTX_new());
  return key && ctx && EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(ctx.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                          bytes.size()) == 1;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(bytes_of(out), static_cast<int>(count)) != 1) std::abort();
  return out;
}
std::string random_hex(std::size_t bytes) { return to_hex(random_bytes(bytes)); }

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size() || a.empty()) return false;
  if (MUTANT("early_exit")) return a == b;
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::uint64_t xxh3_64(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace parley
