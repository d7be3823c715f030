#include "connectors/discord/discord_parse.hpp"

#include <simdjson.h>

#include "connectors/discord/discord_api.hpp"
#include "connectors/json_in.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::discord {
namespace {

using simdjson::SUCCESS;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kBodyDepthMax = 64;
constexpr int kNestingMax = 8;  // of options and components, which may hold each other
constexpr std::size_t kValuesMax = 64;
constexpr std::size_t kExtrasBytesMax = 16 * 1024;
constexpr std::uint64_t kTextOption = 3;
constexpr std::uint64_t kAttachmentOption = 11;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

Kind kind_in(const object& root) {
  std::uint64_t type = 0;
  if (root["type"].get(type) != SUCCESS) return Kind::unknown;
  if (type == 0) return Kind::event_ping;
  if (has_in(root, "event")) return type == 1 ? Kind::event : Kind::unknown;
  switch (type) {
    case 1:
      return Kind::interaction_ping;
    case 2:
      return Kind::command;
    case 3:
      return Kind::component;
    case 4:
      return Kind::autocomplete;
    case 5:
      return Kind::modal;
    default:
      return Kind::unknown;
  }
}

void read_user(const object& user, Incoming& in) {
  in.identity.key = {.scope = "discord", .scheme = "discord", .value = id_in(user, "id")};
  in.identity.verification = Verification::channel;
  in.identity.username = text_in(user, "username");
  in.identity.display_name = text_in(user, "global_name");
  if (in.identity.display_name.empty()) in.identity.display_name = in.identity.username;
}

std::string value_text(const object& option) {
  element value;
  if (option["value"].get(value) != SUCCESS) return {};
  if (auto id = id_text(value); !id.empty()) return id;
  std::string_view text;  // longer than an id may be
  if (value.get(text) == SUCCESS) return std::string(text);
  return simdjson::minify(value);
}

class InteractionReader {
 public:
  InteractionReader(const Channel& channel, const object& root) : channel_(channel), root_(root) {}

  Result<Incoming> read(Kind kind) {
    auto in = envelope(kind);
    if (!in) return in;
    if (!object_in(root_, "data", data_)) return malformed("data is missing");
    MessageIn said;
    Message& message = said.message;
    message.direction = Direction::inbound;
    message.author.type = AuthorType::customer;
    message.author.id = in->identity.key.value;
    message.author.display_name = in->identity.display_name;
    message.external_id = in->dedup_key;
    message.external_time = in->occurred_at;
    if (kind == Kind::command) read_command(message);
    if (kind == Kind::component) read_component(message);
    if (kind == Kind::modal) read_modal(message);
    message.fallback_text = fallback_text(message.content);
    message.channel_data = extras_in(root_, {"data", "guild_id", "context"}, kExtrasBytesMax);
    if (!check_limits(message).empty()) message.channel_data.clear();  // too deep to be kept
    if (auto wrong = check_limits(message); !wrong.empty()) return malformed(std::move(wrong));
    in->what = std::move(said);
    return in;
  }

 private:
  Result<Incoming> envelope(Kind kind) const {
    Incoming in;
    in.dedup_key = id_in(root_, "id");
    if (in.dedup_key.empty()) return malformed("id is missing");
    in.occurred_at = time_of(in.dedup_key);
    object member, user;
    const bool in_guild = object_in(root_, "member", member) && object_in(member, "user", user);
    if (!in_guild && !object_in(root_, "user", user)) return malformed("user is missing");
    read_user(user, in);
    if (in.identity.key.value.empty()) return malformed("user.id is missing");
    if (in_guild && !text_in(member, "nick").empty()) {
      in.identity.display_name = text_in(member, "nick");
    }
    in.identity.language = text_in(root_, "locale");
    in.recipient = id_in(root_, "channel_id");
    if (in.recipient.empty()) return malformed("channel_id is missing");
    if (has_in(root_, "guild_id")) in.group = in.recipient;
    std::string application = id_in(root_, "application_id");
    if (application.empty()) application = channel_.setting("application_id");
    in.account = application;
    // A pressed button is acknowledged without a message of its own, which could be filled in.
    if (kind != Kind::component) {
      in.reply_token = reply_token_of(application, text_in(root_, "token"));
    }
    return in;
  }

