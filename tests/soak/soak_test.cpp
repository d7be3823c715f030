// An hour of an ordinary day: nothing is lost, doubled or out of order, and nothing in the process
// grows once it is warm. PARLEY_SOAK_MINUTES (0.2) says how long, PARLEY_SOAK_RATE (60) how many
// turns a second.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "conversation/codec.hpp"
#include "gateway/api/reads.hpp"
#include "storage/store.hpp"
#include "tests/integration/gateway_process.hpp"
#include "tests/integration/world.hpp"
#include "tests/soak/process_figures.hpp"
#include "tests/soak/traffic.hpp"

namespace parley::test::soak {
namespace {

namespace fs = std::filesystem;

// What the last third may lie above the middle one. The table files of the store come and go with
// its compactions; the rest is noise of the allocator.
constexpr double kRssShare = 1.03, kRssMib = 4;
constexpr double kSocketsMore = 16;
constexpr double kTableFilesMax = 512 + 64;  // the database keeps no more of them open
// Conversations kept in memory, so few that the bound is reached while the run is warming up.
constexpr int kConversationsInMemory = 2'000;

const TenantId kShop{"shop"};

double from_environment(const char* name, double otherwise) {
  const char* given = ::getenv(name);
  return given == nullptr ? otherwise : std::atof(given);
}

struct Told {
  int inbound = 0, decided = 0, outbound = 0, sent = 0;
};

Told read_log(const storage::Store& store, const PersonId& person) {
  Told out;
  std::uint64_t seq = 0;
  for (;;) {
    const auto page = store.history_blocking(kShop, person, seq, 1'000);
    EXPECT_TRUE(page);
    if (!page || page->empty()) return out;
    for (const auto& item : *page) {
      EXPECT_EQ(item.seq, ++seq);
      const auto event = from_stored<Event>(item.body);
      EXPECT_TRUE(event);
      if (!event) continue;
      out.decided += event->type == EventType::routing_decided ? 1 : 0;
      if (event->message) {
        ++(event->message->direction == Direction::inbound ? out.inbound : out.outbound);
      }
      const bool sent = event->delivery && event->delivery->status.state == DeliveryState::sent;
      out.sent += sent ? 1 : 0;
    }
  }
}

class Soak : public testing::Test {
 protected:
  Soak() {
    auto name = (fs::temp_directory_path() / "parley-soak-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    fs::create_directories(directory_ + "/tenants");
    std::ofstream(directory_ + "/parley.toml")
        << "tenants = \"tenants\"\n[http]\nport = 0\n[admin]\nport = 0\n[client]\n"
           "private_hosts_allowed = [\"127.0.0.1\"]\nfirst_byte_timeout_ms = 60000\n[log]\nlevel = "
           "\"error\"\n[pipeline]\n"
           "state_cache_max = "
        << kConversationsInMemory
        // A crowded machine is no reason to give customers to people.
        << "\n[bots]\ncalls_in_flight_max = 4096\ncircuit_failures = 1000\n[storage]\npath = \""
        << data() << "\"\nballast_bytes = 0\nfree_bytes_min = 1048576\n";
    std::ofstream(directory_ + "/tenants/shop.toml")
        << tenant_toml({.id = "shop",
                        .platform_port = platform_.port(),
                        .bot_port = bot_.port(),
                        .bot_deadline_ms = 60'000});
  }
  ~Soak() override {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }
  std::string data() const { return directory_ + "/data"; }
  void sample(const GatewayProcess& gateway) {
    samples_.push_back(figures_of(gateway.pid(), gateway.admin_port()));
    const auto& last = samples_.back();
    if (samples_.size() % 30 == 0) {
      std::cout << traffic_.tally().turns << " turns, " << last.rss_mib << " MiB, " << last.sockets
                << " sockets, " << last.files << " files, " << last.sends << " sends waiting"
                << std::endl;
    }
  }
  void expect_log_complete();
  void expect_flat(const Load& load);
  double third(double Figures::* of, int number) const {
    const auto size = samples_.size() / 3;
    return median(samples_, of, size * static_cast<std::size_t>(number),
                  size * static_cast<std::size_t>(number + 1));
  }

  const Load load_{.minutes = from_environment("PARLEY_SOAK_MINUTES", 0.2),
                   .turns_per_s = from_environment("PARLEY_SOAK_RATE", 60)};
  std::string directory_;
  Traffic traffic_{load_};
  LittleServer platform_{[this](const Asked& asked) { return traffic_.platform(asked); }, 0};
  LittleServer bot_{Traffic::bot, 0};
  std::vector<Figures> samples_;
};

// P1 to P4 over every conversation there was.
void Soak::expect_log_complete() {
  storage::Options options;
  options.path = data();
  options.free_bytes_min = 1 << 20;
  options.ballast_bytes = 0;
  const SystemClock clock;
  auto opened = storage::open_rocks_store(options, clock);
  ASSERT_TRUE(opened) << opened.error().detail;
  const storage::Store& store = **opened;
  const auto expect_whole = [&](const PersonId& person, int turns) {
    const auto told = read_log(store, person);
    EXPECT_EQ(told.inbound, turns) << person.value;
    EXPECT_EQ(told.decided, turns) << person.value;
    EXPECT_EQ(told.outbound, turns) << person.value;
    EXPECT_EQ(told.sent, turns) << person.value;
  };
  for (const auto& [user, turns] : traffic_.users()) {
    expect_whole(person_id_of(kShop, {"telegram", "telegram", std::to_string(user)}), turns);
  }
  for (const auto& [conversation, turns] : traffic_.visitors()) {
    const auto person = gateway::api::conversation_person(conversation);
    ASSERT_TRUE(person) << conversation;
    expect_whole(*person, turns);
  }
  for (const auto kind :
       {RowKind::send, RowKind::bot_call, RowKind::queue_entry, RowKind::dead_letter}) {
    const auto page = store.recover_rows_blocking(kind, "", 100);
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->rows.empty())
        << page->rows.size() << " rows of kind " << static_cast<int>(kind);
  }
}

// Whether it is flat shows only once caches have filled and memtables been flushed a few times.
void Soak::expect_flat(const Load& load) {
  std::cout << "thirds of the run: RSS";
  for (int i = 0; i < 3; ++i) std::cout << ' ' << third(&Figures::rss_mib, i);
  std::cout << " MiB, sockets";
  for (int i = 0; i < 3; ++i) std::cout << ' ' << third(&Figures::sockets, i);
  std::cout << ", files";
  for (int i = 0; i < 3; ++i) std::cout << ' ' << third(&Figures::files, i);
  std::cout << ", sends waiting";
  for (int i = 0; i < 3; ++i) std::cout << ' ' << third(&Figures::sends, i);
  std::cout << '\n';
  for (const auto& sample : samples_) {
    EXPECT_LE(sample.files, kTableFilesMax);
    EXPECT_LE(sample.sends, load.turns_per_s * 60);  // a minute's worth is a platform that is stuck
    EXPECT_LE(sample.commits, 4'096);
    EXPECT_EQ(sample.threads, samples_.front().threads);
  }
  constexpr double kWarmMinutes = 30;
  if (load.minutes < kWarmMinutes) return;
  EXPECT_LE(third(&Figures::rss_mib, 2), third(&Figures::rss_mib, 1) * kRssShare + kRssMib);
  // How many are open goes with how slow the machine is; what leaks is above anything before.
  EXPECT_LE(third(&Figures::sockets, 2),
            std::max(third(&Figures::sockets, 0), third(&Figures::sockets, 1)) + kSocketsMore);
  EXPECT_LE(third(&Figures::sends, 2),
            std::max(third(&Figures::sends, 0), third(&Figures::sends, 1)) + load.turns_per_s);
}

TEST_F(Soak, AnOrdinaryDayLosesDoublesAndReordersNothingAndGrowsNowhere) {
  auto gateway = std::make_unique<GatewayProcess>(directory_ + "/parley.toml");
  ASSERT_NE(gateway->port(), 0) << gateway->said();
  traffic_.run_blocking(gateway->port(), [&] { sample(*gateway); });
  EXPECT_EQ(gateway->end_gracefully(), 0);
  for (const auto& problem : traffic_.problems()) ADD_FAILURE() << problem;
  const auto& tally = traffic_.tally();
  std::cout << tally.turns << " turns in " << load_.minutes << " min, " << tally.answers
            << " answered by the bot, " << tally.people_served << " served by people, "
            << tally.notifications << " notifications, " << tally.sockets_opened << " sockets, "
            << tally.streamed << " events on the stream\n";
  EXPECT_GT(tally.answers, 0u);
  EXPECT_GT(tally.people_served, 0u);
  EXPECT_GT(tally.notifications, 0u);
  EXPECT_GT(tally.streamed, tally.turns);
  expect_log_complete();
  expect_flat(load_);
  const auto report = storage::verify_rocks_store(data());
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
}

}  // namespace
}  // namespace parley::test::soak
