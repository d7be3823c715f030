#include "connectors/slack/slack_parse.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "connectors/json_in.hpp"
#include "connectors/slack/slack_content.hpp"
#include "connectors/slack/slack_markup.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::slack {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kBodyDepthMax = 64;
constexpr std::size_t kExtrasBytesMax = 16 * 1024;
constexpr std::size_t kActionsMax = 25;
constexpr std::size_t kChallengeBytesMax = 1024;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = malformed(std::move(detail))};
}

// "1596183880.004200" is seconds and a number that tells messages of one second apart.
std::optional<TimePoint> time_of(std::string_view ts) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(ts.data(), ts.data() + ts.size(), seconds);
  if (error != std::errc() || seconds < 0 || seconds > 253'402'300'799) return std::nullopt;
  if (end != ts.data() + ts.size() && *end != '.') return std::nullopt;
  return TimePoint{std::chrono::seconds(seconds)};
}

// Where an answer goes: "C1", or "C1:1596183880.004200" below the first message of a thread.
void place(Incoming& in, const std::string& channel, const std::string& thread, bool direct) {
  in.recipient = thread.empty() ? channel : channel + ":" + thread;
  in.group = direct ? "" : channel;
}

Identity identity_of(const std::string& team, const std::string& user) {
  Identity who;
  who.key = {.scope = "slack:" + team, .scheme = "slack", .value = user};
  who.verification = Verification::channel;
  return who;
}

void say(Incoming& in, MessageIn message) {
  message.message.direction = Direction::inbound;
  message.message.author.type = AuthorType::customer;
  message.message.author.id = in.identity.key.value;
  message.message.author.display_name = in.identity.display_name;
  message.message.external_time = in.occurred_at;
  message.message.fallback_text = fallback_text(message.message.content);
  in.what = std::move(message);
}

class CallbackReader {
 public:
  CallbackReader(const object& body, const object& event)
      : body_(body), event_(event), type_(text_in(event, "type")) {}

  // nullopt: nothing a conversation needs to know.
  Result<std::optional<Incoming>> read() {
    if (type_.empty()) return malformed("event.type is missing");
    subtype_ = text_in(event_, "subtype");
    find_own_user();
    if (type_ == "message" || type_ == "app_mention") return read_message();
    if (type_ == "reaction_added" || type_ == "reaction_removed") return read_reaction();
    return read_other();
  }

 private:
  using Maybe = std::optional<Incoming>;

  // The app's own bot user, as whom we write.
  void find_own_user() {
    array list;
    if (body_["authorizations"].get(list) != SUCCESS) return;
    for (const element one : list) {
      object grant;
      if (one.get(grant) != SUCCESS || !flag_in(grant, "is_bot")) continue;
      own_user_ = id_in(grant, "user_id");
      return;
    }
  }

  Incoming envelope(const std::string& user) const {
    Incoming in;
    in.dedup_key = id_in(body_, "event_id");
    in.account = id_in(body_, "api_app_id");
    in.identity = identity_of(id_in(body_, "team_id"), user);
    in.occurred_at = seconds_in(body_, "event_time");
    if (!in.occurred_at) in.occurred_at = time_of(id_in(event_, "event_ts"));
    return in;
  }

  Attributes attributes(const std::string& ts) const {
    Attributes out;
    out["team_id"] = id_in(body_, "team_id");
    if (!ts.empty()) out["platform_message_ts"] = ts;
    if (!subtype_.empty()) out["subtype"] = subtype_;
    return out;
  }

  bool is_direct(const std::string& channel) const {
    const std::string type = text_in(event_, "channel_type");
    return type.empty() ? channel.starts_with('D') : type == "im";
  }

  // Also messages that other bots wrote: two bots answering each other never stop.
  bool from_a_bot(const object& message) const {
    const std::string user = id_in(message, "user");
    return has_in(message, "bot_id") || has_in(message, "bot_profile") ||
           subtype_ == "bot_message" || (!own_user_.empty() && user == own_user_) ||
           user == "USLACKBOT";
  }

