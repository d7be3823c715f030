// connectors/tencent_push.hpp
// A document that one of Tencent's platforms pushes, as events: what they all have in common.
//
// Errors   malformed where a field that everything hangs on is missing. An unknown type of message
//          is an Unsupported part, an unknown event is a platform event.
// Dedup    messages by MsgId; events have no id, so by sender, second and kind, as the platforms
//          say. WART: two events of one kind from one customer in one second count as one.
// Threads  pure functions.
#pragma once

#include <string>
#include <string_view>

#include "connectors/connector.hpp"
#include "connectors/xml.hpp"

namespace parley::connectors::tencent {

struct Push {
  std::string scope, scheme;  // of the identities
  std::string window;         // that a message opens, or ""
  // What an event means beyond being one: windows, opting in and out, referrals. May be null.
  void (*interpret)(Incoming& event, const PlatformEvent& what) = nullptr;
};

// `document` is the root, read from XML or JSON.
Parsed parse_push(const XmlElement& document, const Push& push);

// An id as all of them are: 1 to 128 bytes without white space or control characters.
bool is_id(std::string_view text) noexcept;

// Seconds since 1970; milliseconds are understood too.
std::optional<TimePoint> time_of(std::string_view text);

}  // namespace parley::connectors::tencent