  // "/order status A7": the command and what was filled in; files become media.
  void read_command(Message& message) const {
    const std::string name = text_in(data_, "name");
    message.attributes["command"] = name;
    std::string text = "/" + name;
    std::vector<Part> files;
    if (auto words = only_words(); !words.empty()) {
      text = std::move(words);
    } else {
      add_options(data_, 0, text, files, message.attributes);
    }
    add_target(text, message);
    message.content.emplace_back(Text{.text = std::move(text)});
    for (auto& file : files) message.content.push_back(std::move(file));
  }

  // A command that takes words and nothing else is a way to speak to us.
  std::string only_words() const {
    array options;
    object option;
    if (data_["options"].get(options) != SUCCESS || options.size() != 1 ||
        options.at(0).get(option) != SUCCESS || count_in(option, "type") != kTextOption) {
      return {};
    }
    std::string words = text_in(option, "value");
    return words.size() > kTextBytesMax ? std::string() : words;
  }

  void add_options(const object& from, int depth, std::string& text, std::vector<Part>& files,
                   Attributes& attributes) const {
    array options;
    if (depth > kNestingMax || from["options"].get(options) != SUCCESS) return;
    for (const element one : options) {
      object option;
      if (one.get(option) != SUCCESS || attributes.size() > kValuesMax) continue;
      const std::string name = text_in(option, "name");
      if (!has_in(option, "value")) {  // a subcommand, or a group of them
        text += " " + name;
        add_options(option, depth + 1, text, files, attributes);
        continue;
      }
      const std::string value = value_text(option);
      attributes["option." + name] = value;
      if (count_in(option, "type") == kAttachmentOption) {
        add_file(value, files);
      } else if (!value.empty() && text.size() + value.size() < kTextBytesMax) {
        text += " " + value;
      }
    }
  }

  // What an id in the options stands for.
  bool resolved(std::string_view kind, const std::string& id, object& out) const {
    object all, of_kind;
    return object_in(data_, "resolved", all) && object_in(all, kind, of_kind) &&
           object_in(of_kind, id, out);
  }

  void add_file(const std::string& id, std::vector<Part>& files) const {
    object file;
    if (files.size() + 2 > kPartsMax || !resolved("attachments", id, file)) return;
    Media media;
    media.platform_id = id;
    media.url = text_in(file, "url");
    media.name = text_in(file, "filename");
    media.mime = text_in(file, "content_type");
    media.size_bytes = count_in(file, "size");
    media.width = small_count_in(file, "width");
    media.height = small_count_in(file, "height");
    media.alt = text_in(file, "description");
    media.kind = media.mime.starts_with("image/")   ? MediaKind::image
                 : media.mime.starts_with("video/") ? MediaKind::video
                 : media.mime.starts_with("audio/") ? MediaKind::audio
                                                    : MediaKind::file;
    files.emplace_back(std::move(media));
  }

  // A command from a message's or a user's menu is about that one.
  void add_target(std::string& text, Message& message) const {
    const std::string target = id_in(data_, "target_id");
    if (target.empty()) return;
    message.attributes["target_id"] = target;
    object about;
    if (!resolved("messages", target, about)) return;
    message.reply_to = target;
    const std::string words = text_in(about, "content");
    if (!words.empty() && words.size() < kTextBytesMax / 2) text += "\n" + words;
  }

  void read_component(Message& message) const {
    ActionResponse chosen;
    chosen.action_id = text_in(data_, "custom_id");
    chosen.payload = chosen.action_id;
    array values;
    if (data_["values"].get(values) == SUCCESS) {
      chosen.payload.clear();
      for (const element value : values) {
        if (!chosen.payload.empty()) chosen.payload += ',';
        chosen.payload += id_text(value);
      }
    }
    object shown;
    if (object_in(root_, "message", shown)) {
      message.reply_to = id_in(shown, "id");
      chosen.title = label_of(shown, chosen.action_id, 0);
    }
    message.content.emplace_back(std::move(chosen));
  }

