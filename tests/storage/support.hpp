// tests/storage/support.hpp
// What the store tests share: a directory that goes away, commits that are waited for, and commits
// that look like the gateway's.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conversation/codec.hpp"
#include "storage/store.hpp"

namespace parley::storage {

class TempDir {
 public:
  TempDir() {
    auto name = (std::filesystem::temp_directory_path() / "parley-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// No ballast, and nearly any disk will do: tests that are about the disk say so.
inline Options test_options(std::string path) {
  Options options;
  options.path = std::move(path);
  options.free_bytes_min = 1 << 20;
  options.ballast_bytes = 0;
  options.cache_bytes = 8 << 20;
  options.mark_interval = Milliseconds{1};
  return options;
}

inline std::future<Result<Committed>> commit_async(Store& store, Commit commit) {
  auto promise = std::make_shared<std::promise<Result<Committed>>>();
  auto future = promise->get_future();
  store.commit(std::move(commit),
               [promise](Result<Committed> result) { promise->set_value(std::move(result)); });
  return future;
}

inline Result<Committed> commit_now(Store& store, Commit commit) {
  return commit_async(store, std::move(commit)).get();
}

inline Result<TurnView> load_now(Store& store, TurnQuery query) {
  std::promise<Result<TurnView>> promise;
  auto future = promise.get_future();
  store.load_turn(std::move(query),
                  [&promise](Result<TurnView> view) { promise.set_value(std::move(view)); });
  return future.get();
}

inline PersonId person(std::string_view name) {
  return person_id_of({"demo"}, {.scope = "web", .scheme = "visitor", .value = std::string(name)});
}

inline const TimePoint kStart{Milliseconds{1'760'000'000'000}};

// A state as the gateway stores it, so that verify can hold it against the log.
inline std::string stored_state(const TenantId& tenant, const PersonId& who, std::uint64_t seq) {
  State state;
  state.tenant = tenant;
  state.person = who;
  state.last_seq = seq;
  return to_stored(state);
}

// `events` more events after `expected_seq`, with a state; the bodies say which they are.
inline Commit turn(const TenantId& tenant, const PersonId& who, std::uint64_t expected_seq,
                   std::size_t events = 1) {
  Commit commit{.tenant = tenant,
                .person = who,
                .expected_seq = expected_seq,
                .last_seq = expected_seq + events,
                .at = kStart,
                .dedup = {},
                .events = {},
                .state = stored_state(tenant, who, expected_seq + events),
                .rows = {}};
  for (std::size_t i = 1; i <= events; ++i) {
    commit.events.push_back(who.value + "#" + std::to_string(expected_seq + i));
  }
  return commit;
}

inline Commit with_key(Commit commit, std::string key, std::string channel = "web") {
  commit.dedup.push_back({.channel = {std::move(channel)}, .key = std::move(key)});
  return commit;
}

inline Commit rows_only(const TenantId& tenant, std::vector<Row> rows) {
  return {.tenant = tenant,
          .person = {},
          .expected_seq = 0,
          .last_seq = 0,
          .at = kStart,
          .dedup = {},
          .events = {},
          .state = {},
          .rows = std::move(rows)};
}

template <class T>
Errc code_of(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? Errc{} : result.error().code;
}

#define ASSERT_OK(expression)                                                 \
  do {                                                                        \
    const auto& checked_result = (expression);                                \
    ASSERT_TRUE(checked_result.has_value()) << checked_result.error().detail; \
  } while (false)

}  // namespace parley::storage
