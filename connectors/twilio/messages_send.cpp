#include <algorithm>
#include <charconv>

#include "base/json_writer.hpp"
#include "connectors/plain_message.hpp"
#include "connectors/step_ids.hpp"
#include "connectors/template_parameters.hpp"
#include "connectors/text_split.hpp"
#include "connectors/twilio/api.hpp"
#include "connectors/twilio/messages.hpp"

namespace parley::connectors::twilio {
namespace {

constexpr std::string_view kWhatsapp = "whatsapp:";

std::size_t body_max(const Channel& channel) {
  const auto text = channel.setting("text_max");
  std::size_t max = kBodyMax;
  std::from_chars(text.data(), text.data() + text.size(), max);
  return std::clamp<std::size_t>(max, 1, kBodyMax);
}

// A number, a user's id at this business ("US.1234"), or either with its prefix.
std::string whatsapp_address(std::string_view text) {
  if (text.starts_with(kWhatsapp)) text.remove_prefix(kWhatsapp.size());
  const bool digits =
      !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return std::string(kWhatsapp) + (digits ? "+" : "") + std::string(text);
}

struct Plan {
  std::vector<Fields> forms;
  std::vector<std::string> degraded;
};

class Planner {
 public:
  Planner(const SendContext& context, Line line) : context_(context), line_(line) {}

  Plan plan() {
    auto plain = plain_message(context_.send.message);
    plan_.degraded = std::move(plain.degraded);
    for (const auto& one : plain.templates) add_template(one);
    const std::size_t media_each = line_ == Line::whatsapp ? 1 : 10;
    auto pieces = split_text(plain.text, body_max(context_.channel), TextUnit::utf16);
    if (pieces.empty() && !plain.media.empty()) pieces.emplace_back();
    std::size_t next = 0;
    for (const auto& piece : pieces) {
      // The media go with the first piece of text, as far as they may.
      const std::size_t count = next == 0 ? std::min(media_each, plain.media.size()) : 0;
      add_form(piece, plain.media, next, count);
      next += count;
    }
    while (next < plain.media.size()) {
      const std::size_t count = std::min(media_each, plain.media.size() - next);
      add_form("", plain.media, next, count);
      next += count;
    }
    return std::move(plan_);
  }

 private:
  Fields envelope() const {
    const Channel& channel = context_.channel;
    const std::string& to = context_.send.recipient;
    Fields form = {{"To", line_ == Line::whatsapp ? whatsapp_address(to) : to}};
    const std::string from(channel.setting("from"));
    if (!from.empty()) {
      form.emplace_back("From", line_ == Line::whatsapp ? whatsapp_address(from) : from);
    }
    const std::string service(channel.setting("messaging_service_sid"));
    if (!service.empty()) form.emplace_back("MessagingServiceSid", service);
    const std::string callback(channel.setting("webhook_url"));
    if (!callback.empty()) form.emplace_back("StatusCallback", callback);
    return form;
  }

  void add_form(const std::string& body, const std::vector<Media>& media, std::size_t from,
                std::size_t count) {
    Fields form = envelope();
    if (!body.empty()) form.emplace_back("Body", body);
    for (std::size_t i = from; i < from + count; ++i) form.emplace_back("MediaUrl", media[i].url);
    if (context_.channel.setting("link_shortening") == "true") {
      form.emplace_back("ShortenUrls", "true");
    }
    plan_.forms.push_back(std::move(form));
  }

  // An approved content template: its name here is the sid Twilio gave it.
  void add_template(const Template& approved) {
    if (approved.name.empty()) {
      plan_.degraded.push_back("template: left out, it has no name");
      return;
    }
    Fields form = envelope();
    form.emplace_back("ContentSid", approved.name);
    const auto parameters = body_parameters(approved, plan_.degraded);
    if (!parameters.empty()) {
      JsonWriter json;
      json.begin_object();
      for (const auto& [name, value] : parameters) json.member(name, *value);
      json.end_object();
      form.emplace_back("ContentVariables", json.take());
    }
    plan_.forms.push_back(std::move(form));
  }

  const SendContext& context_;
  Line line_;
  Plan plan_;
};

HttpCall call_of(const SendContext& context, const Plan& plan, std::size_t index,
                 std::string step_data) {
  HttpCall call = api_call(context.channel, "Messages.json", plan.forms[index]);
  call.step = static_cast<int>(index);
  call.step_data = std::move(step_data);
  return call;
}

Error nothing_to_send() {
  return Error{.code = Errc::rejected, .detail = "the message has nothing this channel can show"};
}

}  // namespace

SendStep start_messages(const SendContext& context, Line line) {
  const Plan plan = Planner(context, line).plan();
  const auto index = static_cast<std::size_t>(std::max(context.send.step, 0));
  if (index >= plan.forms.size()) return nothing_to_send();
  return call_of(context, plan, index, context.send.step_data);
}

SendStep resume_messages(const SendContext& context, Line line, int step,
                         const HttpAnswer& answer) {
  Plan plan = Planner(context, line).plan();
  const auto index = static_cast<std::size_t>(std::max(step, 0));
  if (index >= plan.forms.size()) return nothing_to_send();
  auto taken = read_answer(answer);
  if (!taken) return std::move(taken.error());
  std::string ids = with_step_id(context.send.step_data, taken->sid);
  if (index + 1 < plan.forms.size()) return call_of(context, plan, index + 1, std::move(ids));
  Sent sent{.external_ids = step_ids(ids), .degraded = std::move(plan.degraded)};
  if (sent.external_ids.size() < plan.forms.size()) {
    sent.degraded.emplace_back("receipts: the platform gave no id to know them by");
  }
  return sent;
}

}  // namespace parley::connectors::twilio
