#include "base/aes_gcm.hpp"

#include <openssl/evp.h>

#include <limits>
#include <memory>

namespace parley {
namespace {

struct CipherFree {
  void operator()(EVP_CIPHER_CTX* c) const { EVP_CIPHER_CTX_free(c); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, CipherFree>;

const unsigned char* bytes_of(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* bytes_of(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

bool fits(std::string_view bytes) { return bytes.size() <= std::numeric_limits<int>::max() / 2; }

Cipher begin(std::string_view key, std::string_view nonce, std::string_view about, int encrypt) {
  if (key.size() != kGcmKeyBytes || nonce.size() != kGcmNonceBytes || !fits(about)) return {};
  Cipher ctx(EVP_CIPHER_CTX_new());
  int written = 0;
  if (!ctx ||
      EVP_CipherInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, bytes_of(key), bytes_of(nonce),
                        encrypt) != 1 ||
      EVP_CipherUpdate(ctx.get(), nullptr, &written, bytes_of(about),
                       static_cast<int>(about.size())) != 1) {
    return {};
  }
  return ctx;
}

}  // namespace

std::optional<std::string> aes256_gcm_seal(std::string_view key, std::string_view nonce,
                                           std::string_view about, std::string_view bytes) {
  if (!fits(bytes)) return {};
  const auto ctx = begin(key, nonce, about, 1);
  std::string out(bytes.size() + kGcmTagBytes, '\0');
  int written = 0, last = 0;
  if (!ctx ||
      EVP_CipherUpdate(ctx.get(), bytes_of(out), &written, bytes_of(bytes),
                       static_cast<int>(bytes.size())) != 1 ||
      EVP_CipherFinal_ex(ctx.get(), bytes_of(out) + written, &last) != 1 ||
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kGcmTagBytes),
                          bytes_of(out) + bytes.size()) != 1) {
    return {};
  }
  return out;
}

std::optional<std::string> aes256_gcm_open(std::string_view key, std::string_view nonce,
                                           std::string_view about, std::string_view sealed) {
  if (sealed.size() < kGcmTagBytes || !fits(sealed)) return {};
  const auto ctx = begin(key, nonce, about, 0);
  const auto bytes = sealed.substr(0, sealed.size() - kGcmTagBytes);
  std::string tag(sealed.substr(bytes.size()));
  std::string out(bytes.size() + kGcmTagBytes, '\0');
  int written = 0, last = 0;
  if (!ctx ||
      EVP_CipherUpdate(ctx.get(), bytes_of(out), &written, bytes_of(bytes),
                       static_cast<int>(bytes.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kGcmTagBytes),
                          bytes_of(tag)) != 1 ||
      EVP_CipherFinal_ex(ctx.get(), bytes_of(out) + written, &last) != 1) {
    return {};
  }
  out.resize(bytes.size());
  return out;
}

}  // namespace parley
