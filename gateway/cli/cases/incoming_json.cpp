#include "gateway/cli/cases/incoming_json.hpp"

#include <algorithm>

#include "gateway/cli/cases/match.hpp"

namespace parley::gateway::cli {
namespace {

std::string_view media_name(MediaKind kind) {
  switch (kind) {
    case MediaKind::image:
      return "image";
    case MediaKind::file:
      return "file";
    case MediaKind::audio:
      return "audio";
    case MediaKind::voice:
      return "voice";
    case MediaKind::video:
      return "video";
    case MediaKind::sticker:
      return "sticker";
  }
  return "file";
}

struct PartName {
  std::string_view operator()(const Text&) const { return "text"; }
  std::string_view operator()(const Media& media) const { return media_name(media.kind); }
  std::string_view operator()(const Location&) const { return "location"; }
  std::string_view operator()(const Contact&) const { return "contact"; }
  std::string_view operator()(const Link&) const { return "link"; }
  std::string_view operator()(const Card&) const { return "card"; }
  std::string_view operator()(const Cards&) const { return "cards"; }
  std::string_view operator()(const Form&) const { return "form"; }
  std::string_view operator()(const FormResponse&) const { return "form_response"; }
  std::string_view operator()(const Template&) const { return "template"; }
  std::string_view operator()(const Goods&) const { return "goods"; }
  std::string_view operator()(const Reaction&) const { return "reaction"; }
  std::string_view operator()(const Edit&) const { return "edit"; }
  std::string_view operator()(const Deletion&) const { return "deletion"; }
  std::string_view operator()(const ActionResponse&) const { return "interactive"; }
  std::string_view operator()(const Unsupported&) const { return "unsupported"; }
};

// A message is what it carries: a captioned photo is an image.
std::string_view type_of(const std::vector<Part>& content) {
  if (content.empty()) return "text";
  for (const auto& part : content) {
    if (std::holds_alternative<Media>(part)) return std::visit(PartName{}, part);
  }
  return std::visit(PartName{}, content.front());
}

std::string text_of(const Message& message) {
  std::string text;
  bool any = false;
  const auto add = [&](const std::string& words) {
    if (words.empty()) return;
    if (any) text += '\n';
    text += words;
    any = true;
  };
  for (const auto& part : message.content) {
    if (const auto* words = std::get_if<Text>(&part)) add(words->text);
    if (const auto* media = std::get_if<Media>(&part)) add(media->transcript);
    if (const auto* chosen = std::get_if<ActionResponse>(&part)) add(chosen->title);
  }
  return text;
}

// The words of a place, a contact or a link, which our model keeps in fields of their own; a
// gateway that knows text alone would write them out.
std::string words_of(const std::vector<Part>& content) {
  std::string words;
  const auto add = [&](std::string_view between, const std::string& more) {
    if (more.empty()) return;
    if (!words.empty()) words += between;
    words += more;
  };
  for (const auto& part : content) {
    if (const auto* place = std::get_if<Location>(&part)) {
      add("\n", place->name);
      add(", ", place->address);
    } else if (const auto* contact = std::get_if<Contact>(&part)) {
      add("\n", contact->name);
      if (!contact->phones.empty()) add(" ", "(" + contact->phones.front() + ")");
    } else if (const auto* link = std::get_if<Link>(&part)) {
      add("\n", link->url);
    }
  }
  return words;
}

std::string format_of(const Media& media) {
  if (media.mime == "audio/mpeg") return "mp3";
  const auto slash = media.mime.find('/');
  return slash == std::string::npos ? std::string() : media.mime.substr(slash + 1);
}

// A sticker known by nothing but words has no bytes to list; one known by a picture is listed as
// it. What came inside the webhook has a size alone.
bool has_bytes(const Media& media) {
  return !media.url.empty() || !media.platform_id.empty() || !media.media_id.empty() ||
         media.size_bytes > 0;
}

std::string_view listed_as(const Media& media) {
  const bool picture =
      media.kind == MediaKind::sticker && media.platform_id.empty() && media.media_id.empty();
  return picture ? "image" : media_name(media.kind);
}

Json media_json(const Media& media) {
  Json out = json_object();
  set(out, "type", json_text(listed_as(media)));
  set(out, "platform_id", json_text(media.platform_id));
  set(out, "media_id", json_text(media.media_id));
  set(out, "url", json_text(media.url));
  set(out, "mime", json_text(media.mime));
  set(out, "format", json_text(format_of(media)));
  set(out, "filename", json_text(media.name));
  set(out, "size", json_number(static_cast<std::int64_t>(media.size_bytes)));
  set(out, "width", json_number(std::int64_t{media.width}));
  set(out, "height", json_number(std::int64_t{media.height}));
  set(out, "duration_ms", json_number(std::int64_t{media.duration_ms}));
  set(out, "transcript", json_text(media.transcript));
  set(out, "emoji", json_text(media.emoji));
  return out;
}

// A sticker may be no file but a name, "package/sticker".
bool is_named_sticker(const Media& media) {
  return media.kind == MediaKind::sticker && media.url.empty() && media.media_id.empty() &&
         media.platform_id.contains('/');
}

Json sticker_json(const Media& media) {
  const auto slash = media.platform_id.find('/');
  Json out = json_object();
  set(out, "package_id", json_text(media.platform_id.substr(0, slash)));
  set(out, "sticker_id", json_text(media.platform_id.substr(slash + 1)));
  return out;
}

Json location_json(const Location& place) {
  Json out = json_object();
  set(out, "type", json_text("location"));
  set(out, "latitude", json_number(place.latitude));
  set(out, "longitude", json_number(place.longitude));
  set(out, "title", json_text(place.name));
  set(out, "name", json_text(place.name));
  set(out, "address", json_text(place.address));
  return out;
}

Json link_json(const Link& link) {
  Json out = json_object();
  set(out, "url", json_text(link.url));
  set(out, "title", json_text(link.title));
  set(out, "description", json_text(link.description));
  return out;
}

Json contact_json(const Contact& contact) {
  Json out = json_object();
  set(out, "name", json_text(contact.name));
  set(out, "phone_number", json_text(contact.phones.empty() ? "" : contact.phones.front()));
  Json phones = json_array();
  for (const auto& phone : contact.phones) phones.items.push_back(json_text(phone));
  set(out, "phones", std::move(phones));
  return out;
}

Json interactive_json(const ActionResponse& chosen) {
  Json out = json_object();
  set(out, "id", json_text(chosen.action_id));
  set(out, "payload", json_text(chosen.payload));
  set(out, "title", json_text(chosen.title));
  return out;
}

Json referral_json(const Referral& referral) {
  Json out = json_object();
  set(out, "kind", json_text(referral.kind));
  set(out, "ref", json_text(referral.code));
  set(out, "code", json_text(referral.code));
  set(out, "source", json_text(referral.source));
  return out;
}

std::int64_t ms_of(TimePoint time) { return time.time_since_epoch().count(); }

// The conversation as the platform names it: said by the message where the address of an answer is
// another thing.
std::string conversation_of(const connectors::Incoming& in) {
  if (const auto* said = std::get_if<connectors::MessageIn>(&in.what)) {
    const auto& attributes = said->message.attributes;
    const auto found = attributes.find("conversation_id");
    if (found != attributes.end()) {
      if (const auto* id = std::get_if<std::string>(&found->second)) return *id;
    }
  }
  return in.group.empty() ? in.recipient : in.group;
}

// What messages, events and receipts have in common.
Json who_json(const connectors::Incoming& in) {
  Json out = json_object();
  set(out, "sender_id", json_text(in.identity.key.value));
  set(out, "recipient_id", json_text(in.account));
  set(out, "account_id", json_text(in.account));
  set(out, "phone_number_id", json_text(in.account));
  set(out, "chat_id", json_text(in.recipient));
  set(out, "conversation_id", json_text(conversation_of(in)));
  set(out, "conversation_type", json_text(in.group.empty() ? "user" : "group"));
  set(out, "contact_name", json_text(in.identity.display_name));
  set(out, "username", json_text(in.identity.username));
  set(out, "union_id", json_text(in.identity.union_id));
  set(out, "sender_union_id", json_text(in.identity.union_id));
  set(out, "sender_user_id", json_text(in.identity.union_id));
  set(out, "reply_token", json_text(in.reply_token));
  set(out, "opens_window", json_text(in.opens_window));
  set(out, "opt",
      json_text(in.opt == connectors::OptChange::opted_out  ? "out"
                : in.opt == connectors::OptChange::opted_in ? "in"
                                                            : "none"));
  if (in.referral) set(out, "referral", referral_json(*in.referral));
  return out;
}

Json page_json(const Card& card, const Action& open) {
  Json out = json_object();
  set(out, "title", json_text(card.title));
  set(out, "app_id", json_text(open.app_id));
  set(out, "page_path", json_text(open.page));
  set(out, "thumb_url", json_text(card.image_url));
  return out;
}

void set_page(Json& out, const Card& card) {
  for (const auto& action : card.actions) {
    if (action.type != ActionType::mini_program) continue;
    return set(out, "miniprogram", page_json(card, action));
  }
}

void set_part(Json& out, const Part& part) {
  if (const auto* card = std::get_if<Card>(&part)) set_page(out, *card);
  if (const auto* place = std::get_if<Location>(&part)) set(out, "location", location_json(*place));
  if (const auto* link = std::get_if<Link>(&part)) set(out, "link", link_json(*link));
  if (const auto* card = std::get_if<Contact>(&part)) set(out, "contact", contact_json(*card));
  if (const auto* chosen = std::get_if<ActionResponse>(&part)) {
    set(out, "interactive", interactive_json(*chosen));
  }
  if (const auto* unknown = std::get_if<Unsupported>(&part)) {
    set(out, "platform_type", json_text(unknown->provider_type));
    set(out, "platform_attachment_type", json_text(unknown->provider_type));
  }
  if (const auto* media = std::get_if<Media>(&part); media && !media->emoji.empty()) {
    set(out, "text_equivalent", json_text(media->emoji));
  }
}

// Bytes we have no kind for, where the part says where they lie.
Json unknown_media_json(const Unsupported& unknown) {
  Json out = json_object();
  set(out, "type", json_text(unknown.provider_type));
  set(out, "url", json_text(unknown.raw_ref));
  return out;
}

void set_attribute(Json& out, const std::string& name, const AttributeValue& value) {
  if (out.has(name)) return;
  if (const auto* text = std::get_if<std::string>(&value)) set(out, name, json_text(*text));
  if (const auto* number = std::get_if<double>(&value)) set(out, name, json_number(*number));
  if (const auto* flag = std::get_if<bool>(&value)) set(out, name, json_bool(*flag));
}

// "SessionFrom" -> "session_from"; other names as they are.
std::string snake_case(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !out.empty()) out += '_';
    out += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

void set_attributes(Json& out, const Attributes& attributes) {
  for (const auto& [as_spelled, value] : attributes) {
    // A kind of group other than a plain one is named by an attribute.
    if (as_spelled == "conversation_type") {
      std::erase_if(out.members, [&](const JsonMember& m) { return m.name == as_spelled; });
    }
    // A case may name a field as the platform spells it or as the others are.
    for (const auto& name : {as_spelled, snake_case(as_spelled)}) {
      set_attribute(out, name, value);
    }
  }
}

}  // namespace

Json message_json(const connectors::Incoming& in, const connectors::MessageIn& said) {
  const Message& message = said.message;
  Json out = who_json(in);
  set(out, "external_id", json_text(message.external_id));
  const auto time = message.external_time ? message.external_time : in.occurred_at;
  if (time) set(out, "timestamp_ms", json_number(ms_of(*time)));
  set(out, "type", json_text(type_of(message.content)));
  set(out, "text", json_text(text_of(message)));
  set(out, "words", json_text(words_of(message.content)));
  set(out, "reply_to_external_id", json_text(message.reply_to));
  Json media = json_array();
  for (const auto& part : message.content) {
    const auto* one = std::get_if<Media>(&part);
    if (one != nullptr && is_named_sticker(*one)) {
      set(out, "sticker", sticker_json(*one));
    } else if (one != nullptr && has_bytes(*one)) {
      media.items.push_back(media_json(*one));
    }
    const auto* unknown = std::get_if<Unsupported>(&part);
    if (unknown != nullptr && unknown->raw_ref.contains("://")) {
      media.items.push_back(unknown_media_json(*unknown));
    }
    set_part(out, part);
  }
  set(out, "media", std::move(media));
  set_attributes(out, message.attributes);
  return out;
}

Json event_json(const connectors::Incoming& in, const connectors::SignalIn& signal) {
  Json out = who_json(in);
  set(out, "type", json_text(to_string(signal.type)));
  // A signal with a meaning of its own may have no name of the platform's.
  const auto& event = signal.platform_event;
  set(out, "platform_type", json_text(event.type.empty() ? to_string(signal.type) : event.type));
  set(out, "event_key", json_text(event.key));
  set(out, "ticket", json_text(event.ticket));
  set(out, "scene", json_text(event.scene));
  if (in.occurred_at) set(out, "timestamp_ms", json_number(ms_of(*in.occurred_at)));
  if (signal.target) {
    set(out, "message_id", json_text(signal.target->message));
    set(out, "emoji", json_text(signal.target->emoji));
    set(out, "text", json_text(signal.target->text));
  }
  set_attributes(out, event.attributes);
  return out;
}

Json status_json(const connectors::Incoming& in, const connectors::ReceiptIn& receipt) {
  static constexpr std::string_view kNames[] = {"accepted",  "queued",  "submitting", "sent",
                                                "delivered", "read",    "throttled",  "uncertain",
                                                "failed",    "expired", "suppressed"};
  Json out = json_object();
  set(out, "external_id", json_text(receipt.external_id));
  set(out, "status", json_text(kNames[static_cast<std::size_t>(receipt.state)]));
  set(out, "recipient_id", json_text(in.identity.key.value));
  set(out, "error_code", json_text(receipt.error_code));
  set(out, "error", json_text(receipt.error));
  return out;
}

}  // namespace parley::gateway::cli
