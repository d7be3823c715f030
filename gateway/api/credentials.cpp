#include "gateway/api/credentials.hpp"

#include <algorithm>
#include <cstring>

#include "base/crypto.hpp"

namespace parley::gateway::api {
namespace {

constexpr std::size_t kTokenCharsMax = 512;

std::uint64_t first_bytes(std::string_view hash) {
  std::uint64_t out = 0;
  std::memcpy(&out, hash.data(), std::min(hash.size(), sizeof out));
  return out;
}

}  // namespace

std::shared_ptr<const KeyRing::Index> KeyRing::rebuild(
    std::vector<std::shared_ptr<const Tenant>> tenants) {
  auto index = std::make_shared<Index>();
  for (const auto& tenant : tenants) {
    for (std::size_t i = 0; i < tenant->api_keys.size(); ++i) {
      index->keys.emplace(first_bytes(tenant->api_keys[i].token_sha256),
                          Entry{.tenant = tenant, .key = i});
    }
  }
  index->tenants = std::move(tenants);
  const std::lock_guard lock(mutex_);
  index_ = index;
  return index;
}

// The table is found by bytes of a SHA-256, which nobody can steer; what decides is the whole hash,
// in constant time.
std::optional<Credential> KeyRing::look_up(const Index& index, std::string_view hash) {
  std::optional<Credential> found;
  const auto [from, to] = index.keys.equal_range(first_bytes(hash));
  for (auto at = from; at != to; ++at) {
    const auto& key = at->second.tenant->api_keys[at->second.key];
    if (equal_constant_time(key.token_sha256, hash)) {
      found = Credential{.tenant = at->second.tenant, .key = &key};
    }
  }
  return found;
}

bool KeyRing::is_current(const Index& index, const std::optional<Credential>& found) const {
  if (found) return service_.tenant(found->tenant->id) == found->tenant;
  return service_.tenants() == index.tenants;
}

std::optional<Credential> KeyRing::find(std::string_view token) {
  if (token.empty() || token.size() > kTokenCharsMax) return std::nullopt;
  const auto hash = sha256(token);
  std::shared_ptr<const Index> index;
  {
    const std::lock_guard lock(mutex_);
    index = index_;
  }
  if (!index) index = rebuild(service_.tenants());
  auto found = look_up(*index, hash);
  if (is_current(*index, found)) return found;
  return look_up(*rebuild(service_.tenants()), hash);
}

std::optional<Milliseconds> FailureLimit::locked(const std::string& address, SteadyPoint now) {
  const std::lock_guard lock(mutex_);
  const auto at = counts_.find(address);
  if (at == counts_.end() || at->second.failures < failures_max_) return std::nullopt;
  const auto left = at->second.since + kWindow - now;
  if (left > Milliseconds{0}) return left;
  counts_.erase(at);
  return std::nullopt;
}

void FailureLimit::failed(const std::string& address, SteadyPoint now) {
  const std::lock_guard lock(mutex_);
  if (!counts_.contains(address) && counts_.size() >= addresses_max_) make_room(now);
  auto& count = counts_[address];
  if (count.failures == 0 || now - count.since >= kWindow) count = {.failures = 0, .since = now};
  ++count.failures;
}

// Past windows first; an attack from more addresses than we remember loses the memory of one.
void FailureLimit::make_room(SteadyPoint now) {
  std::erase_if(counts_, [now](const auto& each) { return now - each.second.since >= kWindow; });
  if (counts_.size() >= addresses_max_ && !counts_.empty()) counts_.erase(counts_.begin());
}

std::string_view bearer_token(const http::Request& request) {
  std::string_view value = request.header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (value.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = value[i] >= 'A' && value[i] <= 'Z' ? static_cast<char>(value[i] + 32) : value[i];
    if (c != kScheme[i]) return {};
  }
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

}  // namespace parley::gateway::api
