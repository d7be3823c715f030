#include "connectors/telegram/telegram_parse.hpp"

#include <simdjson.h>

#include <algorithm>
#include <optional>

#include "connectors/telegram/telegram_content.hpp"

namespace parley::connectors::telegram {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kUpdateDepthMax = 64;

enum class Kind : std::uint8_t { message, edit, callback, member, reaction, notice };

struct UpdateKind {
  std::string_view name;
  Kind kind;
};

// An update holds exactly one of these. What is not listed (inline queries typed letter by letter,
// polls without a person, counters) tells a conversation nothing and is no event.
constexpr UpdateKind kUpdateKinds[] = {
    {"message", Kind::message},           {"channel_post", Kind::message},
    {"edited_message", Kind::edit},       {"edited_channel_post", Kind::edit},
    {"callback_query", Kind::callback},   {"my_chat_member", Kind::member},
    {"message_reaction", Kind::reaction}, {"chat_member", Kind::notice},
    {"chat_join_request", Kind::notice},  {"poll_answer", Kind::notice},
    {"shipping_query", Kind::notice},     {"pre_checkout_query", Kind::notice},
};

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::string text_in(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

// A member the meaning hangs on: absent is fine, another type is not.
Result<std::optional<object>> object_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::optional<object>();
  object out;
  if (value.get(out) != simdjson::SUCCESS) {
    return malformed(std::string(key) + " is not an object");
  }
  return std::optional<object>(out);
}

Result<std::string> id_in(const object& from, std::string_view key) {
  element value;
  if (from[key].get(value) == simdjson::SUCCESS) {
    if (auto id = id_text(value)) return *std::move(id);
  }
  return malformed(std::string(key) + " is not an id");
}

struct Chat {
  std::string id, type, title, username;
  bool is_private() const { return type == "private" || type.empty(); }
};

class UpdateReader {
 public:
  UpdateReader(const Channel& channel, std::string update_id)
      : channel_(channel), update_id_(std::move(update_id)) {}

  Result<void> read(std::string_view name, Kind kind, const object& body) {
    name_ = name;
    switch (kind) {
      case Kind::message:
        return read_message(body);
      case Kind::edit:
        return read_edit(body);
      case Kind::callback:
        return read_callback(body);
      case Kind::member:
        return read_member(body);
      case Kind::reaction:
        return read_reaction(body);
      case Kind::notice:
        return read_notice(body);
    }
    return {};
  }

  std::vector<Incoming> take() { return std::move(events_); }

 private:
  Result<Chat> read_chat(const object& body) {
    auto found = object_in(body, "chat");
    if (!found) return std::move(found.error());
    if (!*found) return malformed("chat is missing");
    auto id = id_in(**found, "id");
    if (!id) return std::move(id.error());
    return Chat{*std::move(id), text_in(**found, "type"), text_in(**found, "title"),
                text_in(**found, "username")};
  }

  static std::string full_name(const object& user) {
    std::string name = text_in(user, "first_name");
    const std::string last = text_in(user, "last_name");
    if (!name.empty() && !last.empty()) name += ' ';
    return name + last;
  }

  Result<void> read_person(const object& user, Incoming& in) {
    auto id = id_in(user, "id");
    if (!id) return std::move(id.error());
    in.identity.key.value = *std::move(id);
    in.identity.display_name = full_name(user);
    in.identity.username = text_in(user, "username");
    in.identity.language = text_in(user, "language_code");
    return {};
  }

  // Who wrote: the user, or for posts without one the chat that speaks.
  Result<void> read_author(const object& body, const Chat& chat, Incoming& in) {
    auto from = object_in(body, "from");
    if (!from) return std::move(from.error());
    if (!*from) from = object_in(body, "user");
    if (!from) return std::move(from.error());
    if (*from) return read_person(**from, in);
    in.identity.key.value = chat.id;
    in.identity.display_name = chat.title;
    in.identity.username = chat.username;
    return {};
  }

  Incoming envelope() const {
    Incoming in;
    in.dedup_key = "update:" + update_id_;
    // One update can mean several events; each needs a key of its own.
    if (!events_.empty()) in.dedup_key += ":" + std::to_string(events_.size());
    in.account = bot_id(channel_);
    in.identity.key.scope = "telegram";  // user ids are the same for every bot
    in.identity.key.scheme = "telegram";
    in.identity.verification = Verification::channel;
    return in;
  }

  static Result<void> read_date(const object& body, std::string_view key, Incoming& in) {
    element value;
    if (body[key].get(value) != simdjson::SUCCESS || value.is_null()) return {};
    std::int64_t seconds = 0;
    if (value.get(seconds) != simdjson::SUCCESS || seconds < 0 || seconds > 253'402'300'799) {
      return malformed(std::string(key) + " is not a time in seconds");
    }
    in.occurred_at = TimePoint{std::chrono::seconds(seconds)};
    return {};
  }

