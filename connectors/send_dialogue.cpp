#include "connectors/send_dialogue.hpp"

namespace parley::connectors {

SendDialogue::Next SendDialogue::begin(TimePoint now) {
  if (entry_.token_source && entry_.token_source->needed(context(now))) return NeedToken{};
  return follow(entry_.connector->start(context(now)));
}

SendDialogue::Next SendDialogue::give_token(std::string token, TimePoint now) {
  token_ = std::move(token);
  return follow(entry_.connector->start(context(now)));
}

SendDialogue::Next SendDialogue::give_answer(const HttpAnswer& answer, TimePoint now) {
  const int before = send_.step;
  SendStep step = entry_.connector->resume(context(now), before, answer);
  const auto* call = std::get_if<HttpCall>(&step);
  if (call != nullptr && call->step != before) renewed_ = false;  // this step's token was good
  return follow(std::move(step));
}

SendDialogue::Next SendDialogue::follow(SendStep step) {
  if (auto* call = std::get_if<HttpCall>(&step)) {
    if (++calls_ > kDialogueStepsMax) {
      return Error{.code = Errc::rejected, .detail = "the send takes too many calls"};
    }
    send_.step = call->step;
    send_.step_data = call->step_data;
    return std::move(*call);
  }
  if (auto* refresh = std::get_if<RefreshToken>(&step)) {
    if (!entry_.token_source) {
      return Error{.code = Errc::misconfigured,
                   .detail = "the platform refused our credentials",
                   .code_text = std::move(refresh->code_text)};
    }
    // The first token of a dialogue that began without one is no renewal.
    const bool first = token_.empty() && !asked_;
    asked_ = true;
    if (first) return NeedToken{};
    if (renewed_) {
      return Error{.code = Errc::unavailable,
                   .detail = "the platform refused a renewed access token",
                   .code_text = std::move(refresh->code_text)};
    }
    renewed_ = true;
    return NeedToken{token_};
  }
  if (auto* sent = std::get_if<Sent>(&step)) return std::move(*sent);
  if (auto* push = std::get_if<Push>(&step)) return std::move(*push);
  return std::move(std::get<Error>(step));
}

}  // namespace parley::connectors
