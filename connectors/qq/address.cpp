#include "connectors/qq/address.hpp"

#include "connectors/url.hpp"

namespace parley::connectors::qq {

Address Address::read(std::string_view recipient) {
  Address out;
  if (!recipient.starts_with("user=") && !recipient.starts_with("group=")) {
    out.user = recipient;
    return out;
  }
  out.user = form_value(recipient, "user");
  out.group = form_value(recipient, "group");
  out.msg_id = form_value(recipient, "msg_id");
  out.event_id = form_value(recipient, "event_id");
  return out;
}

std::string Address::write() const {
  std::vector<std::pair<std::string, std::string>> fields;
  if (group.empty()) {
    fields.emplace_back("user", user);
  } else {
    fields.emplace_back("group", group);
  }
  if (!msg_id.empty()) fields.emplace_back("msg_id", msg_id);
  if (!event_id.empty()) fields.emplace_back("event_id", event_id);
  return form_encode(fields);
}

}  // namespace parley::connectors::qq
