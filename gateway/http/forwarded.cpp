#include "gateway/http/forwarded.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "gateway/http/address_guard.hpp"
#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

using Bytes16 = std::array<unsigned char, 16>;

// IPv4 as its mapped IPv6 form: one comparison for both.
std::optional<Bytes16> to_bytes(std::string_view text) {
  if (classify_address(text) == AddressKind::invalid) return std::nullopt;
  const std::string copy(text);
  Bytes16 bytes{};
  if (copy.find(':') != std::string::npos) {
    inet_pton(AF_INET6, copy.c_str(), bytes.data());
    return bytes;
  }
  bytes[10] = bytes[11] = 0xFF;
  inet_pton(AF_INET, copy.c_str(), bytes.data() + 12);
  return bytes;
}

bool same_prefix(const Bytes16& a, const Bytes16& b, int bits) {
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const unsigned mask = bits >= 8 ? 0xFFu : (0xFFu << (8 - bits)) & 0xFFu;
    if ((a[i] & mask) != (b[i] & mask)) return false;
  }
  return true;
}

bool is_forwarding(std::string_view name) {
  return name.starts_with("x-forwarded-") || name == "forwarded" || name == "x-real-ip" ||
         name == "x-client-ip" || name == "true-client-ip" || name == "cf-connecting-ip";
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& ranges) {
  for (const auto& text : ranges) {
    const auto slash = text.find('/');
    const auto address = to_bytes(text.substr(0, slash));
    if (!address) continue;
    const int width = text.find(':') == std::string::npos ? 32 : 128;
    int bits = width;
    if (slash != std::string::npos) {
      const auto end = text.data() + text.size();
      const auto [at, error] = std::from_chars(text.data() + slash + 1, end, bits);
      if (error != std::errc{} || at != end || bits < 0 || bits > width) continue;
    }
    ranges_.push_back({.address = *address, .bits = bits + (128 - width)});
  }
}

bool TrustedProxies::trusts(std::string_view address) const {
  if (ranges_.empty()) return false;
  const auto bytes = to_bytes(address);
  return bytes && std::ranges::any_of(ranges_, [&](const Range& range) {
           return same_prefix(*bytes, range.address, range.bits);
         });
}

void TrustedProxies::apply(Request& request) const {
  if (!trusts(request.remote)) {
    std::erase_if(request.headers, [](const auto& field) { return is_forwarding(field.first); });
    return;
  }
  std::string chain;
  for (const auto& [name, value] : request.headers) {
    if (name == "x-forwarded-for") chain += (chain.empty() ? "" : ",") + value;
    if (name == "x-forwarded-proto") request.secure = equal_ignoring_case(value, "https");
  }
  // From the right: each hop we trust vouches for the one before it, the first we do not know is
  // the caller.
  while (!chain.empty()) {
    const auto comma = chain.rfind(',');
    const auto hop =
        trim(std::string_view(chain).substr(comma == std::string::npos ? 0 : comma + 1));
    if (classify_address(hop) == AddressKind::invalid) return;
    request.remote = hop;
    if (comma == std::string::npos || !trusts(request.remote)) return;
    chain.resize(comma);
  }
}

}  // namespace parley::gateway::http
