#include "connectors/graph_inbox.hpp"

#include "base/json_writer.hpp"
#include "connectors/graph_api.hpp"
#include "connectors/graph_envelope.hpp"

namespace parley::connectors::graph {
namespace {

using namespace std::chrono_literals;
using Shared = std::shared_ptr<const Inbox>;

// Anything not listed here or in graph_api.cpp is a refusal of this message.
constexpr CodeRow kCodes[] = {
    {.code = 10, .subcode = 2018065, .errc = Errc::window_closed, .what = "the window is over"},
    {.code = 10, .subcode = 2018278, .errc = Errc::window_closed, .what = "the window is over"},
    {.code = 10, .subcode = 2534022, .errc = Errc::window_closed, .what = "the window is over"},
    {.code = 200, .subcode = 1545041, .errc = Errc::recipient_gone, .what = "they are not there"},
    {.code = 200, .subcode = 2018108, .errc = Errc::recipient_gone, .what = "they blocked us"},
    {.code = 551, .errc = Errc::recipient_gone, .what = "they are not there for us"},
    {.code = 1200, .errc = Errc::unavailable, .what = "a passing failure"},
};

HttpCall call_of(const Inbox& inbox, const Channel& channel, std::string_view path) {
  const auto& other = inbox.other_base;
  const bool elsewhere = !other.setting.empty() && channel.setting(other.setting) == other.value;
  return api_call(channel, elsewhere ? other.base : inbox.sending.base, path, TokenPlace::query);
}

Wire wire_of(const Inbox& inbox, const Channel& channel) {
  return {.send = call_of(inbox, channel, "me/messages"),
          .upload = call_of(inbox, channel, "me/message_attachments"),
          .codes = kCodes};
}

class InboxConnector final : public Connector {
 public:
  explicit InboxConnector(Shared inbox) : inbox_(std::move(inbox)) {}

  std::string_view platform() const noexcept override { return inbox_->capabilities.platform; }
  const Capabilities& capabilities() const noexcept override { return inbox_->capabilities; }
  const std::vector<Setting>& settings() const noexcept override { return inbox_->settings; }

  std::string check(const Channel& channel) const override {
    return check_settings(channel, inbox_->messaging.account_setting);
  }
  std::optional<Result<Reply>> handshake(const WebhookRequest& request,
                                         const Channel& channel) const override {
    return graph::handshake(request, channel);
  }
  Result<void> authenticate(const WebhookRequest& request, const Channel& channel) const override {
    return graph::authenticate(request, channel);
  }
  Parsed parse(const WebhookRequest& request, const Channel& channel) const override {
    return parse_messaging(request.body, channel, inbox_->messaging);
  }
  SendStep start(const SendContext& context) const override {
    if (context.channel.secret("access_token").empty()) {
      return Error{.code = Errc::misconfigured, .detail = "the channel has no access_token"};
    }
    return start_plan(context, plan_messages(context, inbox_->sending),
                      wire_of(*inbox_, context.channel));
  }
  SendStep resume(const SendContext& context, int step, const HttpAnswer& answer) const override {
    return resume_plan(context, plan_messages(context, inbox_->sending),
                       wire_of(*inbox_, context.channel), step, answer);
  }

 private:
  Shared inbox_;
};

class InboxTyping final : public Typing {
 public:
  explicit InboxTyping(Shared inbox) : inbox_(std::move(inbox)) {}

  // Shown for 20 s or until it is taken away.
  std::optional<HttpCall> typing(const std::string& recipient, bool on, const Channel& channel,
                                 std::string_view) const override {
    if (recipient.starts_with(kUserRefPrefix)) return std::nullopt;
    JsonWriter json;
    json.begin_object().key("recipient").begin_object().member("id", recipient).end_object();
    json.member("sender_action", on ? "typing_on" : "typing_off").end_object();
    HttpCall call = call_of(*inbox_, channel, "me/messages");
    call.body = json.take();
    return call;
  }

 private:
  Shared inbox_;
};

// The address came signed and is good for a while without any token.
class InboxMedia final : public MediaSource {
 public:
  using Step = std::variant<HttpCall, Error, RefreshToken>;

  Step start(const Media& media, const Channel& channel, std::string_view) const override {
    const bool stands_in = !channel.api_base.empty() && media.url.starts_with(channel.api_base);
    if (!media.url.starts_with("https://") && !stands_in) {
      return Error{.code = Errc::malformed, .detail = "the medium has no address to get it from"};
    }
    HttpCall call;
    call.method = "GET";
    call.url = media.url;
    call.content_type.clear();
    call.download = true;
    return call;
  }

  Step resume(const Media&, const Channel&, std::string_view, int,
              const HttpAnswer& answer) const override {
    if (answer.status == 403 || answer.status == 404 || answer.status == 410) {
      return Error{.code = Errc::not_found, .detail = "the medium's address is no longer good"};
    }
    return Error{.code = Errc::unavailable,
                 .detail = "HTTP " + std::to_string(answer.status) + " for the medium"};
  }
};

}  // namespace

std::vector<ContentLevel> inbox_content() {
  return {{"text", Level::native},
          {"image", Level::native},
          {"file", Level::native},
          {"audio", Level::native},
          {"voice", Level::native},
          {"video", Level::native},
          {"card", Level::native},
          {"carousel", Level::native},
          {"action_response", Level::native},
          {"sticker", Level::converted},
          {"list", Level::converted},
          {"product", Level::converted},
          {"order", Level::converted},
          {"link", Level::converted},
          {"location", Level::converted},
          {"contact", Level::converted},
          {"form", Level::converted},
          {"form_response", Level::none},
          {"template", Level::none},
          {"reaction", Level::none},
          {"edit", Level::none},
          {"delete", Level::none}};
}

std::vector<ReplyPolicy> inbox_reply_policy() {
  return {{.trigger = "user_message", .window = 24h, .quota = 0},
          {.trigger = "user_message", .window = 7 * 24h, .quota = 0, .people_only = true}};
}

Entry make_inbox(Inbox inbox) {
  const Shared shared = std::make_shared<const Inbox>(std::move(inbox));
  Entry entry;
  entry.connector = std::make_unique<InboxConnector>(shared);
  entry.typing = std::make_unique<InboxTyping>(shared);
  entry.media_source = std::make_unique<InboxMedia>();
  return entry;
}

}  // namespace parley::connectors::graph
