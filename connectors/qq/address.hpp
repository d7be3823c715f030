// connectors/qq/address.hpp
// Where an answer goes and by what right: a person or a group, and the message or event that is
// answered, without which the platform takes nothing. As a recipient it is one text, form-encoded;
// a bare openid is a person.
#pragma once

#include <string>
#include <string_view>

namespace parley::connectors::qq {

struct Address {
  std::string user, group;  // one of them
  std::string msg_id, event_id;

  static Address read(std::string_view recipient);
  std::string write() const;
};

}  // namespace parley::connectors::qq
