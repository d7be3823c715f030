// Any bytes as a webhook of any platform in any of its modes: in the place of a good one's body or
// of a piece of it, or with headers and query of their own; as a page that is fetched; as media and
// profiles asked for. Whatever comes of it can be stored. The first byte says which platform, the
// second what.
#include "connectors/inline_files.hpp"
#include "tests/fuzz/made_seeds.hpp"
#include "tests/fuzz/platforms.hpp"

namespace parley::fuzz {
namespace {

using namespace connectors;

constexpr const char* kTypes[] = {"application/json",
                                  "text/xml",
                                  "application/x-www-form-urlencoded",
                                  "multipart/form-data; boundary=b",
                                  "message/rfc822",
                                  ""};

void parse(const Played& played, const WebhookRequest& request) {
  const Connector& connector = *played.entry->connector;
  if (const auto shake = connector.handshake(request, played.channel); shake && *shake) {
    expect((*shake)->status >= 200 && (*shake)->status < 600, "no status", (*shake)->body);
  }
  ignore_error(connector.authenticate(request, played.channel), "parse must stand without it");
  const auto parsed = connector.parse(request, played.channel);
  expect_storable(parsed.events);
  connector.acknowledge(request, played.channel);
  const auto* files = inline_files_of(connector);
  if (files == nullptr) return;
  for (const auto& file : files->files(request, played.channel)) {
    const bool named = file.event < parsed.events.size() &&
                       std::holds_alternative<MessageIn>(parsed.events[file.event].what);
    expect(named, "a file of no message", request.body);
    const auto& content = std::get<MessageIn>(parsed.events[file.event].what).message.content;
    expect(file.part < content.size() && std::holds_alternative<Media>(content[file.part]),
           "a file of no part", request.body);
  }
}

void parse_webhook(const Played& played, Choices& choices, bool own_head) {
  Webhook hook = played.hook;
  if (own_head) {
    hook.method = choices.flag() ? "POST" : "GET";
    const char* type = kTypes[choices.below(std::size(kTypes))];
    for (auto& [name, value] : hook.headers) {
      if (name == "content-type") value = type;
    }
    hook.target = played.hook.target + "?" + std::string(choices.line());
    if (!hook.headers.empty()) {
      hook.headers[choices.below(hook.headers.size())].second = choices.line();
    }
  }
  hook.body = choices.rest();
  parse(played, view_of(hook));
}

// A good one with some bytes in the place of others.
void parse_changed(const Played& played, Choices& choices) {
  Webhook hook = played.hook;
  if (hook.body.empty()) return;
  const std::size_t at = (choices.below(256) * 256 + choices.below(256)) % hook.body.size();
  const std::size_t count = choices.below(64);
  hook.body.replace(at, count, choices.rest());
  parse(played, view_of(hook));
}

void read_page(const Played& played, std::string_view body) {
  if (!played.entry->event_source) return;
  const HttpAnswer answer{.status = 200, .headers = {}, .body = body};
  const auto read =
      played.entry->event_source->read(played.channel, {.stream = "s", .cursor = "1"}, answer);
  if (const auto* page = std::get_if<EventSource::Page>(&read)) expect_storable(page->events);
}

void read_answers(const Played& played, Choices& choices) {
  constexpr int kStatuses[] = {200, 201, 400, 401, 403, 404, 429, 500};
  const int status = kStatuses[choices.below(std::size(kStatuses))];
  const std::string media_id(choices.line());
  const HttpAnswer answer{
      .status = status, .headers = {{"content-type", "application/json"}}, .body = choices.rest()};
  const Entry& entry = *played.entry;
  if (entry.token_source) {
    ignore_error(entry.token_source->read(answer), "any bytes may be no token");
  }
  if (entry.profile_source) {
    entry.profile_source->read({"s", "s", media_id}, answer);
  }
  if (!entry.media_source) return;
  Media media;
  media.platform_id = media_id;
  const auto first = entry.media_source->start(media, played.channel, "token");
  if (const auto* call = std::get_if<HttpCall>(&first)) {
    entry.media_source->resume(media, played.channel, "token", call->step, answer);
  }
}

// For every platform: a good webhook's body as the whole of one, as the body of one with a head of
// its own, as a page and as an answer, and a good one to be changed.
std::vector<std::string> seeds_of_every_platform() {
  expect(platforms().size() <= 256, "more platforms than a byte can choose", "");
  std::vector<std::string> out;
  for (std::size_t i = 0; i < platforms().size(); ++i) {
    const std::string body = platforms()[i].hook.body;
    const std::string index(1, static_cast<char>(i)), zero(1, '\0');
    out.push_back(index + zero + body);
    out.push_back(index + "\1\1" + zero + "a=b" + zero + zero + "value" + zero + body);
    out.push_back(index + "\2" + zero + "\5" + zero + "x");
    if (platforms()[i].entry->event_source) out.push_back(index + "\3" + body);
    out.push_back(index + "\4" + zero + "media" + zero +
                  R"({"access_token":"t","expires_in":7200,)" +
                  R"("ok":true,"result":{"file_path":"a"},"url":"https://a.example/a"})");
  }
  return out;
}
const MadeSeeds kMadeSeeds("connectors_fuzz", &seeds_of_every_platform);

}  // namespace

PARLEY_FUZZ_TARGET(connectors) {
  Choices choices(bytes);
  const Played& played = choose_platform(choices);
  switch (choices.below(5)) {
    case 0:
      parse_webhook(played, choices, false);
      break;
    case 1:
      parse_webhook(played, choices, true);
      break;
    case 2:
      parse_changed(played, choices);
      break;
    case 3:
      read_page(played, choices.rest());
      break;
    default:
      read_answers(played, choices);
  }
}

}  // namespace parley::fuzz
