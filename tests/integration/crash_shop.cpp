#include "tests/integration/crash_shop.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "conversation/codec.hpp"
#include "storage/store.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

constexpr int kCustomersAtOnce = 8;
const TenantId kShop{"shop"};

std::string update(std::int64_t id) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  const std::string user = std::to_string(id);
  return R"({"update_id":)" + user + R"(,"message":{"message_id":)" + user + R"(,"date":)" +
         std::to_string(now) + R"(,"from":{"id":)" + user + R"(,"first_name":"N"},"chat":{"id":)" +
         user + R"(,"type":"private"},"text":"What are your opening hours?"}})";
}

PersonId person_of(std::int64_t customer) {
  return person_id_of(kShop, {"telegram", "telegram", std::to_string(customer)});
}

storage::Options options_of(const std::string& data) {
  storage::Options options;
  options.path = data;
  options.free_bytes_min = 1 << 20;
  options.ballast_bytes = 0;
  return options;
}

std::size_t rows_of(const storage::Store& store, RowKind kind) {
  const auto page = store.recover_rows_blocking(kind, "", 1'000'000);
  EXPECT_TRUE(page);
  return page ? page->rows.size() : 0;
}

// What a conversation says of the one answer that its customer is owed.
struct Told {
  int inbound = 0, decided = 0, answers = 0;
  DeliveryState end = DeliveryState::accepted;
  std::string send;
};

Told read_log(const std::vector<storage::StoredEvent>& log) {
  Told out;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const auto event = from_stored<Event>(log[i].body);
    EXPECT_TRUE(event);
    if (!event) continue;
    EXPECT_EQ(event->seq, i + 1);
    EXPECT_EQ(log[i].seq, i + 1);
    out.decided += event->type == EventType::routing_decided ? 1 : 0;
    if (event->message && event->message->direction == Direction::inbound) ++out.inbound;
    if (event->message && event->message->direction == Direction::outbound) ++out.answers;
    if (event->delivery) {
      out.end = advance(out.end, event->delivery->status.state);
      out.send = event->delivery->send.value;
    }
  }
  return out;
}

}  // namespace

// ---- the platform

Answer CrashPlatform::answer(const Asked& asked) {
  static std::atomic<int> next{1};
  ++calls_;
  if (down_) return {429, R"({"ok":false,"error_code":429,"parameters":{"retry_after":1}})", {}};
  const auto at = asked.body.find("chat_id=");
  if (at == std::string::npos) return {200, R"({"ok":true,"result":true})", {}};
  const auto chat = asked.body.substr(at + 8, asked.body.find('&', at) - at - 8);
  std::unique_lock lock(mutex_);
  ++taken_[chat];
  moved_.wait(lock, [this] { return !held_; });
  return {200, R"({"ok":true,"result":{"message_id":)" + std::to_string(++next) + "}}", {}};
}

std::map<std::string, int> CrashPlatform::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

void CrashPlatform::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void CrashPlatform::go_on() {
  const std::lock_guard lock(mutex_);
  held_ = false;
  moved_.notify_all();
}

// ---- the shop

CrashShop::CrashShop(std::string data, const std::string& settings) : data_(std::move(data)) {
  auto name = (fs::temp_directory_path() / "parley-crash-XXXXXX").string();
  directory_ = ::mkdtemp(name.data());
  if (data_.empty()) data_ = directory_ + "/data";
  fs::create_directories(directory_ + "/tenants");
  const bool own_storage = settings.find("free_bytes_min") != std::string::npos;
  std::ofstream(directory_ + "/parley.toml")
      << "tenants = \"tenants\"\n[http]\nport = 0\n[admin]\nport = 0\n[client]\n"
         "private_hosts_allowed = [\"127.0.0.1\"]\n[log]\nlevel = \"error\"\n[storage]\npath = \""
      << data_ << "\"\nballast_bytes = 0\n"
      << (own_storage ? "" : "free_bytes_min = 1048576\n") << settings;
  std::ofstream(directory_ + "/tenants/faq.tsv") << "What are your opening hours?\tFrom 9 to 18.\n";
  std::ofstream(directory_ + "/tenants/shop.toml")
      << tenant_toml({.id = "shop", .platform_port = platform_.port()});
}

