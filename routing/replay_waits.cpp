// How long customers of a replay would have waited: every agent of the policy is there, has as many
// places as their capacity, and whoever is most urgent, then whoever came first, is served first.
#include <algorithm>
#include <limits>
#include <optional>
#include <queue>
#include <set>
#include <tuple>

#include "routing/replay.hpp"

namespace parley::routing {
namespace {

constexpr double kTalkUsualS = 600;  // of one talk, when history has none

double seconds_of(TimePoint at) {
  return std::chrono::duration<double>(at.time_since_epoch()).count();
}

// A day of desk work in virtual time: arrivals, free places, and nothing else.
class Office {
 public:
  Office(const Policy& policy, double talk_s) : talk_s_(talk_s) {
    for (const auto& [id, agent] : policy.agents) {
      for (const QueueId& queue : agent.queues) serving_[queue.value].push_back(free_.size());
      free_.push_back(agent.capacity);
    }
  }

  void arrive(const std::string& queue, int priority, double at) {
    finish_until(at);
    waiting_[queue].insert({-priority, at, ++arrivals_});
    serve(at);
  }
  // Waits by queue; whoever has no agent at all is in none.
  std::map<std::string, std::vector<double>> end() {
    finish_until(std::numeric_limits<double>::max());
    return std::move(waited_);
  }

 private:
  using Waiting = std::set<std::tuple<int, double, std::uint64_t>>;  // -priority, since, place
  using Ending = std::pair<double, std::size_t>;                     // when, which agent

  void finish_until(double at) {
    while (!talks_.empty() && talks_.top().first <= at) {
      const auto [ended, agent] = talks_.top();
      talks_.pop();
      ++free_[agent];
      serve(ended);
    }
  }

  std::optional<std::size_t> free_agent(const std::string& queue) const {
    const auto agents = serving_.find(queue);
    if (agents == serving_.end()) return {};
    const auto found =
        std::ranges::find_if(agents->second, [&](std::size_t i) { return free_[i] > 0; });
    return found == agents->second.end() ? std::nullopt : std::optional(*found);
  }

  void serve(double now) {
    while (true) {
      std::pair<const std::string, Waiting>* best = nullptr;
      std::size_t by = 0;
      for (auto& queue : waiting_) {
        if (queue.second.empty()) continue;
        if (best && *best->second.begin() < *queue.second.begin()) continue;
        if (const auto agent = free_agent(queue.first)) {
          best = &queue;
          by = *agent;
        }
      }
      if (!best) return;
      waited_[best->first].push_back(now - std::get<1>(*best->second.begin()));
      best->second.erase(best->second.begin());
      --free_[by];
      talks_.emplace(now + talk_s_, by);
    }
  }

  const double talk_s_;
  std::vector<std::uint32_t> free_;                          // places of each agent
  std::map<std::string, std::vector<std::size_t>> serving_;  // by queue
  std::map<std::string, Waiting> waiting_;
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> talks_;
  std::map<std::string, std::vector<double>> waited_;
  std::uint64_t arrivals_ = 0;
};

std::uint64_t whole(double seconds) { return static_cast<std::uint64_t>(seconds + 0.5); }

}  // namespace

void Replay::estimate_waits(const Policy& policy, std::vector<Wait> waits, bool now) {
  Office office(policy, talks_ > 0 ? talk_s_sum_ / static_cast<double>(talks_) : kTalkUsualS);
  std::ranges::sort(waits, {}, &Wait::at);
  for (const Wait& wait : waits) office.arrive(wait.queue, wait.priority, seconds_of(wait.at));
  for (auto& [queue, times] : office.end()) {
    std::ranges::sort(times);
    double sum = 0;
    for (const double each : times) sum += each;
    QueueChange& change = report_.queues[queue];
    const auto mean = whole(sum / static_cast<double>(times.size()));
    const auto p90 = whole(times[(times.size() - 1) * 9 / 10]);
    (now ? change.wait_mean_s.now : change.wait_mean_s.was) = mean;
    (now ? change.wait_p90_s.now : change.wait_p90_s.was) = p90;
  }
}

}  // namespace parley::routing
