// tests/storage/canaries.hpp
// A customer with words planted in everything a store keeps of them, the words to be looked for in
// the raw bytes of files, and what the gateway commits before it has them erased.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "storage/store.hpp"

namespace parley::storage {

inline const TenantId kDemo{"demo"};
inline constexpr std::uint64_t kTurns = 20;
inline constexpr const char* kMedia = "med_0123456789abcdef0123456789abcdef";
inline constexpr const char* kShared = "med_ffffffffffffffffffffffffffffffff";

// "CANARY<number>x<who>": unique, so a hit names its place.
class Canaries {
 public:
  explicit Canaries(std::string who) : who_(std::move(who)) {}
  std::string next(const std::string& where) {
    auto word = "CANARY" + std::to_string(places_.size()) + "x" + who_;
    places_.emplace_back(word, where);
    return word;
  }
  std::size_t size() const { return places_.size(); }
  // The places whose word stands in one of the files below `directory`.
  std::vector<std::string> found_in(const std::string& directory) const;

 private:
  const std::string who_;
  std::vector<std::pair<std::string, std::string>> places_;
};

// kTurns turns, with all kinds of rows that speak of a person, old versions of them and finished
// ones; and a file of theirs, and one that others may have been sent too.
void live(Store& store, const PersonId& who, Canaries& canaries);
// What the gateway commits at `seq` + 1 before it has the store erase the person.
Store::Erasure forget(Store& store, const PersonId& who, std::uint64_t seq);

}  // namespace parley::storage
