// gateway/pipeline/tenant_shares.hpp
// How much of what comes in one tenant may have under way: no more than is free for all the others.
// Alone it may take half of the places, one of two floods a third each, and so on: whoever is quiet
// finds room whatever the loud ones do, and no number has to be set.
//
// Limits   `places` in all; a batch larger than a tenant's share goes when nothing else of theirs
//          is under way
// Threads  any; the lock is held for one look-up.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace parley::gateway {

class TenantShares {
 public:
  explicit TenantShares(std::size_t places) : places_(places) {}
  TenantShares(const TenantShares&) = delete;
  TenantShares& operator=(const TenantShares&) = delete;

  // Places in use; given back when it goes.
  class Share {
   public:
    Share(TenantShares& shares, std::string tenant, std::size_t count)
        : shares_(&shares), tenant_(std::move(tenant)), count_(count) {}
    Share(Share&& other) noexcept
        : shares_(std::exchange(other.shares_, nullptr)),
          tenant_(std::move(other.tenant_)),
          count_(other.count_) {}
    Share& operator=(Share&&) = delete;
    ~Share() {
      if (shares_ != nullptr) shares_->give_back(tenant_, count_);
    }

   private:
    TenantShares* shares_;
    std::string tenant_;
    std::size_t count_;
  };

  // nullopt: the tenant has its share.
  std::optional<Share> take(const std::string& tenant, std::size_t count);
  std::size_t in_use() const;
  std::size_t places() const noexcept { return places_; }

 private:
  void give_back(const std::string& tenant, std::size_t count);

  const std::size_t places_;
  mutable std::mutex mutex_;
  std::size_t in_use_ = 0;                      // guarded by mutex_, like by_tenant_
  std::map<std::string, std::size_t> by_tenant_;  // who has nothing under way is not in it
};

}  // namespace parley::gateway
