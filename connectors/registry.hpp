// connectors/registry.hpp
// The ONE list of platforms. A platform is a folder, its tests, its page and one line here.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/stand_in.hpp"

namespace parley::connectors {

enum class Maturity : std::uint8_t { wip, alpha, stable };

struct Entry {
  std::unique_ptr<Connector> connector;         // never null
  std::unique_ptr<TokenSource> token_source;    // tokens that must be fetched and renewed
  std::unique_ptr<PassiveReply> passive_reply;  // the webhook's answer can carry the reply
  std::unique_ptr<Typing> typing;
  std::unique_ptr<MediaSource> media_source;
  std::unique_ptr<ChatSessions> chat_sessions;  // customers hold a socket to us
  std::unique_ptr<EventSource> event_source;    // events are fetched
  std::unique_ptr<ProfileSource> profile_source;
  // The platform's own side, for simulation and tests; empty where nobody can act for it.
  std::function<std::unique_ptr<StandIn>()> stand_in;
  Maturity maturity = Maturity::alpha;
};

class Registry {
 public:
  explicit Registry(std::vector<Entry> entries) : entries_(std::move(entries)) {}
  const Entry* find(std::string_view platform) const noexcept;  // null: no such platform
  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  std::vector<Entry> entries_;
};

const Registry& builtin_registry();

}  // namespace parley::connectors
