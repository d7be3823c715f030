// bots/transcript.hpp
// What is common to bots that take and give texts: the conversation so far as lines, and an
// answer's text as a reply.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bots/dialogue.hpp"

namespace parley::bots {

struct Line {
  bool customer = false;  // else us: a bot or an agent
  std::string text;
};

// The window: the last history_messages before the turn that fit into history_bytes_max, then the
// turn itself (cut to as many bytes), all redacted. Never empty: a turn without words is "[image]".
std::vector<Line> transcript(const Settings& settings, const Turn& turn);
// The turn alone. `payload`: a pressed button is its payload, not its title.
std::string turn_text(const Settings& settings, const Turn& turn, bool payload = false);

// A copy without personal data in anything people wrote.
Message redacted(const Message& message, const PersonalData& which);

Message text_message(std::string text);

// A model's or a program's text as what the customer sees: a leading <think> block and the
// hand-over mark are taken out. An empty text is malformed, one past its limit too. `cut`: the text
// ends in the middle of something; it is taken back to the last whole sentence.
Result<Reply> reply_of(const Settings& settings, std::string text, bool cut = false);

// At most `bytes_max` bytes, never half a character.
std::string_view cut_text(std::string_view text, std::size_t bytes_max);

}  // namespace parley::bots
