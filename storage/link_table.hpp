// storage/link_table.hpp
// The identity rows in memory: which person an identity was linked to.
//
// Limits   one entry per identity row; they are written only where a link differs from the derived
//          id, so they are few.
// Threads  any.
#pragma once

#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "storage/keys.hpp"

namespace parley::storage {

class LinkTable {
 public:
  std::optional<PersonId> find(const TenantId& tenant, std::string_view row_id) const {
    const auto key = row_key(tenant, RowKind::identity, row_id);
    const std::shared_lock lock(mutex_);
    const auto found = links_.find(key);
    if (found == links_.end()) return {};
    return found->second;
  }
  // `key` as row_key() gives it; nullopt erases.
  void set(std::string key, std::optional<PersonId> person) {
    const std::unique_lock lock(mutex_);
    if (person) {
      links_.insert_or_assign(std::move(key), std::move(*person));
    } else {
      links_.erase(key);
    }
  }

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, PersonId> links_;
};

}  // namespace parley::storage
