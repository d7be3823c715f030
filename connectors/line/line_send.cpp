#include "connectors/line/line_send.hpp"

#include "base/json_writer.hpp"
#include "connectors/line/line_api.hpp"
#include "connectors/line/line_plan.hpp"
#include "connectors/sent_ids.hpp"

namespace parley::connectors::line {
namespace {

// Without a reply token, step n pushes batch n. With one, step 0 replies with batch 0 and step n+1
// pushes batch n.
class Dialogue {
 public:
  explicit Dialogue(const SendContext& context)
      : context_(context),
        plan_(plan_send(context.send, context.channel)),
        pushes_from_(context.send.reply_token.empty() ? 0 : 1),
        ids_{context.send.step_data} {}

  const Plan& plan() const { return plan_; }
  bool is_reply(int step) const { return step < pushes_from_; }
  std::size_t batch_of(int step) const {
    return is_reply(step) ? 0 : static_cast<std::size_t>(step - pushes_from_);
  }
  int push_step(std::size_t batch) const { return static_cast<int>(batch) + pushes_from_; }
  SentIds& ids() { return ids_; }

  SendStep ask(int step) {
    const std::size_t batch = batch_of(step);
    if (batch >= plan_.batches()) {
      return Sent{.external_ids = ids_.list(), .degraded = std::move(plan_.degraded)};
    }
    const bool reply = is_reply(step);
    JsonWriter json;
    json.begin_object();
    if (reply) {
      json.member("replyToken", context_.send.reply_token);
    } else {
      json.member("to", context_.send.recipient);
    }
    json.key("messages").raw(plan_.batch_json(batch)).end_object();
    HttpCall call =
        api_call(context_.channel, reply ? "/message/reply" : "/message/push", json.take());
    if (!reply) {
      call.headers.emplace_back("X-Line-Retry-Key",
                                retry_key(context_.send.idempotency_key, batch));
    }
    call.step = step;
    call.step_data = ids_.text;
    return call;
  }

 private:
  const SendContext& context_;
  Plan plan_;
  const int pushes_from_;
  SentIds ids_;
};

// What a reply that was not taken leaves us: a push, or an end.
SendStep after_reply(const SendContext& context, Dialogue& dialogue, Error error) {
  if (error.code_text != kBadReplyToken) return error;
  if (!context.send.unclear) return dialogue.ask(dialogue.push_step(0));
  error.delivery = Delivery::unknown;
  error.detail = "the reply token is used up; an earlier attempt may have brought the message";
  error.code_text = "400";
  return error;
}

}  // namespace

SendStep start_send(const SendContext& context) {
  Dialogue dialogue(context);
  if (dialogue.plan().messages.empty()) {
    return Error{.code = Errc::rejected, .detail = "nothing this channel can show"};
  }
  if (context.send.step < 0) return Error{.code = Errc::rejected, .detail = "no such step"};
  return dialogue.ask(context.send.step);
}

SendStep resume_send(const SendContext& context, int step, const HttpAnswer& answer) {
  Dialogue dialogue(context);
  if (step < 0 || dialogue.batch_of(step) >= dialogue.plan().batches()) {
    return Error{.code = Errc::rejected, .detail = "no such step in this send"};
  }
  const bool reply = dialogue.is_reply(step);
  auto sent = read_sent(answer);
  if (!sent && reply) return after_reply(context, dialogue, std::move(sent.error()));
  if (!sent) {
    if (sent.error().code_text == kBadReplyToken) sent.error().code_text = "400";
    return std::move(sent.error());
  }
  if (reply && answer.status == 409) {
    return Error{.code = Errc::rejected, .detail = "HTTP 409 to a reply", .code_text = "409"};
  }
  for (const auto& id : *sent) dialogue.ids().add(id);
  return dialogue.ask(dialogue.push_step(dialogue.batch_of(step) + 1));
}

}  // namespace parley::connectors::line
