#include "tests/routing/world.hpp"

#include <algorithm>

namespace parley::routing {
namespace {

const Capabilities& capabilities_of(const std::string& channel_id) {
  static const Capabilities kChat = [] {
    Capabilities c;
    c.platform = "webchat";
    return c;
  }();
  static const Capabilities kOfficial = [] {
    Capabilities c;
    c.platform = "wechat_oa";
    c.templates = true;
    c.reply_policy = {{"user_message", Milliseconds{48 * 3'600'000}, 5},
                      {"menu_click", Milliseconds{60'000}, 3},
                      {"scan", Milliseconds{60'000}, 3}};
    return c;
  }();
  static const Capabilities kDay24 = [] {
    Capabilities c;
    c.platform = "messenger";
    c.delivery_receipts = true;
    c.reply_policy = {
        {"user_message", Milliseconds{24 * 3'600'000}, 0},
        {.trigger = "user_message", .window = Milliseconds{7 * 86'400'000}, .people_only = true}};
    return c;
  }();
  if (channel_id == "oa") return kOfficial;
  return channel_id == "fb" ? kDay24 : kChat;
}

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

}  // namespace

TextAnalysis WordAnalyzer::analyze(std::string_view text, std::string_view) const {
  TextAnalysis out;
  out.analysis.sentiment = "neutral";
  if (has(text, "bad") || has(text, "furious")) {
    out.analysis.sentiment = "negative";
    out.analysis.score = -0.8;
    out.terms = {{"bad", -1.5}};
  } else if (has(text, "good")) {
    out.analysis.sentiment = "positive";
    out.analysis.score = 0.6;
  }
  out.analysis.angry = has(text, "furious");
  out.analysis.confidence = 0.9;
  const bool ascii = std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
  out.analysis.language = ascii ? "en" : "zh";
  out.asks_human = has(text, "human") || has(text, "人工");
  return out;
}

Policy small_policy() {
  Policy policy;
  policy.tenant = {"demo"};
  policy.version = "v1";
  for (const std::string id : {"general", "complaints", "vip"}) {
    Queue queue;
    queue.id = {id};
    queue.name = id;
    policy.queues[{id}] = queue;
  }
  for (const std::string id : {"anna", "ben"}) {
    policy.agents[{id}] = {
        .id = {id}, .name = id == "anna" ? "Anna" : "Ben", .queues = {{"general"}}, .skills = {}};
  }
  policy.bots[{"faq"}] = {.id = {"faq"}, .fallback_queue = {"general"}};
  for (const std::string id : {"chat", "oa", "fb"}) {
    policy.channels[{id}] = {.id = {id},
                             .platform = capabilities_of(id).platform,
                             .account = "account-" + id,
                             .capabilities = &capabilities_of(id)};
  }
  policy.default_outcome = bot();
  policy.human_queue = {"general"};
  return policy;
}

std::shared_ptr<const Policy> compiled(Policy policy) {
  auto result = compile(std::move(policy));
  if (!result) {
    ADD_FAILURE() << "the test's policy does not compile: " << result.error().detail;
    return std::make_shared<const Policy>();
  }
  return *result;
}

Condition test_of(Test test, std::vector<std::string> values, double number) {
  Condition condition;
  condition.test = test;
  condition.values = std::move(values);
  condition.number = number;
  return condition;
}

namespace {
Condition group(Test test, std::vector<Condition> parts) {
  Condition condition;
  condition.test = test;
  condition.parts = std::move(parts);
  return condition;
}
}  // namespace

Condition all_of(std::vector<Condition> parts) { return group(When::all, std::move(parts)); }
Condition any_of(std::vector<Condition> parts) { return group(When::any, std::move(parts)); }
Condition none_of(std::vector<Condition> parts) { return group(When::none, std::move(parts)); }

Rule rule_of(std::string name, Condition when, Holder then, int priority) {
  Rule rule;
  rule.name = std::move(name);
  rule.when = std::move(when);
  rule.then = std::move(then);
  rule.priority = priority;
  return rule;
}

Message text(std::string words) {
  Message message;
  message.content.emplace_back(Text{.text = std::move(words)});
  return message;
}

ChannelRef channel(std::string id) {
  return {.id = {id}, .platform = capabilities_of(id).platform, .account = "account-" + id};
}

Result<Transition> World::ask(const Command& command) const {
  return decide(state, command, {.policy = *policy, .analyzer = analyzer, .now = now});
}

Transition World::must(const Command& command) {
  auto result = ask(command);
  if (!result) {
    ADD_FAILURE() << "refused: " << to_string(result.error().code) << ": " << result.error().detail;
    return {};
  }
  state = result->state;
  for (const Send& send : result->sends) {
    std::erase_if(rows, [&](const Send& row) { return row.id == send.id; });
    rows.push_back(send);
  }
  for (const SendId& id : result->finished_sends) {
    std::erase_if(rows, [&](const Send& row) { return row.id == id; });
  }
  return std::move(*result);
}

Errc World::refusal(const Command& command) const {
  auto result = ask(command);
  EXPECT_FALSE(result) << "expected a refusal";
  return result ? Errc::malformed : result.error().code;
}

CustomerSays World::says(std::string words, std::string channel_id) const {
  CustomerSays out;
  out.channel = channel(channel_id);
  out.identity.key = {.scope = channel_id, .scheme = "visitor", .value = "u1"};
  out.identity.display_name = "Li";
  out.recipient = "to-" + channel_id;
  out.message = text(std::move(words));
  out.opens_window = "user_message";
  return out;
}

void World::give_to(std::string agent_id) {
  must(says("human please"));
  must(AssignToAgent{.agent = {agent_id}, .epoch = state.control.epoch});
}

const Send& World::open_send(std::size_t index) const {
  const auto found = std::ranges::find_if(
      rows, [&](const Send& row) { return row.id == state.open_sends.at(index); });
  return *found;
}

Transition World::progress(const Send& row, DeliveryState to) {
  SendProgress report;
  report.send = row.id;
  report.row = row;
  report.state = to;
  return must(report);
}

std::vector<EventType> types(const Transition& transition) {
  std::vector<EventType> out;
  for (const Event& event : transition.events) out.push_back(event.type);
  return out;
}

const Event* find(const Transition& transition, EventType type) {
  for (const Event& event : transition.events) {
    if (event.type == type) return &event;
  }
  return nullptr;
}

}  // namespace parley::routing
