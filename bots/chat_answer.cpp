#include "bots/chat_answer.hpp"

#include <simdjson.h>

namespace parley::bots {
namespace {

constexpr std::size_t kDocumentBytesMax = 256 * 1024;

Error malformed(std::string what) {
  return {.code = Errc::malformed, .detail = "chat answer: " + std::move(what)};
}

constexpr std::size_t kNameBytesMax = 128;

std::string cut_id(std::string_view text) { return std::string(text.substr(0, kNameBytesMax)); }

std::string_view text_in(simdjson::dom::element in, std::string_view name) {
  std::string_view text;
  if (in[name].get(text)) return {};
  return text;
}

Result<void> take_tool(simdjson::dom::element call, std::size_t fallback,
                       std::vector<ToolCall>& tools) {
  std::uint64_t index = fallback;
  if (call["index"].get(index)) index = fallback;
  if (index >= kToolCallsMax) return malformed("too many tool calls");
  if (tools.size() <= index) tools.resize(static_cast<std::size_t>(index) + 1);
  ToolCall& tool = tools[static_cast<std::size_t>(index)];
  if (const auto id = text_in(call, "id"); !id.empty()) tool.id = cut_id(id);
  simdjson::dom::element function;
  if (call["function"].get(function)) return {};
  if (const auto name = text_in(function, "name"); !name.empty()) tool.name = cut_id(name);
  tool.arguments += text_in(function, "arguments");
  if (tool.arguments.size() > kArgumentBytesMax) return malformed("arguments are too long");
  return {};
}

}  // namespace

Result<void> ChatAnswer::feed(std::string_view bytes) {
  if (!known_) {
    const auto first = bytes.find_first_not_of(" \t\r\n");
    if (first == bytes.npos) return {};
    streams_ = bytes[first] != '{';
    known_ = true;
  }
  if (streams_) {
    return stream_.feed(bytes, [this](auto, auto data) { return take_event(data); });
  }
  if (whole_.size() + bytes.size() > kDocumentBytesMax) return malformed("it is too long");
  whole_ += bytes;
  return {};
}

Result<void> ChatAnswer::finish() {
  if (!known_) return malformed("it is empty");
  Result<void> done;
  if (streams_) {
    done = stream_.finish([this](auto, auto data) { return take_event(data); });
  } else {
    done = take_event(whole_);
  }
  if (!done) return done;
  if (finish_reason.empty() && !done_ && streams_) return malformed("the stream broke off");
  std::erase_if(tools, [](const ToolCall& tool) { return tool.name.empty(); });
  return {};
}

Result<void> ChatAnswer::take_event(std::string_view data) {
  if (data == "[DONE]") {
    done_ = true;
    return {};
  }
  if (done_) return {};
  simdjson::dom::parser parser(kDocumentBytesMax);
  simdjson::dom::element root;
  if (parser.parse(data.data(), data.size()).get(root) || !root.is_object()) {
    return malformed("no JSON object");
  }
  simdjson::dom::element found;
  if (!root["error"].get(found) && !found.is_null()) {
    return Error{.code = Errc::rejected, .detail = "the model's server reports an error"};
  }
  if (!root["usage"].get(found) && found.is_object()) {
    static_cast<void>(found["prompt_tokens"].get(usage.tokens_in));
    static_cast<void>(found["completion_tokens"].get(usage.tokens_out));
  }
  simdjson::dom::array choices;
  if (root["choices"].get(choices)) return {};
  for (const auto choice : choices) {
    std::int64_t index = 0;
    if (!choice["index"].get(index) && index != 0) continue;
    if (const auto why = text_in(choice, "finish_reason"); !why.empty()) finish_reason = why;
    simdjson::dom::element said;
    if (choice["delta"].get(said) && choice["message"].get(said)) continue;
    text += text_in(said, "content");
    if (text.size() > kAnswerTextBytesMax) return malformed("the text is too long");
    simdjson::dom::array calls;
    if (said["tool_calls"].get(calls)) continue;
    std::size_t place = 0;
    for (const auto call : calls) {
      if (auto taken = take_tool(call, place++, tools); !taken) return taken;
    }
  }
  return {};
}

}  // namespace parley::bots
