#include "connectors/instagram/instagram.hpp"

#include "connectors/graph_api.hpp"
#include "connectors/graph_inbox.hpp"
#include "connectors/instagram/stand_in.hpp"

namespace parley::connectors {

using namespace std::chrono_literals;

Entry make_instagram() {
  graph::Inbox inbox;
  Capabilities& can = inbox.capabilities;
  can.platform = "instagram";
  can.content = graph::inbox_content();
  can.text_max = 1000;
  can.text_unit = TextUnit::bytes;
  can.typing = true;
  can.read_receipts = true;
  can.quick_replies = true;
  can.body_signed = true;
  can.reply_policy = graph::inbox_reply_policy();
  can.rate_per_s = 100;  // of one account; 10 for films
  can.burst = 100;
  can.ack_deadline = 5s;
  can.text_kind = "social";
  inbox.settings = graph::settings_and({
      {.name = "ig_account_id",
       .required = true,
       .what = "the professional account's id as webhooks name it, a number"},
      {.name = "app_id",
       .what = "the app's id: what we said ourselves is then not told us again as an event"},
      {.name = "login",
       .kind = SettingKind::choice,
       .default_value = "facebook",
       .choices = {"facebook", "instagram"},
       .what = "whose login gave the access token: that of the linked page, or Instagram's own"},
  });
  inbox.messaging = {
      .object = "instagram", .account_setting = "ig_account_id", .scheme = "instagram"};
  inbox.sending = {.base = graph::kGraphBase,
                   .text_max = 1000,
                   .text_unit = TextUnit::bytes,
                   .upload_platform = "instagram",
                   .calls = false,
                   .taps_when_late = false};
  inbox.other_base = {
      .setting = "login", .value = "instagram", .base = "https://graph.instagram.com"};
  Entry entry = graph::make_inbox(std::move(inbox));
  entry.stand_in = instagram::make_stand_in;
  return entry;
}

}  // namespace parley::connectors
