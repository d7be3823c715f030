// A platform that is away for hours, on virtual time: with the limits that ship, nothing is lost,
// each conversation keeps its order, people go before bulk, and only age ends a message.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "conversation/codec.hpp"
#include "tests/pipeline/shop.hpp"
#include "tests/simulation/life.hpp"

namespace parley::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Gives each call what `plan` says at that time and keeps what arrived.
class Platform final : public http::Transport {
 public:
  struct Plan {
    Milliseconds takes{20};
    Result<http::ClientAnswer> answer =
        http::ClientAnswer{.status = 200, .headers = {}, .body = "x"};
  };
  struct Call {
    std::string host, user, text;
    Milliseconds at;  // since the beginning
    bool arrived;
  };
  using Planner = std::function<Plan(Milliseconds at)>;

  Platform(Machine& machine, Planner plan) : machine_(machine), plan_(std::move(plan)) {}

  net::awaitable<Result<http::ClientAnswer>> call(http::ClientRequest request) override {
    const auto at = machine_.clock.steady() - begun_;
    const auto host = request.url.substr(0, request.url.find('/', 8));
    auto plan = host == healthy ? Plan{} : plan_(at);
    const auto user = request.url.substr(request.url.rfind('/') + 1);
    calls.push_back({host, user, request.body, at, plan.answer && plan.answer->status == 200});
    gateway::Timer timer(co_await net::this_coro::executor, std::min(plan.takes, request.timeout));
    co_await timer.wait();
    if (plan.takes > request.timeout) {
      co_return Error{.code = Errc::unavailable, .delivery = Delivery::unknown, .detail = "silent"};
    }
    co_return std::move(plan.answer);
  }

  std::vector<Call> calls;
  std::string healthy;  // the address of one that is never away

 private:
  Machine& machine_;
  const Planner plan_;
  const SteadyPoint begun_ = machine_.clock.steady();
};

Platform::Plan refused() {
  return {
      .takes = Milliseconds(1),
      .answer = Error{
          .code = Errc::unavailable, .delivery = Delivery::not_sent, .detail = "cannot connect"}};
}

const TenantId kOther{"other"};

net::awaitable<Result<gateway::Outcome>> execute(gateway::Gateway& gateway, TenantId tenant,
                                                 PersonId person, routing::Command command) {
  auto work = gateway.execute(tenant, person, std::move(command), {}, true);
  co_return co_await std::move(work);
}

class Outage : public testing::Test {
 protected:
  // The shop whose platform does as `plan` says; the options are those that ship.
  void open(Platform::Planner plan, gateway::PlatformTraits traits = {}) {
    platform_ = std::make_unique<Platform>(machine_, std::move(plan));
    shop_ = std::make_unique<gateway::Shop>(traits);
    options_.shards.read_threads = 0;
    life_ = std::make_unique<Life>(
        Life::Parts{.machine = machine_,
                    .memory = memory_,
                    .network = *platform_,
                    .disk = disk_,
                    .reached = reached_,
                    .options = options_,
                    .cores = 2,
                    .tenants = tenants(),
                    .on_fatal = [](const std::string& why) { ADD_FAILURE() << why; }});
  }
  gateway::Tenants tenants() const {
    platform_->healthy = "http://127.0.0.1:2";
    return {{gateway::kShop, shop_->tenant()},
            {kOther, shop_->tenant(kOther, {.platform_port = 2})}};
  }
  ~Outage() override {
    if (life_) EXPECT_TRUE(life_->end());
  }
  // Time goes on until `at` since the beginning.
  void run_until(Milliseconds at) {
    const auto limit = begun_ + at;
    while (life_->step() || machine_.advance(limit)) {
    }
    if (machine_.clock.steady() < limit) machine_.clock.advance(limit - machine_.clock.steady());
  }
  void command(const std::string& user, routing::Command command,
               const TenantId& tenant = gateway::kShop) {
    const auto person = person_id_of(tenant, gateway::identity_of(user));
    life_->start<Result<gateway::Outcome>>(
        execute(life_->gateway(), tenant, person, std::move(command)), [this](const auto& outcome) {
          EXPECT_TRUE(outcome) << outcome.error().detail;
          ++done_;
        });
  }
  void meet(const std::string& user) { command(user, gateway::says(user, "hi")); }
  void send(const std::string& user, const std::string& text, bool bulk = false) {
    routing::SystemSays says{.actor = "api:key", .message = gateway::text_message(text)};
    says.bulk = bulk;
    command(user, std::move(says));
  }
  std::size_t rows(RowKind kind) const {
    return memory_.rows_blocking(gateway::kShop, kind, "", 10'000)->rows.size();
  }
  std::size_t calls_before(Milliseconds at) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(platform_->calls, [&](const auto& call) { return call.at < at; }));
  }
  std::vector<Platform::Call> arrived() const {
    auto out = platform_->calls;
    std::erase_if(out, [](const auto& call) { return !call.arrived; });
    return out;
  }
  std::size_t states(DeliveryState state) const;
  void expect_each_once_and_in_order(std::size_t users, std::size_t each) const;

  Machine machine_{1};
  const SteadyPoint begun_ = machine_.clock.steady();
  storage::MemoryStore memory_{storage::Options{}, machine_.clock,
                               storage::MemoryStore::Drive::by_hand};
  const DiskFaults disk_;
  const Reached reached_{[](std::string_view) {}};
  gateway::PipelineOptions options_;
  std::unique_ptr<gateway::Shop> shop_;
  std::unique_ptr<Platform> platform_;
  std::unique_ptr<Life> life_;
  std::size_t done_ = 0;
};

