// gateway/chat/visitor_view.hpp
// What a customer may see of their own conversation: messages in both directions, changes to them,
// who serves them. Never notes, drafts, analysis, decisions or anybody's ids but their own. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "conversation/event.hpp"

namespace parley::gateway {

// A media id as a URL the customer's browser may fetch.
using MediaUrl = std::function<std::string(const MediaId&)>;

// The JSON object for the customer's client; nullopt: not for them.
std::optional<std::string> visitor_view(const Event& event, const MediaUrl& media_url);

}  // namespace parley::gateway
