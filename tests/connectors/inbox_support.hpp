// tests/connectors/inbox_support.hpp
// Webhooks of `messaging` events, and readers of what came of them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/connectors/graph_support.hpp"

namespace parley::connectors::inbox_support {

inline std::string webhook(std::string_view object, std::string_view entries) {
  return R"({"object":")" + std::string(object) + R"(","entry":[)" + std::string(entries) + "]}";
}

inline std::string entry_with(std::string_view events, std::string_view list = "messaging") {
  return R"({"id":"100200300","time":1700000000123,")" + std::string(list) + "\":[" +
         std::string(events) + "]}";
}

// One event of the customer 42; `members` say what it is.
inline std::string event(std::string_view members) {
  return R"({"sender":{"id":"42"},"recipient":{"id":"100200300"},"timestamp":1700000000123,)" +
         std::string(members) + "}";
}

inline const Incoming& only(const Parsed& parsed) {
  EXPECT_EQ(parsed.events.size(), 1u) << (parsed.stopped ? parsed.stopped->detail : "");
  static const Incoming kNone;
  return parsed.events.empty() ? kNone : parsed.events.front();
}

template <class What>
const What& what(const Incoming& in) {
  static const What kNone;
  const auto* held = std::get_if<What>(&in.what);
  EXPECT_NE(held, nullptr);
  return held == nullptr ? kNone : *held;
}

inline const Message& said(const Incoming& in) { return what<MessageIn>(in).message; }
inline const SignalIn& signal(const Incoming& in) { return what<SignalIn>(in); }
inline const ReceiptIn& receipt(const Incoming& in) { return what<ReceiptIn>(in); }

inline graph_support::Scripted sent(const std::string& mid) {
  return {200, R"({"recipient_id":"42","message_id":")" + mid + R"("})"};
}

inline std::string attribute(const Incoming& in, const std::string& name) {
  const auto& attributes = signal(in).platform_event.attributes;
  const auto found = attributes.find(name);
  const auto* text = found == attributes.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string() : *text;
}

}  // namespace parley::connectors::inbox_support
