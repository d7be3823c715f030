#include "connectors/graph_messaging.hpp"

#include <simdjson.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "connectors/graph_attachments.hpp"
#include "connectors/graph_envelope.hpp"
#include "connectors/graph_json.hpp"

namespace parley::connectors::graph {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kWindow = "user_message";

// About the event, not what it is.
constexpr std::string_view kEnvelope[] = {"sender", "recipient", "timestamp", "hop_context"};

struct Who {
  std::string sender, sender_ref, recipient;
  std::optional<TimePoint> time;
};

SignalIn signal_of(EventType type, std::string_view name) {
  SignalIn out;
  out.type = type;
  out.platform_event.type = name;
  return out;
}

void add_attribute(const object& from, std::string_view key, PlatformEvent& event) {
  const std::string text = id_in(from, key);
  if (!text.empty()) event.attributes[std::string(key)] = text;
}

class EventReader {
 public:
  EventReader(const object& event, std::string account, const Channel& channel,
              const MessagingDialect& dialect, Batch& batch)
      : event_(event),
        account_(std::move(account)),
        channel_(channel),
        dialect_(dialect),
        batch_(batch) {}

  Result<void> read(bool standby) {
    auto who = read_who();
    if (!who) return std::move(who.error());
    if (!is_ours(*who)) return {};
    // What the account itself says comes with the customer as recipient.
    const bool from_us = who->sender == account_;
    const std::string& peer = from_us ? who->recipient : who->sender;
    if (peer.empty() && who->sender_ref.empty()) return malformed("nobody sent it");
    in_ = envelope(peer, *who);
    stamp_ = who->time ? std::to_string(who->time->time_since_epoch().count()) : "";
    return standby ? read_standby() : read_event();
  }

 private:
  Result<Who> read_who() const {
    Who who;
    if (object sender; read_object(event_, "sender", sender)) {
      who.sender = id_in(sender, "id");
      who.sender_ref = id_in(sender, "user_ref");
    }
    if (object recipient; read_object(event_, "recipient", recipient)) {
      who.recipient = id_in(recipient, "id");
    }
    if (object optin; who.sender_ref.empty() && read_object(event_, "optin", optin)) {
      who.sender_ref = id_in(optin, "user_ref");
    }
    auto time = time_in(event_, "timestamp");
    if (!time) return std::move(time.error());
    who.time = *time;
    return who;
  }

  // One webhook serves every account of the app; the others are not this channel.
  bool is_ours(const Who& who) const {
    if (channel_.setting(dialect_.account_setting).empty()) return true;
    return who.sender == account_ || who.recipient == account_;
  }

  Incoming envelope(const std::string& peer, const Who& who) const {
    Incoming in;
    in.account = account_;
    in.occurred_at = who.time;
    in.identity.key.scope = channel_.id.value;  // ids hold for one account
    in.identity.key.scheme = dialect_.scheme;
    in.identity.verification = Verification::channel;
    if (!peer.empty()) {
      in.identity.key.value = peer;
      in.recipient = peer;
    } else {
      in.identity.key.scheme += "_user_ref";
      in.identity.key.value = who.sender_ref;
      in.recipient = std::string(kUserRefPrefix) + who.sender_ref;
    }
    return in;
  }

  // For events without an id of their own.
  std::string key_of(std::string_view kind, std::string_view more) const {
    return std::string(kind) + ":" + in_.identity.key.value + ":" + stamp_ + ":" +
           to_hex(sha256(more)).substr(0, 16);
  }

  Result<void> tell(std::string key, SignalIn signal) {
    in_.dedup_key = std::move(key);
    in_.what = std::move(signal);
    batch_.add(std::move(in_));
    return {};
  }

  Result<void> read_event() {
    struct Kind {
      std::string_view name;
      Result<void> (EventReader::*read)(const object&);
    };
    static constexpr Kind kKinds[] = {
        {"message", &EventReader::read_message},   {"postback", &EventReader::read_postback},
        {"reaction", &EventReader::read_reaction}, {"referral", &EventReader::read_referral},
        {"optin", &EventReader::read_optin},       {"delivery", &EventReader::read_delivery},
        {"read", &EventReader::read_seen},         {"message_edit", &EventReader::read_edit},
    };
    object body;
    for (const auto& kind : kKinds) {
      element value;
      if (event_[kind.name].get(value) != simdjson::SUCCESS || value.is_null()) continue;
      if (value.get(body) != simdjson::SUCCESS) {
        return malformed(std::string(kind.name) + " is not an object");
      }
      return (this->*kind.read)(body);
    }
    return read_other();
  }

