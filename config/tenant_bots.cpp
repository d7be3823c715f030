// [[bot]] (or one [bot]) and [[api_key]].
#include <algorithm>

#include "base/crypto.hpp"
#include "bots/dialogue.hpp"
#include "config/faq_file.hpp"
#include "config/tenant_file.hpp"
#include "routing/text/load.hpp"

namespace parley::config {
namespace {

// A platform waits for its acknowledgement meanwhile: the most impatient one for 5 s in all.
constexpr Milliseconds kClassifierDeadlineMin{10}, kClassifierDeadlineMax{1'000};
constexpr std::size_t kTokenCharsMin = 24;  // below, a token can be guessed from its hash

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

void read_faq_bot(Table& table, TenantContext& context, gateway::BotSettings& settings) {
  const auto named = table.text("file");
  settings.threshold = table.number("threshold", settings.threshold, 0, 1);
  if (named.empty()) return;
  const auto path = resolve_path(context.secrets.directory, named);
  const auto bytes = read_file_blocking(path, kFileBytesMax);
  if (!bytes) {
    table.problem("file", bytes.error().detail + "; expected a file of questions and answers");
    return;
  }
  context.files_read += *bytes;
  const auto count_before = context.problems.count();
  auto entries = read_faq(*bytes, path, context.problems);
  if (context.problems.count() != count_before) return;
  auto faq = routing::Faq::build(std::move(entries));
  if (!faq) {
    context.problems.add_line(path + ":1:1: " + faq.error().detail);
  } else {
    settings.faq = std::move(*faq);
  }
}

// nullopt: the embedded one.
std::optional<bots::Kind> kind_of(std::string_view name) {
  for (const auto kind :
       {bots::Kind::webhook, bots::Kind::chat, bots::Kind::rasa, bots::Kind::dify}) {
    if (bots::to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

void read_bot(const Node& node, TenantContext& context, gateway::Tenant& tenant,
              routing::Policy& policy, std::map<std::string, unsigned>& lines) {
  Table table(node, "bot", context.problems);
  const auto& limits = context.process.pipeline.bots;
  routing::Bot bot;
  gateway::BotSettings settings;
  bot.id = settings.id = {table.required_name("id")};
  const auto kind =
      kind_of(table.one_of("kind", {"faq", "webhook", "chat", "rasa", "dify"}, "faq"));
  bot.kind = kind ? routing::BotKind::webhook : routing::BotKind::faq;
  bot.deadline =
      table.ms("deadline_ms", limits.deadline_default, Milliseconds{100}, limits.deadline_max);
  bot.turns_per_minute_max = table.whole<std::uint32_t>(
      "turns_per_minute_max", bot.turns_per_minute_max, 1, routing::kTurnsPerMinuteMax);
  bot.fallback_queue = {table.optional_name("fallback_queue")};
  if (bot.fallback_queue.empty()) bot.fallback_queue = policy.human_queue;
  const auto& queue = bot.fallback_queue.value;
  if (table.has("fallback_queue") && !policy.queues.contains(bot.fallback_queue)) {
    table.problem("fallback_queue", "there is no queue " + quoted(queue) +
                                        expected_of(queue, names_of(policy.queues)));
  }
  settings.hand_over_zh = table.text("hand_over_zh");
  settings.hand_over_en = table.text("hand_over_en");
  if (kind) {
    settings.remote = read_remote_bot(table, context, *kind);
  } else {
    read_faq_bot(table, context, settings);
  }
  if (!first_of_its_name(table, "bot", bot.id.value, lines)) return;
  policy.bots[bot.id] = bot;
  tenant.bots[bot.id] = std::move(settings);
}

// "token" is hashed here and forgotten; "token_sha256" never was known.
void read_token(Table& table, const SecretSource& source, gateway::ApiKey& key) {
  const bool hashed = table.has("token_sha256");
  const auto hex = table.text("token_sha256");
  const auto token = read_secret(table, "token", source);
  if (hashed == table.has("token")) {
    table.problem(hashed ? "token" : "token_sha256",
                  hashed ? "stands beside token_sha256; expected one of them"
                         : "is missing; expected it in hex, or token = \"env:NAME\"");
    return;
  }
  if (hashed) {
    const auto bytes = from_hex(hex);
    if (bytes && bytes->size() == 32) {
      key.token_sha256 = *bytes;
    } else {
      table.problem("token_sha256", "is not a SHA-256; expected 64 hex digits");
    }
  } else if (token) {
    if (!source.literals_allowed && token->reveal().size() < kTokenCharsMin) {
      table.problem("token", "is shorter than " + std::to_string(kTokenCharsMin) +
                                 " characters; expected a longer, random one");
    }
    key.token_sha256 = sha256(token->reveal());
  }
}

}  // namespace

void read_classifier(Table& root, TenantContext& context, gateway::Tenant& tenant) {
  const Node* node = root.table("classifier");
  if (!node) return;
  Table table(*node, "classifier", context.problems);
  gateway::ClassifierSettings settings;
  settings.url = table.required_text("url");
  if (!settings.url.empty()) {
    const auto wrong = check_url(settings.url, context.process);
    if (!wrong.empty()) table.problem("url", wrong);
  }
  read_signing_secret(table, context, "secret", settings.secret, true);
  settings.deadline =
      table.ms("deadline_ms", settings.deadline, kClassifierDeadlineMin, kClassifierDeadlineMax);
  tenant.classifier = std::move(settings);
}

// What the tenant taught for itself; what it did not is the process's.
void read_models(Table& root, TenantContext& context, gateway::Tenant& tenant) {
  const Node* node = root.table("models");
  if (!node) return;
  Table table(*node, "models", context.problems);
  const auto path_of = [&](std::string_view key, const std::string& otherwise) {
    const auto path = table.text(key);
    return path.empty() ? otherwise : resolve_path(context.secrets.directory, path);
  };
  const auto sentiment = path_of("sentiment", context.process.model_path);
  const auto intent = path_of("intent", context.process.intent_model_path);
  if (!table.has("sentiment") && !table.has("intent")) {
    table.problem("sentiment", "is missing; expected a model file, here or as intent");
    return;
  }
  if (sentiment.empty()) {
    table.problem("intent",
                  "stands without a sentiment model; expected one here or as `model` of "
                  "the process");
    return;
  }
  auto loaded = routing::load_analyzer(sentiment, intent);
  if (loaded) {
    tenant.analyzer = std::move(*loaded);
  } else {
    table.problem(table.has("intent") ? "intent" : "sentiment",
                  loaded.error().detail + "; expected a file that `parley train` wrote");
  }
}

void read_bots(Table& root, TenantContext& context, gateway::Tenant& tenant,
               routing::Policy& policy) {
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("bot")) read_bot(*node, context, tenant, policy, lines);
}

void read_keys(Table& root, TenantContext& context, gateway::Tenant& tenant,
               const routing::Policy& policy) {
  static const std::vector<std::string> kScopes = {"messages", "read", "agent", "admin"};
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("api_key")) {
    Table table(*node, "api_key", context.problems);
    gateway::ApiKey key{.id = table.required_name("id"),
                        .token_sha256 = {},
                        .scopes = table.texts("scopes"),
                        .agent = {table.optional_name("agent")}};
    read_token(table, context.secrets, key);
    if (key.scopes.empty()) {
      table.problem("scopes",
                    "are missing; expected some of \"messages\", \"read\", \"agent\", "
                    "\"admin\"");
    }
    for (const auto& scope : key.scopes) {
      if (std::ranges::find(kScopes, scope) != kScopes.end()) continue;
      table.problem("scopes", "there is no scope " + quoted(scope) + expected_of(scope, kScopes));
    }
    if (!key.agent.empty() && !policy.agents.contains(key.agent)) {
      table.problem("agent", "there is no agent " + quoted(key.agent.value) +
                                 expected_of(key.agent.value, names_of(policy.agents)));
    }
    if (!first_of_its_name(table, "api key", key.id, lines)) continue;
    const auto same =
        std::ranges::find(tenant.api_keys, key.token_sha256, &gateway::ApiKey::token_sha256);
    if (same != tenant.api_keys.end() && !key.token_sha256.empty()) {
      table.problem(
          "token", "is the token of the key " + quoted(same->id) + " too; expected one of its own");
    }
    tenant.api_keys.push_back(std::move(key));
  }
}

}  // namespace parley::config
