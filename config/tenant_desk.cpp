// [[queue]] and [[agent]]: who waits, who answers, and how the two come together.
#include <algorithm>
#include <set>

#include "config/tenant_file.hpp"

namespace parley::config {
namespace {

using routing::AssignMode;
using routing::DeskRules;
using routing::WhenClosed;
using routing::Words;

constexpr std::int64_t kDayS = 86'400;
constexpr std::int64_t kYearS = 366 * kDayS;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

// The key ends in _s.
Milliseconds seconds(Table& table, std::string_view key, Milliseconds fallback,
                     std::int64_t max = kDayS) {
  return Milliseconds{1'000 * table.whole<std::int64_t>(key, fallback.count() / 1'000, 0, max)};
}

// A text of ours where the file says nothing; "" there says nothing to the customer either.
Words words(Table& table, const std::string& key, std::string_view zh, std::string_view en) {
  Words out{.zh = table.text(key + "_zh"), .en = table.text(key + "_en")};
  if (!table.has(key + "_zh")) out.zh = zh;
  if (!table.has(key + "_en")) out.en = en;
  return out;
}

AssignMode read_mode(Table& table) {
  const std::vector<std::string_view> names = {"manual", "least_loaded", "round_robin",
                                               "longest_idle", "broadcast"};
  const auto chosen = table.one_of("mode", names, "manual");
  const auto found = std::ranges::find(names, chosen);
  return found == names.end() ? AssignMode::manual : static_cast<AssignMode>(found - names.begin());
}

WhenClosed read_when_closed(Table& table) {
  const auto chosen = table.one_of("when_closed", {"wait", "message", "overflow"}, "wait");
  if (chosen == "message") return WhenClosed::message;
  return chosen == "overflow" ? WhenClosed::overflow : WhenClosed::wait;
}

void read_skills(Table& table, std::vector<std::string>& skills) {
  skills = table.texts("skills");
  for (const auto& text : skills) {
    const auto skill = routing::skill_from(text, 1);
    if (skill.level > 0 && !skill.name.empty()) continue;
    table.problem("skills", quoted(text) +
                                " is no skill; expected a name like \"billing\", or "
                                "with a level of 1 to 10, \"billing:3\"");
  }
}

void read_segment_priority(Table& table, TenantContext& context, DeskRules& desk) {
  const Node* node = table.table("segment_priority");
  if (node == nullptr) return;
  for (const Node& member : node->members) {
    if (member.kind != Kind::integer || member.integer < -100 || member.integer > 100) {
      context.problems.add(member.at, "queue.segment_priority." + member.name,
                           "expected a whole number from -100 to 100");
      continue;
    }
    desk.segment_priority[member.name] = static_cast<int>(member.integer);
  }
}

void read_assignment(Table& table, TenantContext& context, DeskRules& desk) {
  desk.mode = read_mode(table);
  desk.accept_timeout = seconds(table, "accept_timeout_s", desk.accept_timeout, 3'600);
  desk.missed_max = table.whole<std::uint32_t>("missed_max", desk.missed_max, 0, 1'000);
  desk.sticky = seconds(table, "sticky_s", desk.sticky);
  desk.match_language = table.flag("match_language", desk.match_language);
  desk.relax_after = seconds(table, "relax_after_s", desk.relax_after);
  desk.head_start = seconds(table, "head_start_s", desk.head_start);
  read_segment_priority(table, context, desk);
  desk.mood_priority = table.whole<int>("mood_priority", desk.mood_priority, 0, 100);
}

void read_waiting(Table& table, DeskRules& desk) {
  desk.overflow_after = seconds(table, "overflow_after_s", desk.overflow_after);
  table.text("overflow_to");  // link_queues() reads it
  desk.when_closed = read_when_closed(table);
  desk.calendar = table.text("calendar");
  desk.closed = words(table, "closed", "现在是非工作时间，请留言，我们上班后会尽快回复您。",
                      "We are closed right now. Please leave a message; we will answer as soon as "
                      "we are back.");
  desk.full = words(table, "full", "当前排队人数较多，请留言，我们会尽快回复您。",
                    "Too many customers are waiting right now. Please leave a message; we will "
                    "answer as soon as we can.");
  desk.mail =
      words(table, "message", "客服正忙，请留言，我们会尽快回复您。",
            "All of us are busy. Please leave a message; we will answer as soon as we can.");
  desk.position =
      words(table, "position", "您前面的排队位置是第 {position} 位。预计等待约 {minutes} 分钟。",
            "You are number {position} in line. It should take about {minutes} min.");
  desk.position_every = seconds(table, "position_every_s", desk.position_every);
}

void read_service(Table& table, DeskRules& desk) {
  desk.wrap_up = seconds(table, "wrap_up_s", desk.wrap_up, 3'600);
  desk.silence_warn = seconds(table, "silence_warn_s", desk.silence_warn, kYearS);
  desk.silence_close = seconds(table, "silence_close_s", desk.silence_close, kYearS);
  desk.silence = words(table, "silence", "您还在吗？如果没有其他问题，本次会话将稍后结束。",
                       "Are you still there? If there is nothing else, this conversation will be "
                       "closed shortly.");
  if (desk.silence_close > Milliseconds(0) && desk.silence_warn == Milliseconds(0)) {
    table.problem("silence_close_s", "closes without a warning; expected silence_warn_s beside it");
  }
  desk.sla.first_response = seconds(table, "sla_first_response_s", {}, kYearS);
  desk.sla.next_response = seconds(table, "sla_next_response_s", {}, kYearS);
  desk.sla.resolution = seconds(table, "sla_resolution_s", {}, kYearS);
  desk.sla.warn_percent =
      table.whole<std::uint32_t>("sla_warn_percent", desk.sla.warn_percent, 1, 100);
}

// Where customers go whom this queue cannot serve; "" and "message" keep them, and ask for one.
void link_overflow(const Node& node, TenantContext& context, routing::Policy& policy,
                   DeskRules& desk) {
  const Node* to = node.find("overflow_to");
  if (to == nullptr || to->kind != Kind::text || to->text == "message") return;
  const auto colon = to->text.find(':');
  const std::string kind = to->text.substr(0, colon);
  const std::string id = colon == std::string::npos ? "" : to->text.substr(colon + 1);
  const auto wrong = [&](const std::string& what) {
    context.problems.add(to->at, "queue.overflow_to", what);
  };
  if (kind == "queue" && !id.empty()) {
    if (!policy.queues.contains({id})) {
      return wrong("there is no queue " + quoted(id) + expected_of(id, names_of(policy.queues)));
    }
    desk.overflow_to = {.kind = HolderKind::queue, .id = id};
  } else if (kind == "bot" && !id.empty()) {
    if (!policy.bots.contains({id})) {
      return wrong("there is no bot " + quoted(id) + expected_of(id, names_of(policy.bots)));
    }
    desk.overflow_to = {.kind = HolderKind::bot, .id = id};
  } else {
    wrong(quoted(to->text) + " is nowhere; expected \"queue:ID\", \"bot:ID\" or \"message\"");
  }
}

// A chain that comes back would send customers round for ever.
void check_chain(const Node& node, TenantContext& context, const routing::Policy& policy,
                 const QueueId& first) {
  std::set<QueueId> seen;
  QueueId at = first;
  while (seen.insert(at).second) {
    const auto& to = policy.queues.at(at).desk.overflow_to;
    if (to.kind != HolderKind::queue) return;
    at = {to.id};
  }
  if (at != first) return;  // told of the queues that are in the circle
  const Node* place = node.find("overflow_to");
  context.problems.add(
      place ? place->at : node.at, "queue.overflow_to",
      "leads back to queue " + quoted(first.value) + "; expected a chain that ends");
}

void check_calendar(const Node& node, TenantContext& context, const routing::Policy& policy,
                    const DeskRules& desk) {
  const Node* given = node.find("calendar");
  if (given == nullptr || desk.calendar.empty()) return;
  if (policy.calendars.contains(desk.calendar)) return;
  std::vector<std::string> known;
  for (const auto& [name, calendar] : policy.calendars) known.push_back(name);
  context.problems.add(
      given->at, "queue.calendar",
      "there is no calendar " + quoted(desk.calendar) + expected_of(desk.calendar, known));
}

void check_segments(const Node& node, TenantContext& context, const routing::Policy& policy) {
  const Node* given = node.find("segment_priority");
  if (given == nullptr) return;
  std::vector<std::string> known = {"new", "repeat"};
  for (const auto& segment : policy.segments) known.push_back(segment.name);
  for (const Node& member : given->members) {
    if (std::ranges::find(known, member.name) != known.end()) continue;
    context.problems.add(
        member.at, "queue.segment_priority",
        "there is no segment " + quoted(member.name) + expected_of(member.name, known));
  }
}

std::vector<const Node*> queue_nodes(const Node& root) {
  std::vector<const Node*> out;
  const Node* found = root.find("queue");
  if (found == nullptr) return out;
  if (found->kind == Kind::table) out.push_back(found);
  for (const Node& item : found->items) out.push_back(&item);
  return out;
}

}  // namespace

void read_queues(Table& root, TenantContext& context, routing::Policy& policy) {
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("queue")) {
    Table table(*node, "queue", context.problems);
    routing::Queue queue;
    queue.id = {table.required_name("id")};
    queue.name = named_or_id(table, queue.id.value);
    read_skills(table, queue.skills);
    queue.waiting_max = table.whole<std::size_t>("waiting_max", queue.waiting_max, 1, 1'000'000);
    queue.notice_zh = table.text("notice_zh");
    queue.notice_en = table.text("notice_en");
    read_assignment(table, context, queue.desk);
    read_waiting(table, queue.desk);
    read_service(table, queue.desk);
    if (!first_of_its_name(table, "queue", queue.id.value, lines)) continue;
    if (policy.human_queue.empty()) policy.human_queue = queue.id;
    policy.queues[queue.id] = std::move(queue);
  }
}

void read_agents(Table& root, TenantContext& context, routing::Policy& policy) {
  std::map<std::string, unsigned> lines;
  for (const Node* node : root.tables("agent")) {
    Table table(*node, "agent", context.problems);
    routing::Agent agent;
    agent.id = {table.required_name("id")};
    agent.name = named_or_id(table, agent.id.value);
    read_skills(table, agent.skills);
    agent.languages = table.texts("languages");
    agent.capacity = table.whole<std::uint32_t>("capacity", agent.capacity, 1, 1'000);
    for (auto& queue : table.texts("queues")) {
      if (!policy.queues.contains({queue})) {
        table.problem("queues", "there is no queue " + quoted(queue) +
                                    expected_of(queue, names_of(policy.queues)));
      }
      agent.queues.push_back({std::move(queue)});
    }
    if (agent.queues.empty() && !table.has("queues")) {
      for (const auto& [id, queue] : policy.queues) agent.queues.push_back(id);
    }
    if (first_of_its_name(table, "agent", agent.id.value, lines)) {
      policy.agents[agent.id] = std::move(agent);
    }
  }
}

void link_queues(const Node& root, TenantContext& context, routing::Policy& policy) {
  const auto id_of = [](const Node& node) {
    const Node* id = node.find("id");
    return QueueId{id != nullptr && id->kind == Kind::text ? id->text : std::string()};
  };
  const auto nodes = queue_nodes(root);
  for (const Node* node : nodes) {
    const auto queue = policy.queues.find(id_of(*node));
    if (queue == policy.queues.end()) continue;
    link_overflow(*node, context, policy, queue->second.desk);
    check_segments(*node, context, policy);
    check_calendar(*node, context, policy, queue->second.desk);
  }
  for (const Node* node : nodes) {
    const auto queue = policy.queues.find(id_of(*node));
    if (queue != policy.queues.end()) check_chain(*node, context, policy, queue->first);
  }
}

}  // namespace parley::config
