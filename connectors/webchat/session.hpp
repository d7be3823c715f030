// connectors/webchat/session.hpp
// Who a web visitor is, and how they prove it.
//
//   session token  "v1.<visitor>.<expiry>.<mac>", issued by us for one channel; what the widget
//                  keeps and shows on every connection
//   user token     a JWT (HS256) the tenant's own site signed for a customer who is logged in
//                  there: sub, exp, and if wanted name, language, picture
//   user hash      hex HMAC-SHA256 of the user id, for sites that cannot make a JWT
//
// The secrets are the channel's `visitor_secret` and `user_secret`.
//
// Promise  a token of one tenant or channel is worth nothing on another; expired is refused.
// Errors   unauthenticated; misconfigured where the channel has no such secret.
// Threads  pure functions; time is an argument.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.hpp"

namespace parley::connectors::webchat {

// Who holds a session. `id` addresses them on this channel; a user's id is derived from `user`.
struct Visitor {
  std::string id;
  std::string user;  // the tenant's own id of this customer, "" for an unknown visitor
  TimePoint expires_at{};
};

// Whose conversation it is: the tenant's own customer where signed, else the visitor on this
// channel.
IdentityKey identity_of(const Channel& channel, const Visitor& visitor);

struct UserClaims {
  std::string user, name, language, avatar_url;
  TimePoint expires_at{};
};

// "" if `visitor` is not 1 to 64 of A-Z a-z 0-9 _ -, or could be taken for a user's.
std::string issue_visitor_token(const Channel& channel, std::string_view visitor,
                                TimePoint expires_at);
// For a user whose token or hash was checked just now; "" if the id is not usable.
std::string issue_user_session(const Channel& channel, std::string_view user, TimePoint expires_at);
Result<Visitor> check_visitor_token(const Channel& channel, std::string_view token, TimePoint now);

Result<UserClaims> check_user_token(const Channel& channel, std::string_view token, TimePoint now);
Result<void> check_user_hash(const Channel& channel, std::string_view user, std::string_view hash);

// May a page of this origin connect? Exact match with the channel's list; "" (an app, not a
// browser) may, as it holds its token on purpose.
bool origin_allowed(const Channel& channel, std::string_view origin);

}  // namespace parley::connectors::webchat
