#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

#include "gateway/cli/simulate/chat_visitor.hpp"
#include "gateway/cli/simulate/commands.hpp"

namespace parley::gateway::simulate {
namespace {

TimePoint now() { return SystemClock().now(); }

struct Tally {
  std::atomic<std::uint64_t> next{0}, taken{0}, given_up{0}, deliveries{0};
  std::mutex mutex;
  std::vector<double> ack_ms;  // guarded by mutex
  std::string first_problem;   // guarded by mutex

  void problem(const std::string& what) {
    const std::lock_guard lock(mutex);
    if (first_problem.empty()) first_problem = what;
  }
  void acked(double ms) {
    const std::lock_guard lock(mutex);
    ack_ms.push_back(ms);
  }
};

// Somebody must take the answers, and hand out what is fetched; one for all connections.
class SharedPlatform {
 public:
  explicit SharedPlatform(Platform platform) : platform_(std::move(platform)) {}

  Result<void> stock(const std::string& name, const std::vector<std::string>& records) {
    if (records.empty()) return {};
    const std::lock_guard lock(mutex_);
    return platform_.stock_blocking(name, records);
  }

 private:
  std::mutex mutex_;
  Platform platform_;
};

// One connection of the platform, delivering message after message.
class Pusher {
 public:
  Pusher(const Scene& scene, const PushOptions& options, SharedPlatform& platform,
         std::uint64_t first_number, Tally& tally)
      : scene_(scene),
        options_(options),
        platform_(platform),
        first_number_(first_number),
        tally_(tally),
        line_(scene.gateway.host, scene.gateway.port),
        rules_(scene.stand_in->redelivery()) {}

  void run_blocking() {
    for (;;) {
      const auto index = tally_.next.fetch_add(1);
      if (index >= options_.count) return;
      if (!deliver_until_taken(index)) {
        ++tally_.given_up;
        continue;
      }
      ++tally_.taken;
      if (options_.redeliver) deliver_once(index);
    }
  }

 private:
  std::string user_of(std::uint64_t index) const {
    return scene_.stand_in->user(1 + index % std::max<std::uint32_t>(options_.users, 1));
  }

  bool deliver_until_taken(std::uint64_t index) {
    for (int attempt = 0; attempt < rules_.attempts_max; ++attempt) {
      if (attempt > 0) std::this_thread::sleep_for(rules_.pause);
      if (deliver_once(index)) return true;
    }
    return false;
  }

  bool deliver_once(std::uint64_t index) {
    const auto time = now();
    const auto dispatch = scene_.stand_in->deliver(
        scene_.channel, {.user = user_of(index),
                         .text = options_.text + " " + std::to_string(index + 1),
                         .number = first_number_ + index,
                         .said_at = time,
                         .sent_at = time});
    if (!dispatch) {
      tally_.problem(dispatch.error().detail);
      return false;
    }
    if (auto stocked = platform_.stock(scene_.channel.platform, dispatch->records); !stocked) {
      tally_.problem(stocked.error().detail);
      return false;
    }
    ++tally_.deliveries;
    return std::ranges::all_of(dispatch->webhooks,
                               [&](const auto& webhook) { return taken(ask_of(webhook)); });
  }

  bool taken(const Ask& ask) {
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = line_.ask_blocking(ask, rules_.timeout);
    if (!answer || answer->status / 100 != 2) {
      tally_.problem(answer ? "HTTP " + std::to_string(answer->status) : answer.error().detail);
      return false;
    }
    tally_.acked(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
                     .count());
    return true;
  }

  const Scene& scene_;
  const PushOptions& options_;
  SharedPlatform& platform_;
  std::uint64_t first_number_;
  Tally& tally_;
  HttpLine line_;
  connectors::Redelivery rules_;
};

// Visitors have no platform between: their own client repeats what it saw no answer to.
int push_in_chat(const Scene& scene, const PushOptions& options, std::uint64_t first_number,
                 Tally& tally) {
  ChatVisitor visitor(scene.channel, *scene.stand_in, scene.gateway, scene.stand_in->user(0));
  if (auto opened = visitor.open_blocking(); !opened) {
    std::cerr << "parley simulate: " << opened.error().detail << "\n";
    return 1;
  }
  for (std::uint64_t i = 0; i < options.count; ++i) {
    const std::string text = options.text + " " + std::to_string(i + 1);
    for (int copy = 0; copy < (options.redeliver ? 2 : 1); ++copy) {
      ++tally.deliveries;
      const auto begun = std::chrono::steady_clock::now();
      auto duplicate = visitor.say_blocking(first_number + i, text);
      if (!duplicate || *duplicate != (copy == 1)) {
        tally.problem(duplicate ? "a repeat was not recognised" : duplicate.error().detail);
        ++tally.given_up;
        break;
      }
      tally.acked(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
              .count());
      if (copy == 0) ++tally.taken;
    }
  }
  return 0;
}

double percentile(std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return sorted[at];
}

int report(const PushOptions& options, Tally& tally) {
  std::ranges::sort(tally.ack_ms);
  std::cout << options.count << " messages, " << tally.taken << " taken, "
            << tally.deliveries - std::min<std::uint64_t>(tally.deliveries, options.count)
            << " redeliveries, " << tally.given_up << " given up; ack p50 "
            << percentile(tally.ack_ms, 0.5) << " ms, p99 " << percentile(tally.ack_ms, 0.99)
            << " ms\n";
  if (!tally.first_problem.empty()) {
    std::cerr << "parley simulate: first problem: " << tally.first_problem << "\n";
  }
  return tally.given_up == 0 && tally.taken == options.count ? 0 : 1;
}

}  // namespace

int push(const PushOptions& options) {
  const auto scene = read_scene(options.scene);
  if (!scene) {
    std::cerr << "parley simulate: " << scene.error().detail << "\n";
    return 2;
  }
  Tally tally;
  const auto first = static_cast<std::uint64_t>(now().time_since_epoch().count()) * 1000;
  if (scene->entry->chat_sessions) {
    if (const int status = push_in_chat(*scene, options, first, tally); status != 0) return status;
    return report(options, tally);
  }
  auto platform = Platform::open(scene->platform);
  if (!platform) {
    std::cerr << "parley simulate: " << platform.error().detail << "\n";
    return 2;
  }
  SharedPlatform shared(*std::move(platform));
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < std::clamp<std::uint32_t>(options.connections, 1, 256); ++i) {
    threads.emplace_back([&] { Pusher(*scene, options, shared, first, tally).run_blocking(); });
  }
  for (auto& thread : threads) thread.join();
  return report(options, tally);
}

}  // namespace parley::gateway::simulate
