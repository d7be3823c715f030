#include "gateway/pipeline/hub.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

#include "conversation/codec.hpp"

namespace parley::gateway {
namespace {

std::string key_of(const TenantId& tenant, const std::optional<PersonId>& person) {
  std::string key = tenant.value;
  key += '\0';
  if (person) key += person->value;
  return key;
}

}  // namespace

class Hub::Handle final : public Subscription {
 public:
  Handle(Hub& hub, std::string key, std::shared_ptr<Subscriber> who, bool whole_tenant)
      : hub_(hub), key_(std::move(key)), who_(std::move(who)), whole_tenant_(whole_tenant) {}
  ~Handle() override {
    who_->live = false;
    hub_.remove(key_, who_);
    --(whole_tenant_ ? hub_.tenant_count_ : hub_.person_count_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

 private:
  Hub& hub_;
  std::string key_;
  std::shared_ptr<Subscriber> who_;
  bool whole_tenant_;
};

std::shared_ptr<Subscription> Hub::subscribe(const TenantId& tenant, std::optional<PersonId> person,
                                             net::any_io_executor executor, OnEvent on_event) {
  if (count_.load() >= subscriptions_max_) return nullptr;
  auto who = std::make_shared<Subscriber>();
  who->executor = std::move(executor);
  who->on_event = std::move(on_event);
  const std::string key = key_of(tenant, person);
  {
    const std::lock_guard lock(mutex_);
    lists_[key].push_back(who);
  }
  ++count_;
  ++(person ? person_count_ : tenant_count_);
  return std::make_shared<Handle>(*this, key, std::move(who), !person);
}

void Hub::remove(const std::string& key, const std::shared_ptr<Subscriber>& who) {
  const std::lock_guard lock(mutex_);
  const auto found = lists_.find(key);
  if (found == lists_.end()) return;
  if (std::erase(found->second, who) > 0) --count_;
  if (found->second.empty()) lists_.erase(found);
}

Hub::List Hub::listeners(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = lists_.find(key);
  return found == lists_.end() ? List{} : found->second;
}

void Hub::deliver(const List& list, const StreamEvent& event) {
  for (const auto& who : list) {
    net::post(who->executor, [who, event] {
      if (who->live) who->on_event(event);
    });
  }
}

void Hub::publish_tenant(const TenantId& tenant, std::uint64_t position,
                         const std::vector<Event>& events) {
  if (tenant_count_.load() == 0 || events.empty()) return;
  const List list = listeners(key_of(tenant, std::nullopt));
  if (list.empty()) return;
  for (const Event& event : events) {
    deliver(list, {position, event.person, event.seq,
                   std::make_shared<const std::string>(to_json(event)), nullptr});
  }
}

void Hub::publish_person(const TenantId& tenant, const PersonId& person, std::uint64_t position,
                         const std::vector<Event>& events) {
  if (person_count_.load() == 0 || events.empty()) return;
  const List list = listeners(key_of(tenant, person));
  if (list.empty()) return;
  for (const Event& event : events) {
    deliver(list,
            {position, event.person, event.seq, nullptr, std::make_shared<const Event>(event)});
  }
}

void Hub::push_person(const TenantId& tenant, const PersonId& person, EventFrame json) {
  deliver(listeners(key_of(tenant, person)), {0, person, 0, std::move(json), nullptr});
}

bool Hub::has_person(const TenantId& tenant, const PersonId& person) const {
  const std::lock_guard lock(mutex_);
  return lists_.contains(key_of(tenant, person));
}

}  // namespace parley::gateway
