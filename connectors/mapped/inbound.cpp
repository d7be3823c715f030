#include "connectors/mapped/inbound.hpp"

#include <algorithm>
#include <optional>

#include "connectors/mapped/request_view.hpp"
#include "connectors/mapped/times.hpp"
#include "connectors/phone.hpp"

namespace parley::connectors::mapped {
namespace {

constexpr std::size_t kEntriesMax = 1000;
constexpr std::size_t kIdBytesMax = 512;

Error malformed(std::string detail) {
  return Error{.code = Errc::malformed, .detail = std::move(detail)};
}

std::string lower_trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n.!\"'";
  const auto start = text.find_first_not_of(kSpace);
  if (start == std::string_view::npos) return {};
  std::string out(text.substr(start, text.find_last_not_of(kSpace) - start + 1));
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

MediaKind kind_of(std::string_view mime, std::string_view url) {
  if (mime.starts_with("image/")) return MediaKind::image;
  if (mime.starts_with("video/")) return MediaKind::video;
  if (mime.starts_with("audio/")) return MediaKind::audio;
  if (!mime.empty()) return MediaKind::file;
  const std::string path = lower_trimmed(url.substr(0, url.find('?')));
  constexpr std::pair<std::string_view, MediaKind> kEndings[] = {
      {".jpg", MediaKind::image}, {".jpeg", MediaKind::image}, {".png", MediaKind::image},
      {".gif", MediaKind::image}, {".webp", MediaKind::image}, {".mp4", MediaKind::video},
      {".3gp", MediaKind::video}, {".mp3", MediaKind::audio},  {".ogg", MediaKind::audio},
      {".amr", MediaKind::audio}};
  for (const auto& [ending, kind] : kEndings) {
    if (path.ends_with(ending)) return kind;
  }
  return MediaKind::file;
}

// Reads the fields of one entry.
class Entry {
 public:
  Entry(const Channel& channel, const Mapping& mapping, const InboundRule& rule, Scope scope,
        std::string_view platform)
      : channel_(channel),
        mapping_(mapping),
        rule_(rule),
        scope_(std::move(scope)),
        platform_(platform) {}

  Result<std::vector<Incoming>> read() {
    switch (rule_.kind) {
      case InboundRule::Kind::message:
        return message();
      case InboundRule::Kind::status:
        return status();
      case InboundRule::Kind::event:
        return event();
      case InboundRule::Kind::ignore:
        break;
    }
    return std::vector<Incoming>();
  }

 private:
  Result<std::string> field(const Field& field, std::string_view name) const {
    std::string text = field.of.text(scope_);
    if (text.empty()) {
      if (field.required) return malformed(std::string(name) + " is missing");
      return text;
    }
    if (auto steps = decoder(field)) {
      auto decoded = steps->run(std::move(text));
      if (!decoded) return malformed(std::string(name) + " cannot be decoded");
      text = *std::move(decoded);
    }
    if (field.as == Field::As::phone) {
      text = phone_address(text, channel_.setting("country_code"));
      if (text.empty()) return malformed(std::string(name) + " is not a phone number");
    }
    return text;
  }

  const Decode* decoder(const Field& field) const {
    if (!field.decode_by.absent()) {
      const std::string by = field.decode_by.text(scope_);
      for (const auto& [name, steps] : field.decodes) {
        if (name == by) return &steps;
      }
    }
    return field.decode.steps.empty() ? nullptr : &field.decode;
  }

  // What must be there although the mapping need not say so.
  Result<std::string> needed(const Field& what, std::string_view name) const {
    auto text = field(what, name);
    if (text && text->empty()) return malformed(std::string(name) + " is missing");
    if (text && text->size() > kIdBytesMax) return malformed(std::string(name) + " is too long");
    return text;
  }

  // A message to another number of the account is another channel's.
  Result<std::string> account() const {
    auto to = field(rule_.account, "account");
    if (!to) return to;
    const auto ours = channel_.setting(rule_.account_is);
    const std::string digits = phone_digits(ours);
    const bool number = !rule_.account_is.empty() && !digits.empty() &&
                        ours.find_first_not_of("+0123456789 -") == std::string_view::npos;
    if (number && phone_digits(*to) != digits) return malformed("account is not this channel's");
    return to;
  }

  Result<std::optional<TimePoint>> time() const {
    auto text = field(rule_.time, "time");
    if (!text) return std::move(text.error());
    if (text->empty()) return std::optional<TimePoint>();
    for (const auto& format : rule_.time_formats) {
      if (auto time = read_time(*text, format)) return time;
    }
    return malformed("time is in none of the formats of the mapping");
  }

  void identify(const std::string& sender, Incoming& in) const {
    const bool phone = rule_.sender.as == Field::As::phone;
    in.identity.key = {.scope = phone ? "phone" : channel_.id.value,
                       .scheme = phone ? "phone" : std::string(platform_),
                       .value = sender};
  }

