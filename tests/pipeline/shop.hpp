// tests/pipeline/shop.hpp
// A tenant with one channel on a platform of our own making: a send is one POST to
// <api_base>/send/<recipient> with the text as its body, a webhook is "<dedup key>|<user>|<text>".
// A dedup key "a=b" has the alias b; a text "t^r" comes with the right r to answer. A text
// "file <address>" goes as that file.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connectors/registry.hpp"
#include "gateway/pipeline/tenant.hpp"
#include "routing/decide.hpp"

namespace parley::gateway {

inline const TenantId kShop{"shop"};
inline const ChannelId kChannel{"plain"};

// The platform, as a table of what it can do.
struct PlatformTraits {
  bool idempotent = false;
  bool tokens = false;  // each send needs one, got by POST <api_base>/token
  bool passive_reply = false;
  double rate_per_s = 0, burst = 0;
  bool insists = false;  // repeats what it sees refused, so that nothing may be
  bool typing = false;   // shown by POST <api_base>/typing/<recipient>, "on" or "off"
};

struct ShopOptions {
  std::uint16_t platform_port = 1;  // nobody listens there
  Holder first_outcome{HolderKind::queue, "service"};
  std::string queue_notice = {};  // said to who begins to wait
  bots::Settings bot = {};        // of the one at bot_url
  Milliseconds bot_deadline{20'000};
  std::string bot_url = {};       // "": the bot "faq" knows one answer: "hours" -> "We are open."
};

// Owns what a Tenant only points at; must outlive every use of it.
class Shop {
 public:
  explicit Shop(PlatformTraits traits = {});
  std::shared_ptr<const Tenant> tenant(const ShopOptions& options = {}) const;
  std::shared_ptr<const Tenant> tenant(const TenantId& id, const ShopOptions& options) const;
  const connectors::Entry& entry() const { return *entry_; }

 private:
  std::shared_ptr<connectors::Entry> entry_;
};

IdentityKey identity_of(const std::string& user);
PersonId person_of_user(const std::string& user);
Message text_message(std::string text);
routing::CustomerSays says(const std::string& user, const std::string& text,
                           const std::string& dedup = {});

}  // namespace parley::gateway