CrashShop::~CrashShop() {
  platform_.go_on();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

std::unique_ptr<GatewayProcess> CrashShop::start() const {
  return std::make_unique<GatewayProcess>(directory_ + "/parley.toml");
}

bool CrashShop::write(GatewayProcess& gateway, std::int64_t customer) {
  {
    const std::lock_guard lock(mutex_);
    open_.insert(customer);
    next_ = std::max(next_, customer + 1);
  }
  const auto answer = ask(
      gateway.port(), "POST", "/webhooks/shop/tg",
      {{"content-type", "application/json"}, {"x-telegram-bot-api-secret-token", "tg-shop-secret"}},
      update(customer));
  if (answer.status != 200) return false;
  const std::lock_guard lock(mutex_);
  if (deaf_) return false;
  acked_.insert(customer);
  open_.erase(customer);
  return true;
}

void CrashShop::hear_no_more() {
  const std::lock_guard lock(mutex_);
  deaf_ = true;
}

void CrashShop::live(int acks, const End& end) {
  auto gateway = start();
  ASSERT_NE(gateway->port(), 0) << gateway->said();
  // A platform first repeats what it had no answer to.
  const std::vector<std::int64_t> again(open_.begin(), open_.end());
  std::atomic<std::int64_t> fresh{next_};
  std::atomic<bool> stop{false};
  std::atomic<int> count{0}, flying{0};
  std::vector<std::thread> customers;
  for (int number = 0; number < kCustomersAtOnce; ++number) {
    customers.emplace_back([&, number] {
      for (auto i = static_cast<std::size_t>(number); !stop; i += kCustomersAtOnce) {
        const std::int64_t id = i < again.size() ? again[i] : fresh++;
        ++flying;
        count += write(*gateway, id) ? 1 : 0;
        --flying;
      }
    });
  }
  // A crowded machine may be slow; one that stands still is not.
  bool enough = false;
  for (int before = -1; !enough && count > before;) {
    before = count;
    enough = World::eventually([&] { return count >= acks; });
  }
  EXPECT_TRUE(enough) << count << " of " << acks << " acknowledged, and no more for 20 s";
  ended_in_flight_ += flying > 0 ? 1 : 0;
  stop = true;  // who has begun goes on until the end comes
  end(*gateway);
  for (auto& customer : customers) customer.join();
  deaf_ = false;
}

void CrashShop::come_to_rest() {
  constexpr int kRounds = 100;  // a platform takes so many a second and no more
  for (int round = 0; round < kRounds; ++round) {
    auto gateway = start();
    ASSERT_NE(gateway->port(), 0) << gateway->said();
    for (const auto customer : std::set<std::int64_t>(open_)) write(*gateway, customer);
    // Calls have come to an end when none has come for a while.
    int calls = -1;
    auto since = std::chrono::steady_clock::now();
    World::eventually([&] {
      const auto now = std::chrono::steady_clock::now();
      if (calls != platform_.calls()) since = now;
      calls = platform_.calls();
      return now - since > std::chrono::milliseconds(300);
    });
    EXPECT_EQ(gateway->end_gracefully(), 0);
    const SystemClock clock;
    auto store = storage::open_rocks_store(options_of(data_), clock);
    ASSERT_TRUE(store) << store.error().detail;
    if (rows_of(**store, RowKind::send) == 0 && rows_of(**store, RowKind::bot_call) == 0) return;
  }
  ADD_FAILURE() << "sends are left over";
}

void CrashShop::expect_promises_kept() {
  {
    const SystemClock clock;
    auto store = storage::open_rocks_store(options_of(data_), clock);
    ASSERT_TRUE(store) << store.error().detail;
    const auto taken = platform_.taken();
    std::size_t unanswered = 0;
    unsettled_ = 0;
    for (std::int64_t id = 1; id < next_; ++id) {
      const auto log = (*store)->history_blocking(kShop, person_of(id), 0, 1'000);
      ASSERT_TRUE(log);
      const auto told = read_log(*log);
      EXPECT_EQ(told.inbound, told.decided) << id;  // P3
      if (acked_.contains(id)) {
        EXPECT_EQ(told.inbound, 1) << "acked " << id;  // P1
      } else {
        EXPECT_LE(told.inbound, 1) << id;
      }
      EXPECT_LE(told.answers, told.inbound) << id;
      if (told.answers == 0) {  // the bot's time was up: then people are asked
        unanswered += told.inbound > 0 ? 1 : 0;
        continue;
      }
      // P4: it ended, and as it says.
      const auto found = taken.find(std::to_string(id));
      const int times = found == taken.end() ? 0 : found->second;
      if (told.end == DeliveryState::sent) {
        EXPECT_EQ(times, 1) << "sent " << id;
      } else {
        EXPECT_EQ(told.end, DeliveryState::uncertain) << to_string(told.end) << ' ' << id;
        ++unsettled_;
      }
    }
    EXPECT_EQ(rows_of(**store, RowKind::dead_letter), unsettled_);
    EXPECT_EQ(rows_of(**store, RowKind::queue_entry), unanswered);
    for (const auto& [chat, times] : taken) EXPECT_EQ(times, 1) << "chat " << chat;
    std::cout << acked_.size() << " acked, " << taken.size() << " answered once, " << unsettled_
              << " left for a person to settle, " << unanswered << " waiting in a queue\n";
  }
  // P7: each decision again, from its record alone.
  const auto replay =
      std::string(PARLEY_BINARY) + " replay --config " + directory_ + "/parley.toml";
  EXPECT_EQ(std::system(replay.c_str()), 0);
  const auto report = storage::verify_rocks_store(data_);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
}

}  // namespace parley::test
