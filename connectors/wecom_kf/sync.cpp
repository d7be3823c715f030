#include "connectors/wecom_kf/sync.hpp"

#include <simdjson.h>

#include <algorithm>
#include <set>

#include "base/json_writer.hpp"
#include "connectors/http_status.hpp"
#include "connectors/tencent_push.hpp"
#include "connectors/wecom_kf/api.hpp"

namespace parley::connectors::wecom_kf {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using tencent::is_id;

constexpr int kPageMessages = 100;  // the platform allows 1000; ours wait for one commit together
constexpr std::size_t kPageBytesMax = 8 * 1024 * 1024;
constexpr std::size_t kDepthMax = 16;
constexpr std::size_t kCursorBytesMax = 1024;
constexpr int kFromCustomer = 3;  // 4: the platform, 5: people of the company

std::string text_in(const object& from, std::string_view key) {
  std::string_view text;
  if (from[key].get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  if (from[key].get(number) == simdjson::SUCCESS) return std::to_string(number);
  return {};
}

std::int64_t number_in(const object& from, std::string_view key) {
  std::int64_t number = 0;
  return from[key].get(number) == simdjson::SUCCESS ? number : 0;
}

double real_in(const object& from, std::string_view key) {
  double number = 0;
  return from[key].get(number) == simdjson::SUCCESS ? number : 0;
}

Part media(MediaKind kind, const object& x) {
  Media part;
  part.kind = kind;
  part.platform_id = text_in(x, "media_id");
  return part;
}

Part place(const object& x) {
  Location part;
  part.latitude = real_in(x, "latitude");
  part.longitude = real_in(x, "longitude");
  part.name = text_in(x, "name");
  part.address = text_in(x, "address");
  return part;
}

Part link(const object& x) {
  Link part;
  part.url = text_in(x, "url");
  part.title = text_in(x, "title");
  part.description = text_in(x, "desc");
  part.image_url = text_in(x, "pic_url");
  return part;
}

Part page(const object& x) {
  Card card;
  card.title = text_in(x, "title");
  Action open;
  open.type = ActionType::mini_program;
  open.title = card.title;
  open.app_id = text_in(x, "appid");
  open.page = text_in(x, "pagepath");
  card.actions.push_back(std::move(open));
  return card;
}

Part goods(GoodsKind kind, const object& x) {
  Goods part;
  part.kind = kind;
  const bool order = kind == GoodsKind::order;
  part.id = text_in(x, order ? "order_id" : "product_id");
  part.title = text_in(x, order ? "product_titles" : "title");
  part.price = text_in(x, order ? "price_wording" : "sales_price");
  part.image_url = text_in(x, order ? "image_url" : "head_image");
  part.status = text_in(x, "state");
  return part;
}

Part unsupported(std::string_view type) {
  Unsupported part;
  part.provider_type = type;
  return part;
}

std::vector<Part> content_of(std::string_view type, const object& message) {
  object x;
  if (message[type].get(x) != simdjson::SUCCESS) return {unsupported(type)};
  if (type == "text") {
    std::vector<Part> parts{Text{.text = text_in(x, "content")}};
    // The customer chose an entry of a menu message; its title is the text.
    if (auto id = text_in(x, "menu_id"); !id.empty()) {
      parts.emplace_back(ActionResponse{.action_id = id, .payload = id, .title = {}});
    }
    return parts;
  }
  if (type == "image") return {media(MediaKind::image, x)};
  if (type == "voice") return {media(MediaKind::voice, x)};
  if (type == "video") return {media(MediaKind::video, x)};
  if (type == "file") return {media(MediaKind::file, x)};
  if (type == "location") return {place(x)};
  if (type == "link") return {link(x)};
  if (type == "miniprogram") return {page(x)};
  if (type == "business_card")
    return {Contact{.name = text_in(x, "userid"), .phones = {}, .emails = {}}};
  if (type == "channels_shop_product") return {goods(GoodsKind::product, x)};
  if (type == "channels_shop_order") return {goods(GoodsKind::order, x)};
  return {unsupported(type)};
}

// What an event says beside who and where.
Attributes attributes_of(const object& event) {
  constexpr std::string_view kElsewhere[] = {"event_type", "open_kfid", "external_userid", "scene"};
  Attributes out;
  for (const auto& [key, value] : event) {
    if (std::ranges::find(kElsewhere, key) != std::end(kElsewhere)) continue;
    object inner;
    if (value.get(inner) == simdjson::SUCCESS) {
      for (const auto& [name, one] : inner) {
        if (auto text = text_in(inner, name); !text.empty()) {
          out[std::string(key) + "." + std::string(name)] = std::move(text);
        }
      }
    } else if (auto text = text_in(event, key); !text.empty()) {
      out[std::string(key)] = std::move(text);
    }
  }
  return out;
}

// fail_type 4 and 5: the session is over; 6: five messages went; 10: the customer refuses.
ReceiptIn failure(const object& event) {
  ReceiptIn receipt;
  receipt.external_id = text_in(event, "fail_msgid");
  receipt.state = DeliveryState::failed;
  const auto type = number_in(event, "fail_type");
  receipt.error_code = type == 4 || type == 5 || type == 6 ? "window_closed"
                       : type == 10                        ? "recipient_gone"
                                                           : "rejected";
  receipt.error = "fail_type " + std::to_string(type);
  return receipt;
}

class PageReader {
 public:
  explicit PageReader(const Channel& channel) : channel_(channel) {}

  // False: this entry could not be read.
  bool read(const element& entry) {
    object message;
    if (entry.get(message) != simdjson::SUCCESS) return false;
    Incoming in;
    const auto id = text_in(message, "msgid"), type = text_in(message, "msgtype");
    if (!is_id(id) || !is_id(type)) return false;
    if (!seen_.insert(id).second) return true;
    const auto sent = number_in(message, "send_time");
    if (sent > 0 && sent < 100'000'000'000) in.occurred_at = TimePoint{std::chrono::seconds(sent)};
    in.dedup_key = "msgid:" + id;
    const auto origin = number_in(message, "origin");
    if (type == "event") return read_event(message, std::move(in));
    if (origin != kFromCustomer) return true;
    if (!address(message, in)) return false;
    return read_message(message, id, type, std::move(in));
  }

  std::vector<Incoming> take() { return std::move(events_); }

 private:
  bool address(const object& from, Incoming& in) const {
    const auto customer = text_in(from, "external_userid"), account = text_in(from, "open_kfid");
    if (!is_id(customer) || !is_id(account)) return false;
    in.account = account;
    in.recipient = customer;
    in.identity.key = identity_of(channel_, customer);
    return true;
  }

  bool read_message(const object& message, const std::string& id, const std::string& type,
                    Incoming in) {
    Message said;
    said.author.id = in.identity.key.value;
    said.external_id = id;
    said.external_time = in.occurred_at;
    said.content = content_of(type, message);
    said.fallback_text = fallback_text(said.content);
    object x;
    if (message[type].get(x) == simdjson::SUCCESS && type != "text") {
      said.channel_data = "{" + json_quote(type) + ":" + simdjson::minify(x) + "}";
    }
    in.opens_window = "user_message";
    in.what = MessageIn{std::move(said)};
    events_.push_back(std::move(in));
    return true;
  }

  // Who and where stand inside the event.
  bool read_event(const object& message, Incoming in) {
    object event;
    if (message["event"].get(event) != simdjson::SUCCESS) return false;
    const auto type = text_in(event, "event_type");
    if (!is_id(type)) return false;
    // Some tell of the company's people, not of a customer; nobody's conversation needs them.
    if (!address(event, in)) return true;
    SignalIn signal;
    signal.platform_event.type = type;
    signal.platform_event.scene = text_in(event, "scene");
    signal.platform_event.attributes = attributes_of(event);
    if (type == "enter_session") {
      const auto& scene = signal.platform_event.scene;
      auto parameter = text_in(event, "scene_param");
      if (!scene.empty() || !parameter.empty()) {
        in.referral = Referral{.kind = "link", .code = scene, .source = std::move(parameter)};
      }
      // WART: a right to greet for 20 seconds, which nothing here makes use of in time.
      in.reply_token = text_in(event, "welcome_code");
    } else if (type == "user_recall_msg") {
      signal.type = EventType::message_deleted;
      signal.target = Target{.message = text_in(event, "recall_msgid"), .emoji = {}, .text = {}};
    }
    Incoming receipt = in;
    in.what = std::move(signal);
    events_.push_back(std::move(in));
    if (type == "msg_send_fail" && is_id(text_in(event, "fail_msgid"))) {
      receipt.dedup_key.clear();  // a receipt only moves a state up; it may repeat
      receipt.what = failure(event);
      events_.push_back(std::move(receipt));
    }
    return true;
  }

  const Channel& channel_;
  std::set<std::string> seen_;
  std::vector<Incoming> events_;
};

Error unreadable() {
  return Error{.code = Errc::unavailable, .detail = "the platform's answer is not its JSON"};
}

}  // namespace

HttpCall ask_page(const Channel& channel, const EventSource::Pull& pull) {
  JsonWriter json;
  json.begin_object();
  if (!pull.cursor.empty()) json.member("cursor", pull.cursor);
  if (!pull.bell_token.empty()) json.member("token", pull.bell_token);
  json.member("limit", kPageMessages).member("voice_format", 0);
  if (!pull.stream.empty()) json.member("open_kfid", pull.stream);
  json.end_object();
  return {.url = tencent::api_url(api(), channel, "/cgi-bin/kf/sync_msg", pull.access_token),
          .body = json.take()};
}

EventSource::Read read_page(const Channel& channel, const EventSource::Pull& pull,
                            const HttpAnswer& answer) {
  if (auto error = error_from_status(answer)) return *std::move(error);
  simdjson::dom::parser parser;
  object body;
  if (answer.body.size() > kPageBytesMax ||
      parser.allocate(std::max<std::size_t>(answer.body.size(), 64), kDepthMax) !=
          simdjson::SUCCESS ||
      parser.parse(answer.body.data(), answer.body.size()).get(body) != simdjson::SUCCESS) {
    return unreadable();
  }
  auto checked = tencent::check_errcode(api(), number_in(body, "errcode"));
  if (auto* refresh = std::get_if<RefreshToken>(&checked)) return std::move(*refresh);
  if (auto* error = std::get_if<Error>(&checked)) return std::move(*error);

  EventSource::Page page;
  page.cursor = text_in(body, "next_cursor");
  if (page.cursor.size() > kCursorBytesMax) return unreadable();
  if (page.cursor.empty()) page.cursor = pull.cursor;
  page.more = number_in(body, "has_more") == 1;
  PageReader reader(channel);
  simdjson::dom::array list;
  if (body["msg_list"].get(list) == simdjson::SUCCESS) {
    for (const element entry : list) {
      if (!reader.read(entry)) ++page.skipped;
    }
  }
  page.events = reader.take();
  return page;
}

}  // namespace parley::connectors::wecom_kf
