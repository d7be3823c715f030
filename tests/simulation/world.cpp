#include "tests/simulation/world.hpp"

#include <iostream>

namespace parley::simulation {
namespace {

constexpr std::uint64_t kStepsMax = 5'000'000;  // more is a loop that never rests
constexpr Milliseconds kTurmoil{30'000};
constexpr Milliseconds kCalm{3'600'000};
constexpr Milliseconds kPlatformPatience{6'000};

}  // namespace

World::World(std::uint64_t seed, bool staffed)
    : machine_(seed),
      network_(machine_, history_, faults_.network, traits_, reached_),
      staffed_(staffed) {
  draw_faults();
  draw_limits();
  draw_owners();
  if (staffed_) draw_staff();
  history_.staffed = staffed_;
  memory_ = std::make_unique<storage::MemoryStore>(store_options_, machine_.clock,
                                                   storage::MemoryStore::Drive::by_hand);
  network_.on_taken = [this](const TenantId& tenant, const std::string& user,
                             const std::string& send) { taken(tenant, user, send); };
}

World::~World() {
  if (life_) crash("the run is over");
}

void World::draw_faults() {
  // Half of the kinds are left out of a run; the rest come rarely or often.
  const auto odds = [&](double most) {
    return machine_.chance(0.5) ? 0.0 : most * machine_.draw() * machine_.draw();
  };
  NetworkFaults& network = faults_.network;
  for (double* fault : {&network.unreached, &network.broken, &network.throttled, &network.lost,
                        &network.stalled, &network.refused, &network.expired}) {
    *fault = odds(0.5);
  }
  for (double* fault : {&network.bot_late, &network.bot_dead, &network.bot_garbage}) {
    *fault = odds(0.6);
  }
  network.bot_hands_over = odds(0.8);
  faults_.disk.slow_read = odds(1);
  faults_.disk.slow_sync = odds(0.2);
  faults_.disk.dead = odds(0.02);
  faults_.crash = odds(0.004);
  faults_.duplicate = odds(0.8);
  faults_.late = odds(0.5);
  faults_.give_up = odds(0.5);
  faults_.reload = odds(1);
  faults_.jump = odds(0.5);
  faults_.merge = odds(1);
  faults_.system = odds(1);
  faults_.receipts = odds(1);
}

void World::draw_limits() {
  const auto tight = [&](std::size_t usual, std::size_t small) {
    return machine_.chance(0.8) ? usual : small;
  };
  cores_ = 1 + machine_.below(3);
  options_.shards.read_threads = 0;
  options_.shards.queue_max = tight(4'096, 8);
  options_.shards.state_cache_max = tight(100'000, 1);
  options_.bots.calls_in_flight_max = tight(256, 1);
  options_.bots.circuit_failures = static_cast<std::uint32_t>(tight(1'000, 2));
  options_.bots.circuit_open = Milliseconds(3'000);
  options_.sends.retry_base = Milliseconds(200);
  options_.sends.retry_max = Milliseconds(5'000);
  options_.sends.head_blocked_max = Milliseconds(20'000);
  options_.sends.in_flight_per_channel_max = tight(64, 1);
  options_.sends.call_timeout = Milliseconds(5'000);
  options_.sends.uncertain =
      machine_.chance(0.5) ? gateway::Uncertain::park : gateway::Uncertain::retry;
  store_options_.pending_max = tight(65'536, 8);
}

void World::draw_owners() {
  for (const std::string name : {"shop", "other"}) {
    Owner& owner = owners_.emplace_back();
    owner.id = {name};
    gateway::PlatformTraits platform{.idempotent = machine_.chance(0.5),
                                     .tokens = machine_.chance(0.5),
                                     .passive_reply = machine_.chance(0.3)};
    if (machine_.chance(0.2)) platform.rate_per_s = platform.burst = 5;
    owner.shop = std::make_unique<gateway::Shop>(platform);
    owner.bot_first = machine_.chance(0.7);
    if (machine_.chance(0.5)) owner.notice = "One moment.";
    const std::size_t users = 1 + machine_.below(4);
    for (std::size_t i = 0; i < users; ++i) owner.users.push_back("u" + std::to_string(i));
    traits_[owner.id] = {.idempotent = platform.idempotent,
                         .may_repeat = options_.sends.uncertain == gateway::Uncertain::retry,
                         .passive = platform.passive_reply};
    owner.built = build(owner, true);
  }
}

std::shared_ptr<const gateway::Tenant> World::build(const Owner& owner, bool with_channel) const {
  gateway::ShopOptions options;
  options.first_outcome =
      owner.bot_first ? Holder{HolderKind::bot, "faq"} : Holder{HolderKind::queue, "service"};
  options.queue_notice = owner.notice;
  options.bot_url = bot_url(owner.id);
  auto out = std::make_shared<gateway::Tenant>(*owner.shop->tenant(owner.id, options));
  out->channels[gateway::kChannel].api_base = platform_url(owner.id);
  if (staffed_) out->policy = staffed(owner, *out->policy);
  if (!with_channel) {
    out->channels.clear();
    out->entries.clear();
  }
  return out;
}

gateway::Tenants World::tenants() const {
  gateway::Tenants out;
  for (const Owner& owner : owners_) out[owner.id] = owner.built;
  return out;
}

void World::trace(const std::string& what) {
  if (trace_ == nullptr) return;
  *trace_ << machine_.clock.steady().time_since_epoch().count() - 1'000'000 << ' ' << what << '\n';
}

// ---- the process

void World::start() {
  ++lives_;
  trace("start " + std::to_string(lives_));
  network_.serve(memory_.get(), lives_);
  life_ = std::make_unique<Life>(
      Life::Parts{.machine = machine_,
                  .memory = *memory_,
                  .network = network_,
                  .disk = faults_.disk,
                  .reached = reached_,
                  .options = options_,
                  .cores = cores_,
                  .tenants = tenants(),
                  .on_fatal = [this, life = lives_](const std::string& why) {
                    machine_.after(machine_.between(0, 200), [this, life, why] {
                      if (life == lives_ && life_) crash(why);
                    });
                  }});
  reach("started");
}

// Dead from this very moment: what the handler under way still does reaches nobody.
void World::reach(std::string_view point) {
  if (staffed_ && point.ends_with("synced")) check_places();
  if (dying_ || crash_in_ == 0 || point != crash_at_ || !turmoil_ || --crash_in_ > 0) return;
  dying_ = crashed_there_ = true;
  network_.serve(nullptr, lives_);
}

void World::crash(const std::string& why) {
  dying_ = false;
  trace("crash: " + why);
  network_.serve(nullptr, lives_);
  if (!life_->end()) history_.trouble.push_back("a coroutine could not be ended");
  life_.reset();
  memory_ = memory_->reopened_for_test();
  ++history_.crashes;
  machine_.after(machine_.between(10, 2'000), [this] {
    if (!life_) start();
  });
}

void World::run_for(Milliseconds time) {
  const auto limit = machine_.clock.steady() + time;
  for (;;) {
    if (++steps_ > kStepsMax) {
      history_.trouble.emplace_back("it never comes to rest");
      return;
    }
    if (dying_ && life_) crash("at " + std::string(crash_at_));
    const bool busy = life_ && life_->step();
    if (busy && turmoil_ && machine_.chance(faults_.crash)) crash("at handler");
    if (!busy) {
      if (!machine_.advance(limit)) return;
    } else if (machine_.chance(0.03)) {  // the cores are slow: time goes on under their hands
      machine_.advance(std::min(limit, machine_.clock.steady() + Milliseconds(50)));
    }
  }
}

void World::run() {
  start();
  plan_customers();
  plan_agents();
  plan_operations();
  if (staffed_) plan_staff();
  run_for(kTurmoil);
  calm_down();
  run_for(kCalm);
  // All of it again from the disk: nothing may be found left to do.
  history_.calls_before_last_start = history_.calls.size();
  crash("the last start");
  run_for(kCalm);
  take_stock();
}

void World::calm_down() {
  trace("calm");
  turmoil_ = false;
  begin_last_shift();
  faults_.network = {};
  faults_.disk = {};
  faults_.duplicate = faults_.late = faults_.give_up = 0;
  for (Owner& owner : owners_) owner.built = build(owner, true);
  if (life_) life_->gateway().set_tenants(tenants());
}

// ---- customers

PersonId World::person(const TenantId& tenant, const std::string& user) const {
  return person_id_of(tenant, gateway::identity_of(user));
}

void World::plan_customers() {
  for (const Owner& owner : owners_) {
    for (const std::string& user : owner.users) {
      const std::size_t messages = 1 + machine_.below(8);
      for (std::size_t i = 0; i < messages; ++i) {
        const std::string number = std::to_string(history_.said.size());
        history_.said.push_back(
            {.tenant = owner.id, .user = user, .key = "k" + number, .text = "m" + number});
        deliver_later(history_.said.size() - 1, machine_.between(0, kTurmoil.count() / 2));
      }
    }
  }
}

void World::deliver_later(std::size_t said, Milliseconds after) {
  machine_.after(after, [this, said] { deliver(said); });
}

namespace {
net::awaitable<http::Response> webhook(gateway::Gateway& gateway, TenantId tenant,
                                       std::string body) {
  http::Request request;
  request.method = "POST";
  request.body = std::move(body);
  const ChannelId channel = gateway::kChannel;
  co_return co_await gateway.webhook(tenant, channel, std::move(request));
}
}  // namespace

void World::deliver(std::size_t index) {
  Said& said = history_.said[index];
  if (machine_.chance(faults_.late)) return deliver_later(index, machine_.between(1, 3'000));
  said.first_tried = std::min(said.first_tried, machine_.moment());
  if (!life_) return deliver_later(index, machine_.between(100, 3'000));
  const int copies = machine_.chance(faults_.duplicate) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    auto attempt = std::make_shared<Attempt>();
    trace("webhook " + said.key + " of " + said.tenant.value + '/' + said.user);
    reach("webhook handed in");
    life_->start<http::Response>(
        webhook(life_->gateway(), said.tenant, said.key + '|' + said.user + '|' + said.text),
        [this, index, attempt](const http::Response& response) {
          attempt->answered = true;
          heard(index, response);
        });
    machine_.after(kPlatformPatience, [this, index, attempt] {
      Said& waiting = history_.said[index];
      if (attempt->answered || waiting.acked != kNever) return;
      if (turmoil_ && machine_.chance(faults_.give_up)) {
        waiting.given_up = true;
      } else {
        deliver_later(index, machine_.between(0, 2'000));
      }
    });
  }
  if (machine_.chance(faults_.duplicate)) deliver_later(index, machine_.between(0, 10'000));
}

void World::heard(std::size_t index, const http::Response& response) {
  Said& said = history_.said[index];
  trace("answer " + std::to_string(response.status) + " to " + said.key);
  if (dying_) return;
  if (response.status != 200) {
    if (said.acked == kNever && !said.given_up) {
      deliver_later(index, machine_.between(100, 3'000));
    }
    return;
  }
  if (said.acked == kNever) said.acked = machine_.moment();
  reach("turn acknowledged");
  const std::string mark = "our-account: ";
  if (response.body.starts_with(mark)) {
    history_.passive.emplace(response.body.substr(mark.size()), said.tenant);
  }
}

void World::taken(const TenantId& tenant, const std::string& user, const std::string& send) {
  trace("platform took " + send + " for " + tenant.value + '/' + user);
  if (!machine_.chance(faults_.receipts)) return;
  for (const auto state : {DeliveryState::delivered, DeliveryState::read}) {
    machine_.after(machine_.between(1, 2'000), [this, tenant, user, send, state] {
      routing::ReceiptArrived receipt;
      receipt.channel = gateway::kChannel;
      receipt.send = {send};
      receipt.status.state = state;
      const Owner& owner = owners_[tenant == owners_.front().id ? 0 : 1];
      command(owner, person(tenant, user), std::move(receipt));
    });
  }
}

// ---- taking stock

void World::take_stock() {
  for (const Owner& owner : owners_) {
    const auto page = memory_->conversations_blocking(owner.id, "", 10'000);
    for (const auto& item : page->items) {
      Conversation& out = stored_.conversations.emplace_back();
      out.tenant = owner.id;
      out.person = item.person;
      auto state = from_stored<State>(item.state);
      if (state) out.state = std::move(*state);
      if (!state) stored_.unreadable.push_back(item.person.value + ": " + state.error().detail);
      const auto history = memory_->history_blocking(owner.id, item.person, 0, 1'000'000);
      for (const auto& stored : *history) {
        auto event = from_stored<Event>(stored.body);
        out.seqs.push_back(stored.seq);
        if (event) out.events.push_back(std::move(*event));
        if (!event) stored_.unreadable.push_back(item.person.value + ": " + event.error().detail);
      }
    }
    stored_.streams[owner.id] = *memory_->stream_blocking(owner.id, 0, 1'000'000);
    life_->start<Result<std::vector<gateway::QueueView>>>(
        life_->gateway().queues(owner.id),
        [this, id = owner.id](const auto& views) { stored_.queues[id] = *views; });
    life_->start<Result<std::vector<gateway::AgentView>>>(
        life_->gateway().agents(owner.id),
        [this, id = owner.id](const auto& views) { stored_.agents[id] = *views; });
  }
  while (life_->step()) {
  }
  stored_.sends = rows<Send>(RowKind::send);
  stored_.bot_calls = rows<BotCall>(RowKind::bot_call);
  stored_.queue = rows<QueueEntry>(RowKind::queue_entry);
  stored_.assignments = rows<Assignment>(RowKind::assignment);
  stored_.decisions = rows<Decision>(RowKind::decision);
  stored_.dead_letters = rows<DeadLetter>(RowKind::dead_letter);
  stored_.relays = rows<Relay>(RowKind::relay);
}

}  // namespace parley::simulation
