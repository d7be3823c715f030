// Checks of URLs a tenant file names, before the client meets them.
#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

#include "config/tenant_file.hpp"

namespace parley::config {
namespace {

bool is_private_v4(std::uint32_t ip) {
  return (ip >> 24) == 127 || (ip >> 24) == 10 || (ip >> 24) == 0 || (ip >> 20) == 0xAC1 ||
         (ip >> 16) == 0xC0A8 || (ip >> 16) == 0xA9FE;
}

bool is_private(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return is_private_v4(ntohl(v4.s_addr));
  in6_addr v6{};
  if (host.size() < 2 || host.front() != '[') return false;
  if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_LINKLOCAL(&v6) || (v6.s6_addr[0] & 0xFE) == 0xFC;
}

}  // namespace

std::string private_host_refused(const std::string& url, const ProcessConfig& process) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return {};
  auto authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  auto host = authority;
  const auto colon = authority.rfind(':');
  if (colon != authority.npos && authority.find(']', colon) == authority.npos) {
    host = authority.substr(0, colon);
  }
  if (!is_private(host)) return {};
  const auto& allowed = process.client.private_hosts_allowed;
  const auto listed = [&](const std::string& name) {
    return std::ranges::find(allowed, name) != allowed.end();
  };
  return listed(host) || listed(authority) ? std::string() : authority;
}

std::string check_url(const std::string& url, const ProcessConfig& process) {
  const bool https = url.starts_with("https://"), http = url.starts_with("http://");
  const auto rest = std::string_view(url).substr(std::min(url.size(), https ? 8uz : 7uz));
  const bool clean = std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f; });
  if ((!https && !http) || rest.empty() || rest.front() == '/' || !clean) {
    return "is not a web address; expected one like \"https://example.com\"";
  }
  if (rest.substr(0, rest.find('/')).contains('@')) {
    return "carries a user name; expected an address without credentials";
  }
  const auto refused = private_host_refused(url, process);
  if (refused.empty()) return {};
  return "leads to the private address " + refused +
         ", which calls out refuse; expected a public "
         "one, or \"" +
         refused + "\" in [client] private_hosts_allowed of the process file";
}

}  // namespace parley::config
