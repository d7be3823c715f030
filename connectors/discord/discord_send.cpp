#include "connectors/discord/discord_send.hpp"

#include "base/json_writer.hpp"
#include "connectors/discord/discord_api.hpp"
#include "connectors/discord/discord_plan.hpp"
#include "connectors/sent_ids.hpp"
#include "connectors/url.hpp"

namespace parley::connectors::discord {
namespace {

// How a message goes: its usual way, or another after that was refused.
enum class Way : std::uint8_t { usual, channel, follow_up };
constexpr int kWays = 3;

class Dialogue {
 public:
  explicit Dialogue(const SendContext& context)
      : context_(context),
        plan_(plan_send(context.send)),
        right_(right_of(context.send.reply_token)),
        ids_{context.send.step_data} {}

  const Plan& plan() const { return plan_; }
  bool has_right() const { return right_.has_value(); }
  SentIds& ids() { return ids_; }
  bool fills_in(std::size_t item, Way way) const {
    return way == Way::usual && item == 0 && right_;
  }

  SendStep ask(std::size_t item, Way way) {
    if (item >= plan_.items.size()) {
      return Sent{.external_ids = ids_.list(), .degraded = std::move(plan_.degraded)};
    }
    HttpCall call;
    if (fills_in(item, way)) {
      call = token_call(context_.channel, "PATCH", hook_path() + "/messages/@original",
                        body(item, false));
    } else if (way == Way::follow_up && right_) {
      call = token_call(context_.channel, "POST", hook_path(), body(item, false));
    } else {
      call = bot_call(context_.channel, "POST",
                      "/channels/" + percent_encode(context_.send.recipient) + "/messages",
                      body(item, true));
    }
    if (const auto& upload = plan_.items[item].upload) {
      call.upload = upload;
      call.body = form_encode({{"payload_json", call.body}});
    }
    call.step = static_cast<int>(item) * kWays + static_cast<int>(way);
    call.step_data = ids_.text;
    return call;
  }

 private:
  std::string hook_path() const {
    return "/webhooks/" + percent_encode(right_->application) + "/" + percent_encode(right_->token);
  }

  std::string body(std::size_t item, bool with_nonce) const {
    std::string members = plan_.items[item].members;
    const std::string& quoted = context_.send.message.reply_to;
    if (with_nonce) {
      JsonWriter json;
      json.begin_object();
      json.member("nonce", nonce_of(context_.send.idempotency_key, item));
      json.member("enforce_nonce", true);
      const std::string text = json.end_object().take();
      members += (members.empty() ? "" : ",") + text.substr(1, text.size() - 2);
    }
    if (with_nonce && item == 0 && time_of(quoted)) {  // Discord's own id, not one of ours
      members += R"(,"message_reference":{"message_id":)" + json_quote(quoted) +
                 R"(,"fail_if_not_exists":false})";
    }
    return "{" + members + "}";
  }

  const SendContext& context_;
  Plan plan_;
  std::optional<Right> right_;
  SentIds ids_;
};

Error no_step() { return Error{.code = Errc::rejected, .detail = "no such step in this send"}; }

}  // namespace

SendStep start_send(const SendContext& context) {
  Dialogue dialogue(context);
  if (dialogue.plan().items.empty()) {
    return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
  }
  if (context.send.step < 0) return no_step();
  return dialogue.ask(static_cast<std::size_t>(context.send.step / kWays),
                      static_cast<Way>(context.send.step % kWays));
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  Dialogue dialogue(context);
  if (step < 0) return no_step();
  const auto item = static_cast<std::size_t>(step / kWays);
  const auto way = static_cast<Way>(step % kWays);
  if (item >= dialogue.plan().items.size()) return no_step();
  auto id = read_message(answer);
  if (!id) {
    const bool shut = answer.status == 401 || answer.status == 403 || answer.status == 404;
    // The token's time is over, or nothing is pending any more.
    if (shut && dialogue.fills_in(item, way)) return dialogue.ask(item, Way::channel);
    const bool has_token = dialogue.has_right() && item > 0 && way == Way::usual;
    if (shut && has_token && answer.status != 401) return dialogue.ask(item, Way::follow_up);
    return std::move(id.error());
  }
  dialogue.ids().add(*id);
  return dialogue.ask(item + 1, Way::usual);
}

}  // namespace parley::connectors::discord
