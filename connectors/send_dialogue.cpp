#include "connectors/send_dialogue.hpp"

namespace parley::connectors {
namespace {

constexpr std::size_t kQuoteBytesMin = 12, kWholeBytesMin = 4;
constexpr std::size_t kDetailBytesMax = 1024;

// Do the platform's words repeat ours?
bool quotes(std::string_view detail, std::string_view words) {
  if (words.size() < kQuoteBytesMin)
    return words.size() >= kWholeBytesMin && detail.contains(words);
  for (std::size_t at = 0; at + kQuoteBytesMin <= detail.size(); ++at) {
    if (words.contains(detail.substr(at, kQuoteBytesMin))) return true;
  }
  return false;
}

// A platform may quote the message it refuses, and no error text may hold what a customer reads.
Error discreet(Error error, const Message& message) {
  const auto read = plain_text(message);
  const auto tells = [&](std::string_view words) {
    return quotes(words, read) || quotes(words, message.fallback_text);
  };
  if (tells(error.code_text)) error.code_text.clear();  // no code at all
  if (error.detail.size() > kDetailBytesMax || tells(error.detail)) {
    error.detail = "the platform's words are left out, they quote the message";
    if (!error.code_text.empty()) error.detail += " (" + error.code_text + ")";
  }
  return error;
}

}  // namespace

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
  return discreet(std::get<Error>(std::move(step)), send_.message);
}

}  // namespace parley::connectors