  // Everything a message, an edit and a member change begin with.
  Result<Incoming> read_envelope(const object& body, std::string_view date_key, Chat& chat) {
    auto found = read_chat(body);
    if (!found) return std::move(found.error());
    chat = *std::move(found);
    Incoming in = envelope();
    if (auto done = read_author(body, chat, in); !done) return std::move(done.error());
    if (auto done = read_date(body, date_key, in); !done) return std::move(done.error());
    in.recipient = chat.id;
    if (!chat.is_private()) in.group = chat.id;
    return in;
  }

  static bool from_another_bot(const object& body) {
    bool is_bot = false;
    element chat;
    // Anonymous group admins and channels come under a bot's name but with the chat that speaks.
    return body["from"]["is_bot"].get(is_bot) == simdjson::SUCCESS && is_bot &&
           body["sender_chat"].get(chat) != simdjson::SUCCESS;
  }

  Result<void> read_message(const object& body) {
    auto id = id_in(body, "message_id");
    if (!id) return std::move(id.error());
    Chat chat;
    auto in = read_envelope(body, "date", chat);
    if (!in) return std::move(in.error());
    if (from_another_bot(body)) return {};  // two bots answering each other never stop
    auto content = read_content(body);
    if (!content) return std::move(content.error());
    if (!content->service.type.empty()) {
      SignalIn signal;
      signal.type = EventType::platform_event;
      signal.platform_event.type = content->service.type;
      signal.platform_event.key = content->service.key;
      in->what = std::move(signal);
      events_.push_back(*std::move(in));
      return {};
    }
    MessageIn message;
    message.message.external_id = *id;
    message.message.external_time = in->occurred_at;
    message.message.content = std::move(content->parts);
    message.message.channel_data = std::move(content->channel_data);
    if (element quoted; body["reply_to_message"]["message_id"].get(quoted) == simdjson::SUCCESS) {
      message.message.reply_to = id_text(quoted).value_or("");
    }
    in->referral = referral_of(message.message);
    finish(*std::move(in), std::move(message));
    return {};
  }

  // "/start <payload>" is how a t.me link with a payload arrives.
  static std::optional<Referral> referral_of(const Message& message) {
    if (message.content.empty()) return std::nullopt;
    const auto* text = std::get_if<Text>(&message.content.front());
    constexpr std::string_view kStart = "/start ";
    if (text == nullptr || !text->text.starts_with(kStart)) return std::nullopt;
    const std::string code = text->text.substr(kStart.size());
    if (code.empty() || code.size() > 64) return std::nullopt;
    return Referral{.kind = "link", .code = code, .source = "telegram"};
  }

  void finish(Incoming in, MessageIn message) {
    message.message.direction = Direction::inbound;
    message.message.author.type = AuthorType::customer;
    message.message.author.id = in.identity.key.value;
    message.message.author.display_name = in.identity.display_name;
    message.message.fallback_text = fallback_text(message.message.content);
    in.what = std::move(message);
    events_.push_back(std::move(in));
  }

  Result<void> read_edit(const object& body) {
    auto id = id_in(body, "message_id");
    if (!id) return std::move(id.error());
    Chat chat;
    auto in = read_envelope(body, "edit_date", chat);
    if (!in) return std::move(in.error());
    if (from_another_bot(body)) return {};
    SignalIn signal;
    signal.type = EventType::message_updated;
    signal.platform_event.type = name_;
    signal.target = Target{.message = *id, .emoji = "", .text = text_in(body, "text")};
    if (signal.target->text.empty()) signal.target->text = text_in(body, "caption");
    in->what = std::move(signal);
    events_.push_back(*std::move(in));
    return {};
  }

  Result<void> read_callback(const object& body) {
    auto id = id_in(body, "id");
    if (!id) return std::move(id.error());
    auto from = object_in(body, "from");
    if (!from) return std::move(from.error());
    if (!*from) return malformed("from is missing");
    auto shown = object_in(body, "message");
    if (!shown) return std::move(shown.error());
    Incoming in = envelope();
    if (auto done = read_person(**from, in); !done) return std::move(done.error());
    in.recipient = in.identity.key.value;
    in.reply_token = "callback:" + *id;
    MessageIn message;
    message.message.external_id = "callback:" + *id;
    const std::string data = text_in(body, "data");
    ActionResponse response{.action_id = data, .payload = data, .title = ""};
    if (*shown) {
      if (auto chat = read_chat(**shown)) {
        in.recipient = chat->id;
        if (!chat->is_private()) in.group = chat->id;
      }
      if (auto quoted = id_in(**shown, "message_id")) message.message.reply_to = *quoted;
      response.title = button_title(**shown, data);
    }
    message.message.content.emplace_back(std::move(response));
    finish(std::move(in), std::move(message));
    return {};
  }

  // What the customer read on the button: the message comes with its keyboard.
  static std::string button_title(const object& shown, std::string_view data) {
    simdjson::dom::array rows;
    if (shown["reply_markup"]["inline_keyboard"].get(rows) != simdjson::SUCCESS) return {};
    for (const element row : rows) {
      simdjson::dom::array buttons;
      if (row.get(buttons) != simdjson::SUCCESS) continue;
      for (const element button : buttons) {
        object one;
        if (button.get(one) != simdjson::SUCCESS) continue;
        if (text_in(one, "callback_data") == data) return text_in(one, "text");
      }
    }
    return {};
  }