  Result<Maybe> read_message() {
    const std::string channel = id_in(event_, "channel");
    if (channel.empty()) return malformed("event.channel is missing");
    if (subtype_ == "message_changed") return read_change(channel);
    if (subtype_ == "message_deleted") return read_deletion(channel);
    if (from_a_bot(event_)) return Maybe();
    const std::string user = id_in(event_, "user");
    if (user.empty()) return Maybe();  // a notice of Slack's own
    static constexpr std::string_view kSaid[] = {"", "file_share", "thread_broadcast",
                                                 "me_message"};
    if (std::ranges::find(kSaid, subtype_) == std::end(kSaid)) return read_notice(channel, user);
    const std::string ts = id_in(event_, "ts");
    const std::string thread = id_in(event_, "thread_ts");
    Incoming in = envelope(user);
    // A mention comes as a message too where the app hears both: one thing, one time.
    if (!ts.empty()) in.dedup_alias = "message:" + channel + ":" + ts;
    if (in.dedup_key.empty()) in.dedup_key = std::exchange(in.dedup_alias, {});
    if (in.dedup_key.empty()) return malformed("neither event_id nor event.ts is there");
    place(in, channel, thread, is_direct(channel));
    auto content = read_content(event_, own_user_);
    if (!content) return std::move(content.error());
    MessageIn message;
    message.message.content = *std::move(content);
    message.message.external_id = in.dedup_key;
    if (thread != ts) message.message.reply_to = thread;
    message.message.attributes = attributes(ts);
    message.message.channel_data =
        extras_in(event_, {"ts", "thread_ts", "blocks", "attachments"}, kExtrasBytesMax);
    say(in, std::move(message));
    return Maybe(std::move(in));
  }

  Incoming signal_of(Incoming in, SignalIn signal, const std::string& ts) const {
    signal.platform_event.type = type_;
    for (auto& [name, value] : attributes(ts)) signal.platform_event.attributes[name] = value;
    in.what = std::move(signal);
    return in;
  }

  // Slack also "changes" a message when it adds a preview to it: only an edit is one of the user's.
  Result<Maybe> read_change(const std::string& channel) const {
    object now, before;
    if (!object_in(event_, "message", now)) return malformed("event.message is missing");
    if (!has_in(now, "edited") || from_a_bot(now)) return Maybe();
    Incoming in = envelope(id_in(now, "user"));
    place(in, channel, id_in(now, "thread_ts"), is_direct(channel));
    std::string ts = id_in(now, "ts");
    if (ts.empty() && object_in(event_, "previous_message", before)) ts = id_in(before, "ts");
    SignalIn signal;
    signal.type = EventType::message_updated;
    signal.target =
        Target{.message = ts, .emoji = "", .text = to_plain(text_in(now, "text"), own_user_)};
    return Maybe(signal_of(std::move(in), std::move(signal), ts));
  }

  Result<Maybe> read_deletion(const std::string& channel) const {
    object before;
    const bool known = object_in(event_, "previous_message", before);
    if (!known || from_a_bot(before)) return Maybe();
    Incoming in = envelope(id_in(before, "user"));
    place(in, channel, id_in(before, "thread_ts"), is_direct(channel));
    SignalIn signal;
    signal.type = EventType::message_deleted;
    const std::string ts = id_in(event_, "deleted_ts");
    signal.target = Target{.message = ts, .emoji = "", .text = ""};
    return Maybe(signal_of(std::move(in), std::move(signal), ts));
  }

  // Somebody joined, a topic was set: for rules to see.
  Result<Maybe> read_notice(const std::string& channel, const std::string& user) const {
    Incoming in = envelope(user);
    place(in, channel, id_in(event_, "thread_ts"), is_direct(channel));
    SignalIn signal;
    signal.platform_event.key = subtype_;
    return Maybe(signal_of(std::move(in), std::move(signal), id_in(event_, "ts")));
  }

