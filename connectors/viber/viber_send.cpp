#include "connectors/viber/viber_send.hpp"

#include <charconv>

#include "base/json_writer.hpp"
#include "connectors/sent_ids.hpp"
#include "connectors/viber/viber_api.hpp"
#include "connectors/viber/viber_plan.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::viber {
namespace {

constexpr std::size_t kTrackingMax = 4000;
constexpr std::size_t kSenderNameMax = 28;
constexpr std::string_view kSentAsLink = "~";  // among the ids: to be reported at the end

// A step is item * 2, plus one when the item's size was looked up. What rides along: the ids, and
// before a '\n' the size that was found ("0": none).
struct Progress {
  std::size_t item = 0;
  bool sized = false;
  std::string size;
  SentIds ids;

  static Progress read(int step, const std::string& data) {
    const int number = std::max(step, 0);
    Progress out{.item = static_cast<std::size_t>(number / 2), .sized = number % 2 == 1};
    const auto line = data.find('\n');
    if (line != std::string::npos) out.size = data.substr(0, line);
    out.ids.text = line == std::string::npos ? data : data.substr(line + 1);
    return out;
  }
  int step() const { return static_cast<int>(item) * 2 + (sized ? 1 : 0); }
  std::string data() const { return size.empty() ? ids.text : size + "\n" + ids.text; }
};

std::uint64_t length_of(const HttpAnswer& answer) {
  const auto text = answer.header("content-length");
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  const bool good = error == std::errc() && end == text.data() + text.size();
  return good && answer.status / 100 == 2 ? length : 0;
}

std::string body_of(const SendContext& context, const Plan& plan, const Progress& progress) {
  const Item& item = plan.items[progress.item];
  const bool unsized = !item.size_of.empty() && progress.size == "0";
  JsonWriter json;
  json.begin_object().member("auth_token", context.channel.secret("auth_token").reveal());
  json.member("receiver", context.send.recipient).member("type", unsized ? "text" : item.type);
  const std::string& key = context.send.idempotency_key;
  if (!key.empty() && key.size() <= kTrackingMax) json.member("tracking_data", key);
  const auto name = context.channel.setting("sender_name");
  if (!name.empty()) {
    json.key("sender").begin_object();
    json.member("name", cut_text(name, kSenderNameMax, TextUnit::code_points)).end_object();
  }
  if (progress.item + 1 == plan.items.size() && !plan.keyboard.empty()) {
    json.key("keyboard").raw(plan.keyboard);
  }
  std::string body = json.end_object().take();
  body.pop_back();
  body += "," + (unsized ? item.instead : item.members);
  if (!unsized && !item.size_of.empty()) body += ",\"size\":" + progress.size;
  return body + "}";
}

SendStep ask(const SendContext& context, Plan& plan, Progress progress) {
  if (progress.item >= plan.items.size()) {
    Sent sent{.external_ids = progress.ids.list(), .degraded = std::move(plan.degraded)};
    for (auto links = std::erase(sent.external_ids, kSentAsLink); links > 0; --links) {
      sent.degraded.emplace_back("a file whose size nobody tells was sent as a link");
    }
    return sent;
  }
  const Item& item = plan.items[progress.item];
  HttpCall call;
  if (!item.size_of.empty() && !progress.sized) {
    call.method = "HEAD";
    call.url = item.size_of;
    call.content_type.clear();
  } else {
    call = send_call(context.channel, body_of(context, plan, progress));
  }
  call.step = progress.step();
  call.step_data = progress.data();
  return call;
}

}  // namespace

SendStep start_send(const SendContext& context) {
  Plan plan = plan_send(context.send, context.channel);
  if (plan.items.empty()) {
    return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
  }
  return ask(context, plan, Progress::read(context.send.step, context.send.step_data));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  Plan plan = plan_send(context.send, context.channel);
  Progress progress = Progress::read(step, context.send.step_data);
  if (step < 0 || progress.item >= plan.items.size()) {
    return Error{.code = Errc::rejected, .detail = "no such step in this send"};
  }
  if (!plan.items[progress.item].size_of.empty() && !progress.sized) {
    progress.size = std::to_string(length_of(answer));
    progress.sized = true;
    return ask(context, plan, progress);
  }
  auto id = read_sent(answer);
  if (!id) return std::move(id.error());
  progress.ids.add(*id);
  if (progress.size == "0") progress.ids.add(kSentAsLink);
  ++progress.item;
  progress.sized = false;
  progress.size.clear();
  return ask(context, plan, progress);
}

}  // namespace parley::connectors::viber
