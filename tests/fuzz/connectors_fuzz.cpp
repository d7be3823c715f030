// Any bytes as a webhook's body, after the proof: whatever comes of it can be stored. The first
// byte says which platform.
#include <cstdio>
#include <cstdlib>

#include "connectors/registry.hpp"
#include "conversation/codec.hpp"

namespace parley::connectors {
namespace {

Channel channel_of(const Connector& connector) {
  Channel channel{};
  channel.tenant = {"demo"};
  channel.id = {"ch1"};
  channel.platform = connector.platform();
  for (const Setting& setting : connector.settings()) {
    if (setting.kind == SettingKind::secret) {
      // As long as the longest key a platform wants, of characters all of them allow.
      channel.secrets[std::string(setting.name)] = Secret(std::string(43, 'a'));
    } else if (!setting.default_value.empty()) {
      channel.settings[std::string(setting.name)] = setting.default_value;
    }
  }
  return channel;
}

void expect_storable(const std::vector<Incoming>& events) {
  for (const Incoming& incoming : events) {
    const auto* in = std::get_if<MessageIn>(&incoming.what);
    if (in == nullptr || !check_limits(in->message).empty()) continue;
    const auto back = from_json<Message>(to_json(in->message));
    if (!back || !(*back == in->message)) {
      std::fprintf(stderr, "cannot be stored: %s\n", to_json(in->message).c_str());
      std::abort();
    }
  }
}

void parse_as(const Entry& entry, std::string_view body) {
  const Channel channel = channel_of(*entry.connector);
  const WebhookRequest request{
      .method = "POST",
      .path = "/webhooks/demo/ch1",
      .query = {},
      .headers = {{"content-type", body.starts_with('<') ? "text/xml" : "application/json"}},
      .body = body,
      .received_at = TimePoint{Milliseconds{1'760'000'000'000}}};
  ignore_error(entry.connector->authenticate(request, channel), "parse must stand without it");
  expect_storable(entry.connector->parse(request, channel).events);
  if (!entry.event_source) return;
  const HttpAnswer answer{.status = 200, .headers = {}, .body = body};
  const auto read = entry.event_source->read(channel, {.stream = "s", .cursor = "1"}, answer);
  if (const auto* page = std::get_if<EventSource::Page>(&read)) expect_storable(page->events);
}

}  // namespace
}  // namespace parley::connectors

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto& entries = parley::connectors::builtin_registry().entries();
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  parley::connectors::parse_as(entries[data[0] % entries.size()], body);
  return 0;
}
