#include "connectors/vk/vk_send.hpp"

#include <charconv>
#include <vector>

#include "base/json_writer.hpp"
#include "connectors/sent_ids.hpp"
#include "connectors/url.hpp"
#include "connectors/vk/vk_api.hpp"
#include "connectors/vk/vk_plan.hpp"
#include "connectors/words.hpp"

namespace parley::connectors::vk {
namespace {

constexpr std::size_t kStepDataMax = 4096;
constexpr std::string_view kFirstChat = "2000000000";

enum class Phase : std::uint8_t { acknowledge, address, put, save, send };

// One call of the dialogue; its place in the row of all is the step.
struct Call {
  Phase phase;
  std::size_t item = 0, attachment = 0;
};

std::vector<Call> calls_of(const Plan& plan, bool pressed) {
  std::vector<Call> calls;
  if (pressed) calls.push_back({.phase = Phase::acknowledge});
  for (std::size_t i = 0; i < plan.items.size(); ++i) {
    const auto& attachments = plan.items[i].attachments;
    for (std::size_t a = 0; a < attachments.size(); ++a) {
      if (attachments[a].kind == Attach::ready) continue;
      for (const Phase phase : {Phase::address, Phase::put, Phase::save}) {
        calls.push_back({.phase = phase, .item = i, .attachment = a});
      }
    }
    calls.push_back({.phase = Phase::send, .item = i});
  }
  return calls;
}

// What rides from step to step, as a form: ids of what is out, names of this message's files that
// are saved, and what the last call said that the next one needs.
struct Memory {
  SentIds ids;
  std::string saved;
  std::string url;
  Uploaded uploaded;

  static Memory read(const std::string& data) {
    Memory out;
    out.ids.text = form_value(data, "i");
    out.saved = form_value(data, "a");
    out.url = form_value(data, "u");
    out.uploaded = {.server = form_value(data, "s"),
                    .photo = form_value(data, "p"),
                    .hash = form_value(data, "h"),
                    .file = form_value(data, "f")};
    return out;
  }
  std::string write() const {
    Fields fields;
    const auto add = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) fields.emplace_back(name, value);
    };
    add("i", ids.text);
    add("a", saved);
    add("u", url);
    add("s", uploaded.server);
    add("p", uploaded.photo);
    add("h", uploaded.hash);
    add("f", uploaded.file);
    return form_encode(fields);
  }
};

bool is_chat(std::string_view recipient) {
  return recipient.size() > kFirstChat.size() ||
         (recipient.size() == kFirstChat.size() && recipient >= kFirstChat &&
          !recipient.starts_with('-'));
}

// "event:<user>:<event>" of a pressed callback button.
std::optional<Fields> press_of(const Send& send) {
  constexpr std::string_view kEvent = "event:";
  std::string_view token = send.reply_token;
  if (!token.starts_with(kEvent)) return std::nullopt;
  token.remove_prefix(kEvent.size());
  const auto colon = token.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return Fields{{"event_id", std::string(token.substr(colon + 1))},
                {"user_id", std::string(token.substr(0, colon))},
                {"peer_id", send.recipient}};
}

class Dialogue {
 public:
  explicit Dialogue(const SendContext& context)
      : context_(context),
        plan_(plan_send(context.send, context.channel)),
        press_(press_of(context.send)),
        calls_(calls_of(plan_, press_.has_value())),
        memory_(Memory::read(context.send.step_data)) {}

  bool empty() const { return plan_.items.empty(); }
  Memory& memory() { return memory_; }
  const Call* at(int step) const {
    const auto number = static_cast<std::size_t>(step);
    return step < 0 || number >= calls_.size() ? nullptr : &calls_[number];
  }

  SendStep ask(int step) {
    const Call* wanted = at(step);
    if (wanted == nullptr) {
      return Sent{.external_ids = memory_.ids.list(), .degraded = std::move(plan_.degraded)};
    }
    HttpCall call = make(*wanted);
    if (call.url.empty()) return Error{.code = Errc::rejected, .detail = "no upload address"};
    call.step = step;
    call.step_data = memory_.write();
    if (call.step_data.size() > kStepDataMax) {
      return Error{.code = Errc::rejected, .detail = "VK says more of the upload than can be kept"};
    }
    return call;
  }

