// bots/chat_answer.hpp
// An answer of an OpenAI-compatible /chat/completions, streamed or whole, put together: its text,
// the tools the model wants called, what it cost.
//
// Source   platform.openai.com/docs/api-reference/chat, "Create chat completion" and "Streaming",
//          read 2026-11; servers that copy it leave members out, which is no error here
// Limits   kAnswerTextBytesMax of text, kToolCallsMax calls with 4 KiB of arguments each
// Errors   malformed; rejected when the server reports an error inside a stream
// Threads  a plain value
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "bots/dialogue.hpp"
#include "bots/event_stream.hpp"

namespace parley::bots {

inline constexpr std::size_t kToolCallsMax = 4;
inline constexpr std::size_t kArgumentBytesMax = 4 * 1024;

struct ToolCall {
  std::string id, name, arguments;
};

class ChatAnswer {
 public:
  // Bytes of the body as they come; a server that does not stream sends one JSON document.
  Result<void> feed(std::string_view bytes);
  // The body has ended.
  Result<void> finish();

  std::string text;
  std::vector<ToolCall> tools;
  std::string finish_reason;  // "stop", "length", "tool_calls", "content_filter"
  Usage usage;

 private:
  Result<void> take_event(std::string_view data);

  EventStream stream_;
  std::string whole_;  // of an answer that is no stream
  bool known_ = false, streams_ = false, done_ = false;
};

}  // namespace parley::bots
