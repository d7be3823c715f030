#include "gateway/pipeline/profile_lookup.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "connectors/standard_webhook.hpp"
#include "conversation/codec.hpp"
#include "gateway/runtime/log.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kKeptFreshFor{60'000};  // without an endpoint: only our own rows are asked
constexpr std::size_t kAnswerBytesMax = 64 * 1024;

// One of the few questions at once; given back however the coroutine ends.
class Place {
 public:
  explicit Place(std::atomic<std::size_t>& count) : count_(count) {
    taken_ = count_.fetch_add(1) < ProfileLookup::kLookupsMax;
  }
  ~Place() { --count_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool taken() const noexcept { return taken_; }

 private:
  std::atomic<std::size_t>& count_;
  bool taken_ = false;
};

void merge(Profile& into, Profile&& from) {
  for (auto& [name, value] : from.attributes) into.attributes[name] = std::move(value);
  if (!from.display_name.empty()) into.display_name = std::move(from.display_name);
  if (!from.language.empty()) into.language = std::move(from.language);
}

std::string question(const TenantId& tenant, const PersonId& person,
                     const routing::CustomerSays& says) {
  JsonWriter out;
  out.begin_object()
      .member("type", "profile.wanted")
      .member("tenant_id", tenant.value)
      .member("person_id", person.value)
      .member("channel_id", says.channel.id.value)
      .member("platform", says.channel.platform);
  if (!says.external_user.empty()) out.member("external_user", says.external_user);
  out.key("identity").raw(to_json(says.identity)).end_object();
  return out.take();
}

}  // namespace

