// connectors/webchat/chat_sessions.hpp
// The ChatSessions ability over session.hpp: opens a visitor's or a known user's session.
#pragma once

#include <memory>

#include "connectors/connector.hpp"

namespace parley::connectors::webchat {

std::unique_ptr<ChatSessions> make_chat_sessions();

}  // namespace parley::connectors::webchat
