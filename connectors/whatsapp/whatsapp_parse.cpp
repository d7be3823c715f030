#include "connectors/whatsapp/whatsapp_parse.hpp"

#include <simdjson.h>

#include <map>

#include "connectors/graph_api.hpp"
#include "connectors/graph_envelope.hpp"
#include "connectors/graph_json.hpp"
#include "connectors/whatsapp/whatsapp_content.hpp"
#include "connectors/whatsapp/whatsapp_ids.hpp"

namespace parley::connectors::whatsapp {
namespace {

using graph::Batch;
using graph::for_each;
using graph::id_in;
using graph::malformed;
using graph::read_object;
using graph::text_in;
using graph::time_in;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

struct Profile {
  std::string name, username;
};

IdentityKey key_of(std::string id) {
  const auto scheme = is_phone(id) ? kPhoneScheme : kUserIdScheme;
  return {std::string(kScope), std::string(scheme), std::move(id)};
}

// The number while it is shown, else the user id; the latter, when told, joins the two.
Result<Identity> read_person(const object& from, std::string_view phone_key,
                             std::string_view user_key) {
  const std::string phone = id_in(from, phone_key), user = id_in(from, user_key);
  if (!phone.empty() && !is_phone(phone) && !is_user_id(phone)) {
    return malformed(std::string(phone_key) + " is neither a phone number nor a user id");
  }
  std::string id = phone;
  if (id.empty() && is_user_id(user)) id = user;
  if (id.empty()) {
    return malformed("neither " + std::string(phone_key) + " nor " + std::string(user_key));
  }
  Identity identity;
  identity.verification = Verification::channel;
  if (is_user_id(user)) identity.union_id = user;
  if (is_user_id(id)) identity.union_id = id;
  identity.key = key_of(std::move(id));
  return identity;
}

std::optional<DeliveryState> state_of(std::string_view status) {
  if (status == "sent") return DeliveryState::sent;
  if (status == "delivered") return DeliveryState::delivered;
  if (status == "read" || status == "played") return DeliveryState::read;
  if (status == "failed") return DeliveryState::failed;
  return std::nullopt;
}

std::optional<Referral> read_referral(const object& message) {
  object from;
  if (!read_object(message, "referral", from)) return std::nullopt;
  const std::string type = text_in(from, "source_type");
  return Referral{.kind = type == "ad" ? "ad" : "link",
                  .code = id_in(from, "source_id"),
                  .source = text_in(from, "source_url")};
}

// What one change of the field "messages" and its kin tells.
class ChangeReader {
 public:
  ChangeReader(const object& value, const Channel& channel, Batch& batch)
      : value_(value), channel_(channel), batch_(batch) {
    account_ = channel.setting("phone_number_id");
    if (object metadata; read_object(value, "metadata", metadata)) {
      const std::string id = id_in(metadata, "phone_number_id");
      foreign_ = !id.empty() && !account_.empty() && id != account_;
      if (!id.empty()) account_ = id;
    }
  }

  // One webhook serves every number of the business account; the others are not this channel.
  bool is_foreign() const noexcept { return foreign_; }

  void read(const std::string& where) {
    read_profiles(where);
    for_each(value_, "messages", where, batch_,
             [this](const object& item, const auto& place) { tell(read_message(item), place); });
    for_each(value_, "statuses", where, batch_,
             [this](const object& item, const auto& place) { tell(read_status(item), place); });
    for_each(value_, "message_echoes", where, batch_,
             [this](const object& item, const auto& place) { tell(read_echo(item), place); });
    for_each(value_, "user_preferences", where, batch_,
             [this](const object& item, const auto& place) { tell(read_preference(item), place); });
  }

 private:
  using Read = Result<std::optional<Incoming>>;  // nothing: not for us to know

  void tell(Read read, const std::string& where) {
    if (!read) {
      batch_.fail(where, read.error());
    } else if (*read) {
      batch_.add(**std::move(read));
    }
  }

  void read_profiles(const std::string& where) {
    for_each(value_, "contacts", where, batch_, [this](const object& contact, const auto&) {
      Profile profile;
      if (object from; read_object(contact, "profile", from)) {
        profile = {.name = text_in(from, "name"), .username = text_in(from, "username")};
      }
      for (const std::string_view key : {"wa_id", "user_id"}) {
        const std::string id = id_in(contact, key);
        if (!id.empty()) profiles_[id] = profile;
      }
    });
  }

