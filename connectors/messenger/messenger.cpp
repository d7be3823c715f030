#include "connectors/messenger/messenger.hpp"

#include "connectors/graph_api.hpp"
#include "connectors/graph_inbox.hpp"
#include "connectors/messenger/stand_in.hpp"

namespace parley::connectors {

using namespace std::chrono_literals;

Entry make_messenger() {
  graph::Inbox inbox;
  Capabilities& can = inbox.capabilities;
  can.platform = "messenger";
  can.content = graph::inbox_content();
  can.text_max = 2000;
  can.text_unit = TextUnit::code_points;
  can.typing = true;
  can.read_receipts = true;
  can.delivery_receipts = true;
  can.quick_replies = true;
  can.body_signed = true;
  can.reply_policy = graph::inbox_reply_policy();
  can.rate_per_s = 100;  // 300 for texts, 10 for films; of one page
  can.burst = 100;
  can.ack_deadline = 5s;
  can.text_kind = "chat";
  inbox.settings = graph::settings_and({
      {.name = "page_id", .required = true, .what = "the page's id, a number"},
      {.name = "app_id",
       .what = "the app's id: what we said ourselves is then not told us again as an event"},
      graph::mark_setting(),
  });
  inbox.messaging = {.object = "page", .account_setting = "page_id", .scheme = "messenger"};
  inbox.sending = {.base = graph::kGraphBase, .text_max = 2000, .marks = true};
  Entry entry = graph::make_inbox(std::move(inbox));
  entry.stand_in = messenger::make_stand_in;
  return entry;
}

}  // namespace parley::connectors
