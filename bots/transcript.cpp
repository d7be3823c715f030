#include "bots/transcript.hpp"

#include <algorithm>
#include <array>

#include "bots/redact.hpp"

namespace parley::bots {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::string words_of(const Message& message) {
  std::string text = plain_text(message);
  return text.empty() ? fallback_text(message.content) : text;
}

void redact_in(std::string& text, const PersonalData& which) { text = redact(text, which); }

void redact_part(Part& part, const PersonalData& which) {
  std::visit(Overloaded{[&](Text& text) { redact_in(text.text, which); },
                        [&](Media& media) {
                          redact_in(media.name, which);
                          redact_in(media.alt, which);
                          redact_in(media.transcript, which);
                        },
                        [&](Location& place) {
                          redact_in(place.name, which);
                          redact_in(place.address, which);
                        },
                        [&](Contact& contact) {
                          for (auto& phone : contact.phones) redact_in(phone, which);
                          for (auto& email : contact.emails) redact_in(email, which);
                        },
                        [&](FormResponse& form) {
                          for (auto& [name, value] : form.values) redact_in(value, which);
                        },
                        [](auto&) {}},
             part);
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto from = text.find_first_not_of(kBlank);
  if (from == text.npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

// Models that think aloud do so before they answer.
std::string_view without_thoughts(std::string_view text) {
  text = trimmed(text);
  constexpr std::string_view kOpen = "<think>", kClose = "</think>";
  if (!text.starts_with(kOpen)) return text;
  const auto end = text.find(kClose);
  return end == text.npos ? std::string_view() : trimmed(text.substr(end + kClose.size()));
}

// Up to the last end of a sentence; "" when there is none in it.
std::string_view whole_sentences(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kEnds = {"。", "！", "？", "；",
                                                            ". ", "! ", "? ", "\n"};
  std::size_t end = 0;
  for (const auto mark : kEnds) {
    const auto at = text.rfind(mark);
    if (at != text.npos) end = std::max(end, at + mark.size());
  }
  return trimmed(text.substr(0, end));
}

bool is_said(const Event& event) {
  return event.message && event.message->direction != Direction::internal &&
         event.message->author.type != AuthorType::system;
}

}  // namespace

std::string_view cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

Message redacted(const Message& message, const PersonalData& which) {
  Message out = message;
  for (Part& part : out.content) redact_part(part, which);
  redact_in(out.fallback_text, which);
  return out;
}

Message text_message(std::string text) {
  Message message;
  message.content.emplace_back(Text{.text = std::move(text)});
  return message;
}

std::string turn_text(const Settings& settings, const Turn& turn, bool payload) {
  if (!turn.event->message) return {};
  if (payload) {
    for (const Part& part : turn.event->message->content) {
      const auto* pressed = std::get_if<ActionResponse>(&part);
      if (pressed && !pressed->payload.empty()) return pressed->payload;
    }
  }
  const std::string text = redact(words_of(*turn.event->message), settings.redact);
  return std::string(cut_text(text, std::max<std::size_t>(settings.history_bytes_max, 1'024)));
}

std::vector<Line> transcript(const Settings& settings, const Turn& turn) {
  std::vector<Line> lines;
  lines.push_back({.customer = true, .text = turn_text(settings, turn)});
  std::size_t bytes = 0, count = 0;
  for (auto event = turn.history.rbegin(); event != turn.history.rend(); ++event) {
    if (!is_said(*event)) continue;
    if (++count > settings.history_messages) break;
    std::string text = redact(words_of(*event->message), settings.redact);
    if (text.empty()) continue;
    bytes += text.size();
    if (bytes > settings.history_bytes_max) break;
    lines.push_back(
        {.customer = event->message->direction == Direction::inbound, .text = std::move(text)});
  }
  std::ranges::reverse(lines);
  return lines;
}

Result<Reply> reply_of(const Settings& settings, std::string text, bool cut) {
  if (text.size() > kAnswerTextBytesMax) {
    return Error{
        .code = Errc::malformed,
        .detail = "an answer of more than " + std::to_string(kAnswerTextBytesMax) + " bytes"};
  }
  Reply reply;
  std::string_view said = without_thoughts(text);
  const auto mark =
      settings.handover_mark.empty() ? std::string_view::npos : said.find(settings.handover_mark);
  if (mark != std::string_view::npos) {
    reply.hand_over = true;
    reply.reason =
        cut_text(trimmed(said.substr(mark + settings.handover_mark.size())), kReasonBytesMax);
    said = trimmed(said.substr(0, mark));
  } else if (cut) {
    said = whole_sentences(said);
  }
  if (!said.empty()) reply.messages.push_back(text_message(std::string(said)));
  if (reply.messages.empty() && !reply.hand_over) {
    return Error{.code = Errc::malformed, .detail = "an empty answer"};
  }
  return reply;
}

}  // namespace parley::bots
