// [[bot]] of the kinds that are somebody else's program: webhook, chat, rasa, dify.
#include "config/tenant_file.hpp"
#include "connectors/standard_webhook.hpp"

namespace parley::config {
namespace {

void read_address(Table& table, TenantContext& context, std::string_view key, std::string& into) {
  if (into.empty()) return;
  const auto wrong = check_url(into, context.process);
  if (!wrong.empty()) table.problem(key, wrong);
  while (into.ends_with('/') && key == "url") into.pop_back();  // paths are appended to it
}

void read_redaction(Table& table, bots::Settings& settings) {
  const auto names = table.texts("redact");
  if (!table.has("redact")) return;
  settings.redact = {};
  for (const auto& name : names) {
    if (bots::include(settings.redact, name)) continue;
    table.problem("redact", "there is no personal data \"" + name +
                                "\"; expected some of \"phone\", \"id_number\", \"card\", "
                                "\"email\"");
  }
}

void read_chat(Table& table, TenantContext& context, bots::Settings& settings) {
  settings.model = table.required_text("model");
  settings.system_zh = table.text("system_zh");
  settings.system_en = table.text("system_en");
  if (table.has("temperature")) settings.temperature = table.number("temperature", 1, 0, 2);
  settings.tokens_max = table.whole<unsigned>("tokens_max", settings.tokens_max, 1, 8'000);
  settings.tokens_are_completion =
      table.one_of("tokens_name", {"max_tokens", "max_completion_tokens"}, "max_tokens") !=
      "max_tokens";
  settings.tools = table.flag("tools", settings.tools);
  settings.tool_rounds_max =
      table.whole<unsigned>("tool_rounds_max", settings.tool_rounds_max, 0, bots::kToolRoundsMax);
  settings.lookup_url = table.text("lookup_url");
  read_address(table, context, "lookup_url", settings.lookup_url);
  read_signing_secret(table, context, "lookup_secret", settings.lookup_secret,
                      !settings.lookup_url.empty());
  settings.lookup_timeout = table.ms("lookup_timeout_ms", settings.lookup_timeout,
                                     Milliseconds{100}, Milliseconds{30'000});
}

}  // namespace

void read_signing_secret(Table& table, TenantContext& context, std::string_view key, Secret& into,
                         bool required) {
  if (auto secret = read_secret(table, key, context.secrets)) {
    if (!connectors::usable_webhook_secret(*secret)) {
      table.problem(key, "is not a signing secret; expected \"whsec_\" and base64 of 24 to 64 bytes");
    }
    into = std::move(*secret);
  } else if (required && !table.has(key)) {
    table.problem(key, "is missing; expected \"env:NAME\" or \"file:PATH\"");
  }
}

bots::Settings read_remote_bot(Table& table, TenantContext& context, bots::Kind kind) {
  bots::Settings settings{.kind = kind};
  settings.url = table.required_text("url");
  if (kind == bots::Kind::webhook) {
    if (!settings.url.empty()) {
      const auto wrong = check_url(settings.url, context.process);
      if (!wrong.empty()) table.problem("url", wrong);
    }
    read_signing_secret(table, context, "secret", settings.secret, true);
    // The tenant's own program is told what the tenant's own people see.
    settings.redact = {};
    settings.history_bytes_max = bots::kHistoryBytesMax;
  } else {
    read_address(table, context, "url", settings.url);
    if (auto secret = read_secret(table, "secret", context.secrets)) {
      settings.secret = std::move(*secret);
    } else if (kind == bots::Kind::dify && !table.has("secret")) {
      table.problem("secret",
                    "is missing; expected the app's API key, \"env:NAME\" or "
                    "\"file:PATH\"");
    }
    settings.handover_mark = table.text("handover_mark", settings.handover_mark);
    if (kind != bots::Kind::rasa) settings.stream = table.flag("stream", settings.stream);
  }
  if (kind == bots::Kind::chat) read_chat(table, context, settings);
  settings.history_messages = table.whole<std::size_t>(
      "history_messages", settings.history_messages, 0, bots::kHistoryMessagesMax);
  settings.history_bytes_max = table.whole<std::size_t>(
      "history_bytes_max", settings.history_bytes_max, 0, bots::kHistoryBytesMax);
  settings.calls_in_flight_max =
      table.whole<std::size_t>("calls_in_flight_max", settings.calls_in_flight_max, 1, 10'000);
  read_redaction(table, settings);
  return settings;
}

}  // namespace parley::config