class ProfileLookup::Hold {
 public:
  Hold(ProfileLookup& lookup, Key key) : lookup_(lookup), key_(std::move(key)) {}
  ~Hold() { lookup_.release(key_); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  ProfileLookup& lookup_;
  Key key_;
};

ProfileLookup::ProfileLookup(Service& service, http::Transport& client, Milliseconds wait_max)
    : service_(service),
      client_(client),
      wait_max_(wait_max),
      answered_(service.metrics().counter("parley_profile_lookups_total",
                                          "questions to profile endpoints by outcome",
                                          {{"outcome", "answered"}})),
      failed_(service.metrics().counter("parley_profile_lookups_total",
                                        "questions to profile endpoints by outcome",
                                        {{"outcome", "failed"}})),
      skipped_(service.metrics().counter("parley_profile_lookups_total",
                                         "questions to profile endpoints by outcome",
                                         {{"outcome", "skipped"}})) {}

bool ProfileLookup::is_needed(const Tenant& tenant, const routing::CustomerSays& says) const {
  return tenant.profile_endpoint.has_value() || !says.external_user.empty();
}

bool ProfileLookup::is_fresh(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(key);
  return found != known_.end() && service_.clock().steady() < found->second.fresh_until;
}

bool ProfileLookup::is_held(const Key& key) {
  const std::lock_guard lock(mutex_);
  return lines_.contains(key);
}

void ProfileLookup::note_fresh(const Key& key, SteadyPoint until) {
  const std::lock_guard lock(mutex_);
  if (const auto old = known_.find(key); old != known_.end()) by_age_.erase(old->second.place);
  by_age_.push_front(key);
  known_[key] = {.fresh_until = until, .place = by_age_.begin()};
  if (known_.size() <= kKnownMax) return;
  known_.erase(by_age_.back());
  by_age_.pop_back();
}

// A place in the line of those who wait for one customer's hold. However its coroutine ends, the
// line goes on: a hold that was given and not taken up is passed on.
class ProfileLookup::Ticket {
 public:
  Ticket(ProfileLookup& lookup, Key key, std::shared_ptr<Waiter> waiter)
      : lookup_(lookup), key_(std::move(key)), waiter_(std::move(waiter)) {}
  ~Ticket() {
    if (taken_) return;
    {
      const std::lock_guard lock(lookup_.mutex_);
      const auto line = lookup_.lines_.find(key_);
      if (!waiter_->granted && line != lookup_.lines_.end()) std::erase(line->second, waiter_);
    }
    if (waiter_->granted) lookup_.release(key_);
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  bool take() {
    const std::lock_guard lock(lookup_.mutex_);
    taken_ = waiter_->granted;
    return taken_;
  }

 private:
  ProfileLookup& lookup_;
  Key key_;
  std::shared_ptr<Waiter> waiter_;
  bool taken_ = false;
};

net::awaitable<std::shared_ptr<ProfileLookup::Hold>> ProfileLookup::take_hold(
    Key key, Milliseconds wait_max) {
  auto waiter = std::make_shared<Waiter>(co_await net::this_coro::executor, wait_max);
  bool ours = false;
  {
    const std::lock_guard lock(mutex_);
    const auto [line, first] = lines_.try_emplace(key);
    ours = first;
    if (!ours && line->second.size() >= kWaitersMax) co_return nullptr;
    if (!ours) line->second.push_back(waiter);
  }
  if (ours) co_return std::make_shared<Hold>(*this, std::move(key));
  Ticket ticket(*this, key, waiter);
  co_await waiter->timer.wait();
  if (!ticket.take()) co_return nullptr;
  co_return std::make_shared<Hold>(*this, std::move(key));
}

// The first in line has it next, so that turns keep their order.
void ProfileLookup::release(const Key& key) {
  std::shared_ptr<Waiter> next;
  {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(key);
    if (found == lines_.end()) return;
    if (found->second.empty()) {
      lines_.erase(found);
      return;
    }
    next = found->second.front();
    found->second.pop_front();
    next->granted = true;
  }
  net::post(next->timer.get_executor(), [next] { next->timer.cancel(); });
}

net::awaitable<std::shared_ptr<ProfileLookup::Hold>> ProfileLookup::before_turn(
    std::shared_ptr<const Tenant> tenant, PersonId person, routing::CustomerSays& says) {
  // A classifier's answers come when they come: then turns wait for each other as well.
  const bool asks_elsewhere = tenant->classifier.has_value();
  const bool needed = is_needed(*tenant, says);
  if (!needed && !asks_elsewhere) co_return nullptr;
  const Key key = tenant->id.value + '\0' + person.value;
  const Milliseconds deadline =
      tenant->profile_endpoint ? tenant->profile_endpoint->deadline : Milliseconds(0);
  // Fresh: still not past a turn that has just looked and is not stored yet.
  if (!asks_elsewhere && is_fresh(key) && !is_held(key)) co_return nullptr;
  auto hold = co_await take_hold(key, deadline + wait_max_);
  if (!hold || !needed || is_fresh(key)) co_return hold;
  routing::KnownProfile profile{.source = "profile"};
  bool found = false;
  if (!says.external_user.empty()) {
    if (auto kept = co_await read_kept(*tenant, says.external_user)) {
      profile.kept_for = says.external_user;
      merge(profile.what, std::move(*kept));
      found = true;
    }
  }
  Milliseconds fresh_for = kKeptFreshFor;
  if (tenant->profile_endpoint && !endpoint_rests(tenant->id)) {
    if (auto told = co_await ask(*tenant, person, says)) {
      merge(profile.what, std::move(*told));
      found = true;
      fresh_for = tenant->profile_endpoint->fresh_for;
    }
  }
  note_fresh(key, service_.clock().steady() + fresh_for);
  if (found) says.profile = std::move(profile);
  co_return hold;
}

net::awaitable<std::optional<Profile>> ProfileLookup::read_kept(const Tenant& tenant,
                                                                std::string user) {
  const auto row = co_await service_.read<Result<std::optional<std::string>>>(
      [id = tenant.id, user = std::move(user)](storage::Store& store) {
        return store.row_blocking(id, RowKind::profile, user);
      });
  if (!row || !*row) co_return std::nullopt;
  auto profile = parse_profile(stored_json(**row));
  if (!profile) co_return std::nullopt;
  co_return std::move(*profile);
}

net::awaitable<std::optional<Profile>> ProfileLookup::ask(const Tenant& tenant, PersonId person,
                                                          const routing::CustomerSays& says) {
  const Place place(in_flight_);
  if (!place.taken()) {
    skipped_.add();
    co_return std::nullopt;
  }
  const ProfileEndpoint& endpoint = *tenant.profile_endpoint;
  http::ClientRequest request;
  request.method = "POST";
  request.url = endpoint.url;
  request.body = question(tenant.id, person, says);
  request.timeout = endpoint.deadline;
  request.answer_bytes_max = kAnswerBytesMax;
  request.headers = connectors::webhook_headers(endpoint.secret, "prf_" + random_hex(12),
                                                service_.clock().now(), request.body);
  request.headers.emplace_back("content-type", "application/json");
  auto answer = co_await client_.call(std::move(request));
  if (answer && answer->status == 404) {  // they do not know this customer: that is an answer
    note_endpoint(tenant.id, true);
    answered_.add();
    co_return Profile{};
  }
  const bool well = answer && answer->status == 200;
  auto profile =
      well ? parse_profile(answer->body)
           : Result<Profile>(answer ? Error{.code = Errc::unavailable,
                                            .detail = "status " + std::to_string(answer->status)}
                                    : answer.error());
  note_endpoint(tenant.id, profile.has_value());
  (profile ? answered_ : failed_).add();
  if (profile) co_return std::move(*profile);
  log(LogLevel::warn, "profile.no_answer",
      {{"tenant", tenant.id}, {"why", profile.error().detail}});
  co_return std::nullopt;
}

bool ProfileLookup::endpoint_rests(const TenantId& tenant) {
  const std::lock_guard lock(mutex_);
  const auto found = resting_until_.find(tenant);
  return found != resting_until_.end() && service_.clock().steady() < found->second;
}

void ProfileLookup::note_endpoint(const TenantId& tenant, bool well) {
  const std::lock_guard lock(mutex_);
  if (well) {
    resting_until_.erase(tenant);
  } else {
    resting_until_[tenant] = service_.clock().steady() + kRest;
  }
}

}  // namespace parley::gateway
