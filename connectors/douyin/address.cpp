#include "connectors/douyin/address.hpp"

#include "connectors/url.hpp"

namespace parley::connectors::douyin {

Address Address::read(std::string_view recipient) {
  Address out;
  if (!recipient.starts_with("user=")) {
    out.user = recipient;
    return out;
  }
  out.user = form_value(recipient, "user");
  out.conversation = form_value(recipient, "conversation");
  out.message = form_value(recipient, "message");
  out.account = form_value(recipient, "account");
  out.visit = form_value(recipient, "scene") == "visit";
  return out;
}

std::string Address::write() const {
  std::vector<std::pair<std::string, std::string>> fields = {{"user", user}};
  if (!conversation.empty()) fields.emplace_back("conversation", conversation);
  if (!message.empty()) fields.emplace_back("message", message);
  if (!account.empty()) fields.emplace_back("account", account);
  if (visit) fields.emplace_back("scene", "visit");
  return form_encode(fields);
}

}  // namespace parley::connectors::douyin