  Result<void> read_message(const object& body) {
    const std::string mid = id_in(body, "mid");
    if (mid.empty()) return malformed("the message has no mid");
    if (flag_in(body, "is_echo") || flag_in(body, "is_self")) return read_echo(body, mid);
    if (flag_in(body, "is_deleted")) {
      SignalIn gone = signal_of(EventType::message_deleted, "is_deleted");
      gone.target = Target{.message = mid, .emoji = "", .text = ""};
      return tell("deleted:" + mid, std::move(gone));
    }
    auto shown = read_shown(body);
    if (!shown) return std::move(shown.error());
    Message message;
    message.content = std::move(shown->parts);
    message.channel_data = std::move(shown->channel_data);
    if (object quoted; read_object(body, "reply_to", quoted)) {
      message.reply_to = id_in(quoted, "mid");
    }
    if (object from; graph::read_object(body, "referral", from)) in_.referral = referral_of(from);
    return say("mid:" + mid, mid, std::move(message));
  }

  Result<void> say(std::string key, const std::string& id, Message message) {
    message.direction = Direction::inbound;
    message.author = {.type = AuthorType::customer,
                      .id = in_.identity.key.value,
                      .display_name = in_.identity.display_name};
    message.external_id = id;
    message.external_time = in_.occurred_at;
    message.fallback_text = fallback_text(message.content);
    if (auto wrong = check_limits(message); !wrong.empty()) return malformed(std::move(wrong));
    in_.dedup_key = std::move(key);
    in_.opens_window = kWindow;
    in_.what = MessageIn{std::move(message)};
    batch_.add(std::move(in_));
    return {};
  }

  // Said by the account: by us, by another app, or by a person in the platform's own inbox. Taken
  // for a customer's, we would answer ourselves for ever.
  Result<void> read_echo(const object& body, const std::string& mid) {
    const std::string mark = text_in(body, "metadata");
    if (parse_place("snd", mark)) {
      in_.what = ReceiptIn{.external_id = mid, .state = DeliveryState::sent, .send = mark};
      batch_.add(std::move(in_));
      return {};
    }
    const std::string app = id_in(body, "app_id");
    if (!app.empty() && app == channel_.setting("app_id")) return {};  // our own, which we know
    SignalIn echo = signal_of(EventType::platform_event, "echo");
    echo.platform_event.key = app;
    const auto shown = read_shown(body);
    echo.target = Target{
        .message = mid, .emoji = "", .text = shown ? fallback_text(shown->parts) : std::string()};
    return tell("echo:" + mid, std::move(echo));
  }

  Result<void> read_edit(const object& body) {
    const std::string mid = id_in(body, "mid");
    if (mid.empty()) return malformed("the edit has no mid");
    SignalIn edit = signal_of(EventType::message_updated, "message_edit");
    edit.target = Target{.message = mid, .emoji = "", .text = text_in(body, "text")};
    return tell("edit:" + mid + ":" + id_in(body, "num_edit"), std::move(edit));
  }

  Result<void> read_postback(const object& body) {
    const std::string mid = id_in(body, "mid");
    const std::string title = text_in(body, "title"), payload = text_in(body, "payload");
    const std::string key = mid.empty() ? key_of("postback", payload) : "mid:" + mid;
    if (object from; read_object(body, "referral", from)) in_.referral = referral_of(from);
    in_.opens_window = kWindow;
    if (payload.starts_with(kOurButton)) {
      const std::string ours = payload.substr(kOurButton.size());
      Message message;
      message.content.emplace_back(
          ActionResponse{.action_id = ours, .payload = ours, .title = title});
      return say(key, mid.empty() ? key : mid, std::move(message));
    }
    SignalIn tapped = signal_of(EventType::platform_event, "postback");
    tapped.platform_event.key = payload;
    add_attribute(body, "title", tapped.platform_event);
    add_attribute(body, "payload", tapped.platform_event);
    return tell(key, std::move(tapped));
  }

  Result<void> read_reaction(const object& body) {
    const std::string mid = id_in(body, "mid");
    if (mid.empty()) return malformed("the reaction has no mid");
    const bool added = text_in(body, "action") != "unreact";
    SignalIn out =
        signal_of(added ? EventType::reaction_added : EventType::reaction_removed, "reaction");
    std::string emoji = text_in(body, "emoji");
    if (emoji.empty()) emoji = text_in(body, "reaction");
    out.target = Target{.message = mid, .emoji = emoji, .text = ""};
    if (added) in_.opens_window = kWindow;
    return tell(key_of("reaction", mid + (added ? "+" : "-") + emoji), std::move(out));
  }

  static Referral referral_of(const object& from) {
    Referral out;
    const std::string ad = id_in(from, "ad_id");
    out.source = text_in(from, "source");
    out.kind = !ad.empty() || out.source == "ADS" ? "ad" : "link";
    out.code = text_in(from, "ref");
    if (out.code.empty()) out.code = ad;
    return out;
  }

  Result<void> read_referral(const object& body) {
    SignalIn out = signal_of(EventType::platform_event, "referral");
    in_.referral = referral_of(body);
    out.platform_event.key = in_.referral->code;
    for (const auto key : {"ref", "source", "type", "ad_id", "referer_uri"}) {
      add_attribute(body, key, out.platform_event);
    }
    in_.opens_window = kWindow;
    return tell(key_of("referral", out.platform_event.key), std::move(out));
  }