 private:
  HttpCall make(const Call& wanted) const {
    const Channel& channel = context_.channel;
    if (wanted.phase == Phase::acknowledge) {
      return method_call(channel, "messages.sendMessageEventAnswer", *press_);
    }
    if (wanted.phase == Phase::send) return send_call(wanted.item);
    const auto& file = plan_.items[wanted.item].attachments[wanted.attachment];
    const bool photo = file.kind == Attach::photo;
    if (wanted.phase == Phase::address) {
      if (photo) return method_call(channel, "photos.getMessagesUploadServer", {});
      const std::string type = file.kind == Attach::voice ? "audio_message" : "doc";
      return method_call(channel, "docs.getMessagesUploadServer",
                         {{"type", type}, {"peer_id", context_.send.recipient}});
    }
    if (wanted.phase == Phase::save) {
      const auto& said = memory_.uploaded;
      if (photo) {
        return method_call(channel, "photos.saveMessagesPhoto",
                           {{"photo", said.photo}, {"server", said.server}, {"hash", said.hash}});
      }
      return method_call(channel, "docs.save", {{"file", said.file}, {"title", file.name}});
    }
    HttpCall call;
    if (is_web_url(memory_.url)) call.url = memory_.url;
    call.content_type = "application/x-www-form-urlencoded";
    call.upload = file.upload;
    return call;
  }

  HttpCall send_call(std::size_t index) const {
    const Item& item = plan_.items[index];
    const std::string& to = context_.send.recipient;
    std::string attachments;
    std::string_view saved = memory_.saved;
    for (const auto& attachment : item.attachments) {
      std::string name = attachment.name;
      if (attachment.kind != Attach::ready) {
        name = saved.substr(0, saved.find(','));
        saved.remove_prefix(std::min(saved.size(), name.size() + 1));
      }
      attachments += (attachments.empty() ? "" : ",") + name;
    }
    Fields fields = {{is_chat(to) ? "peer_id" : "user_id", to},
                     {"message", item.text},
                     {"attachment", attachments},
                     {"random_id", random_id(context_.send.idempotency_key, index)}};
    if (item.place) {
      fields.emplace_back("lat", decimal(item.place->latitude));
      fields.emplace_back("long", decimal(item.place->longitude));
    }
    if (index + 1 == plan_.items.size()) fields.emplace_back("keyboard", plan_.keyboard);
    return method_call(context_.channel, "messages.send", fields);
  }

  static std::string decimal(double value) {
    JsonWriter json;
    json.value(value);
    return json.take();
  }

  const SendContext& context_;
  Plan plan_;
  const std::optional<Fields> press_;
  const std::vector<Call> calls_;
  Memory memory_;
};

// What an answer leaves for the next call; an error ends the send.
Result<void> take(Dialogue& dialogue, const Call& asked, const HttpAnswer& answer) {
  Memory& memory = dialogue.memory();
  if (asked.phase == Phase::acknowledge) return {};  // too late for it hurts nobody
  if (asked.phase == Phase::put) {
    auto uploaded = read_upload(answer);
    if (!uploaded) return std::move(uploaded.error());
    memory.uploaded = *std::move(uploaded);
    memory.url.clear();
    return {};
  }
  auto result = read_answer(answer);
  if (!result) {
    if (asked.phase != Phase::send) result.error().delivery = Delivery::not_sent;
    return std::move(result.error());
  }
  if (asked.phase == Phase::address) {
    memory.url = result->upload_url;
    return {};
  }
  if (result->id.empty()) {
    return Error{.code = Errc::rejected,
                 .delivery = asked.phase == Phase::send ? Delivery::unknown : Delivery::not_sent,
                 .detail = "the answer holds no id"};
  }
  if (asked.phase == Phase::send) {
    memory.ids.add(result->id);
    memory.saved.clear();
    return {};
  }
  memory.saved += (memory.saved.empty() ? "" : ",") +
                  std::string(memory.uploaded.file.empty() ? "photo" : "doc") + result->owner_id +
                  "_" + result->id;
  memory.uploaded = {};
  return {};
}

}  // namespace

SendStep start_send(const SendContext& context) {
  Dialogue dialogue(context);
  if (dialogue.empty()) {
    return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
  }
  if (context.send.step < 0) return Error{.code = Errc::rejected, .detail = "no such step"};
  return dialogue.ask(context.send.step);
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  Dialogue dialogue(context);
  const Call* asked = dialogue.at(step);
  if (asked == nullptr) {
    return Error{.code = Errc::rejected, .detail = "no such step in this send"};
  }
  if (auto taken = take(dialogue, *asked, answer); !taken) return std::move(taken.error());
  return dialogue.ask(step + 1);
}

}  // namespace parley::connectors::vk
