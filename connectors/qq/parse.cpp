#include "connectors/qq/parse.hpp"

#include <simdjson.h>

#include <algorithm>

#include "connectors/json_document.hpp"
#include "connectors/qq/address.hpp"

namespace parley::connectors::qq {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kIdBytesMax = 512;
constexpr std::size_t kChannelDataBytesMax = 16 * 1024;

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = Error{.code = Errc::malformed, .detail = std::move(detail)}};
}

bool is_id(std::string_view text) { return !text.empty() && text.size() <= kIdBytesMax; }

// RFC 3339 in messages, seconds in the other events.
std::optional<TimePoint> time_of(const object& from) {
  TimePoint time;
  if (parse_time(json_text(from, "timestamp"), time)) return time;
  const auto seconds = json_integer(from, "timestamp");
  if (!seconds || *seconds <= 0 || *seconds > 253'402'300'799) return {};
  return TimePoint{std::chrono::seconds(*seconds)};
}

MediaKind kind_of(std::string_view type, std::string_view name) {
  if (type.starts_with("image")) return MediaKind::image;
  if (type.starts_with("video")) return MediaKind::video;
  if (type.starts_with("voice") || type.starts_with("audio")) return MediaKind::voice;
  return name.ends_with(".silk") || name.ends_with(".amr") ? MediaKind::voice : MediaKind::file;
}

std::optional<Part> attachment_of(const object& from) {
  Media part;
  part.url = json_text(from, "url");
  if (part.url.starts_with("//")) part.url.insert(0, "https:");
  // Some come without a scheme.
  if (!part.url.empty() && !part.url.contains("://")) part.url.insert(0, "https://");
  if (part.url.empty()) return {};
  const auto type = json_text(from, "content_type");
  part.name = json_text(from, "filename");
  part.kind = kind_of(type, part.name);
  if (type.contains('/')) part.mime = type;
  part.size_bytes = json_size(from, "size");
  part.width = json_size(from, "width");
  part.height = json_size(from, "height");
  part.transcript = json_text(from, "asr_refer_text");
  return part;
}

std::string trimmed(std::string text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  text.erase(0, begin);
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

class PayloadReader {
 public:
  PayloadReader(const Channel& channel, const object& root)
      : channel_(channel), id_(json_text(root, "id")), type_(json_text(root, "t")) {
    has_body_ = json_object(root, "d", d_);
  }

  Parsed read() {
    struct Row {
      std::string_view type;
      Parsed (PayloadReader::*read)();
    };
    static constexpr Row kRows[] = {
        {"C2C_MESSAGE_CREATE", &PayloadReader::direct_message},
        {"GROUP_AT_MESSAGE_CREATE", &PayloadReader::group_message},
        {"GROUP_MESSAGE_CREATE", &PayloadReader::group_message},
        {"FRIEND_ADD", &PayloadReader::person_event},
        {"FRIEND_DEL", &PayloadReader::person_event},
        {"C2C_MSG_REJECT", &PayloadReader::person_event},
        {"C2C_MSG_RECEIVE", &PayloadReader::person_event},
        {"GROUP_ADD_ROBOT", &PayloadReader::group_event},
        {"GROUP_DEL_ROBOT", &PayloadReader::group_event},
        {"GROUP_MSG_REJECT", &PayloadReader::group_event},
        {"GROUP_MSG_RECEIVE", &PayloadReader::group_event},
        {"INTERACTION_CREATE", &PayloadReader::interaction},
    };
    for (const auto& row : kRows) {
      if (row.type != type_) continue;
      if (!has_body_) return stopped("d is not an object");
      return (this->*row.read)();
    }
    return {};  // of guilds, of audits, or new
  }

 private:
  Incoming envelope(std::string person) const {
    Incoming in;
    in.account = channel_.setting("app_id");
    in.identity.key = {
        .scope = channel_.id.value, .scheme = "qq_openid", .value = std::move(person)};
    in.identity.verification = Verification::channel;
    in.occurred_at = time_of(d_);
    return in;
  }

  Parsed direct_message() {
    object author = json_empty();
    json_object(d_, "author", author);
    auto person = json_text(author, "user_openid");
    if (!is_id(person)) return stopped("author.user_openid is missing");
    Incoming in = envelope(person);
    in.identity.union_id = json_text(author, "union_openid");
    in.opens_window = "user_message";
    return message(std::move(in), Address{.user = std::move(person)});
  }

  Parsed group_message() {
    object author = json_empty();
    json_object(d_, "author", author);
    auto person = json_text(author, "member_openid");
    auto group = json_text(d_, "group_openid");
    if (!is_id(person) || !is_id(group)) {
      return stopped("author.member_openid or group_openid is missing");
    }
    bool bot = false;
    if (author["bot"].get(bot) == simdjson::SUCCESS && bot) return {};
    Incoming in = envelope(std::move(person));
    in.identity.union_id = json_text(author, "union_openid");
    in.identity.display_name = json_text(author, "username");
    in.group = group;
    in.opens_window = "group_message";
    return message(std::move(in), Address{.group = std::move(group)});
  }

  Parsed message(Incoming in, Address address) {
    const auto id = json_text(d_, "id");
    if (!is_id(id)) return stopped("d.id is missing");
    in.dedup_key = id;  // the platform may push a message twice under two event ids
    address.msg_id = id;
    in.recipient = address.write();
    MessageIn said;
    auto& made = said.message;
    made.direction = Direction::inbound;
    made.author.type = AuthorType::customer;
    made.author.id = in.identity.key.value;
    made.author.display_name = in.identity.display_name;
    made.external_id = id;
    made.external_time = in.occurred_at;
    made.content = content();
    made.fallback_text = fallback_text(made.content);
    made.attributes["conversation_id"] = in.group.empty() ? in.identity.key.value : in.group;
    made.channel_data = json_minified(d_, kChannelDataBytesMax);
    if (auto wrong = check_limits(made); !wrong.empty()) return stopped(std::move(wrong));
    in.what = std::move(said);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  std::vector<Part> content() const {
    std::vector<Part> parts;
    if (auto text = trimmed(json_text(d_, "content")); !text.empty()) {
      parts.emplace_back(Text{.text = std::move(text)});
    }
    array attachments;
    if (d_["attachments"].get(attachments) == simdjson::SUCCESS) {
      for (const element one : attachments) {
        object from;
        if (parts.size() == kPartsMax) break;
        std::optional<Part> part;
        if (one.get(from) == simdjson::SUCCESS) part = attachment_of(from);
        if (!part) {
          Unsupported unknown;
          unknown.provider_type = "attachment";
          part = std::move(unknown);
        }
        parts.push_back(*std::move(part));
      }
    }
    if (parts.empty()) {
      Unsupported unknown;
      unknown.provider_type = json_id(d_, "message_type");
      if (unknown.provider_type.empty()) unknown.provider_type = "empty";
      parts.emplace_back(std::move(unknown));
    }
    return parts;
  }

  Parsed signal(Incoming in, Address address, std::string key = {}) {
    if (!is_id(id_)) return stopped("id is missing");
    in.dedup_key = "event:" + id_;
    address.event_id = id_;
    in.recipient = address.write();
    SignalIn what;
    what.platform_event.type = type_;
    what.platform_event.key = std::move(key);
    in.what = std::move(what);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  Parsed person_event() {
    auto person = json_text(d_, "openid");
    if (!is_id(person)) return stopped("d.openid is missing");
    Incoming in = envelope(person);
    if (type_ == "FRIEND_ADD") in.opt = OptChange::opted_in;
    if (type_ == "FRIEND_DEL") in.opt = OptChange::opted_out;
    // These two may be answered by their event id.
    if (type_ == "FRIEND_ADD" || type_ == "C2C_MSG_RECEIVE") in.opens_window = "event";
    return signal(std::move(in), Address{.user = std::move(person)});
  }

  Parsed group_event() {
    auto person = json_text(d_, "op_member_openid");
    auto group = json_text(d_, "group_openid");
    if (!is_id(person) || !is_id(group)) {
      return stopped("d.op_member_openid or d.group_openid is missing");
    }
    Incoming in = envelope(std::move(person));
    in.group = group;
    if (type_ == "GROUP_ADD_ROBOT" || type_ == "GROUP_MSG_RECEIVE") in.opens_window = "event";
    return signal(std::move(in), Address{.group = group}, group);
  }

  // A pressed button.
  Parsed interaction() {
    object data = json_empty(), resolved = json_empty();
    json_object(d_, "data", data);
    json_object(data, "resolved", resolved);
    auto group = json_text(d_, "group_openid");
    auto person = json_text(d_, group.empty() ? "user_openid" : "group_member_openid");
    const auto id = json_text(d_, "id");
    if (!is_id(person) || !is_id(id)) return {};  // of a guild
    if (!is_id(id_)) return stopped("id is missing");
    Incoming in = envelope(person);
    in.dedup_key = "interaction:" + id;
    in.group = group;
    in.opens_window = "event";
    Address address{.user = person, .group = group, .msg_id = {}, .event_id = id_};
    in.recipient = address.write();
    MessageIn said;
    said.message.direction = Direction::inbound;
    said.message.author.type = AuthorType::customer;
    said.message.author.id = in.identity.key.value;
    said.message.external_id = in.dedup_key;
    said.message.external_time = in.occurred_at;
    ActionResponse pressed;
    pressed.payload = json_text(resolved, "button_data");
    pressed.action_id = json_text(resolved, "button_id");
    said.message.content.emplace_back(std::move(pressed));
    said.message.fallback_text = fallback_text(said.message.content);
    if (auto wrong = check_limits(said.message); !wrong.empty()) return stopped(std::move(wrong));
    in.what = std::move(said);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  const Channel& channel_;
  std::string id_, type_;
  object d_ = json_empty();
  bool has_body_ = false;
};

}  // namespace

Parsed parse_payload(std::string_view body, const Channel& channel) {
  const auto document = JsonDocument::parse(body);
  if (!document) return {.events = {}, .stopped = document.error()};
  const auto& root = document->root();
  const auto op = json_integer(root, "op");
  if (!op) return stopped("op is missing");
  if (*op != 0) return {};  // only dispatches hold events
  return PayloadReader(channel, root).read();
}

}  // namespace parley::connectors::qq
