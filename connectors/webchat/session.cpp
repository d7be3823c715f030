#include "connectors/webchat/session.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/crypto.hpp"

namespace parley::connectors::webchat {
namespace {

constexpr std::string_view kVersion = "v1";
constexpr std::string_view kUserPrefix = "u_";
constexpr std::size_t kVisitorCharsMax = 64;
constexpr std::size_t kUserBytesMax = 128;
constexpr std::size_t kTokenBytesMax = 4096;
constexpr std::size_t kClaimBytesMax = 512;
constexpr std::int64_t kTimeMaxS = 253'402'300'799;  // the year 9999
constexpr std::int64_t kClockSkewS = 60;

Error refused(std::string detail) {
  return Error{.code = Errc::unauthenticated, .detail = std::move(detail)};
}

bool is_token_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool usable_user(std::string_view user) {
  return !user.empty() && user.size() <= kUserBytesMax && std::ranges::none_of(user, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

// The channel is part of what is signed: a token for one brand's chat opens no other.
std::string mac(const Channel& channel, std::string_view head) {
  std::string text = "parley visitor\n" + channel.tenant.value + "\n" + channel.id.value + "\n";
  text += head;
  return to_base64url(hmac_sha256(channel.secret("visitor_secret").reveal(), text));
}

std::string issue(const Channel& channel, std::string_view visitor, TimePoint expires_at) {
  if (channel.secret("visitor_secret").empty()) return {};
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(expires_at.time_since_epoch()).count();
  std::string token(kVersion);
  token.append(".").append(visitor).append(".").append(std::to_string(seconds));
  return token + "." + mac(channel, token);
}

std::optional<std::int64_t> seconds_of(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || seconds < 0 || seconds > kTimeMaxS) return std::nullopt;
  return seconds;
}

std::int64_t seconds_at(TimePoint time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string claim_text(const simdjson::dom::object& claims, std::string_view name) {
  std::string_view text;
  if (claims[name].get(text) != simdjson::SUCCESS || text.size() > kClaimBytesMax) return {};
  return std::string(text);
}

std::optional<std::int64_t> claim_time(const simdjson::dom::object& claims, std::string_view name) {
  double seconds = 0;  // RFC 7519 allows fractions
  if (claims[name].get(seconds) != simdjson::SUCCESS) return std::nullopt;
  if (!(seconds >= 0) || seconds > static_cast<double>(kTimeMaxS)) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

Result<void> check_jwt_header(std::string_view bytes) {
  simdjson::dom::parser parser;
  simdjson::dom::object header;
  if (parser.allocate(std::max<std::size_t>(bytes.size(), 64), 8) != simdjson::SUCCESS ||
      parser.parse(bytes.data(), bytes.size()).get(header) != simdjson::SUCCESS) {
    return refused("the user token's header is not a JSON object");
  }
  // Only the algorithm we were told of; what the token itself would like does not count.
  if (claim_text(header, "alg") != "HS256") return refused("the user token is not HS256");
  simdjson::dom::element critical;
  if (header["crit"].get(critical) == simdjson::SUCCESS) {
    return refused("the user token asks for extensions");
  }
  return {};
}

Result<UserClaims> read_claims(std::string_view bytes, TimePoint now) {
  simdjson::dom::parser parser;
  simdjson::dom::object claims;
  if (parser.allocate(std::max<std::size_t>(bytes.size(), 64), 16) != simdjson::SUCCESS ||
      parser.parse(bytes.data(), bytes.size()).get(claims) != simdjson::SUCCESS) {
    return refused("the user token's claims are not a JSON object");
  }
  UserClaims user;
  std::int64_t number = 0;
  user.user = claim_text(claims, "sub");
  if (user.user.empty() && claims["sub"].get(number) == simdjson::SUCCESS) {
    user.user = std::to_string(number);
  }
  if (!usable_user(user.user)) return refused("the user token needs sub, 1 to 128 bytes");
  const auto expires = claim_time(claims, "exp");
  if (!expires) return refused("the user token needs exp");
  if (*expires <= seconds_at(now)) return refused("the user token has expired");
  const auto not_before = claim_time(claims, "nbf");
  if (not_before && *not_before > seconds_at(now) + kClockSkewS) {
    return refused("the user token is not valid yet");
  }
  user.expires_at = TimePoint{std::chrono::seconds(*expires)};
  user.name = claim_text(claims, "name");
  user.language = claim_text(claims, "language");
  if (user.language.empty()) user.language = claim_text(claims, "locale");
  user.avatar_url = claim_text(claims, "picture");
  return user;
}

}  // namespace

IdentityKey identity_of(const Channel& channel, const Visitor& visitor) {
  if (visitor.user.empty()) return {channel.id.value, "visitor", visitor.id};
  return {"user", "user", visitor.user};
}

std::string issue_visitor_token(const Channel& channel, std::string_view visitor,
                                TimePoint expires_at) {
  if (visitor.empty() || visitor.size() > kVisitorCharsMax || visitor.starts_with(kUserPrefix) ||
      !std::ranges::all_of(visitor, is_token_char)) {
    return {};
  }
  return issue(channel, visitor, expires_at);
}

std::string issue_user_session(const Channel& channel, std::string_view user,
                               TimePoint expires_at) {
  if (!usable_user(user)) return {};
  return issue(channel, std::string(kUserPrefix) + to_base64url(user), expires_at);
}

Result<Visitor> check_visitor_token(const Channel& channel, std::string_view token, TimePoint now) {
  if (channel.secret("visitor_secret").empty()) {
    return Error{.code = Errc::misconfigured, .detail = "the channel has no visitor_secret"};
  }
  if (token.empty()) return refused("the session token is missing");
  if (token.size() > kTokenBytesMax) return refused("the session token is too long");
  const auto last = token.rfind('.');
  if (last == std::string_view::npos) return refused("the session token is not one of ours");
  const auto head = token.substr(0, last);
  if (!equal_constant_time(token.substr(last + 1), mac(channel, head))) {
    return refused("the session token does not match");
  }
  // From here on the text is our own.
  const auto first = head.find('.');
  const auto middle = head.rfind('.');
  if (head.substr(0, first) != kVersion || middle == first) {
    return refused("the session token is of an unknown version");
  }
  const auto expires = seconds_of(head.substr(middle + 1));
  if (!expires || *expires <= seconds_at(now)) return refused("the session token has expired");
  Visitor visitor;
  visitor.id = head.substr(first + 1, middle - first - 1);
  visitor.expires_at = TimePoint{std::chrono::seconds(*expires)};
  if (visitor.id.starts_with(kUserPrefix)) {
    const auto user = from_base64(std::string_view(visitor.id).substr(kUserPrefix.size()));
    if (!user) return refused("the session token names no user");
    visitor.user = *user;
  }
  return visitor;
}

Result<UserClaims> check_user_token(const Channel& channel, std::string_view token, TimePoint now) {
  const Secret& secret = channel.secret("user_secret");
  if (secret.empty()) {
    return Error{.code = Errc::misconfigured, .detail = "the channel has no user_secret"};
  }
  if (token.size() > kTokenBytesMax) return refused("the user token is too long");
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  if (first == std::string_view::npos || last == first) return refused("that is not a JWT");
  const std::string want = to_base64url(hmac_sha256(secret.reveal(), token.substr(0, last)));
  if (!equal_constant_time(token.substr(last + 1), want)) {
    return refused("the user token's signature does not match");
  }
  const auto header = from_base64(token.substr(0, first));
  const auto claims = from_base64(token.substr(first + 1, last - first - 1));
  if (!header || !claims) return refused("that is not a JWT");
  if (auto good = check_jwt_header(*header); !good) return std::move(good.error());
  return read_claims(*claims, now);
}

Result<void> check_user_hash(const Channel& channel, std::string_view user, std::string_view hash) {
  const Secret& secret = channel.secret("user_secret");
  if (secret.empty()) {
    return Error{.code = Errc::misconfigured, .detail = "the channel has no user_secret"};
  }
  if (!usable_user(user)) return refused("the user id must have 1 to 128 bytes");
  if (!equal_constant_time(hash, to_hex(hmac_sha256(secret.reveal(), user)))) {
    return refused("the user hash does not match");
  }
  return {};
}

bool origin_allowed(const Channel& channel, std::string_view origin) {
  if (origin.empty()) return true;
  std::string_view rest = channel.setting("origins");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    auto one = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one == origin) return true;
  }
  return false;
}

}  // namespace parley::connectors::webchat
