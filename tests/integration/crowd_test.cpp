// More than fits: turned away at once, with a time to come back, before anything was done for it;
// what was let in is stored once and acknowledged; and a tenant that floods leaves room for others.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <filesystem>
#include <fstream>
#include <map>

#include "config/config.hpp"
#include "conversation/codec.hpp"
#include "gateway/cli/running.hpp"
#include "storage/memory_store.hpp"
#include "tests/integration/world.hpp"
#include "tests/soak/client.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;
namespace net = boost::asio;

// A gateway over a disk that answers when the test says so.
class Crowd : public testing::Test {
 protected:
  void start(const std::vector<std::string>& tenants, const std::string& settings) {
    auto name = (fs::temp_directory_path() / "parley-crowd-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    fs::create_directories(directory_ + "/tenants");
    std::ofstream(directory_ + "/parley.toml")
        << "tenants = \"tenants\"\ncores = 1\n[http]\nport = 0\n[admin]\nport = 0\n[client]\n"
           "private_hosts_allowed = [\"127.0.0.1\"]\n[log]\nlevel = \"error\"\n"
        << settings;
    std::ofstream(directory_ + "/tenants/faq.tsv") << "What are your hours?\tFrom 9 to 18.\n";
    for (const auto& id : tenants) {
      std::ofstream(directory_ + "/tenants/" + id + ".toml") << tenant_toml({.id = id});
    }
    auto process = config::load_process(directory_ + "/parley.toml");
    ASSERT_TRUE(process) << process.error().detail;
    auto loaded = config::load_tenants(*process);
    ASSERT_TRUE(loaded) << loaded.error().detail;
    auto store = std::make_unique<storage::MemoryStore>(storage::Options{}, clock_);
    store_ = store.get();
    gateway::Running::Hooks hooks;
    hooks.store = std::move(store);
    auto running = gateway::Running::start(*process, std::move(*loaded), std::move(hooks));
    ASSERT_TRUE(running) << running.error().detail;
    running_ = std::move(*running);
  }
  ~Crowd() override {
    if (store_ != nullptr) store_->release_for_test();
    running_.reset();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  // Each of [from, to) says something, all at once; the answers come into answers_[tenant].
  void all_write(const std::string& tenant, std::int64_t from, std::int64_t to) {
    for (auto user = from; user < to; ++user) {
      net::co_spawn(io_, write(tenant, user), soak::rethrow);
    }
  }
  net::awaitable<void> write(std::string tenant, std::int64_t user) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const std::string id = std::to_string(user);
    const std::string body = R"({"update_id":)" + id + R"(,"message":{"message_id":)" + id +
                             R"(,"date":)" + std::to_string(now) + R"(,"from":{"id":)" + id +
                             R"(,"first_name":"N"},"chat":{"id":)" + id +
                             R"(,"type":"private"},"text":"hello"}})";
    const Headers headers{{"content-type", "application/json"},
                          {"x-telegram-bot-api-secret-token", "tg-" + tenant + "-secret"}};
    auto answer = co_await soak::ask_async(running_->port(), "POST", "/webhooks/" + tenant + "/tg",
                                           headers, body);
    answers_[tenant].emplace(user, std::move(answer));
  }
  // Until so many of that tenant's requests have been answered.
  bool wait_for(const std::string& tenant, std::size_t count) {
    return World::eventually([&] {
      io_.restart();
      io_.poll();
      return answers_[tenant].size() >= count;
    });
  }
  std::size_t count(const std::string& tenant, int status) {
    std::size_t out = 0;
    for (const auto& [user, answer] : answers_[tenant]) out += answer.status == status ? 1 : 0;
    return out;
  }
  void expect_each_refusal_says_when_to_come_back(const std::string& tenant) {
    for (const auto& [user, answer] : answers_[tenant]) {
      if (answer.status == 200) continue;
      EXPECT_EQ(answer.status, 503) << user << ": " << answer.body;
      bool says = false;
      for (const auto& [name, value] : answer.headers) {
        says = says || ((name == "Retry-After" || name == "retry-after") && std::stoi(value) > 0);
      }
      EXPECT_TRUE(says) << user;
    }
  }
  int inbound_of(const std::string& tenant, std::int64_t user) const {
    const auto person = person_id_of({tenant}, {"telegram", "telegram", std::to_string(user)});
    const auto log = store_->history_blocking({tenant}, person, 0, 1'000);
    int out = 0;
    for (const auto& item : *log) {
      const auto event = from_stored<Event>(item.body);
      out += event && event->message && event->message->direction == Direction::inbound ? 1 : 0;
    }
    return out;
  }
  std::string metrics() const {
    return ask(running_->admin_port(), "GET", "/metrics", {}, "").body;
  }
  bool shows(const std::string& line) const {
    return metrics().find("\n" + line + "\n") != std::string::npos;
  }

  const SystemClock clock_;
  std::string directory_;
  storage::MemoryStore* store_ = nullptr;
  std::unique_ptr<gateway::Running> running_;
  net::io_context io_{1};
  std::map<std::string, std::map<std::int64_t, Answer>> answers_;
};

TEST_F(Crowd, ThreeTimesAsManyAsFitAreTurnedAwayAtOnceAndNoneIsLost) {
  constexpr std::size_t kFit = 32, kAll = 3 * kFit;
  start({"shop"}, "[http.limits]\nrequests_in_flight_max = 32\n");
  ASSERT_TRUE(running_);
  store_->hold_for_test();
  all_write("shop", 1, 1 + static_cast<std::int64_t>(kAll));
  // While nothing that was let in can be answered, all others are.
  ASSERT_TRUE(wait_for("shop", kAll - kFit));
  EXPECT_EQ(count("shop", 503), kAll - kFit);
  expect_each_refusal_says_when_to_come_back("shop");
  EXPECT_TRUE(shows("http_requests_in_flight_count 32")) << metrics();
  EXPECT_TRUE(shows("http_requests_in_flight_max 32"));
  EXPECT_TRUE(shows("parley_events_in_flight_count 32"));
  store_->release_for_test();
  ASSERT_TRUE(wait_for("shop", kAll));
  EXPECT_EQ(count("shop", 200), kFit) << "all that was let in";
  for (std::int64_t user = 1; user <= static_cast<std::int64_t>(kAll); ++user) {
    EXPECT_EQ(inbound_of("shop", user), answers_["shop"].at(user).status == 200 ? 1 : 0) << user;
  }
  // They come back, as platforms do, and it is as if nothing had been.
  std::vector<std::int64_t> again;
  for (const auto& [user, answer] : answers_["shop"]) {
    if (answer.status != 200) again.push_back(user);
  }
  for (const auto user : again) {
    answers_["shop"].erase(user);
    const auto before = answers_["shop"].size();
    all_write("shop", user, user + 1);
    ASSERT_TRUE(wait_for("shop", before + 1));
  }
  EXPECT_EQ(count("shop", 200), kAll);
  for (std::int64_t user = 1; user <= static_cast<std::int64_t>(kAll); ++user) {
    EXPECT_EQ(inbound_of("shop", user), 1) << user;
  }
  EXPECT_TRUE(World::eventually([&] { return shows("http_requests_in_flight_count 0"); }));
  EXPECT_TRUE(World::eventually([&] { return shows("parley_events_in_flight_count 0"); }));
}

TEST_F(Crowd, AFloodOfOneTenantLeavesRoomForAQuietOne) {
  constexpr std::size_t kPlaces = 64, kFlood = 200, kQuiet = 16;
  start({"loud", "quiet"}, "[pipeline]\nqueue_max = 64\n");
  ASSERT_TRUE(running_);
  store_->hold_for_test();
  all_write("loud", 1, 1 + static_cast<std::int64_t>(kFlood));
  ASSERT_TRUE(wait_for("loud", kFlood - kPlaces / 2));
  EXPECT_EQ(count("loud", 503), kFlood - kPlaces / 2) << "half of the places, not all of them";
  expect_each_refusal_says_when_to_come_back("loud");
  EXPECT_TRUE(shows("parley_over_share_total " + std::to_string(kFlood - kPlaces / 2)));
  all_write("quiet", 1, 1 + static_cast<std::int64_t>(kQuiet));
  EXPECT_TRUE(World::eventually([&] {
    io_.restart();
    io_.poll();
    return shows("parley_events_in_flight_count " + std::to_string(kPlaces / 2 + kQuiet));
  })) << metrics();
  EXPECT_TRUE(answers_["quiet"].empty()) << "let in, every one";
  store_->release_for_test();
  ASSERT_TRUE(wait_for("quiet", kQuiet));
  ASSERT_TRUE(wait_for("loud", kFlood));
  EXPECT_EQ(count("quiet", 200), kQuiet);
  EXPECT_EQ(count("loud", 200), kPlaces / 2);
  for (std::int64_t user = 1; user <= static_cast<std::int64_t>(kQuiet); ++user) {
    EXPECT_EQ(inbound_of("quiet", user), 1) << user;
  }
}

}  // namespace
}  // namespace parley::test