  Result<Maybe> read_reaction() const {
    object item;
    const std::string user = id_in(event_, "user");
    if (user.empty() || user == own_user_) return Maybe();
    if (!object_in(event_, "item", item) || text_in(item, "type") != "message") return Maybe();
    Incoming in = envelope(user);
    const std::string channel = id_in(item, "channel");
    place(in, channel, "", channel.starts_with('D'));
    SignalIn signal;
    signal.type =
        type_ == "reaction_added" ? EventType::reaction_added : EventType::reaction_removed;
    const std::string ts = id_in(item, "ts");
    signal.target = Target{.message = ts, .emoji = text_in(event_, "reaction"), .text = ""};
    return Maybe(signal_of(std::move(in), std::move(signal), ts));
  }

  Result<Maybe> read_other() const {
    std::string user = id_in(event_, "user");
    object who;
    if (user.empty() && object_in(event_, "user", who)) user = id_in(who, "id");
    if (user.empty() || user == own_user_) return Maybe();  // about the workspace, or ourselves
    Incoming in = envelope(user);
    const std::string channel = id_in(event_, "channel");
    place(in, channel.empty() ? user : channel, "", channel.empty() || is_direct(channel));
    return Maybe(signal_of(std::move(in), SignalIn{}, id_in(event_, "ts")));
  }

  const object& body_;
  const object& event_;
  std::string type_, subtype_, own_user_;
};

Parsed parse_callback(std::string_view text) {
  simdjson::dom::parser parser;
  object body, event;
  if (!parse_object(parser, text, kBodyDepthMax, body)) {
    return stopped("the body is not a JSON object");
  }
  const std::string type = text_in(body, "type");
  if (type.empty()) return stopped("type is missing");
  if (type != "event_callback") return {};  // app_rate_limited and others about the app
  if (!object_in(body, "event", event)) return stopped("event is missing");
  auto in = CallbackReader(body, event).read();
  if (!in) return {.events = {}, .stopped = std::move(in.error())};
  Parsed parsed;
  if (*in) parsed.events.push_back(**std::move(in));
  return parsed;
}

// What was chosen, in whichever element: a button's value, an option's, a date.
ActionResponse chosen_in(const object& action) {
  ActionResponse out;
  out.action_id = id_in(action, "action_id");
  out.payload = text_in(action, "value");
  object words, option;
  if (object_in(action, "text", words)) out.title = text_in(words, "text");
  if (object_in(action, "selected_option", option)) {
    out.payload = text_in(option, "value");
    if (object_in(option, "text", words)) out.title = text_in(words, "text");
  }
  for (const auto key : {"selected_date", "selected_time", "selected_user", "selected_channel"}) {
    if (out.payload.empty()) out.payload = text_in(action, key);
  }
  return out;
}

Incoming interaction(const object& body) {
  Incoming in;
  object user, team, container, channel;
  std::string team_id;
  if (object_in(body, "team", team)) team_id = id_in(team, "id");
  if (object_in(body, "user", user)) {
    if (team_id.empty()) team_id = id_in(user, "team_id");
    in.identity = identity_of(team_id, id_in(user, "id"));
    in.identity.username = text_in(user, "username");
    in.identity.display_name = text_in(user, "name");
  }
  in.account = id_in(body, "api_app_id");
  std::string channel_id, thread;
  if (object_in(body, "channel", channel)) channel_id = id_in(channel, "id");
  if (object_in(body, "container", container)) {
    if (channel_id.empty()) channel_id = id_in(container, "channel_id");
    thread = id_in(container, "thread_ts");
  }
  if (channel_id.empty()) channel_id = in.identity.key.value;
  const bool direct = channel_id.starts_with('D') || channel_id.starts_with('U');
  place(in, channel_id, thread, direct);
  return in;
}

