#include "gateway/pipeline/tenant_shares.hpp"

namespace parley::gateway {

std::optional<TenantShares::Share> TenantShares::take(const std::string& tenant,
                                                      std::size_t count) {
  const std::lock_guard lock(mutex_);
  const auto found = by_tenant_.find(tenant);
  const std::size_t mine = found == by_tenant_.end() ? 0 : found->second;
  const std::size_t free = places_ > in_use_ ? places_ - in_use_ : 0;
  const bool fits = mine + count <= free || (mine == 0 && free > 0);
  if (!fits) return std::nullopt;
  by_tenant_[tenant] = mine + count;
  in_use_ += count;
  return Share(*this, tenant, count);
}

void TenantShares::give_back(const std::string& tenant, std::size_t count) {
  const std::lock_guard lock(mutex_);
  in_use_ -= count;
  const auto found = by_tenant_.find(tenant);
  found->second -= count;
  if (found->second == 0) by_tenant_.erase(found);
}

std::size_t TenantShares::in_use() const {
  const std::lock_guard lock(mutex_);
  return in_use_;
}

}  // namespace parley::gateway
