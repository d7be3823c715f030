#include "bots/stand_in.hpp"

#include <simdjson.h>

#include <charconv>

#include "base/json_writer.hpp"

namespace parley::bots {
namespace {

constexpr std::string_view kChat = "/chat/completions", kRasa = "/webhooks/rest/webhook",
                           kDify = "/chat-messages", kOrders = "/orders/lookup";

// What one answer is made of, whatever the interface.
struct Said {
  std::string text;
  std::string tool, arguments;  // chat
  std::string finish = "stop";
  std::string handover;  // reason
  bool hands_over = false, breaks_off = false;
};

std::string text_in(simdjson::dom::element in, std::string_view name) {
  std::string_view text;
  if (in[name].get(text)) return {};
  return std::string(text);
}

std::string event(const std::string& json) { return "data: " + json + "\r\n\r\n"; }

void write_tool(JsonWriter& out, const Said& said) {
  out.key("tool_calls").begin_array().begin_object();
  out.member("index", 0).member("id", "call_1").member("type", "function");
  out.key("function").begin_object().member("name", said.tool);
  out.member("arguments", said.arguments).end_object();
  out.end_object().end_array();
}

std::string chat_choice(const Said& said, std::string_view member, std::string_view finish) {
  JsonWriter out;
  out.begin_object().member("id", "chatcmpl-1").key("choices").begin_array().begin_object();
  out.member("index", 0).key(member).begin_object().member("role", "assistant");
  if (!said.text.empty()) out.member("content", said.text);
  if (!said.tool.empty()) write_tool(out, said);
  out.end_object();
  if (finish.empty()) {
    out.key("finish_reason").null();
  } else {
    out.member("finish_reason", finish);
  }
  out.end_object().end_array();
  if (member == "message") {
    out.key("usage").begin_object().member("prompt_tokens", 11).member("completion_tokens", 7);
    out.end_object();
  }
  out.end_object();
  return out.take();
}

BotAnswer chat(Said said, bool streams) {
  if (said.hands_over) {
    JsonWriter arguments;
    arguments.begin_object().member("reason", said.handover).end_object();
    said.tool = "handover";
    said.arguments = arguments.take();
  }
  if (!said.tool.empty()) said.finish = "tool_calls";
  if (!streams) {
    return {.headers = {{"content-type", "application/json"}},
            .body = chat_choice(said, "message", said.finish)};
  }
  BotAnswer out{.headers = {{"content-type", "text/event-stream"}}, .body = ": ready\n\n"};
  // One character at a time, as models do; the tool in one piece.
  for (std::size_t i = 0; i < said.text.size();) {
    std::size_t end = i + 1;
    while (end < said.text.size() && (static_cast<unsigned char>(said.text[end]) & 0xC0) == 0x80) {
      ++end;
    }
    out.body += event(chat_choice({.text = said.text.substr(i, end - i)}, "delta", ""));
    i = end;
  }
  if (said.breaks_off) return out;
  Said tool = said;
  tool.text.clear();
  if (!said.tool.empty()) out.body += event(chat_choice(tool, "delta", ""));
  out.body += event(chat_choice({}, "delta", said.finish));
  out.body += event(R"({"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7}})");
  out.body += event("[DONE]");
  return out;
}

BotAnswer rasa(const Said& said) {
  JsonWriter out;
  out.begin_array();
  if (!said.text.empty()) {
    out.begin_object().member("recipient_id", "r").member("text", said.text).end_object();
  }
  if (said.hands_over) {
    out.begin_object().member("recipient_id", "r").key("custom").begin_object();
    out.key("handover").begin_object().member("reason", said.handover).end_object();
    out.end_object().end_object();
  }
  out.end_array();
  return {.headers = {{"content-type", "application/json"}}, .body = out.take()};
}

std::string dify_event(std::string_view name, const std::string& conversation,
                       std::string_view answer) {
  JsonWriter out;
  out.begin_object().member("event", name).member("conversation_id", conversation);
  if (name != "message_end") out.member("answer", answer);
  if (name == "message_end" || name == "blocking") {
    out.key("metadata").begin_object().key("usage").begin_object();
    out.member("prompt_tokens", 5).member("completion_tokens", 3).end_object().end_object();
  }
  out.end_object();
  return out.take();
}

BotAnswer dify(Said said, bool streams, const std::string& conversation) {
  if (said.hands_over) said.text += "[[handover]] " + said.handover;
  if (!streams) {
    return {.headers = {{"content-type", "application/json"}},
            .body = dify_event("message", conversation, said.text)};
  }
  BotAnswer out{.headers = {{"content-type", "text/event-stream"}}, .body = "event: ping\n\n"};
  const std::size_t half = said.text.size() / 2;
  std::size_t cut = half;
  while (cut > 0 && (static_cast<unsigned char>(said.text[cut]) & 0xC0) == 0x80) --cut;
  out.body += event(dify_event("message", conversation, said.text.substr(0, cut)));
  if (said.breaks_off) return out;
  out.body += event(dify_event("message", conversation, said.text.substr(cut)));
  out.body += event(dify_event("message_end", conversation, ""));
  return out;
}

