#include "gateway/http/address_guard.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace parley::gateway::http {
namespace {

constexpr std::uint32_t quad(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

struct Range4 {
  std::uint32_t address;
  int bits;
  AddressKind kind;
};

// First match wins: single addresses stand before the ranges they are in.
constexpr Range4 kRanges4[] = {
    {quad(169, 254, 169, 254), 32, AddressKind::metadata},
    {quad(169, 254, 170, 2), 32, AddressKind::metadata},
    {quad(100, 100, 100, 200), 32, AddressKind::metadata},
    {quad(168, 63, 129, 16), 32, AddressKind::metadata},
    {quad(0, 0, 0, 0), 8, AddressKind::unspecified},
    {quad(10, 0, 0, 0), 8, AddressKind::private_use},
    {quad(100, 64, 0, 0), 10, AddressKind::private_use},
    {quad(127, 0, 0, 0), 8, AddressKind::loopback},
    {quad(169, 254, 0, 0), 16, AddressKind::link_local},
    {quad(172, 16, 0, 0), 12, AddressKind::private_use},
    {quad(192, 0, 0, 0), 24, AddressKind::reserved},
    {quad(192, 0, 2, 0), 24, AddressKind::reserved},
    {quad(192, 88, 99, 0), 24, AddressKind::reserved},
    {quad(192, 168, 0, 0), 16, AddressKind::private_use},
    {quad(198, 18, 0, 0), 15, AddressKind::reserved},
    {quad(198, 51, 100, 0), 24, AddressKind::reserved},
    {quad(203, 0, 113, 0), 24, AddressKind::reserved},
    {quad(224, 0, 0, 0), 4, AddressKind::multicast},
    {quad(240, 0, 0, 0), 4, AddressKind::reserved},
};

using Bytes16 = std::array<unsigned char, 16>;

bool in_range(const Bytes16& address, std::initializer_list<unsigned> prefix, int bits) {
  Bytes16 want{};
  std::size_t i = 0;
  for (const unsigned word : prefix) {
    want[i++] = static_cast<unsigned char>(word >> 8);
    want[i++] = static_cast<unsigned char>(word & 0xFF);
  }
  for (std::size_t byte = 0; bits > 0; ++byte, bits -= 8) {
    const unsigned mask = bits >= 8 ? 0xFFu : (0xFFu << (8 - bits)) & 0xFFu;
    if ((address[byte] & mask) != (want[byte] & mask)) return false;
  }
  return true;
}

std::uint32_t embedded_v4(const Bytes16& address, std::size_t at) {
  return quad(address[at], address[at + 1], address[at + 2], address[at + 3]);
}

}  // namespace

std::string_view to_string(AddressKind kind) noexcept {
  switch (kind) {
    case AddressKind::global:
      return "global";
    case AddressKind::private_use:
      return "private";
    case AddressKind::loopback:
      return "loopback";
    case AddressKind::metadata:
      return "metadata";
    case AddressKind::link_local:
      return "link local";
    case AddressKind::multicast:
      return "multicast";
    case AddressKind::unspecified:
      return "unspecified";
    case AddressKind::reserved:
      return "reserved";
    case AddressKind::invalid:
      return "invalid";
  }
  return "invalid";
}

AddressKind classify_v4(std::uint32_t address) noexcept {
  for (const auto& range : kRanges4) {
    const std::uint32_t mask = ~0u << (32 - range.bits);
    if ((address & mask) == range.address) return range.kind;
  }
  return AddressKind::global;
}

AddressKind classify_v6(const Bytes16& address) noexcept {
  // IPv4 in other clothes is judged as what it will reach.
  if (in_range(address, {0, 0, 0, 0, 0, 0xFFFF}, 96)) return classify_v4(embedded_v4(address, 12));
  if (in_range(address, {0x64, 0xFF9B}, 96)) return classify_v4(embedded_v4(address, 12));
  if (in_range(address, {0x2002}, 16)) {
    const auto kind = classify_v4(embedded_v4(address, 2));
    return kind == AddressKind::global ? AddressKind::reserved : kind;  // 6to4 is deprecated
  }
  if (std::ranges::all_of(address, [](unsigned char b) { return b == 0; })) {
    return AddressKind::unspecified;
  }
  if (in_range(address, {0, 0, 0, 0, 0, 0, 0, 1}, 128)) return AddressKind::loopback;
  if (in_range(address, {0xFD00, 0x0EC2, 0, 0, 0, 0, 0, 0x0254}, 128)) return AddressKind::metadata;
  if (in_range(address, {0xFC00}, 7)) return AddressKind::private_use;
  if (in_range(address, {0xFE80}, 10)) return AddressKind::link_local;
  if (in_range(address, {0xFF00}, 8)) return AddressKind::multicast;
  if (in_range(address, {0x2001}, 23)) return AddressKind::reserved;  // Teredo, ORCHID and others
  if (in_range(address, {0x2001, 0x0DB8}, 32)) return AddressKind::reserved;
  if (in_range(address, {0x3FFF}, 20)) return AddressKind::reserved;
  if (in_range(address, {0x2000}, 3)) return AddressKind::global;
  return AddressKind::reserved;
}

AddressKind classify_address(std::string_view text) noexcept {
  char buffer[INET6_ADDRSTRLEN + 1] = {};
  if (text.empty() || text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos) {
    return AddressKind::invalid;
  }
  std::ranges::copy(text, buffer);
  in_addr v4{};
  if (inet_pton(AF_INET, buffer, &v4) == 1) return classify_v4(ntohl(v4.s_addr));
  in6_addr v6{};
  if (inet_pton(AF_INET6, buffer, &v6) != 1) return AddressKind::invalid;
  Bytes16 bytes{};
  std::memcpy(bytes.data(), &v6, bytes.size());
  return classify_v6(bytes);
}

bool may_connect(AddressKind kind, bool private_allowed) noexcept {
  if (kind == AddressKind::global) return true;
  return private_allowed && (kind == AddressKind::private_use || kind == AddressKind::loopback);
}

}  // namespace parley::gateway::http
