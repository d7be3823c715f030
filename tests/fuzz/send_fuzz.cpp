// Any words to anybody by any platform, and any bytes as what its API answers: a send ends, what we
// ask is a request and nothing more. The first byte says which platform.
#include <simdjson.h>

#include "connectors/charset.hpp"
#include "connectors/send_dialogue.hpp"
#include "tests/fuzz/made_seeds.hpp"
#include "tests/fuzz/platforms.hpp"

namespace parley::fuzz {
namespace {

using namespace connectors;

constexpr int kStatuses[] = {200, 201, 202, 204, 250, 400, 401, 403,
                             404, 413, 421, 429, 451, 500, 550};

Message message_of(Choices& choices) {
  Message out;
  out.direction = Direction::outbound;
  out.author.type = choices.flag() ? AuthorType::bot : AuthorType::agent;
  const std::size_t parts = 1 + choices.below(3);
  for (std::size_t i = 0; i < parts; ++i) {
    const auto kind = choices.below(6);
    const std::string words = clean_utf8(choices.line());
    Media media;
    media.kind = kind == 1 ? MediaKind::image : MediaKind::file;
    media.url = "https://files.example/" + std::to_string(i);
    media.name = words;
    if (kind == 1 || kind == 2) out.content.emplace_back(std::move(media));
    if (kind == 3) out.content.emplace_back(Location{.latitude = 1, .longitude = 2, .name = words});
    if (kind == 4) out.content.emplace_back(Link{.url = "https://a.example", .title = words});
    if (kind == 5) out.content.emplace_back(Card{.title = words, .text = words});
    if (kind == 0) out.content.emplace_back(Text{.text = words});
  }
  if (choices.flag()) {
    auto& action = out.suggested_actions.emplace_back();
    action.title = clean_utf8(choices.line());
    action.payload = action.title;
  }
  out.fallback_text = fallback_text(out.content);
  return out;
}

void expect_a_request(const HttpCall& call) {
  expect(call.url.find("://") != std::string::npos, "no URL", call.url);
  for (const char c : call.url) {
    expect(static_cast<unsigned char>(c) > 0x20 && c != 0x7f, "a URL with a space", call.url);
  }
  for (const auto& [name, value] : call.headers) {
    for (const char c : name + value) {
      expect(c != '\r' && c != '\n' && c != '\0', "a header that does not end at its line", value);
    }
  }
  if (!call.content_type.starts_with("application/json") || call.upload || call.body.empty())
    return;
  static simdjson::dom::parser parser;
  expect(parser.parse(call.body).error() == simdjson::SUCCESS, "JSON that is none", call.body);
}

// For every platform: a text, sent well; a card with a button, throttled.
std::vector<std::string> seeds_of_every_platform() {
  const std::string zero(1, '\0');
  const std::string well =
      zero + R"({"ok":true,"id":"1","message_id":"m1","errcode":0,"msgid":"m2","code":0})" + zero;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < platforms().size(); ++i) {
    const std::string index(1, static_cast<char>(i));
    out.push_back(index + zero + zero + zero + zero + "hello" + zero + zero + well + well);
    out.push_back(index + zero + "\1" + zero + "\5" + "title" + zero + "\1" + "Yes" + zero + "\13" +
                  R"({"error":{"code":429,"message":"slow down"},"retry_after":3})" + zero);
  }
  return out;
}
const MadeSeeds kMadeSeeds("send_fuzz", &seeds_of_every_platform);

}  // namespace

PARLEY_FUZZ_TARGET(send) {
  Choices choices(bytes);
  const Played& played = choose_platform(choices);
  Send send;
  send.id = SendId{"snd_00000000000000000000000000000001-1"};
  send.tenant = played.channel.tenant;
  send.channel = played.channel.id;
  send.idempotency_key = "key_0123456789abcdef0123";
  send.recipient = choices.flag() ? clean_utf8(choices.line()) : played.recipient;
  send.created_at = kNow;
  send.message = message_of(choices);
  if (!check_limits(send.message).empty()) return;
  SendDialogue dialogue(*played.entry, played.channel, std::move(send));
  auto next = dialogue.begin(kNow);
  for (int step = 0; step < 2 * kDialogueStepsMax + 2; ++step) {
    if (std::holds_alternative<SendDialogue::NeedToken>(next)) {
      next = dialogue.give_token("token", kNow);
    } else if (const auto* call = std::get_if<HttpCall>(&next)) {
      expect_a_request(*call);
      const int status = kStatuses[choices.below(std::size(kStatuses))];
      const std::string body(choices.line());
      next = dialogue.give_answer(
          {.status = status, .headers = {{"content-type", "application/json"}}, .body = body},
          kNow);
    } else {
      return;  // sent, shown or failed
    }
  }
  fail("a send without an end", played.channel.id.value);
}

}  // namespace parley::fuzz
