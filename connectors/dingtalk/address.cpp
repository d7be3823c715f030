#include "connectors/dingtalk/address.hpp"

#include <charconv>
#include <chrono>

#include "connectors/url.hpp"

namespace parley::connectors::dingtalk {
namespace {

using namespace std::chrono_literals;

constexpr Milliseconds kMargin = 30s;  // for the way there
constexpr std::string_view kWebhookPrefix = "https://oapi.dingtalk.com/robot/";

}  // namespace

Address Address::read(std::string_view recipient) {
  Address out;
  if (!recipient.starts_with("user=")) {
    (recipient.starts_with("cid") ? out.group : out.user) = recipient;
    return out;
  }
  out.user = form_value(recipient, "user");
  out.group = form_value(recipient, "group");
  out.robot = form_value(recipient, "robot");
  out.session_webhook = form_value(recipient, "webhook");
  const auto until = form_value(recipient, "until");
  std::int64_t ms = 0;
  std::from_chars(until.data(), until.data() + until.size(), ms);
  out.webhook_until = TimePoint{Milliseconds{ms}};
  return out;
}

std::string Address::write() const {
  std::vector<std::pair<std::string, std::string>> fields = {{"user", user}};
  if (!group.empty()) fields.emplace_back("group", group);
  if (!robot.empty()) fields.emplace_back("robot", robot);
  if (!session_webhook.empty()) {
    fields.emplace_back("webhook", session_webhook);
    fields.emplace_back("until", std::to_string(webhook_until.time_since_epoch().count()));
  }
  return form_encode(fields);
}

// The robot's messages are not signed, so a webhook in one may be anybody's: we only ever follow
// it to the platform.
bool Address::webhook_trusted(std::string_view api_base) const {
  if (session_webhook.starts_with(kWebhookPrefix)) return true;
  while (api_base.ends_with('/')) api_base.remove_suffix(1);
  return !api_base.empty() && session_webhook.starts_with(std::string(api_base) + "/");
}

bool Address::webhook_usable(TimePoint now, std::string_view api_base) const {
  return webhook_trusted(api_base) && now + kMargin < webhook_until;
}

}  // namespace parley::connectors::dingtalk