  Result<void> read_optin(const object& body) {
    SignalIn out = signal_of(EventType::platform_event, "optin");
    const std::string type = text_in(body, "type");
    for (const auto key : {"type", "title", "payload", "notification_messages_frequency",
                           "notification_messages_timezone", "notification_messages_status"}) {
      add_attribute(body, key, out.platform_event);
    }
    if (type == "notification_messages") {
      // A right to send later, not a word to answer now.
      out.platform_event.key = text_in(body, "payload");
      in_.reply_token = text_in(body, "notification_messages_token");
    } else {
      out.platform_event.key = text_in(body, "ref");
      in_.referral = Referral{.kind = "link", .code = out.platform_event.key, .source = "optin"};
      in_.opens_window = kWindow;
    }
    return tell(key_of("optin", out.platform_event.key), std::move(out));
  }

  // All up to the watermark, or by name where names are given.
  Result<void> read_delivery(const object& body) {
    array mids;
    bool any = false;
    if (body["mids"].get(mids) == simdjson::SUCCESS) {
      for (const element one : mids) {
        std::string_view mid;
        if (one.get(mid) != simdjson::SUCCESS || mid.empty()) continue;
        Incoming in = in_;
        in.what = ReceiptIn{.external_id = std::string(mid), .state = DeliveryState::delivered};
        batch_.add(std::move(in));
        any = true;
      }
    }
    if (any) return {};
    auto watermark = time_in(body, "watermark");
    if (!watermark) return std::move(watermark.error());
    if (!*watermark) return malformed("the delivery has neither mids nor watermark");
    in_.what = ReceiptIn{.state = DeliveryState::delivered, .up_to = *watermark};
    batch_.add(std::move(in_));
    return {};
  }

  Result<void> read_seen(const object& body) {
    SignalIn seen = signal_of(EventType::message_read, "read");
    const std::string mid = id_in(body, "mid");
    if (mid.empty()) {
      auto watermark = time_in(body, "watermark");
      if (!watermark) return std::move(watermark.error());
      if (!*watermark) return malformed("the read has neither mid nor watermark");
      in_.occurred_at = *watermark;  // what was sent later is not meant
    } else {
      seen.target = Target{.message = mid, .emoji = "", .text = ""};
    }
    in_.what = std::move(seen);  // may repeat harmlessly: no key
    batch_.add(std::move(in_));
    return {};
  }

  // Another app holds the thread: it is told, and nobody here answers.
  Result<void> read_standby() {
    SignalIn out = signal_of(EventType::platform_event, "standby");
    object body;
    std::string key = key_of("standby", "");
    if (read_object(event_, "message", body)) {
      const std::string mid = id_in(body, "mid");
      const auto shown = read_shown(body);
      out.target = Target{
          .message = mid, .emoji = "", .text = shown ? fallback_text(shown->parts) : std::string()};
      if (!flag_in(body, "is_echo")) in_.opens_window = kWindow;
      if (!mid.empty()) key = "standby:" + mid;
    }
    return tell(std::move(key), std::move(out));
  }

  // The thread changes hands, an account is linked, and what is new to us: kept by its name.
  Result<void> read_other() {
    SignalIn out = signal_of(EventType::platform_event, "unknown");
    for (const auto& [name, value] : event_) {
      if (std::ranges::find(kEnvelope, name) != std::end(kEnvelope)) continue;
      out.platform_event.type = std::string(name);
      object body;
      if (value.get(body) != simdjson::SUCCESS) break;
      for (const auto key : {"new_owner_app_id", "previous_owner_app_id", "requested_owner_app_id",
                             "metadata", "status", "action", "reason"}) {
        add_attribute(body, key, out.platform_event);
      }
      break;
    }
    return tell(key_of(out.platform_event.type, ""), std::move(out));
  }

  const object& event_;
  const std::string account_;
  const Channel& channel_;
  const MessagingDialect& dialect_;
  Batch& batch_;
  Incoming in_;
  std::string stamp_;
};

}  // namespace

Parsed parse_messaging(std::string_view body, const Channel& channel,
                       const MessagingDialect& dialect) {
  return read_entries(
      body, dialect.object, [&](const object& entry, const std::string& where, Batch& batch) {
        std::string account(channel.setting(dialect.account_setting));
        if (account.empty()) account = id_in(entry, "id");
        for (const std::string_view list : {"messaging", "standby"}) {
          for_each(entry, list, where, batch, [&](const object& event, const std::string& place) {
            EventReader reader(event, account, channel, dialect, batch);
            if (auto done = reader.read(list == "standby"); !done) {
              batch.fail(place, done.error());
            }
          });
        }
      });
}

}  // namespace parley::connectors::graph