std::size_t Outage::states(DeliveryState state) const {
  std::size_t out = 0;
  const auto page = memory_.conversations_blocking(gateway::kShop, "", 10'000);
  for (const auto& item : page->items) {
    const auto log = memory_.history_blocking(gateway::kShop, item.person, 0, 100'000);
    for (const auto& stored : *log) {
      const auto event = from_stored<Event>(stored.body);
      out += event && event->delivery && event->delivery->status.state == state ? 1 : 0;
    }
  }
  return out;
}

void Outage::expect_each_once_and_in_order(std::size_t users, std::size_t each) const {
  std::map<std::string, std::vector<std::string>> heard;
  for (const auto& call : arrived()) heard[call.user].push_back(call.text);
  for (std::size_t user = 0; user < users; ++user) {
    std::vector<std::string> said;
    for (std::size_t i = 0; i < each; ++i) said.push_back(std::to_string(i));
    EXPECT_EQ(heard["u" + std::to_string(user)], said) << user;
  }
}

constexpr std::size_t kUsers = 150, kEach = 3, kBulk = 150;

TEST_F(Outage, SixHoursLoseNothingKeepTheOrderAndPutPeopleBeforeBulk) {
  static constexpr Milliseconds kBack = hours(6);
  open([&](Milliseconds at) { return at < kBack ? refused() : Platform::Plan{}; });
  for (std::size_t i = 0; i < kBulk; ++i) meet("b" + std::to_string(i));
  for (std::size_t i = 0; i < kUsers; ++i) meet("u" + std::to_string(i));
  run_until(seconds(10));
  for (std::size_t i = 0; i < kBulk; ++i) send("b" + std::to_string(i), "offer", true);
  for (std::size_t message = 0; message < kEach; ++message) {
    for (std::size_t i = 0; i < kUsers; ++i) {
      send("u" + std::to_string(i), std::to_string(message));
    }
    // The last is said three hours before the end.
    run_until(hours(1 + 2 * static_cast<int>(message)));
  }
  run_until(kBack);
  EXPECT_TRUE(arrived().empty());
  EXPECT_EQ(rows(RowKind::dead_letter), 0u);
  // One call every half minute, and those that found out.
  EXPECT_LE(calls_before(kBack), 6u * 120 + options_.sends.in_flight_per_channel_max + 10);
  run_until(kBack + minutes(20));
  EXPECT_EQ(done_, kBulk + kUsers + kBulk + kUsers * kEach);
  expect_each_once_and_in_order(kUsers, kEach);
  const auto all = arrived();
  ASSERT_EQ(all.size(), kUsers * kEach + kBulk);
  EXPECT_EQ(rows(RowKind::dead_letter), 0u);
  EXPECT_EQ(rows(RowKind::send), 0u);
  // Some customers' next attempts are later by their backoff; whoever stands at the gate goes
  // first.
  const auto bulk = std::ranges::find_if(all, [](const auto& call) { return call.user[0] == 'b'; });
  EXPECT_GE(bulk - all.begin(), static_cast<std::ptrdiff_t>(kUsers / 2));
}

TEST_F(Outage, OnlyAgeEndsAMessageAndItEndsInItsTime) {
  options_.sends.age_max = hours(2);
  open([](Milliseconds at) { return at < hours(6) ? refused() : Platform::Plan{}; });
  for (std::size_t i = 0; i < 20; ++i) meet("u" + std::to_string(i));
  run_until(seconds(10));
  for (std::size_t i = 0; i < 20; ++i) send("u" + std::to_string(i), "old");
  run_until(hours(1) + minutes(59));
  EXPECT_EQ(states(DeliveryState::expired), 0u);
  run_until(hours(2) + minutes(10));
  EXPECT_EQ(states(DeliveryState::expired), 20u) << "while the platform is still away";
  run_until(hours(5));
  for (std::size_t i = 0; i < 20; ++i) send("u" + std::to_string(i), "0");
  run_until(hours(7));
  expect_each_once_and_in_order(20, 1);
  EXPECT_EQ(rows(RowKind::send), 0u);
}

// It takes what it is given and never answers: half-open. A platform that knows our keys is asked
// again with them.
TEST_F(Outage, APlatformThatNeverAnswersIsAskedByOneAtATime) {
  static constexpr Milliseconds kBack = hours(3);
  open(
      [](Milliseconds at) {
        return at < kBack
                   ? Platform::Plan{.takes = hours(24), .answer = Error{.code = Errc::unavailable}}
                   : Platform::Plan{};
      },
      {.idempotent = true});
  for (std::size_t i = 0; i < kUsers; ++i) meet("u" + std::to_string(i));
  run_until(seconds(10));
  for (std::size_t message = 0; message < kEach; ++message) {
    for (std::size_t i = 0; i < kUsers; ++i) {
      send("u" + std::to_string(i), std::to_string(message));
    }
  }
  run_until(kBack);
  // Each silent call holds its place for call_timeout; the rest after it is as long.
  EXPECT_LE(calls_before(kBack), 3u * 60 + options_.sends.in_flight_per_channel_max + 10);
  run_until(kBack + minutes(20));
  expect_each_once_and_in_order(kUsers, kEach);
  EXPECT_EQ(rows(RowKind::dead_letter), 0u);
  EXPECT_EQ(rows(RowKind::send), 0u);
}

TEST_F(Outage, AStormOfTooManyIsWaitedForByTheWholeAccountAndCostsNobodyTheirMessage) {
  static constexpr Milliseconds kCalm = hours(3);
  open([](Milliseconds at) {
    return at < kCalm
               ? Platform::Plan{.takes = Milliseconds(5),
                                .answer = http::ClientAnswer{.status = 429,
                                                             .headers = {{"retry-after", "60"}},
                                                             .body = {}}}
               : Platform::Plan{};
  });
  for (std::size_t i = 0; i < kUsers; ++i) meet("u" + std::to_string(i));
  run_until(seconds(10));
  for (std::size_t message = 0; message < kEach; ++message) {
    for (std::size_t i = 0; i < kUsers; ++i) {
      send("u" + std::to_string(i), std::to_string(message));
    }
  }
  run_until(kCalm);
  EXPECT_LE(calls_before(kCalm), 3u * 60 + options_.sends.in_flight_per_channel_max + 10);
  // After the first answers no two calls lie closer together than the platform said.
  const auto& calls = platform_->calls;
  for (std::size_t i = options_.sends.in_flight_per_channel_max + 1; i < calls.size(); ++i) {
    EXPECT_GE(calls[i].at - calls[i - 1].at, seconds(59)) << i;
  }
  run_until(kCalm + minutes(20));
  expect_each_once_and_in_order(kUsers, kEach);
  EXPECT_EQ(rows(RowKind::dead_letter), 0u);
  EXPECT_EQ(rows(RowKind::send), 0u);
}

TEST_F(Outage, ASilentPlatformHoldsUpNobodyElses) {
  open([](Milliseconds) {
    return Platform::Plan{.takes = hours(24), .answer = Error{.code = Errc::unavailable}};
  });
  for (std::size_t i = 0; i < 500; ++i) {
    const auto user = "u" + std::to_string(i);
    meet(user);
    command(user, gateway::says(user, "hi"), kOther);
  }
  run_until(seconds(10));
  for (std::size_t i = 0; i < 500; ++i) send("u" + std::to_string(i), "silence");
  run_until(seconds(15));  // every place at the silent one is taken
  const auto before = platform_->calls.size();
  EXPECT_EQ(before, options_.sends.in_flight_per_channel_max);
  for (std::size_t i = 0; i < 500; ++i) {
    routing::SystemSays says{.actor = "api:key", .message = gateway::text_message("0")};
    command("u" + std::to_string(i), std::move(says), kOther);
  }
  run_until(seconds(20));
  EXPECT_EQ(arrived().size(), 500u) << "within seconds, while the others' calls still wait";
  for (const auto& call : arrived()) EXPECT_EQ(call.host, platform_->healthy);
}

// Away, back for a moment, away: what arrives in between stays arrived, nobody is asked twice.
TEST_F(Outage, APlatformThatComesAndGoesLosesNothing) {
  open([](Milliseconds at) {
    const bool away = at < hours(2) && (at / minutes(3)) % 2 == 0;
    return away ? refused() : Platform::Plan{};
  });
  for (std::size_t i = 0; i < kUsers; ++i) meet("u" + std::to_string(i));
  run_until(seconds(10));
  for (std::size_t message = 0; message < kEach; ++message) {
    for (std::size_t i = 0; i < kUsers; ++i) {
      send("u" + std::to_string(i), std::to_string(message));
    }
    run_until(minutes(30 * static_cast<int>(message + 1)));
  }
  run_until(hours(3));
  expect_each_once_and_in_order(kUsers, kEach);
  EXPECT_EQ(rows(RowKind::dead_letter), 0u);
  EXPECT_EQ(rows(RowKind::send), 0u);
}

}  // namespace
}  // namespace parley::simulation
