// A replay's report, for people and for programs.
#include <cstdio>

#include "base/json_writer.hpp"
#include "routing/replay.hpp"

namespace parley::routing {
namespace {

std::string percent(std::uint64_t part, std::uint64_t of) {
  if (of == 0) return "-";
  char text[32];
  const int size = std::snprintf(text, sizeof text, "%.1f %%",
                                 100 * static_cast<double>(part) / static_cast<double>(of));
  return {text, static_cast<std::size_t>(size)};
}

std::string arrow(const Pair& pair) {
  std::string out = std::to_string(pair.was);
  if (pair.was != pair.now) out += " -> " + std::to_string(pair.now);
  return out;
}

std::string shares(const Pair& pair, std::uint64_t of) {
  std::string out = percent(pair.was, of);
  if (pair.was != pair.now) out += " -> " + percent(pair.now, of);
  return out;
}

std::string shortened(const std::string& version) {
  return version.size() > 12 ? version.substr(0, 12) : version;
}

void write_pair(JsonWriter& out, std::string_view name, const Pair& pair) {
  out.key(name).begin_object().member("was", pair.was).member("now", pair.now).end_object();
}

void tell_queues(const ReplayReport& report, std::string& out) {
  if (report.queues.empty()) return;
  out += "\nqueues (estimated: " + std::to_string(report.agents) + " agents, all there)\n";
  for (const auto& [queue, change] : report.queues) {
    out += "  " + queue + ": entered " + arrow(change.entered) + ", mean wait " +
           arrow(change.wait_mean_s) + " s, p90 " + arrow(change.wait_p90_s) + " s\n";
  }
}

void tell_examples(const ReplayReport& report, std::string& out) {
  if (report.examples.empty()) return;
  out += "\nexamples\n";
  for (const auto& each : report.examples) {
    out += "  " + each.decision.value + " (" + each.segment + "): " + each.was + " by " +
           each.was_rule + " -> " + each.now + " by " + each.now_rule + ": " + each.why + "\n";
  }
}

}  // namespace

std::string replay_text(const ReplayReport& r) {
  std::string out = std::to_string(r.conversations) + " conversations, " +
                    std::to_string(r.episodes) + " episodes, " + std::to_string(r.turns) +
                    " turns; decided under policy " + shortened(r.was_policy) +
                    ", replayed under " + shortened(r.now_policy) + "\n";
  out += std::to_string(r.equal) + " decided alike in every point (" + percent(r.equal, r.turns) +
         "), " + std::to_string(r.changed) + " with another outcome (" +
         percent(r.changed, r.turns) + ")\n";
  if (r.assumed > 0) {
    out += std::to_string(r.assumed) + " turns lie behind a change of their episode: assumed\n";
  }
  if (r.without_text > 0) {
    out += std::to_string(r.without_text) + " turns have no text any more: recorded facts stand\n";
  }
  out += "\nepisodes handed over   " + arrow(r.handed_over) + " (" +
         shares(r.handed_over, r.episodes) + ")\n";
  out +=
      "turns for a bot        " + arrow(r.bot_turns) + " (" + shares(r.bot_turns, r.turns) + ")\n";
  out += "turns for people       " + arrow(r.people_turns) + "\n";
  out += "answered by a rule     " + arrow(r.own_replies) + "\n";
  out += "\noutcomes\n";
  for (const auto& [name, pair] : r.outcomes) out += "  " + name + ": " + arrow(pair) + "\n";
  out += "\nsegments\n";
  for (const auto& [name, change] : r.segments) {
    out += "  " + name + ": " + std::to_string(change.turns) + " turns, " +
           std::to_string(change.changed) + " with another outcome, episodes handed over " +
           arrow(change.handed_over) + "\n";
  }
  tell_queues(r, out);
  tell_examples(r, out);
  return out;
}

std::string to_json(const ReplayReport& r) {
  JsonWriter out;
  out.begin_object()
      .member("was_policy", r.was_policy)
      .member("now_policy", r.now_policy)
      .member("model", r.model)
      .member("conversations", r.conversations)
      .member("episodes", r.episodes)
      .member("turns", r.turns)
      .member("equal", r.equal)
      .member("changed", r.changed)
      .member("assumed", r.assumed)
      .member("without_text", r.without_text);
  write_pair(out, "handed_over", r.handed_over);
  write_pair(out, "bot_turns", r.bot_turns);
  write_pair(out, "people_turns", r.people_turns);
  write_pair(out, "own_replies", r.own_replies);
  out.key("outcomes").begin_object();
  for (const auto& [name, pair] : r.outcomes) write_pair(out, name, pair);
  out.end_object().key("segments").begin_object();
  for (const auto& [name, change] : r.segments) {
    out.key(name).begin_object().member("turns", change.turns).member("changed", change.changed);
    write_pair(out, "handed_over", change.handed_over);
    out.end_object();
  }
  out.end_object().key("queues").begin_object();
  for (const auto& [name, change] : r.queues) {
    out.key(name).begin_object();
    write_pair(out, "entered", change.entered);
    write_pair(out, "wait_mean_s", change.wait_mean_s);
    write_pair(out, "wait_p90_s", change.wait_p90_s);
    out.end_object();
  }
  out.end_object().key("examples").begin_array();
  for (const auto& each : r.examples) {
    out.begin_object()
        .member("decision_id", each.decision.value)
        .member("segment", each.segment)
        .member("was", each.was)
        .member("was_rule", each.was_rule)
        .member("now", each.now)
        .member("now_rule", each.now_rule)
        .member("why", each.why)
        .end_object();
  }
  out.end_array().end_object();
  return out.take();
}

}  // namespace parley::routing
