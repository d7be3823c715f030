// gateway/http/address_guard.hpp
// What an IP address is for, so that a URL from outside cannot make us call inside. Works on the
// address, never on the name: every address a name resolved to is asked about, and the connection
// goes to that very address.
//
// Source   IANA special-purpose registries (IPv4, IPv6), RFC 6890, 6052, 3056; cloud metadata
//          addresses of AWS, Azure, Alibaba
// Threads  any; pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace parley::gateway::http {

enum class AddressKind : std::uint8_t {
  global,
  private_use,  // RFC 1918, unique local, carrier-grade NAT
  loopback,
  metadata,  // a cloud's instance metadata: credentials live there
  link_local,
  multicast,
  unspecified,
  reserved,  // documentation, benchmarking, deprecated tunnels, future use
  invalid,   // not an address in standard notation
};

std::string_view to_string(AddressKind kind) noexcept;

AddressKind classify_v4(std::uint32_t address) noexcept;  // host byte order
AddressKind classify_v6(const std::array<unsigned char, 16>& address) noexcept;
// Dotted quad or RFC 4291 text; "127.1", octal, hex and zone ids are invalid.
AddressKind classify_address(std::string_view text) noexcept;

// `private_allowed`: the operator listed this host. That opens private and loopback addresses only.
bool may_connect(AddressKind kind, bool private_allowed) noexcept;

}  // namespace parley::gateway::http
