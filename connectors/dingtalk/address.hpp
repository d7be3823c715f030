// connectors/dingtalk/address.hpp
// Where an answer can go: a person, a group, and for a while the session of the message answered.
// As a recipient it is one text, form-encoded; a bare user id or "cid..." is an address too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace parley::connectors::dingtalk {

struct Address {
  std::string user;   // the staff id; "" for people outside the enterprise
  std::string group;  // openConversationId, "" for one-to-one
  std::string robot;  // the robot's code, "" as the channel says
  std::string session_webhook;
  TimePoint webhook_until{};

  static Address read(std::string_view recipient);
  std::string write() const;

  // Is the session's webhook the platform's? `api_base`: another host that stands in for it.
  bool webhook_trusted(std::string_view api_base) const;
  // May an answer begin to go there now?
  bool webhook_usable(TimePoint now, std::string_view api_base) const;
};

}  // namespace parley::connectors::dingtalk
