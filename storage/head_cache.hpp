// storage/head_cache.hpp
// The heads of the conversations committed to last, so that a commit reads nothing from disk.
//
// Limits   entries_max; past it the least recently used one goes.
// Threads  one at a time (the committer).
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "storage/keys.hpp"

namespace parley::storage {

class HeadCache {
 public:
  explicit HeadCache(std::size_t entries_max) : entries_max_(entries_max) {}

  // Null: not here. Valid until the next put().
  const Head* find(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  void put(std::string key, Head head) {
    if (const auto found = index_.find(key); found != index_.end()) {
      found->second->second = head;
      entries_.splice(entries_.begin(), entries_, found->second);
      return;
    }
    entries_.emplace_front(std::move(key), head);
    index_.emplace(entries_.front().first, entries_.begin());
    if (entries_.size() > entries_max_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
  }

  std::size_t size() const noexcept { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<std::string, Head>>;
  std::size_t entries_max_;
  Entries entries_;  // latest used first; owns the keys the index views
  std::unordered_map<std::string_view, Entries::iterator> index_;
};

}  // namespace parley::storage
