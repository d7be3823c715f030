// What the platform tells of a new customer, and joining them with whom they already are: both
// after the commit that found them, from its relay rows, so that no webhook waits for it and no
// crash forgets it.
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "conversation/codec.hpp"
#include "gateway/pipeline/calls.hpp"
#include "gateway/pipeline/gateway.hpp"
#include "gateway/pipeline/insist.hpp"
#include "gateway/runtime/log.hpp"
#include "gateway/runtime/timer.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kProfilesInFlightMax = 32;
constexpr int kProfileTries = 3;
constexpr Milliseconds kTurnLook{200}, kTryPause{2'000}, kTryPauseMax{60'000};
constexpr int kJoinTries = 4, kForwardsMax = 4;

net::awaitable<void> wait_for(Milliseconds time) {
  Timer timer(co_await net::this_coro::executor, time);
  co_await timer.wait();
}

// One of the few places to ask from.
class Turn {
 public:
  explicit Turn(std::atomic<std::size_t>& count) : count_(count) {
    taken_ = count_.fetch_add(1) < kProfilesInFlightMax;
    if (!taken_) --count_;
  }
  ~Turn() {
    if (taken_) --count_;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool taken() const noexcept { return taken_; }

 private:
  std::atomic<std::size_t>& count_;
  bool taken_ = false;
};

}  // namespace

net::awaitable<connectors::ProfileSource::Read> Gateway::ask_profile(
    std::shared_ptr<const Tenant> owner, Address where) {
  const auto& source = *owner->entries.at(where.channel.id)->profile_source;
  const auto& channel = owner->channels.at(where.channel.id);
  std::string refused;
  for (bool renewed = false;; renewed = true) {
    auto token = co_await tokens_.get(owner, where.channel.id, refused);
    if (!token) co_return token.error();
    http::ClientRequest request = to_request(source.ask(channel, where.identity, *token));
    auto answer = co_await parts_.client.call(std::move(request));
    if (!answer) co_return answer.error();
    const AnswerView view(*answer);
    auto read = source.read(where.identity, view.get());
    if (!std::holds_alternative<connectors::RefreshToken>(read) || renewed) co_return read;
    refused = *token;
  }
}

net::awaitable<void> Gateway::run_profile(std::shared_ptr<const Tenant> owner, Relay row) {
  routing::ProfileRead told{.identity = {}, .channel = {}, .relay = row.id};
  const Address where = row.addresses.empty() ? Address{} : row.addresses.front();
  told.identity.key = where.identity;
  told.channel = where.channel;
  const auto entry = owner->entries.find(where.channel.id);
  const bool able = entry != owner->entries.end() && entry->second->profile_source != nullptr;
  for (int tries = 0; able && tries < kProfileTries; ++tries) {
    Error error{.code = Errc::overloaded};
    {
      const Turn turn(profiles_in_flight_);
      if (turn.taken()) {
        auto read = co_await ask_profile(owner, where);
        if (auto* profile = std::get_if<connectors::ProfileSource::Profile>(&read)) {
          told.identity.display_name = std::move(profile->display_name);
          told.identity.language = std::move(profile->language);
          told.identity.avatar_url = std::move(profile->avatar_url);
          told.identity.union_id = std::move(profile->union_id);
          break;
        }
        const auto* said = std::get_if<Error>(&read);
        error = said != nullptr ? *said
                                : Error{.code = Errc::unavailable, .detail = "token refused twice"};
      }
    }
    if (draining()) co_return;  // the row is there for the next start
    if (error.code == Errc::overloaded) {
      --tries;  // a limit of our own is not the platform's doing
      co_await wait_for(kTurnLook);
      continue;
    }
    log(LogLevel::warn, "profile.not_told",
        {{"tenant", owner->id}, {"channel", where.channel.id}, {"why", error.detail}});
    if (!is_passing(error.code) && error.code != Errc::throttled) break;
    const Milliseconds pause = kTryPause * (1 << tries);
    co_await wait_for(std::min(error.retry_after.value_or(pause), kTryPauseMax));
  }
  routing::Command command = std::move(told);
  const auto outcome = co_await insist(*this, owner->id, row.to, std::move(command));
  if (!outcome) {
    log(LogLevel::warn, "profile.not_recorded",
        {{"tenant", owner->id}, {"person", row.to}, {"why", outcome.error().detail}});
  }
}

// Who has this union id, after all forwards; "": nobody.
net::awaitable<PersonId> Gateway::holder_of(TenantId tenant, std::string union_id) {
  const auto linked =
      parts_.store.linked_person(tenant, identity_row_id(routing::union_key(union_id)));
  PersonId person = linked.value_or(PersonId{});
  for (int hops = 0; !person.empty() && hops < kForwardsMax; ++hops) {
    auto row = co_await read<Result<std::optional<std::string>>>(
        [tenant, person](storage::Store& store) { return store.state_blocking(tenant, person); });
    if (!row || !*row) break;
    const auto state = from_stored<State>(**row);
    if (!state || state->forward_to.empty()) break;
    person = state->forward_to;
  }
  co_return person;
}

// Of two who claim an id at once the store lets one through; the other finds it taken and joins.
net::awaitable<void> Gateway::run_join(TenantId tenant, Relay row) {
  for (int tries = 0; tries < kJoinTries; ++tries) {
    routing::JoinUnion join{.union_id = row.reason, .owner = {}, .relay = row.id};
    join.owner = co_await holder_of(tenant, row.reason);
    if (join.owner.empty()) join.dedup.push_back({{"union"}, "union:" + row.reason});
    routing::Command command = std::move(join);
    const auto outcome = co_await insist(*this, tenant, row.to, std::move(command));
    if (outcome && !outcome->duplicate) co_return;
    if (!outcome) {
      log(LogLevel::warn, "join.refused",
          {{"tenant", tenant}, {"person", row.to}, {"why", outcome.error().detail}});
      co_return;
    }
  }
  log(LogLevel::error, "join.given_up", {{"tenant", tenant}, {"person", row.to}});
}

}  // namespace parley::gateway
