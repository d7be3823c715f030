// Any bytes as what a bot answers, each kind of bot, whole and in pieces, and as what a tool says:
// the dialogue ends, in what a customer may be shown. What is understood of a stream must not
// depend on how it was cut.
#include "bots/chat_answer.hpp"
#include "bots/dialogue.hpp"
#include "bots/event_stream.hpp"
#include "bots/transcript.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::bots {
namespace {

constexpr Kind kKinds[] = {Kind::webhook, Kind::chat, Kind::rasa, Kind::dify};
constexpr int kStatuses[] = {200, 200, 200, 400, 404, 429, 500, 0};

Settings settings_of(Kind kind, bool stream) {
  const Secret signing("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5");
  return {.kind = kind,
          .url = "https://bot.example",
          .secret = kind == Kind::webhook ? signing : Secret("the-key"),
          .model = "small",
          .system_en = "You sell shoes.",
          .stream = stream,
          .lookup_url = "https://shop.example/orders/lookup",
          .lookup_secret = signing};
}

Turn turn() {
  static const auto kEvent = [] {
    Event event;
    event.type = EventType::message_created;
    event.episode = {"eps_1-1"};
    event.message.emplace(text_message("where is it?"));
    event.message->direction = Direction::inbound;
    event.message->author.type = AuthorType::customer;
    return std::make_shared<const Event>(std::move(event));
  }();
  Turn out;
  out.call.id = {"bot_1-7"};
  out.call.tenant = {"demo"};
  out.call.person = {"per_1"};
  out.call.bot = {"b"};
  out.event = kEvent;
  out.language = "en";
  out.now = TimePoint{Milliseconds{1'760'000'000'000}};
  return out;
}

void check(const Step& step, std::string_view bytes) {
  if (const auto* error = std::get_if<Error>(&step)) {
    return fuzz::expect(!error->detail.empty(), "an error without a word", bytes);
  }
  const auto& reply = std::get<Reply>(step);
  fuzz::expect(!reply.messages.empty() || reply.hand_over, "a reply of nothing", bytes);
  fuzz::expect(reply.messages.size() <= kMessagesMax, "more messages than allowed", bytes);
  fuzz::expect(reply.reason.size() <= kReasonBytesMax, "a reason too long", bytes);
  fuzz::expect_utf8(reply.reason, "a reason that is no UTF-8");
  fuzz::expect_utf8(reply.session, "a session that is no UTF-8");
  for (const auto& message : reply.messages) {
    fuzz::expect_utf8(plain_text(message), "a message that is no UTF-8");
    fuzz::expect(check_limits(message).empty(), "a message past its limits", bytes);
  }
}

// The answer as it comes, in pieces; false: hung up.
bool hear(Dialogue& dialogue, std::string_view body, std::size_t piece) {
  for (std::size_t at = 0; at < body.size(); at += piece) {
    if (!dialogue.piece(body.substr(at, piece))) return false;
  }
  return true;
}

void talk(fuzz::Choices& choices, std::string_view bytes) {
  const Kind kind = kKinds[choices.below(std::size(kKinds))];
  const Settings settings = settings_of(kind, choices.flag());
  const std::size_t piece = 1 + choices.below(32);
  const auto dialogue = open(settings, turn());
  Step step = dialogue->start();
  for (int steps = 0; steps <= kStepsMax + 1; ++steps) {
    const auto* ask = std::get_if<Ask>(&step);
    if (ask == nullptr) return check(step, bytes);
    const int status = kStatuses[choices.below(std::size(kStatuses))];
    const auto body = choices.line();
    connectors::HttpAnswer heard{.status = status, .headers = {}, .body = body};
    if (ask->peer == Peer::bot && status != 200) {
      auto again = dialogue->refused(heard);
      if (!again) return;
      step = *std::move(again);
      continue;
    }
    if (ask->in_pieces && status == 200) {
      if (!hear(*dialogue, body, piece)) return;
      heard.body = {};
    }
    step = dialogue->resume(heard);
  }
  fuzz::fail("a dialogue without an end", bytes);
}

std::string understood(std::string_view body, std::size_t piece) {
  ChatAnswer answer;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    if (!answer.feed(body.substr(at, piece))) return "refused";
  }
  if (!answer.finish()) return "refused";
  std::string out = answer.text + "\n" + answer.finish_reason;
  for (const auto& tool : answer.tools) {
    fuzz::expect(tool.arguments.size() <= kArgumentBytesMax, "arguments too long", body);
    out += "\n" + tool.id + "\n" + tool.name + "\n" + tool.arguments;
  }
  fuzz::expect(answer.tools.size() <= kToolCallsMax, "more calls than allowed", body);
  return out;
}

std::string events_in(std::string_view body, std::size_t piece) {
  EventStream stream;
  std::string out;
  const EventStream::OnEvent note = [&](std::string_view name, std::string_view data) {
    out.append(name).append("\n").append(data).append("\n\n");
    return Result<void>();
  };
  for (std::size_t at = 0; at < body.size(); at += piece) {
    if (!stream.feed(body.substr(at, piece), note)) return out + "refused";
  }
  return stream.finish(note) ? out : out + "refused";
}

}  // namespace

PARLEY_FUZZ_TARGET(bots) {
  fuzz::Choices choices(bytes);
  const auto what = choices.below(4);
  if (what != 0) return talk(choices, bytes);
  const auto body = choices.rest();
  fuzz::expect(events_in(body, body.size() + 1) == events_in(body, 1), "other events when cut",
               bytes);
  fuzz::expect(understood(body, body.size() + 1) == understood(body, 1), "another answer when cut",
               bytes);
  if (const auto reply = parse_webhook_reply(body)) check(Step(*reply), bytes);
}

}  // namespace parley::bots
