// Dify's chat API, streamed or blocking. Its conversation id is kept for the episode.
//
// Source   docs.dify.ai, "Send chat message" and the events of its stream, read 2026-11:
//          POST <url>/chat-messages {"query","inputs","response_mode","conversation_id","user"};
//          events message, agent_message, message_replace, message_end, error, ping
#include <simdjson.h>

#include "base/json_writer.hpp"
#include "bots/event_stream.hpp"
#include "bots/transcript.hpp"

namespace parley::bots {
namespace {

constexpr std::size_t kDocumentBytesMax = 256 * 1024;
constexpr std::size_t kSessionBytesMax = 128;

Error malformed(std::string what) {
  return {.code = Errc::malformed, .detail = "Dify's answer: " + std::move(what)};
}

std::string_view text_in(simdjson::dom::element in, std::string_view name) {
  std::string_view text;
  if (in[name].get(text)) return {};
  return text;
}

class DifyDialogue final : public Dialogue {
 public:
  DifyDialogue(const Settings& settings, Turn turn)
      : settings_(settings), turn_(std::move(turn)), session_(turn_.session) {}

  Step start() override { return ask(); }

  // A stream, or one JSON document from a server that did not stream.
  Result<void> piece(std::string_view bytes) override {
    if (!known_) {
      const auto first = bytes.find_first_not_of(" \t\r\n");
      if (first == bytes.npos) return {};
      known_ = true;
      streams_ = bytes[first] != '{';
    }
    if (streams_) return stream_.feed(bytes, [this](auto, auto data) { return take(data); });
    if (whole_.size() + bytes.size() > kDocumentBytesMax) return malformed("it is too long");
    whole_ += bytes;
    return {};
  }

  Step resume(const connectors::HttpAnswer& answer) override {
    if (!answer.body.empty()) {
      if (auto taken = piece(answer.body); !taken) return std::move(taken.error());
    }
    const auto take_event = [this](auto, auto data) { return take(data); };
    auto done = streams_ ? stream_.finish(take_event) : take(whole_);
    if (!done) return std::move(done.error());
    ended_ = ended_ || !streams_;
    if (!ended_) return malformed("the stream broke off");
    auto reply = reply_of(settings_, std::move(text_));
    if (!reply) return std::move(reply.error());
    reply->session = session_;
    return std::move(*reply);
  }

  // It forgets conversations: then this one begins anew.
  std::optional<Ask> refused(const connectors::HttpAnswer& answer) override {
    if (answer.status != 404 || session_.empty()) return std::nullopt;
    session_.clear();
    return ask();
  }

 private:
  Ask ask() {
    stream_ = {};
    text_.clear();
    whole_.clear();
    ended_ = known_ = streams_ = false;
    JsonWriter body;
    body.begin_object().key("inputs").begin_object();
    body.member("language", turn_.language).end_object();
    body.member("query", turn_text(settings_, turn_));
    body.member("response_mode", settings_.stream ? "streaming" : "blocking");
    body.member("conversation_id", session_);
    body.member("user", turn_.call.person.value);
    body.member("auto_generate_name", false).end_object();
    Ask ask;
    ask.call.url = settings_.url + "/chat-messages";
    ask.call.body = body.take();
    ask.call.headers = {{"authorization", "Bearer " + settings_.secret.reveal()}};
    ask.in_pieces = settings_.stream;
    return ask;
  }

  Result<void> take(std::string_view data) {
    simdjson::dom::parser parser(kDocumentBytesMax);
    simdjson::dom::element root;
    if (parser.parse(data.data(), data.size()).get(root) || !root.is_object()) {
      return malformed("no JSON object");
    }
    const auto event = text_in(root, "event");
    const auto session = text_in(root, "conversation_id");
    if (!session.empty() && session.size() <= kSessionBytesMax) session_ = session;
    if (event == "error") {
      return Error{.code = Errc::rejected, .detail = "Dify reports an error"};
    }
    if (event == "message" || event == "agent_message") {
      text_ += text_in(root, "answer");
    } else if (event == "message_replace") {
      text_ = text_in(root, "answer");
    }
    if (text_.size() > kAnswerTextBytesMax) return malformed("the text is too long");
    simdjson::dom::element usage;
    if (!root["metadata"]["usage"].get(usage)) {
      static_cast<void>(usage["prompt_tokens"].get(usage_.tokens_in));
      static_cast<void>(usage["completion_tokens"].get(usage_.tokens_out));
    }
    ended_ = ended_ || event == "message_end";
    return {};
  }

  const Settings& settings_;
  const Turn turn_;
  EventStream stream_;
  std::string text_, session_;
  std::string whole_;  // of an answer that is no stream
  bool ended_ = false, known_ = false, streams_ = false;
};

}  // namespace

std::unique_ptr<Dialogue> open_dify(const Settings& settings, Turn turn) {
  return std::make_unique<DifyDialogue>(settings, std::move(turn));
}

}  // namespace parley::bots
