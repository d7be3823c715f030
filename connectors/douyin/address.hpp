// connectors/douyin/address.hpp
// Where an answer goes and by what right: the conversation, and the message or visit that is
// answered. As a recipient it is one text, form-encoded; a bare open id is a person.
#pragma once

#include <string>
#include <string_view>

namespace parley::connectors::douyin {

struct Address {
  std::string user, conversation;
  std::string message;  // server_message_id of what is answered
  std::string account;  // the business account's open id, "" as the channel says
  bool visit = false;   // it was a visit to the chat, not a message

  static Address read(std::string_view recipient);
  std::string write() const;
};

}  // namespace parley::connectors::douyin
