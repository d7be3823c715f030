// kill -9 in the middle of load, again and again over one directory; then the log is compared with
// what was acked and the platform's record with what may have been said twice.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "conversation/codec.hpp"
#include "storage/store.hpp"
#include "tests/integration/world.hpp"

extern char** environ;

namespace parley::test {
namespace {

namespace fs = std::filesystem;

// The real binary as a child; killed without a word by kill_now().
class Child {
 public:
  explicit Child(const std::string& config) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    std::string binary = PARLEY_BINARY, verb = "serve", flag = "--config", path = config;
    char* argv[] = {binary.data(), verb.data(), flag.data(), path.data(), nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, binary.c_str(), &actions, nullptr, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    stderr_ = ends[0];
    read_port();
  }
  ~Child() {
    if (pid_ > 0) kill_now();
    ::close(stderr_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  std::uint16_t port() const { return port_; }
  const std::string& said() const { return said_; }
  void kill_now() {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
  }
  int end_gracefully() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  void read_port() {
    const std::string mark = "listens on http://127.0.0.1:";
    char c = 0;
    while (::read(stderr_, &c, 1) == 1) {
      said_ += c;
      const auto at = said_.find(mark);
      if (c == '\n' && at != std::string::npos) {
        port_ = static_cast<std::uint16_t>(std::stoi(said_.substr(at + mark.size())));
        return;
      }
    }
  }

  pid_t pid_ = 0;
  int stderr_ = -1;
  std::uint16_t port_ = 0;
  std::string said_;
};

int cycles() {
  const char* given = ::getenv("PARLEY_CRASH_CYCLES");
  return given == nullptr ? 20 : std::atoi(given);
}

std::string update(std::int64_t id) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const std::string user = std::to_string(id);
  return R"({"update_id":)" + user + R"(,"message":{"message_id":)" + user + R"(,"date":)" +
         std::to_string(now) + R"(,"from":{"id":)" + user + R"(,"first_name":"N"},"chat":{"id":)" +
         user + R"(,"type":"private"},"text":"What are your opening hours?"}})";
}

// Counts what the platform accepted, by chat.
struct Platform {
  std::mutex mutex;
  std::map<std::string, int> sent;  // guarded by mutex
  LittleServer server{[this](const Asked& asked) -> Answer {
    static std::atomic<int> next{1};
    const auto at = asked.body.find("chat_id=");
    const auto chat = asked.body.substr(at + 8, asked.body.find('&', at) - at - 8);
    {
      const std::lock_guard lock(mutex);
      ++sent[chat];
    }
    return {200, R"({"ok":true,"result":{"message_id":)" + std::to_string(++next) + "}}", {}};
  }};
};

TEST(Crash, KillNineUnderLoadLosesAndDoublesNothingAcked) {
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << ", " << cycles() << " cycles\n";
  std::mt19937 random(seed);
  std::string name = (fs::temp_directory_path() / "parley-crash-XXXXXX").string();
  const std::string dir = ::mkdtemp(name.data());
  Platform platform;
  fs::create_directories(dir + "/tenants");
  std::ofstream(dir + "/parley.toml")
      << "tenants = \"tenants\"\n[http]\nport = 0\n[admin]\nport = 0\n[storage]\npath = \"" << dir
      << "/data\"\nfree_bytes_min = 1048576\nballast_bytes = 0\n[client]\n"
         "private_hosts_allowed = [\"127.0.0.1\"]\n[log]\nlevel = \"error\"\n";
  std::ofstream(dir + "/tenants/faq.tsv") << "What are your opening hours?\tFrom 9 to 18.\n";
  std::ofstream(dir + "/tenants/shop.toml")
      << tenant_toml({.id = "shop", .platform_port = platform.server.port()});

  constexpr int kSenders = 8;
  std::atomic<std::int64_t> next{1};
  std::mutex mutex;
  std::set<std::int64_t> acked, open;  // open: sent and not known to be stored
  int kills_in_flight = 0;
  for (int cycle = 0; cycle < cycles(); ++cycle) {
    Child child(dir + "/parley.toml");
    ASSERT_NE(child.port(), 0) << child.said();
    std::vector<std::int64_t> again(open.begin(), open.end());
    std::atomic<bool> stop{false};
    std::atomic<int> count{0}, flying{0};
    std::vector<std::thread> senders;
    for (int s = 0; s < kSenders; ++s) {
      senders.emplace_back([&, s] {
        for (std::size_t i = static_cast<std::size_t>(s); !stop; i += kSenders) {
          // A platform first repeats what it had no answer to.
          const std::int64_t id = i < again.size() ? again[i] : next++;
          {
            const std::lock_guard lock(mutex);
            open.insert(id);
          }
          ++flying;
          const auto answer = ask(child.port(), "POST", "/webhooks/shop/tg",
                                  {{"content-type", "application/json"},
                                   {"x-telegram-bot-api-secret-token", "tg-shop-secret"}},
                                  update(id));
          --flying;
          if (answer.status != 200) continue;
          const std::lock_guard lock(mutex);
          acked.insert(id);
          open.erase(id);
          ++count;
        }
      });
    }
    const int target = 20 + static_cast<int>(random() % 200);
    World::eventually([&] { return count >= target; });
    kills_in_flight += flying > 0 ? 1 : 0;
    child.kill_now();
    stop = true;
    for (auto& sender : senders) sender.join();
  }
  EXPECT_GT(kills_in_flight * 10, cycles() * 3);  // else this test looks at nothing

  {  // Let what was acked be answered, then end in order.
    Child child(dir + "/parley.toml");
    ASSERT_NE(child.port(), 0) << child.said();
    EXPECT_TRUE(World::eventually([&] {
      const auto page = ask(child.port(), "GET", "/v1/dead-letters",
                            {{"authorization", "Bearer shop-admin"}}, "");
      return page.status == 200;
    }));
    EXPECT_EQ(child.end_gracefully(), 0);
  }
  const SystemClock clock;
  storage::Options options;
  options.path = dir + "/data";
  options.free_bytes_min = 1 << 20;
  options.ballast_bytes = 0;
  {
    auto store = storage::open_rocks_store(options, clock);
    ASSERT_TRUE(store) << store.error().detail;
    for (std::int64_t id = 1; id < next; ++id) {
      const auto person = person_id_of({"shop"}, {"telegram", "telegram", std::to_string(id)});
      auto history = (*store)->history_blocking({"shop"}, person, 0, 1'000);
      ASSERT_TRUE(history);
      int stored = 0, decided = 0;
      for (std::size_t i = 0; i < history->size(); ++i) {
        const auto event = from_stored<Event>((*history)[i].body);
        ASSERT_TRUE(event);
        EXPECT_EQ(event->seq, i + 1);
        stored += event->message && event->message->direction == Direction::inbound ? 1 : 0;
        decided += event->type == EventType::routing_decided ? 1 : 0;
      }
      EXPECT_EQ(stored, decided) << id;
      if (acked.contains(id)) {
        EXPECT_EQ(stored, 1) << "acked " << id;
      } else {
        EXPECT_LE(stored, 1) << id;
      }
    }
  }
  for (const auto& [chat, times] : platform.sent) EXPECT_EQ(times, 1) << "chat " << chat;
  const auto report = storage::verify_rocks_store(options.path);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
  std::cout << acked.size() << " acked, " << platform.sent.size() << " answered, "
            << kills_in_flight << " kills with requests in flight\n";
  std::error_code ignored;
  fs::remove_all(dir, ignored);
}

}  // namespace
}  // namespace parley::test