  // What a message and an event begin with.
  Result<Incoming> envelope() const {
    Incoming in;
    auto id = needed(rule_.id, "id");
    if (!id) return std::move(id.error());
    auto to = account();
    if (!to) return std::move(to.error());
    auto sender = needed(rule_.sender, "sender");
    if (!sender) return std::move(sender.error());
    auto at = time();
    if (!at) return std::move(at.error());
    auto dedup = field(rule_.dedup, "dedup");
    if (!dedup) return std::move(dedup.error());
    in.dedup_key = dedup->empty() ? *id : *std::move(dedup);
    in.account = *std::move(to);
    in.occurred_at = *at;
    identify(*sender, in);
    in.identity.display_name = rule_.name.of.text(scope_);
    in.group = rule_.group.of.text(scope_);
    in.recipient = rule_.recipient.of.text(scope_);
    if (in.recipient.empty()) in.recipient = in.group.empty() ? *sender : in.group;
    return in;
  }

  Attributes attributes() const {
    Attributes out;
    for (const auto& [name, what] : rule_.attributes) {
      if (std::string text = what.of.text(scope_); !text.empty()) out[name] = std::move(text);
    }
    return out;
  }

  Result<std::vector<Incoming>> message() const {
    auto in = envelope();
    if (!in) return std::move(in.error());
    auto text = field(rule_.text, "text");
    if (!text) return std::move(text.error());
    if (text->size() > kTextBytesMax) return malformed("text is too long");
    MessageIn said;
    Message& message = said.message;
    message.direction = Direction::inbound;
    message.author.type = AuthorType::customer;
    message.author.id = in->identity.key.value;
    message.author.display_name = in->identity.display_name;
    message.external_id = rule_.id.of.text(scope_);
    message.external_time = in->occurred_at;
    message.reply_to = rule_.reply_to.of.text(scope_);
    message.attributes = attributes();
    add_media(message.content);
    if (!text->empty()) message.content.emplace_back(Text{.text = *text});
    if (message.content.empty()) {
      message.content.emplace_back(Unsupported{.provider_type = "empty", .raw_ref = ""});
    }
    message.fallback_text = fallback_text(message.content);
    std::vector<Incoming> out;
    const OptChange change = opt_of(*text);
    Incoming about = *in;
    in->what = std::move(said);
    out.push_back(*std::move(in));
    if (change != OptChange::none) out.push_back(opted(std::move(about), change));
    return out;
  }

  OptChange opt_of(std::string_view text) const {
    const std::string word = lower_trimmed(text);
    const auto is_in = [&](const std::vector<std::string>& words) {
      return std::ranges::find(words, word) != words.end();
    };
    if (is_in(mapping_.opt_out)) return OptChange::opted_out;
    return is_in(mapping_.opt_in) ? OptChange::opted_in : OptChange::none;
  }

  static Incoming opted(Incoming in, OptChange change) {
    in.dedup_key += ":opt";
    in.opt = change;
    SignalIn signal;
    signal.platform_event.type = change == OptChange::opted_out ? "opt_out" : "opt_in";
    in.what = std::move(signal);
    return in;
  }

  void add_media(std::vector<Part>& parts) const {
    const MediaIn& rule = rule_.media;
    if (rule.url.absent()) return;
    if (rule.each) {
      for (const Value* one : rule.each->select(scope_)) add_medium(*one, parts);
      return;
    }
    // Several paths are several places where a medium may stand.
    for (const auto& place : rule.url.of.alternatives) {
      const Value found = place.value(scope_);
      if (found.kind == Value::Kind::text) add_address(found.text, "", "", parts);
      for (const auto& one : found.items) {
        Scope inner = scope_;
        inner.set("media", &one);
        if (all_hold(rule.when, inner)) add_address(one.text, "", "", parts);
      }
    }
  }

  void add_medium(const Value& one, std::vector<Part>& parts) const {
    Scope inner = scope_;
    inner.set("media", &one);
    if (!all_hold(rule_.media.when, inner)) return;
    add_address(rule_.media.url.of.text(inner), rule_.media.mime.of.text(inner),
                rule_.media.name.of.text(inner), parts);
  }

  static void add_address(const std::string& url, const std::string& mime, const std::string& name,
                          std::vector<Part>& parts) {
    if (url.empty() || parts.size() >= kPartsMax - 2) return;
    Media media;
    media.url = url;
    media.mime = mime;
    media.name = name;
    media.kind = kind_of(mime, url);
    parts.emplace_back(std::move(media));
  }

