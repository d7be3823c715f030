#include "connectors/weibo/parse.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/crypto.hpp"
#include "connectors/json_document.hpp"

namespace parley::connectors::weibo {
namespace {

using simdjson::dom::object;

constexpr std::size_t kChannelDataBytesMax = 16 * 1024;
constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kDigestChars = 16;

Parsed stopped(std::string detail) {
  return {.events = {}, .stopped = Error{.code = Errc::malformed, .detail = std::move(detail)}};
}

bool is_id(std::string_view text) { return !text.empty() && text.size() <= kIdBytesMax; }

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return {};
  return value;
}

Part unsupported(std::string_view type) {
  Unsupported part;
  part.provider_type = type;
  return part;
}

class PushReader {
 public:
  explicit PushReader(const object& root) : root_(root), type_(json_text(root, "type")) {
    json_object(root, "data", data_);
  }

  Parsed read() {
    if (type_.empty()) return stopped("type is missing");
    Incoming in;
    in.account = json_id(root_, "receiver_id");
    // A user has one number at every account.
    in.identity.key = {
        .scope = "weibo", .scheme = "weibo_uid", .value = json_id(root_, "sender_id")};
    in.identity.verification = Verification::channel;
    in.recipient = in.identity.key.value;
    in.occurred_at = time_of(json_text(root_, "created_at"));
    if (!is_id(in.identity.key.value)) return stopped("sender_id is missing");
    if (!in.occurred_at) return stopped("created_at is missing");
    return type_ == "event" ? event(std::move(in)) : message(std::move(in));
  }

 private:
  // Messages have no id. The platform names sender and second for telling
  // repeats; two messages in one second are told apart by what they say, and a
  // repeat says the same.
  std::string key(const Incoming& in, std::string_view what) const {
    const auto said = json_text(root_, "text") + "\n" + simdjson::minify(data_);
    const auto second =
        std::chrono::duration_cast<std::chrono::seconds>(in.occurred_at->time_since_epoch());
    return in.identity.key.value + ":" + std::to_string(second.count()) + ":" + std::string(what) +
           ":" + to_hex(sha256(said)).substr(0, kDigestChars);
  }

  Parsed message(Incoming in) {
    in.dedup_key = key(in, type_);
    // A mention in a post may be answered once; all else for two days.
    in.opens_window = type_ == "mention" ? "mention" : "user_message";
    MessageIn said;
    auto& made = said.message;
    made.direction = Direction::inbound;
    made.author.type = AuthorType::customer;
    made.author.id = in.identity.key.value;
    made.external_id = in.dedup_key;
    made.external_time = in.occurred_at;
    made.content = {content()};
    made.fallback_text = fallback_text(made.content);
    made.channel_data = json_minified(data_, kChannelDataBytesMax);
    if (auto wrong = check_limits(made); !wrong.empty()) return stopped(std::move(wrong));
    in.what = std::move(said);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  // `text` of anything but a text is the platform's own sentence about it
  // ("发了一个语音消息").
  Part content() const {
    if (type_ == "text" || type_ == "mention") {
      auto text = json_text(root_, "text");
      if (text.empty()) return unsupported(type_);
      return Text{.text = std::move(text)};
    }
    if (type_ == "position") return position();
    if (type_ == "image" || type_ == "voice") return medium();
    return unsupported(type_);
  }

  Part position() const {
    const auto latitude = json_number(data_, "latitude");
    const auto longitude = json_number(data_, "longitude");
    if (!latitude || !longitude) return unsupported(type_);
    Location part;
    part.latitude = *latitude;
    part.longitude = *longitude;
    return part;
  }

  // vfid is the copy the sender may see, tovfid the receiver's.
  Part medium() const {
    Media part;
    part.kind = type_ == "image" ? MediaKind::image : MediaKind::voice;
    part.platform_id = json_id(data_, "tovfid");
    if (part.platform_id.empty()) part.platform_id = json_id(data_, "vfid");
    if (part.platform_id.empty()) return unsupported(type_);
    return part;
  }

  Parsed event(Incoming in) {
    SignalIn what;
    auto& said = what.platform_event;
    said.type = json_text(data_, "subtype");
    if (!is_id(said.type)) return stopped("data.subtype is missing");
    said.key = json_id(data_, "key");
    said.ticket = json_text(data_, "ticket");
    in.dedup_key = key(in, "event." + said.type);
    interpret(said, in);
    in.what = std::move(what);
    Parsed parsed;
    parsed.events.push_back(std::move(in));
    return parsed;
  }

  // What an event means beyond being one.
  static void interpret(PlatformEvent& said, Incoming& in) {
    const auto is = [&](std::initializer_list<std::string_view> types) {
      return std::ranges::find(types, said.type) != types.end();
    };
    if (is({"follow", "subscribe", "scan_follow"})) {
      in.opens_window = "follow";
      in.opt = OptChange::opted_in;
    } else if (is({"unfollow", "unsubscribe"})) {
      in.opt = OptChange::opted_out;
    } else if (is({"click", "scan"})) {
      in.opens_window = said.type == "click" ? "menu_click" : "scan";
    }
    if (is({"click", "view"})) {
      in.referral = Referral{.kind = "menu", .code = said.key, .source = {}};
    } else if (is({"scan", "scan_follow"})) {
      said.scene = said.key;
      in.referral = Referral{.kind = "qr", .code = said.key, .source = said.ticket};
    }
  }

  const object& root_;
  std::string type_;
  object data_ = json_empty();
};

// The fields of the platform's times, each at its place.
struct Written {
  std::optional<int> day, hour, minute, second, zone, year;
  std::size_t month = std::string_view::npos;  // times three
  char sign = 0;

  static Written of(std::string_view text) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    Written out;
    if (text.size() != 30 || text[13] != ':' || text[16] != ':' || text[25] != ' ') return out;
    out.month = kMonths.find(text.substr(4, 3));
    out.day = number(text.substr(8, 2));
    out.hour = number(text.substr(11, 2));
    out.minute = number(text.substr(14, 2));
    out.second = number(text.substr(17, 2));
    out.sign = text[20];
    out.zone = number(text.substr(21, 4));
    out.year = number(text.substr(26, 4));
    return out;
  }

  bool whole() const {
    return month != std::string_view::npos && month % 3 == 0 && day && hour && minute && second &&
           zone && year && (sign == '+' || sign == '-') && *hour < 24 && *minute < 60 &&
           *second <= 60 && *year >= 1970;
  }
};

}  // namespace

std::optional<TimePoint> time_of(std::string_view text) {
  const auto at = Written::of(text);
  if (!at.whole()) return {};
  const std::chrono::year_month_day date{
      std::chrono::year{*at.year}, std::chrono::month{static_cast<unsigned>(at.month / 3 + 1)},
      std::chrono::day{static_cast<unsigned>(*at.day)}};
  if (!date.ok()) return {};
  const auto offset = std::chrono::hours(*at.zone / 100) + std::chrono::minutes(*at.zone % 100);
  const auto local = std::chrono::sys_days{date} + std::chrono::hours(*at.hour) +
                     std::chrono::minutes(*at.minute) + std::chrono::seconds(*at.second);
  return TimePoint{at.sign == '+' ? local - offset : local + offset};
}

Parsed parse_push(std::string_view body, const Channel&) {
  const auto document = JsonDocument::parse(body);
  if (!document) return {.events = {}, .stopped = document.error()};
  return PushReader(document->root()).read();
}

}  // namespace parley::connectors::weibo
