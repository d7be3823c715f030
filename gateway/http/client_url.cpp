#include "gateway/http/client_url.hpp"

#include <algorithm>
#include <charconv>

#include "gateway/http/address_guard.hpp"
#include "gateway/http/syntax.hpp"

namespace parley::gateway::http {
namespace {

constexpr std::size_t kUrlBytesMax = 8 * 1024;
constexpr std::size_t kHostBytesMax = 253;
constexpr std::size_t kLabelBytesMax = 63;

Error bad(std::string_view why) {
  return {.code = Errc::misconfigured, .detail = "URL: " + std::string(why)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_label(std::string_view label) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= kLabelBytesMax && std::ranges::all_of(label, plain) &&
         !label.starts_with('-') && !label.ends_with('-');
}

// A name whose last label is a number ("127.1", "2130706433", "0x7f000001") is an address to many
// resolvers and a name to others.
bool looks_numeric(std::string_view last_label) {
  return std::ranges::all_of(last_label, is_digit) || last_label.starts_with("0x");
}

Result<void> read_host(std::string_view text, ClientUrl& url) {
  if (text.empty() || text.size() > kHostBytesMax) return bad("host is missing or too long");
  if (text.starts_with('[')) {
    const auto inside = text.substr(1, text.size() - 2);
    if (!text.ends_with(']') || inside.find(':') == std::string_view::npos ||
        classify_address(inside) == AddressKind::invalid) {
      return bad("bad IPv6 address");
    }
    url.host = to_lower(inside);
    url.host_is_address = true;
    return {};
  }
  url.host = to_lower(text);
  std::string_view rest = url.host;
  for (;;) {
    const auto dot = rest.find('.');
    const auto label = rest.substr(0, dot);
    if (!is_label(label)) return bad("bad host name");
    if (dot != std::string_view::npos) {
      rest.remove_prefix(dot + 1);
      continue;
    }
    if (!looks_numeric(label)) return {};
    if (classify_address(url.host) == AddressKind::invalid) return bad("unusual numeric host");
    url.host_is_address = true;
    return {};
  }
}

Result<void> read_authority(std::string_view authority, ClientUrl& url) {
  if (authority.find('@') != std::string_view::npos) return bad("user information");
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto digits = authority.substr(colon + 1);
    const auto end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, url.port);
    if (digits.empty() || error != std::errc{} || at != end || url.port == 0) return bad("port");
  }
  return read_host(authority.substr(0, colon), url);
}

}  // namespace

std::string ClientUrl::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (secure ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

Result<ClientUrl> parse_client_url(std::string_view url) {
  if (url.size() > kUrlBytesMax) return bad("too long");
  ClientUrl out;
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return bad("no scheme");
  const auto scheme = to_lower(url.substr(0, scheme_end));
  out.mail = scheme == "smtp" || scheme == "smtps";
  if (!out.mail && scheme != "http" && scheme != "https") {
    return bad("scheme is none of http, https, smtp, smtps");
  }
  out.secure = scheme == "https" || scheme == "smtps";
  out.port = out.mail ? (out.secure ? 465 : 587) : (out.secure ? 443 : 80);
  url.remove_prefix(scheme_end + 3);
  const auto authority_end = url.find_first_of("/?#");
  if (auto read = read_authority(url.substr(0, authority_end), out); !read) {
    return std::move(read.error());
  }
  if (authority_end != std::string_view::npos) out.target = url.substr(authority_end);
  if (out.mail && !(out.target.empty() || out.target == "/")) return bad("a path at a mail server");
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  if (!is_origin_target(out.target)) return bad("character not allowed in the path or query");
  return out;
}

}  // namespace parley::gateway::http