Parsed parse_interaction(std::string_view text) {
  simdjson::dom::parser parser;
  object body, container;
  if (!parse_object(parser, text, kBodyDepthMax, body)) {
    return stopped("payload is not a JSON object");
  }
  const Incoming who = interaction(body);
  if (who.identity.key.value.empty()) return stopped("payload.user is missing");
  const std::string type = text_in(body, "type");
  Parsed parsed;
  if (type != "block_actions") {
    Incoming in = who;
    in.dedup_key = "interaction:" + id_in(body, "trigger_id");
    SignalIn signal;
    signal.platform_event.type = type.empty() ? "interaction" : type;
    signal.platform_event.key = id_in(body, "callback_id");
    in.what = std::move(signal);
    parsed.events.push_back(std::move(in));
    return parsed;
  }
  array actions;
  if (body["actions"].get(actions) != SUCCESS) return stopped("payload.actions is missing");
  std::size_t number = 0;
  for (const element one : actions) {
    object action;
    if (one.get(action) != SUCCESS || number == kActionsMax) continue;
    if (!text_in(action, "url").empty()) continue;  // a link was opened: nothing to answer
    Incoming in = who;
    const std::string at = id_in(action, "action_ts");
    in.dedup_key = "action:" + at + ":" + in.identity.key.value + ":" + std::to_string(number++);
    in.occurred_at = time_of(at);
    MessageIn message;
    message.message.external_id = in.dedup_key;
    if (object_in(body, "container", container)) {
      message.message.reply_to = id_in(container, "message_ts");
    }
    message.message.content.emplace_back(chosen_in(action));
    say(in, std::move(message));
    parsed.events.push_back(std::move(in));
  }
  return parsed;
}

// "/help my order": said to us alone, in whatever channel, so the answer goes to the user.
Parsed parse_command(std::string_view form) {
  const std::string user = form_value(form, "user_id");
  const std::string trigger = form_value(form, "trigger_id");
  const std::string command = form_value(form, "command");
  const auto bad = [](const std::string& id) { return id.empty() || id.size() > kIdBytesMax; };
  if (bad(user) || bad(trigger)) return stopped("user_id or trigger_id is missing");
  Incoming in;
  in.dedup_key = "command:" + trigger;
  in.account = form_value(form, "api_app_id");
  in.identity = identity_of(form_value(form, "team_id"), user);
  in.identity.username = form_value(form, "user_name");
  const std::string channel = form_value(form, "channel_id");
  place(in, channel.starts_with('D') ? channel : user, "", true);
  MessageIn message;
  message.message.external_id = in.dedup_key;
  const std::string text = form_value(form, "text");
  message.message.content.emplace_back(
      Text{.text = text.empty() ? command : command + " " + to_plain(text)});
  message.message.attributes["command"] = command;
  message.message.attributes["channel"] = channel;
  say(in, std::move(message));
  Parsed parsed;
  parsed.events.push_back(std::move(in));
  return parsed;
}

bool is_valid_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace

bool is_ssl_check(std::string_view body) {
  return !body.starts_with('{') && form_value(body, "ssl_check") == "1";
}

std::optional<std::string> challenge_in(std::string_view body) {
  if (body.find("url_verification") == std::string_view::npos) return std::nullopt;
  simdjson::dom::parser parser;
  object root;
  if (!parse_object(parser, body, kBodyDepthMax, root)) return std::nullopt;
  if (text_in(root, "type") != "url_verification") return std::nullopt;
  std::string challenge = text_in(root, "challenge");
  if (challenge.empty() || challenge.size() > kChallengeBytesMax) return std::nullopt;
  return challenge;
}

Parsed parse_request(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return stopped("the body is empty");
  if (body[first] == '{') return parse_callback(body);
  if (is_ssl_check(body)) return {};
  const std::string payload = form_value(body, "payload");
  if (!payload.empty()) return parse_interaction(payload);
  const std::string command = form_value(body, "command");
  if (command.starts_with('/') && is_valid_utf8(percent_decode(body))) return parse_command(body);
  return stopped("neither an event, nor an interaction, nor a command");
}

}  // namespace parley::connectors::slack
