#include "routing/window.hpp"

#include <algorithm>

namespace parley::routing {
namespace {

const ReplyPolicy* policy_of(const Capabilities& capabilities, std::string_view trigger) {
  for (const ReplyPolicy& policy : capabilities.reply_policy) {
    if (policy.trigger == trigger) return &policy;
  }
  return nullptr;
}

bool is_for(const ReplyPolicy& policy, AuthorType speaker) {
  return !policy.people_only || speaker == AuthorType::agent;
}

std::string duration_text(Milliseconds time) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(time).count();
  if (minutes % 60 == 0) return std::to_string(minutes / 60) + " h";
  return std::to_string(minutes) + " min";
}

std::string_view trigger_text(std::string_view trigger) {
  return trigger == "user_message" ? std::string_view("message") : trigger;
}

// Of the windows that the first trigger opens for this speaker, the longest.
Milliseconds longest_window(const Capabilities& capabilities, AuthorType speaker) {
  const ReplyPolicy& first = capabilities.reply_policy.front();
  Milliseconds longest = first.window;
  for (const ReplyPolicy& policy : capabilities.reply_policy) {
    if (policy.trigger == first.trigger && is_for(policy, speaker)) {
      longest = std::max(longest, policy.window);
    }
  }
  return longest;
}

std::string closed_reason(const Capabilities& capabilities, const ReplyWindow* used_up,
                          AuthorType speaker) {
  std::string out;
  if (used_up) {
    const ReplyPolicy* policy = policy_of(capabilities, used_up->trigger);
    out = "all " + std::to_string(policy ? policy->quota : used_up->used) +
          " messages that the customer's last ";
    out += trigger_text(used_up->trigger);
    out += " allows are used";
  } else {
    out = "no ";
    out += trigger_text(capabilities.reply_policy.front().trigger);
    out += " of the customer in the last " + duration_text(longest_window(capabilities, speaker));
  }
  out += capabilities.templates ? "; allowed now: template"
                                : "; allowed now: nothing until the customer writes again";
  return out;
}

bool is_running(const ReplyWindow& window, const ReplyPolicy& policy, TimePoint now) {
  return now < window.opened_at + policy.window;
}

bool has_left(const ReplyWindow& window, const ReplyPolicy& policy) {
  return policy.quota == 0 || window.used < policy.quota;
}

}  // namespace

WindowVerdict check_window(const State& state, const ChannelPolicy& channel, TimePoint now,
                           AuthorType speaker) {
  if (!channel.capabilities || channel.capabilities->reply_policy.empty()) return {};
  const Capabilities& capabilities = *channel.capabilities;
  WindowVerdict out{.open = false, .reason = {}, .ends_at = {}, .left = {}};
  const ReplyWindow* used_up = nullptr;
  bool unlimited = false;
  std::uint32_t left = 0;
  for (const ReplyWindow& window : state.windows) {
    if (window.channel != channel.id) continue;
    for (const ReplyPolicy& policy : capabilities.reply_policy) {
      if (policy.trigger != window.trigger || !is_for(policy, speaker)) continue;
      if (!is_running(window, policy, now)) continue;
      if (!has_left(window, policy)) {
        used_up = &window;
        continue;
      }
      out.open = true;
      const TimePoint ends_at = window.opened_at + policy.window;
      out.ends_at = std::max(out.ends_at.value_or(ends_at), ends_at);
      unlimited = unlimited || policy.quota == 0;
      left += policy.quota - std::min(window.used, policy.quota);
    }
  }
  if (!out.open) {
    out.reason = closed_reason(capabilities, used_up, speaker);
  } else if (!unlimited) {
    out.left = left;
  }
  return out;
}

void open_window(State& state, const ChannelId& channel, std::string_view trigger, TimePoint at,
                 TimePoint now) {
  if (trigger.empty()) return;
  at = std::min(at, now);  // a platform's clock ahead of ours buys nobody time
  auto found = std::ranges::find_if(state.windows, [&](const ReplyWindow& window) {
    return window.channel == channel && window.trigger == trigger;
  });
  if (found != state.windows.end()) {
    if (at < found->opened_at) return;
    *found = {.channel = channel, .trigger = std::string(trigger), .opened_at = at};
    return;
  }
  if (state.windows.size() >= kWindowsMax) {
    state.windows.erase(std::ranges::min_element(state.windows, {}, &ReplyWindow::opened_at));
  }
  state.windows.push_back({.channel = channel, .trigger = std::string(trigger), .opened_at = at});
}

void charge_window(State& state, const ChannelPolicy& channel, TimePoint now) {
  if (!channel.capabilities) return;
  ReplyWindow* chosen = nullptr;
  TimePoint chosen_end{};
  for (ReplyWindow& window : state.windows) {
    if (window.channel != channel.id) continue;
    const ReplyPolicy* policy = policy_of(*channel.capabilities, window.trigger);
    if (!policy || !is_running(window, *policy, now) || !has_left(window, *policy)) continue;
    const TimePoint end = window.opened_at + policy->window;
    if (chosen && end >= chosen_end) continue;
    chosen = &window;
    chosen_end = end;
  }
  if (chosen) ++chosen->used;
}

}  // namespace parley::routing