  // What the customer read on the button: the message comes with its components.
  static std::string label_of(const object& from, const std::string& custom_id, int depth) {
    array components;
    if (depth > kNestingMax || from["components"].get(components) != SUCCESS) return {};
    for (const element one : components) {
      object component;
      if (one.get(component) != SUCCESS) continue;
      if (text_in(component, "custom_id") == custom_id) return text_in(component, "label");
      if (auto label = label_of(component, custom_id, depth + 1); !label.empty()) return label;
    }
    return {};
  }

  void read_modal(Message& message) const {
    FormResponse response;
    add_values(data_, 0, response);
    message.attributes["form"] = text_in(data_, "custom_id");
    message.content.emplace_back(std::move(response));
  }

  static void add_values(const object& from, int depth, FormResponse& response) {
    object inner;
    if (depth > kNestingMax || response.values.size() >= kValuesMax) return;
    const std::string name = text_in(from, "custom_id");
    if (!name.empty() && has_in(from, "value")) response.values[name] = value_text(from);
    if (object_in(from, "component", inner)) add_values(inner, depth + 1, response);
    array components;
    if (from["components"].get(components) != SUCCESS) return;
    for (const element one : components) {
      if (one.get(inner) == SUCCESS) add_values(inner, depth + 1, response);
    }
  }

  const Channel& channel_;
  const object& root_;
  object data_;
};

// Something happened to the application: it was installed, removed, bought.
Parsed parse_event(const object& root) {
  object event, data, user;
  if (!object_in(root, "event", event)) {
    return {.events = {}, .stopped = malformed("event is not an object")};
  }
  const std::string type = text_in(event, "type");
  if (type.empty()) return {.events = {}, .stopped = malformed("event.type is missing")};
  if (!object_in(event, "data", data)) return {};
  Incoming in;
  in.account = id_in(root, "application_id");
  if (object_in(data, "user", user)) {
    read_user(user, in);
  } else {
    in.identity.key = {.scope = "discord", .scheme = "discord", .value = id_in(data, "user_id")};
  }
  if (in.identity.key.value.empty()) return {};  // about nobody in particular
  in.recipient = id_in(data, "channel_id");
  in.dedup_key = type + ":" + in.identity.key.value + ":" + text_in(event, "timestamp");
  if (type == "APPLICATION_AUTHORIZED") in.opt = OptChange::opted_in;
  if (type == "APPLICATION_DEAUTHORIZED") in.opt = OptChange::opted_out;
  SignalIn signal;
  signal.platform_event.type = type;
  signal.platform_event.key = id_in(data, "id");
  in.what = std::move(signal);
  Parsed parsed;
  parsed.events.push_back(std::move(in));
  return parsed;
}

}  // namespace

Kind kind_of(std::string_view body) {
  simdjson::dom::parser parser;
  object root;
  return parse_object(parser, body, kBodyDepthMax, root) ? kind_in(root) : Kind::unknown;
}

Parsed parse_request(std::string_view body, const Channel& channel) {
  simdjson::dom::parser parser;
  object root;
  if (!parse_object(parser, body, kBodyDepthMax, root)) {
    return {.events = {}, .stopped = malformed("the body is not a JSON object")};
  }
  const Kind kind = kind_in(root);
  switch (kind) {
    case Kind::event:
      return parse_event(root);
    case Kind::command:
    case Kind::component:
    case Kind::modal: {
      auto in = InteractionReader(channel, root).read(kind);
      if (!in) return {.events = {}, .stopped = std::move(in.error())};
      Parsed parsed;
      parsed.events.push_back(*std::move(in));
      return parsed;
    }
    case Kind::interaction_ping:
    case Kind::event_ping:
    case Kind::autocomplete:
      return {};
    case Kind::unknown:
      break;
  }
  if (!has_in(root, "type")) return {.events = {}, .stopped = malformed("type is missing")};
  return {};
}

}  // namespace parley::connectors::discord