  // Who, to which account of ours, when.
  Result<Incoming> envelope(const object& item, std::string_view phone_key,
                            std::string_view user_key) const {
    auto identity = read_person(item, phone_key, user_key);
    if (!identity) return std::move(identity.error());
    auto time = time_in(item, "timestamp");
    if (!time) return std::move(time.error());
    Incoming in;
    in.account = account_;
    in.occurred_at = *time;
    in.identity = *std::move(identity);
    in.recipient = in.identity.key.value;
    auto profile = profiles_.find(in.identity.key.value);
    if (profile == profiles_.end()) profile = profiles_.find(in.identity.union_id);
    if (profile != profiles_.end()) {
      in.identity.display_name = profile->second.name;
      in.identity.username = profile->second.username;
    }
    return in;
  }

  Read read_message(const object& item) const {
    const std::string id = id_in(item, "id");
    if (id.empty()) return malformed("the message has no id");
    const std::string type = text_in(item, "type");
    if (type.empty()) return malformed("the message has no type");
    auto in = envelope(item, "from", "from_user_id");
    if (!in) return std::move(in.error());
    in->dedup_key = "message:" + id;
    in->group = id_in(item, "group_id");
    if (!in->group.empty()) in->recipient = in->group;
    object body;
    const bool has_body = read_object(item, type, body);
    if (type == "system" || type == "request_welcome") {
      return read_notice(*std::move(in), type, has_body ? &body : nullptr);
    }
    const bool about_another = type == "reaction" || type == "revoke" || type == "edit";
    if (about_another && !has_body) return malformed(type + " is not an object");
    if (type == "reaction") return read_reaction(*std::move(in), body);
    if (type == "revoke") return read_revoke(*std::move(in), body);
    if (type == "edit") return read_edit(*std::move(in), body);
    return read_said(*std::move(in), item, id, type);
  }

  static Read read_said(Incoming in, const object& item, const std::string& id,
                        const std::string& type) {
    auto content = read_content(item, type);
    if (!content) return std::move(content.error());
    MessageIn said;
    Message& message = said.message;
    message.direction = Direction::inbound;
    message.author = {.type = AuthorType::customer,
                      .id = in.identity.key.value,
                      .display_name = in.identity.display_name};
    message.external_id = id;
    message.external_time = in.occurred_at;
    if (object context; read_object(item, "context", context)) {
      message.reply_to = id_in(context, "id");
    }
    message.content = std::move(content->parts);
    message.fallback_text = fallback_text(message.content);
    message.channel_data = std::move(content->channel_data);
    if (auto wrong = check_limits(message); !wrong.empty()) return malformed(std::move(wrong));
    in.referral = read_referral(item);
    in.opens_window = "user_message";
    in.what = std::move(said);
    return std::optional(std::move(in));
  }

  static Incoming signal(Incoming in, EventType type, std::string_view name, std::string target,
                         std::string emoji = {}, std::string text = {}) {
    SignalIn out;
    out.type = type;
    out.platform_event.type = name;
    out.target = Target{.message = std::move(target), .emoji = std::move(emoji), .text = text};
    in.what = std::move(out);
    return in;
  }

  // Without an emoji it was taken back.
  static Read read_reaction(Incoming in, const object& body) {
    const std::string target = id_in(body, "message_id");
    if (target.empty()) return malformed("the reaction has no message_id");
    const std::string emoji = text_in(body, "emoji");
    const auto type = emoji.empty() ? EventType::reaction_removed : EventType::reaction_added;
    return std::optional(signal(std::move(in), type, "reaction", target, emoji));
  }

  static Read read_revoke(Incoming in, const object& body) {
    const std::string target = id_in(body, "original_message_id");
    if (target.empty()) return malformed("the revoke has no original_message_id");
    return std::optional(signal(std::move(in), EventType::message_deleted, "revoke", target));
  }

  static Read read_edit(Incoming in, const object& body) {
    const std::string target = id_in(body, "original_message_id");
    if (target.empty()) return malformed("the edit has no original_message_id");
    std::string text;
    if (object now; read_object(body, "message", now)) {
      const std::string type = text_in(now, "type");
      if (object said; read_object(now, type, said)) {
        text = text_in(said, type == "text" ? "body" : "caption");
      }
    }
    return std::optional(
        signal(std::move(in), EventType::message_updated, "edit", target, "", std::move(text)));
  }

