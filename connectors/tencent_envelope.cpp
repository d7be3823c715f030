#include "connectors/tencent_envelope.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/crypto.hpp"

namespace parley::connectors {
namespace {

constexpr std::size_t kBlock = 32, kRandom = 16, kLength = 4;

std::optional<std::string> key_bytes(const Secret& key) {
  if (key.reveal().size() != kEnvelopeKeyChars) return {};
  auto bytes = from_base64(key.reveal());
  if (!bytes || bytes->size() != 32) return {};
  return bytes;
}

// Looks at a whole block whatever the padding says, so the time says nothing about it.
std::size_t padding_of(std::string_view plain) {
  const auto count = static_cast<unsigned char>(plain.back());
  unsigned wrong = count < 1 || count > kBlock ? 1 : 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const auto byte = static_cast<unsigned char>(plain[plain.size() - 1 - i]);
    wrong |= i < count ? static_cast<unsigned>(byte ^ count) : 0u;
  }
  return wrong ? 0 : count;
}

std::optional<std::string> open(const Secret& key, std::string_view base64,
                                std::string_view receiver) {
  const auto bytes = key_bytes(key);
  const auto sealed = from_base64(base64);
  if (!bytes || !sealed || receiver.empty() || sealed->size() < kBlock) return {};
  const auto plain = aes256_cbc_decrypt(*bytes, bytes->substr(0, 16), *sealed);
  if (!plain) return {};
  const auto padding = padding_of(*plain);
  if (padding == 0 || plain->size() - padding < kRandom + kLength) return {};
  const auto content = std::string_view(*plain).substr(0, plain->size() - padding);
  std::uint32_t length = 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    length = length << 8 | static_cast<unsigned char>(content[kRandom + i]);
  }
  const auto rest = content.substr(kRandom + kLength);
  if (length > rest.size()) return {};
  if (!equal_constant_time(rest.substr(length), receiver)) return {};
  return std::string(rest.substr(0, length));
}

}  // namespace

std::string tencent_signature(std::initializer_list<std::string_view> parts) {
  std::vector<std::string_view> sorted(parts);
  std::ranges::sort(sorted);  // compares as unsigned bytes
  std::string joined;
  for (const auto part : sorted) joined += part;
  return to_hex(sha1(joined));
}

bool is_envelope_key(const Secret& key) { return key_bytes(key).has_value(); }

Result<std::string> open_envelope(const Secret& key, std::string_view base64,
                                  std::string_view receiver) {
  auto message = open(key, base64, receiver);
  if (!message) return envelope_refused();
  return std::move(*message);
}

std::string seal_envelope(const Secret& key, std::string_view message, std::string_view receiver,
                          std::string_view random16) {
  const auto bytes = key_bytes(key);
  if (!bytes) return {};
  std::string plain(random16.substr(0, kRandom));
  plain.resize(kRandom, '0');
  const auto length = static_cast<std::uint32_t>(message.size());
  for (int shift = 24; shift >= 0; shift -= 8) plain += static_cast<char>(length >> shift & 0xff);
  plain += message;
  plain += receiver;
  const std::size_t padding = kBlock - plain.size() % kBlock;
  plain.append(padding, static_cast<char>(padding));
  const auto sealed = aes256_cbc_encrypt(*bytes, bytes->substr(0, 16), plain);
  return sealed ? to_base64(*sealed) : std::string();
}

Error envelope_refused() {
  return Error{.code = Errc::unauthenticated, .detail = "the signature or envelope does not match"};
}

}  // namespace parley::connectors