  Result<std::vector<Incoming>> status() const {
    auto id = needed(rule_.id, "id");
    if (!id) return std::move(id.error());
    if (!rule_.state.of.given(scope_)) return malformed("state is missing");
    const std::string state = rule_.state.of.text(scope_);
    if (state.empty()) return malformed("state is none the mapping knows");
    if (state == "ignore") return std::vector<Incoming>();
    auto ours = account();
    if (!ours) return std::move(ours.error());
    Incoming in;
    in.dedup_key = "status:" + *id + ":" + state;
    in.account = *std::move(ours);
    // The customer, so that the conversation is found; some platforms do not say.
    if (auto who = field(rule_.sender, "sender"); who && !who->empty()) identify(*who, in);
    in.recipient = in.identity.key.value;
    if (auto at = time()) in.occurred_at = *at;
    in.what = ReceiptIn{.external_id = *std::move(id),
                        .state = state == "sent"        ? DeliveryState::sent
                                 : state == "delivered" ? DeliveryState::delivered
                                 : state == "read"      ? DeliveryState::read
                                                        : DeliveryState::failed,
                        .error_code = rule_.code.of.text(scope_),
                        .error = rule_.error.of.text(scope_)};
    return std::vector<Incoming>{std::move(in)};
  }

  Result<std::vector<Incoming>> event() const {
    auto in = envelope();
    if (!in) return std::move(in.error());
    SignalIn signal;
    signal.platform_event.type = rule_.type.of.text(scope_);
    if (signal.platform_event.type.empty()) return malformed("type is missing");
    signal.platform_event.key = rule_.key.of.text(scope_);
    signal.platform_event.attributes = attributes();
    in->what = std::move(signal);
    return std::vector<Incoming>{*std::move(in)};
  }

  const Channel& channel_;
  const Mapping& mapping_;
  const InboundRule& rule_;
  Scope scope_;
  std::string_view platform_;
};

bool same_entries(const InboundRule& a, const InboundRule& b) {
  if (a.each.has_value() != b.each.has_value()) return false;
  if (!a.each) return true;
  const auto same = [](const PathStep& x, const PathStep& y) {
    return x.kind == y.kind && x.name == y.name && x.index == y.index && x.value == y.value;
  };
  return a.each->root == b.each->root && std::ranges::equal(a.each->steps, b.each->steps, same);
}

class Reader {
 public:
  Reader(const Channel& channel, const Mapping& mapping, const RequestView& view)
      : channel_(channel), mapping_(mapping), scope_(view.scope()) {}

  // Entries of one kind are read by the first of their rules that fits; rules over other entries
  // are tried when there were none of the first.
  Parsed read() {
    for (std::size_t i = 0; i < mapping_.inbound.size() && !found_; ++i) {
      const InboundRule& rule = mapping_.inbound[i];
      const bool again = std::ranges::any_of(
          mapping_.inbound.begin(), mapping_.inbound.begin() + static_cast<std::ptrdiff_t>(i),
          [&](const InboundRule& earlier) { return same_entries(earlier, rule); });
      if (!again) read_entries(rule);
    }
    Parsed parsed{.events = std::move(events_)};
    if (!found_ && !first_) first_ = malformed("nothing in it that the mapping knows");
    if (parsed.events.empty() && !ignored_) parsed.stopped = std::move(first_);
    return parsed;
  }

 private:
  void read_entries(const InboundRule& like) {
    if (!like.each) return read_one(like, scope_);
    const auto chosen = like.each->select(scope_);
    for (const Value* value : chosen) {
      if (value->kind != Value::Kind::list) {
        read_item(like, *value);
        continue;
      }
      found_ = true;  // an empty list says that there is nothing new
      if (value->items.empty()) ignored_ = true;
      for (const auto& item : value->items) read_item(like, item);
    }
  }

  void read_item(const InboundRule& like, const Value& item) {
    if (++entries_ > kEntriesMax) return;
    Scope inner = scope_;
    inner.set("item", &item);
    read_one(like, inner);
  }

  void read_one(const InboundRule& like, const Scope& scope) {
    for (const auto& rule : mapping_.inbound) {
      if (!same_entries(like, rule) || !all_hold(rule.when, scope)) continue;
      found_ = true;
      if (rule.kind == InboundRule::Kind::ignore) {
        ignored_ = true;
        return;
      }
      auto read = Entry(channel_, mapping_, rule, scope, channel_.platform).read();
      if (!read) {
        if (!first_) first_ = std::move(read.error());
        return;
      }
      if (read->empty()) ignored_ = true;
      for (auto& event : *read) events_.push_back(std::move(event));
      return;
    }
    if (!first_) first_ = malformed("an entry is none of those the mapping knows");
  }

  const Channel& channel_;
  const Mapping& mapping_;
  Scope scope_;
  std::vector<Incoming> events_;
  std::optional<Error> first_;
  bool found_ = false, ignored_ = false;
  std::size_t entries_ = 0;
};

}  // namespace

Parsed parse_mapped(const WebhookRequest& request, const Channel& channel, const Mapping& mapping) {
  auto view = view_of(request, channel, mapping);
  if (!view) return {.events = {}, .stopped = std::move(view.error())};
  return Reader(channel, mapping, *view).read();
}

}  // namespace parley::connectors::mapped
