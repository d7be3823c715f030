// tests/pipeline/forwarding_store.hpp
// A Store that hands everything on to another one: what a test's store does otherwise, it
// overrides.
#pragma once

#include <utility>

#include "storage/store.hpp"

namespace parley::gateway {

class ForwardingStore : public storage::Store {
 public:
  explicit ForwardingStore(storage::Store& to) : to_(to) {}

  void commit(storage::Commit commit, storage::CommitDone done) override {
    to_.commit(std::move(commit), std::move(done));
  }
  void load_turn(storage::TurnQuery query, storage::TurnDone done) override {
    to_.load_turn(std::move(query), std::move(done));
  }
  std::optional<PersonId> linked_person(const TenantId& tenant,
                                        std::string_view id) const override {
    return to_.linked_person(tenant, id);
  }
  Result<std::vector<storage::StoredEvent>> history_blocking(const TenantId& tenant,
                                                             const PersonId& person,
                                                             std::uint64_t after,
                                                             std::size_t max) const override {
    return to_.history_blocking(tenant, person, after, max);
  }
  Result<std::optional<std::string>> state_blocking(const TenantId& tenant,
                                                    const PersonId& person) const override {
    return to_.state_blocking(tenant, person);
  }
  Result<std::optional<std::string>> row_blocking(const TenantId& tenant, RowKind kind,
                                                  std::string_view id) const override {
    return to_.row_blocking(tenant, kind, id);
  }
  Result<storage::Page> rows_blocking(const TenantId& tenant, RowKind kind, std::string_view cursor,
                                      std::size_t max) const override {
    return to_.rows_blocking(tenant, kind, cursor, max);
  }
  Result<storage::Page> recover_rows_blocking(RowKind kind, std::string_view cursor,
                                              std::size_t max) const override {
    return to_.recover_rows_blocking(kind, cursor, max);
  }
  Result<storage::ConversationPage> conversations_blocking(const TenantId& tenant,
                                                           std::string_view cursor,
                                                           std::size_t max) const override {
    return to_.conversations_blocking(tenant, cursor, max);
  }
  Result<std::vector<storage::StreamItem>> stream_blocking(const TenantId& tenant,
                                                           std::uint64_t after,
                                                           std::size_t max) const override {
    return to_.stream_blocking(tenant, after, max);
  }
  Result<void> put_media_blocking(const TenantId& tenant, const MediaId& id,
                                  std::string_view bytes) override {
    return to_.put_media_blocking(tenant, id, bytes);
  }
  Result<std::optional<std::string>> media_blocking(const TenantId& tenant,
                                                    const MediaId& id) const override {
    return to_.media_blocking(tenant, id);
  }
  Result<void> drop_media_blocking(const TenantId& tenant, const MediaId& id) override {
    return to_.drop_media_blocking(tenant, id);
  }
  Result<Erased> erase_persons_blocking(const TenantId& tenant,
                                        const std::vector<Erasure>& persons) override {
    return to_.erase_persons_blocking(tenant, persons);
  }
  Result<bool> expire_blocking(TimePoint now) override { return to_.expire_blocking(now); }
  storage::Health health() const override { return to_.health(); }
  std::uint64_t epoch() const noexcept override { return to_.epoch(); }
  void close() override { to_.close(); }

 private:
  storage::Store& to_;
};

}  // namespace parley::gateway