  Result<void> read_member(const object& body) {
    Chat chat;
    auto in = read_envelope(body, "date", chat);
    if (!in) return std::move(in.error());
    SignalIn signal;
    signal.type = EventType::platform_event;
    signal.platform_event.type = name_;
    std::string_view now, before;
    if (body["new_chat_member"]["status"].get(now) != simdjson::SUCCESS) now = {};
    if (body["old_chat_member"]["status"].get(before) != simdjson::SUCCESS) before = {};
    signal.platform_event.key = now;
    const auto outside = [](std::string_view status) {
      return status == "kicked" || status == "left";
    };
    if (chat.is_private() && outside(now)) in->opt = OptChange::opted_out;
    if (chat.is_private() && outside(before) && now == "member") in->opt = OptChange::opted_in;
    in->what = std::move(signal);
    events_.push_back(*std::move(in));
    return {};
  }

  static std::vector<std::string> emojis(const object& body, std::string_view key) {
    std::vector<std::string> out;
    simdjson::dom::array list;
    if (body[key].get(list) != simdjson::SUCCESS) return out;
    for (const element one : list) {
      object reaction;
      if (one.get(reaction) != simdjson::SUCCESS) continue;
      std::string name = text_in(reaction, "emoji");
      if (name.empty()) name = text_in(reaction, "custom_emoji_id");
      if (name.empty()) name = text_in(reaction, "type");
      if (!name.empty() && out.size() < kPartsMax) out.push_back(std::move(name));
    }
    return out;
  }

  // Telegram tells the list before and after; the log wants what was added and removed.
  Result<void> read_reaction(const object& body) {
    auto id = id_in(body, "message_id");
    if (!id) return std::move(id.error());
    const auto before = emojis(body, "old_reaction");
    const auto after = emojis(body, "new_reaction");
    const auto tell = [&](const auto& these, const auto& but_not, EventType type) -> Result<void> {
      for (const auto& emoji : these) {
        if (std::ranges::find(but_not, emoji) != but_not.end()) continue;
        Chat chat;
        auto in = read_envelope(body, "date", chat);
        if (!in) return std::move(in.error());
        SignalIn signal;
        signal.type = type;
        signal.platform_event.type = name_;
        signal.target = Target{.message = *id, .emoji = emoji, .text = ""};
        in->what = std::move(signal);
        events_.push_back(*std::move(in));
      }
      return {};
    };
    if (auto done = tell(before, after, EventType::reaction_removed); !done) return done;
    return tell(after, before, EventType::reaction_added);
  }

  // Something a rule may want to see, with no meaning of its own here.
  Result<void> read_notice(const object& body) {
    Incoming in = envelope();
    auto who = object_in(body, "from");
    if (!who) return std::move(who.error());
    if (!*who) who = object_in(body, "user");
    if (!who) return std::move(who.error());
    if (!*who) return {};
    if (auto done = read_person(**who, in); !done) return std::move(done.error());
    in.recipient = in.identity.key.value;
    if (auto chat = object_in(body, "chat"); chat && *chat) {
      auto id = id_in(**chat, "id");
      if (!id) return std::move(id.error());
      in.recipient = *id;
      if (*id != in.identity.key.value) in.group = *id;
    }
    if (auto done = read_date(body, "date", in); !done) return std::move(done.error());
    SignalIn signal;
    signal.type = EventType::platform_event;
    signal.platform_event.type = name_;
    signal.platform_event.key = text_in(body, "invoice_payload");
    in.what = std::move(signal);
    events_.push_back(std::move(in));
    return {};
  }

  const Channel& channel_;
  std::string update_id_;
  std::string name_;
  std::vector<Incoming> events_;
};

}  // namespace

std::string bot_id(const Channel& channel) {
  const std::string& token = channel.secret("bot_token").reveal();
  const auto colon = token.find(':');
  if (colon == std::string::npos || colon == 0) return {};
  const std::string id = token.substr(0, colon);
  const bool digits = std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
  return digits ? id : std::string();
}

Parsed parse_update(std::string_view body, const Channel& channel) {
  simdjson::dom::parser parser;
  object update;
  if (parser.allocate(std::max<std::size_t>(body.size(), 64), kUpdateDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(body.data(), body.size()).get(update) != simdjson::SUCCESS) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  auto id = id_in(update, "update_id");
  if (!id) return {.events = {}, .stopped = std::move(id.error())};
  for (const auto& [name, kind] : kUpdateKinds) {
    auto found = object_in(update, name);
    if (!found) return {.events = {}, .stopped = std::move(found.error())};
    if (!*found) continue;
    UpdateReader reader(channel, *id);
    if (auto done = reader.read(name, kind, **found); !done) {
      return {.events = {}, .stopped = std::move(done.error())};
    }
    return {.events = reader.take()};
  }
  return {};
}

}  // namespace parley::connectors::telegram
