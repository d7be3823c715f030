#include "gateway/pipeline/desk.hpp"

#include "gateway/pipeline/desk_core.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {

using routing::DeskBook;

Desk::Desk(Service& service, net::any_io_executor core, TaskGroup& tasks)
    : service_(service), core_(std::move(core)), tasks_(tasks) {}

Desk::Room& Desk::room(const TenantId& tenant) {
  return rooms_.try_emplace(tenant, Room{.book = DeskBook(tenant)}).first->second;
}

DeskBook::Now Desk::now() const {
  return {.steady = service_.clock().steady(), .wall = service_.clock().now()};
}

// ---- what was committed

void Desk::change(const TenantId& tenant, std::function<void(DeskBook&)> what) {
  net::post(core_, [this, tenant, what = std::move(what)] {
    Room& place = room(tenant);
    what(place.book);
    settle(tenant, place);
  });
}

void Desk::entered(QueueEntry entry) {
  const TenantId tenant = entry.tenant;
  change(tenant, [this, entry = std::move(entry)](DeskBook& book) { book.entered(entry, now()); });
}

void Desk::left(const TenantId& tenant, const PersonId& person, std::uint64_t epoch) {
  change(tenant, [person, epoch](DeskBook& book) { book.left(person, epoch); });
}

void Desk::assigned(Assignment assignment) {
  const TenantId tenant = assignment.tenant;
  change(tenant, [this, assignment = std::move(assignment)](DeskBook& book) {
    book.assigned(assignment, now(), open_);
  });
}

void Desk::unassigned(const TenantId& tenant, const PersonId& person, std::uint64_t epoch) {
  change(tenant, [person, epoch](DeskBook& book) { book.unassigned(person, epoch); });
}

void Desk::remember(AgentPresence presence) {
  const TenantId tenant = presence.tenant;
  change(tenant, [presence = std::move(presence)](DeskBook& book) { book.remember(presence); });
}

void Desk::remember_mark(const TenantId& tenant, std::string id, std::string body) {
  change(tenant, [this, id = std::move(id), body = std::move(body)](DeskBook& book) {
    book.remember_mark(id, body, now());
  });
}

void Desk::open() {
  net::post(core_, [this] {
    open_ = true;
    for (auto& [tenant, place] : rooms_) settle(tenant, place);
  });
}

void Desk::replan() {
  net::post(core_, [this] {
    for (auto& [tenant, place] : rooms_) {
      place.book.touch();
      settle(tenant, place);
    }
  });
}

// ---- what agents ask for

net::awaitable<Result<Desk::Reserved>> Desk::reserve(TenantId tenant, AgentId agent,
                                                     std::vector<QueueId> queues,
                                                     std::optional<PersonId> person) {
  std::function<Result<Reserved>()> pick = [this, tenant, agent, queues,
                                            person]() -> Result<Reserved> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    return room(tenant).book.reserve(*owner->policy, agent, queues, person, now());
  };
  co_return co_await at_desk<Result<Reserved>>(std::move(pick));
}

// `answered`: who takes or refuses a customer is there, whatever they missed before.
net::awaitable<void> Desk::unreserve(TenantId tenant, AgentId agent, Reserved what, bool gone,
                                     bool answered) {
  std::function<bool()> undo = [this, tenant, agent, what = std::move(what), gone, answered] {
    Room& place = room(tenant);
    place.book.unreserve(agent, what, gone);
    if (answered && place.book.answered(agent)) {
      tasks_.spawn(core_, "presence", keep_presence(tenant, agent));
    }
    settle(tenant, place);
    return true;
  };
  co_await at_desk<bool>(std::move(undo));
}

net::awaitable<Result<Outcome>> Desk::assign(TenantId tenant, AgentId agent, Reserved what) {
  routing::Command command = routing::AssignToAgent{.agent = agent, .epoch = what.entry.epoch};
  const PersonId person = what.entry.person;
  auto outcome = co_await service_.execute(tenant, person, std::move(command));
  const bool took = outcome.has_value();
  const bool gone = took || outcome.error().code == Errc::conflict;
  co_await unreserve(tenant, agent, std::move(what), gone, took);
  co_return outcome;
}

net::awaitable<Result<std::optional<Outcome>>> Desk::claim(TenantId tenant, AgentId agent,
                                                           std::vector<QueueId> queues) {
  constexpr int kTries = 16;  // each failed one was somebody who had just left the queue
  for (int tries = 0; tries < kTries; ++tries) {
    auto what = co_await reserve(tenant, agent, queues, std::nullopt);
    if (!what) {
      if (routing::is_nobody_waits(what.error())) co_return std::optional<Outcome>();
      co_return what.error();
    }
    auto outcome = co_await assign(tenant, agent, std::move(*what));
    if (outcome) co_return std::optional<Outcome>(std::move(*outcome));
    if (outcome.error().code != Errc::conflict) co_return outcome.error();
  }
  co_return Error{.code = Errc::conflict, .detail = "the queue changes too fast; ask again"};
}