  // A new number or identity, or a chat opened without a word.
  static Read read_notice(Incoming in, const std::string& type, const object* body) {
    SignalIn out;
    out.type = EventType::platform_event;
    out.platform_event.type = type;
    if (body != nullptr) {
      out.platform_event.key = text_in(*body, "type");
      for (const std::string_view key : {"body", "wa_id", "new_wa_id", "user_id"}) {
        const std::string text = id_in(*body, key);
        if (!text.empty()) out.platform_event.attributes[std::string(key)] = text;
      }
    }
    in.what = std::move(out);
    return std::optional(std::move(in));
  }

  // Said by somebody of ours on the phone that shares the number.
  Read read_echo(const object& item) const {
    const std::string id = id_in(item, "id");
    if (id.empty()) return malformed("the echo has no id");
    auto in = envelope(item, "to", "to_user_id");
    if (!in) return std::move(in.error());
    in->dedup_key = "echo:" + id;
    const std::string type = text_in(item, "type");
    auto content = read_content(item, type);
    const std::string text = content ? fallback_text(content->parts) : std::string();
    return std::optional(signal(*std::move(in), EventType::platform_event, "echo", id, "", text));
  }

  // About marketing only: other messages may still go, so it is told and not an opting out.
  Read read_preference(const object& item) const {
    auto in = envelope(item, "wa_id", "user_id");
    if (!in) return std::move(in.error());
    SignalIn out;
    out.type = EventType::platform_event;
    out.platform_event.type = "user_preferences";
    out.platform_event.key = text_in(item, "value");
    out.platform_event.attributes["category"] = text_in(item, "category");
    out.platform_event.attributes["detail"] = text_in(item, "detail");
    in->dedup_key = "preference:" + in->identity.key.value + ":" + id_in(item, "timestamp") + ":" +
                    out.platform_event.key;
    in->what = std::move(out);
    return std::optional(*std::move(in));
  }

  Read read_status(const object& item) const {
    const auto state = state_of(text_in(item, "status"));
    if (!state) return std::optional<Incoming>();
    ReceiptIn receipt;
    receipt.external_id = id_in(item, "id");
    receipt.state = *state;
    if (receipt.external_id.empty()) return malformed("the status has no id");
    const std::string mark = text_in(item, "biz_opaque_callback_data");
    if (parse_place("snd", mark)) receipt.send = mark;
    auto in = status_envelope(item);
    if (!in) return std::move(in.error());
    read_failure(item, receipt);
    in->what = std::move(receipt);
    return std::optional(*std::move(in));
  }

  // In a group the one it is about is the participant.
  Result<Incoming> status_envelope(const object& item) const {
    if (!id_in(item, "recipient_participant_id").empty()) {
      return envelope(item, "recipient_participant_id", "recipient_participant_user_id");
    }
    return envelope(item, "recipient_id", "recipient_user_id");
  }

  void read_failure(const object& item, ReceiptIn& receipt) const {
    array errors;
    if (item["errors"].get(errors) != simdjson::SUCCESS) return;
    for (const element one : errors) {
      object error;
      if (one.get(error) != simdjson::SUCCESS) continue;
      receipt.error_code = id_in(error, "code");
      std::string words = text_in(error, "title");
      if (object data; read_object(error, "error_data", data)) {
        const std::string details = text_in(data, "details");
        if (!details.empty() && details != words) words += (words.empty() ? "" : ": ") + details;
      }
      receipt.error = graph::discreet(std::move(words), channel_);
      return;
    }
  }

  const object& value_;
  const Channel& channel_;
  Batch& batch_;
  std::string account_;
  bool foreign_ = false;
  std::map<std::string, Profile> profiles_;
};

}  // namespace

Parsed parse_webhook(std::string_view body, const Channel& channel) {
  return graph::read_entries(body, "whatsapp_business_account",
                             [&](const object& entry, const std::string& where, Batch& batch) {
                               for_each(entry, "changes", where, batch,
                                        [&](const object& change, const std::string& place) {
                                          object value;
                                          if (!read_object(change, "value", value)) return;
                                          ChangeReader reader(value, channel, batch);
                                          if (!reader.is_foreign()) reader.read(place + ".value.");
                                        });
                             });
}

}  // namespace parley::connectors::whatsapp
