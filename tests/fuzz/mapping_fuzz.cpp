// Any bytes as an operator's mapping file; one that is taken then reads a webhook and makes a send.
#include "connectors/mapped/mapping.hpp"

#include "tests/fuzz/platforms.hpp"

namespace parley::fuzz {
namespace {

using namespace connectors;

// The connector whose settings hold a file, with this one in it.
const Entry& reader_of_files() {
  for (const auto& entry : builtin_registry().entries()) {
    for (const auto& setting : entry.connector->settings()) {
      if (setting.kind == SettingKind::file) return entry;
    }
  }
  fail("no connector reads files", "");
}

}  // namespace

PARLEY_FUZZ_TARGET(mapping) {
  Choices choices(bytes);
  const auto body = choices.line();
  const std::string toml(choices.rest());
  static const Entry& kEntry = reader_of_files();
  if (!mapped::compile_mapping(toml, &mapped::file_settings())) return;
  Channel channel = sample_channel(kEntry.connector->platform(), "", "http://127.0.0.1:9");
  channel.settings["mapping"] = toml;
  channel.secrets.emplace("webhook_secret", Secret("secret"));
  const WebhookRequest request{.method = "POST",
                               .path = "/webhooks/demo/ch1",
                               .query = "key=secret",
                               .headers = {{"content-type", "application/json"}},
                               .body = body,
                               .received_at = kNow};
  ignore_error(kEntry.connector->authenticate(request, channel), "parse must stand without it");
  expect_storable(kEntry.connector->parse(request, channel).events);
  Send send;
  send.id = SendId{"snd_00000000000000000000000000000001-1"};
  send.recipient = "+250788383383";
  send.message.content = {Text{.text = "hello"}};
  kEntry.connector->start({.send = send, .channel = channel, .access_token = {}, .now = kNow});
}

}  // namespace parley::fuzz