net::awaitable<Result<Outcome>> Desk::claim_person(TenantId tenant, AgentId agent,
                                                   PersonId person) {
  auto what = co_await reserve(tenant, agent, {}, person);
  if (!what) co_return what.error();
  co_return co_await assign(tenant, agent, std::move(*what));
}

net::awaitable<Result<Outcome>> Desk::offer(TenantId tenant, AgentId agent, PersonId person) {
  auto what = co_await reserve(tenant, agent, {}, person);
  if (!what) co_return what.error();
  routing::Command command = routing::OfferToAgent{.agent = agent, .epoch = what->entry.epoch};
  auto outcome = co_await service_.execute(tenant, person, std::move(command));
  co_await unreserve(tenant, agent, std::move(*what), false, false);
  co_return outcome;
}

net::awaitable<Result<Outcome>> Desk::answer_offer(TenantId tenant, AgentId agent, PersonId person,
                                                   bool accept, std::string reason) {
  std::function<Result<Reserved>()> find = [this, tenant, agent, person,
                                            accept]() -> Result<Reserved> {
    const auto owner = service_.tenant(tenant);
    if (!owner) return no_tenant(tenant);
    return room(tenant).book.take_offer(*owner->policy, agent, person, accept, now());
  };
  auto what = co_await at_desk<Result<Reserved>>(std::move(find));
  if (!what) co_return what.error();
  if (accept && what->entry.offered_to != agent) {
    co_return co_await assign(tenant, agent, std::move(*what));
  }
  routing::Command command;
  if (accept) {
    command = routing::AcceptOffer{.agent = agent, .epoch = what->entry.epoch};
  } else {
    command = routing::RejectOffer{
        .agent = agent, .epoch = what->entry.epoch, .reason = std::move(reason)};
  }
  auto outcome = co_await service_.execute(tenant, person, std::move(command));
  std::function<bool()> undo = [this, tenant, agent, accept, weight = what->weight,
                                done = outcome.has_value()] {
    Room& place = room(tenant);
    if (accept) place.book.release_place(agent, weight);
    if (done && place.book.answered(agent)) {
      tasks_.spawn(core_, "presence", keep_presence(tenant, agent));
    }
    settle(tenant, place);
    return true;
  };
  co_await at_desk<bool>(std::move(undo));
  co_return outcome;
}

// ---- planning

// However much changes at once, one plan follows it.
void Desk::settle(const TenantId& tenant, Room& place) {
  if (!open_ || place.plan_posted || !place.book.take_changed()) return;
  place.plan_posted = true;
  net::post(core_, [this, tenant] {
    room(tenant).plan_posted = false;
    plan(tenant);
  });
}

void Desk::plan(const TenantId& tenant) {
  const auto owner = service_.tenant(tenant);
  if (!owner || service_.draining()) return;
  Room& place = room(tenant);
  (void)place.book.take_changed();
  for (auto& planned : place.book.plan(*owner->policy, now())) {
    tasks_.spawn(core_, "desk action", carry_out(tenant, std::move(planned)));
  }
  arm();
}

net::awaitable<void> Desk::carry_out(TenantId tenant, DeskBook::Planned planned) {
  const PersonId person = planned.action.person;
  const auto outcome =
      co_await service_.execute(tenant, person, routing::command_of(planned.action));
  std::optional<Errc> failed;
  if (!outcome) failed = outcome.error().code;
  if (failed && *failed != Errc::conflict && *failed != Errc::shutting_down) {
    log(LogLevel::warn, "desk.action_refused",
        {{"tenant", tenant},
         {"action", routing::to_string(planned.action.kind)},
         {"why", outcome.error().detail}});
  }
  const auto owner = service_.tenant(tenant);
  if (!owner) co_return;  // its rows wait until it comes back, and a start reads them
  Room& place = room(tenant);
  if (place.book.finish(*owner->policy, planned, failed, now())) {
    tasks_.spawn(core_, "presence", keep_presence(tenant, planned.action.agent));
  }
  settle(tenant, place);
}

// One timer for all rooms: another is needed only for an earlier moment.
void Desk::arm() {
  std::optional<SteadyPoint> next;
  for (const auto& [tenant, place] : rooms_) {
    const auto at = place.book.wake_at();
    if (at && (!next || *at < *next)) next = at;
  }
  if (!next || (timer_ && timer_->expiry() <= *next)) return;
  if (timer_) timer_->cancel();
  timer_ = std::make_shared<Timer>(core_, Timer::Point(*next));
  if (!tasks_.spawn(core_, "desk timer", wait_for(timer_))) timer_.reset();
}

net::awaitable<void> Desk::wait_for(std::shared_ptr<Timer> timer) {
  const bool due = co_await timer->wait();
  if (timer != timer_) co_return;  // an earlier one has replaced it
  timer_.reset();
  if (!due) co_return;
  for (auto& [tenant, place] : rooms_) {
    const auto at = place.book.wake_at();
    if (!at || *at > service_.clock().steady()) continue;
    place.book.woken();
    settle(tenant, place);
  }
  arm();
}

}  // namespace parley::gateway
