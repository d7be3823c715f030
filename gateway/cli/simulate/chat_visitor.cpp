#include "gateway/cli/simulate/chat_visitor.hpp"

#include <simdjson.h>

#include <thread>

#include "base/json_writer.hpp"

namespace parley::gateway::simulate {
namespace {

constexpr Milliseconds kAskTimeout{10'000};
constexpr Milliseconds kPollPause{50};
constexpr std::size_t kPagesMax = 100;

Error refused(std::string_view what, const Answer& answer) {
  return Error{.code = Errc::rejected,
               .detail = std::string(what) + ": the gateway answered HTTP " +
                         std::to_string(answer.status) + " " + answer.body.substr(0, 300)};
}

std::string text_at(const simdjson::dom::element& root, std::string_view pointer) {
  std::string_view text;
  if (root.at_pointer(pointer).get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::string hello_json(const connectors::ChatSessions::Hello& hello) {
  JsonWriter json;
  json.begin_object();
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) json.member(name, value);
  };
  add("token", hello.token);
  add("user_token", hello.user_token);
  add("user", hello.user);
  add("user_hash", hello.user_hash);
  json.end_object();
  return json.take();
}

}  // namespace

ChatVisitor::ChatVisitor(const connectors::Channel& channel, const connectors::StandIn& stand_in,
                         const LocalAddress& gateway, std::string user)
    : channel_(channel),
      stand_in_(stand_in),
      line_(gateway.host, gateway.port),
      user_(std::move(user)),
      base_("/chat/" + channel.tenant.value + "/" + channel.id.value) {}

Result<void> ChatVisitor::open_blocking() {
  auto answer = line_.ask_blocking({.target = base_ + "/session",
                                    .headers = {{"Content-Type", "application/json"}},
                                    .body = hello_json(stand_in_.hello(channel_, user_))},
                                   kAskTimeout);
  if (!answer) return std::move(answer.error());
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (answer->status != 200 || parser.parse(answer->body).get(root) != simdjson::SUCCESS) {
    return refused("opening a session", *answer);
  }
  token_ = text_at(root, "/token");
  // What was said before this run is not an answer to it.
  for (std::size_t page = 0; page < kPagesMax; ++page) {
    const auto before = seen_;
    auto old = poll();
    if (!old) return std::move(old.error());
    if (seen_ == before) break;
  }
  return {};
}

Result<bool> ChatVisitor::say_blocking(std::uint64_t number, const std::string& text) {
  const auto now = SystemClock().now();
  auto frames = stand_in_.deliver(
      channel_, {.user = user_, .text = text, .number = number, .said_at = now, .sent_at = now});
  if (!frames) return std::move(frames.error());
  return send_blocking(frames->webhooks.at(0));
}

Result<bool> ChatVisitor::send_blocking(const connectors::Webhook& frame) {
  Ask ask = ask_of(frame);
  ask.headers.emplace_back("Authorization", "Bearer " + token_);
  auto answer = line_.ask_blocking(ask, kAskTimeout);
  if (!answer) return std::move(answer.error());
  if (answer->status / 100 != 2) return refused("saying it", *answer);
  simdjson::dom::parser parser;
  bool duplicate = false;
  if (parser.parse(answer->body)["duplicate"].get(duplicate) != simdjson::SUCCESS) return false;
  return duplicate;
}

Result<std::vector<connectors::AcceptedSend>> ChatVisitor::poll() {
  auto answer =
      line_.ask_blocking({.method = "GET",
                          .target = base_ + "/events?limit=200&after_seq=" + std::to_string(seen_),
                          .headers = {{"Authorization", "Bearer " + token_}}},
                         kAskTimeout);
  if (!answer) return std::move(answer.error());
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::array events;
  if (answer->status != 200 || parser.parse(answer->body).get(root) != simdjson::SUCCESS ||
      root["events"].get(events) != simdjson::SUCCESS) {
    return refused("reading the conversation", *answer);
  }
  std::vector<connectors::AcceptedSend> out;
  for (const auto event : events) {
    if (text_at(event, "/type") != "message.created") continue;
    if (text_at(event, "/message/direction") != "outbound") continue;
    connectors::AcceptedSend send{.platform = channel_.platform, .to = user_};
    send.text = text_at(event, "/message/fallback_text");
    if (send.text.empty()) send.text = text_at(event, "/message/content/0/text");
    send.external_id = text_at(event, "/message/id");
    out.push_back(std::move(send));
  }
  std::uint64_t last = 0;
  if (root["last_seq"].get(last) == simdjson::SUCCESS && last > seen_) seen_ = last;
  return out;
}

Result<std::vector<connectors::AcceptedSend>> ChatVisitor::next_blocking(Milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    auto said = poll();
    if (!said || !said->empty()) return said;
    if (std::chrono::steady_clock::now() + kPollPause > end) return said;
    std::this_thread::sleep_for(kPollPause);
  }
}

}  // namespace parley::gateway::simulate