BotAnswer webhook(const Said& said) {
  JsonWriter out;
  out.begin_object().key("messages").begin_array();
  if (!said.text.empty()) out.begin_object().member("text", said.text).end_object();
  out.end_array();
  if (said.hands_over) {
    out.key("handover").begin_object().member("reason", said.handover).end_object();
  }
  out.end_object();
  return {.headers = {{"content-type", "application/json"}}, .body = out.take()};
}

// What the customer wrote last, where each interface has it.
std::string words_in(simdjson::dom::element root, std::string_view path) {
  if (path.ends_with(kRasa)) return text_in(root, "message");
  if (path.ends_with(kDify)) return text_in(root, "query");
  if (path.ends_with(kChat)) {
    std::string last;
    simdjson::dom::array messages;
    if (root["messages"].get(messages)) return last;
    for (const auto message : messages) {
      if (text_in(message, "role") == "user") last = text_in(message, "content");
    }
    return last;
  }
  simdjson::dom::element message;
  if (root["event"]["message"].get(message)) return {};
  return text_in(message, "fallback_text");
}

// The answers its tools have given since the customer wrote.
std::string tool_result(simdjson::dom::element root) {
  std::string last;
  simdjson::dom::array messages;
  if (root["messages"].get(messages)) return last;
  for (const auto message : messages) {
    const std::string role = text_in(message, "role");
    if (role == "user") last.clear();
    if (role == "tool") last = text_in(message, "content");
  }
  return last;
}

}  // namespace

bool BotStandIn::is_meant(std::string_view path) {
  return path.ends_with(kChat) || path.ends_with(kRasa) || path.ends_with(kDify) ||
         path.ends_with(kOrders) || path == "/bot";
}

void BotStandIn::read_script(std::string_view lines) {
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    const auto row = lines.substr(0, end);
    lines.remove_prefix(end == lines.npos ? lines.size() : end + 1);
    const auto tab = row.find('\t');
    if (tab == row.npos || row.starts_with('#')) continue;
    const auto what = row.substr(tab + 1);
    const auto space = what.find(' ');
    Line& line = script_.emplace_back();
    line.part = row.substr(0, tab);
    line.verb = what.substr(0, space);
    if (space != what.npos) line.argument = what.substr(space + 1);
  }
}

BotStandIn::Line BotStandIn::line_for(std::string_view said) const {
  for (const Line& line : script_) {
    if (said.find(line.part) != said.npos) return line;
  }
  return {.part = {}, .verb = "say", .argument = std::string(said)};
}

BotAnswer BotStandIn::react(std::string_view path, std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(body.data(), body.size()).get(root)) return {.status = 400, .body = "{}"};
  if (path.ends_with(kOrders)) {
    JsonWriter out;
    out.begin_object().member("order_id", text_in(root, "order_id")).member("state", "shipped");
    return {.body = out.end_object().take()};
  }
  const Line line = line_for(words_in(root, path));
  Said said;
  if (line.verb == "say") said.text = line.argument;
  if (line.verb == "long") said.text.assign(40'000, 'x');
  if (line.verb == "garbage") return {.body = "<html>502 but 200</html>"};
  if (line.verb == "429") {
    BotAnswer out{.status = 429, .body = R"({"error":{"message":"slow down"}})"};
    if (!line.argument.empty()) out.headers.emplace_back("retry-after", line.argument);
    return out;
  }
  if (line.verb == "status") {
    int status = 500;
    std::from_chars(line.argument.data(), line.argument.data() + line.argument.size(), status);
    return {.status = status, .body = "{}"};
  }
  if (line.verb == "handover") {
    said.hands_over = true;
    said.handover = line.argument;
  }
  if (line.verb == "cut") {
    said.text = "The first sentence is whole. The second one is not whol";
    said.finish = "length";
  }
  if (line.verb == "breaks-off") {
    said.text = "I was about to say";
    said.breaks_off = true;
  }
  const std::string found = tool_result(root);
  if (line.verb == "lookup-for-ever" || (line.verb == "lookup" && found.empty())) {
    said.tool = "order_lookup";
    JsonWriter arguments;
    said.arguments = arguments.begin_object().member("order_id", line.argument).end_object().take();
  } else if (line.verb == "lookup") {
    said.text = "Your order: " + found;
  }
  bool streams = false;
  static_cast<void>(root["stream"].get(streams));
  if (path.ends_with(kChat)) return chat(std::move(said), streams);
  if (path.ends_with(kRasa)) return rasa(said);
  if (path.ends_with(kDify)) {
    std::string conversation = text_in(root, "conversation_id");
    if (conversation.empty()) conversation = "conv-" + std::to_string(++conversations_);
    streams = text_in(root, "response_mode") == "streaming";
    return dify(std::move(said), streams, conversation);
  }
  return webhook(said);
}

}  // namespace parley::bots
