#include "connectors/webchat/chat_sessions.hpp"

#include "connectors/webchat/session.hpp"

namespace parley::connectors::webchat {
namespace {

constexpr std::chrono::hours kVisitorLifetime{24 * 90};
constexpr std::chrono::hours kUserLifetime{24};

class WebchatSessions final : public ChatSessions {
 public:
  std::string_view session_header() const noexcept override { return "x-parley-visitor"; }

  bool origin_allowed(const Channel& channel, std::string_view origin) const override {
    return webchat::origin_allowed(channel, origin);
  }

  Result<Session> open(const Channel& channel, const Hello& hello, std::string_view fresh_id,
                       TimePoint now) const override {
    if (!hello.user_token.empty()) {
      auto claims = check_user_token(channel, hello.user_token, now);
      if (!claims) return std::move(claims.error());
      auto session = known_user(channel, claims->user, now);
      session.display_name = claims->name;
      return session;
    }
    if (!hello.user.empty()) {
      if (auto proven = check_user_hash(channel, hello.user, hello.user_hash); !proven) {
        return std::move(proven.error());
      }
      return known_user(channel, hello.user, now);
    }
    if (!hello.token.empty()) {
      auto visitor = check_visitor_token(channel, hello.token, now);
      if (!visitor) return std::move(visitor.error());
      return Session{.token = hello.token,
                     .identity = identity_of(channel, *visitor),
                     .display_name = {},
                     .expires_at = visitor->expires_at};
    }
    const Visitor visitor{
        .id = std::string(fresh_id), .user = {}, .expires_at = now + kVisitorLifetime};
    return Session{.token = issue_visitor_token(channel, visitor.id, visitor.expires_at),
                   .identity = identity_of(channel, visitor),
                   .display_name = {},
                   .expires_at = visitor.expires_at};
  }

 private:
  static Session known_user(const Channel& channel, const std::string& user, TimePoint now) {
    return {.token = issue_user_session(channel, user, now + kUserLifetime),
            .identity = identity_of(channel, {.id = {}, .user = user, .expires_at = {}}),
            .display_name = {},
            .expires_at = now + kUserLifetime};
  }
};

}  // namespace

std::unique_ptr<ChatSessions> make_chat_sessions() { return std::make_unique<WebchatSessions>(); }

}  // namespace parley::connectors::webchat
