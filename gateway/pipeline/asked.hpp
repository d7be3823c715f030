// gateway/pipeline/asked.hpp
// Questions the embedded bots could not answer: counted by what they say when case, width, script
// and punctuation are folded away, without personal data, for the people who write answers.
//
// Limits   kAskedMax distinct questions a tenant; past it the one asked least and longest ago goes.
// Threads  any.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "conversation/ids.hpp"
#include "conversation/transition.hpp"
#include "storage/store.hpp"

namespace parley::gateway {

inline constexpr std::size_t kAskedMax = 2'000;
inline constexpr std::size_t kAskedBytesMax = 300;
inline constexpr std::size_t kVariantsShownMax = 5;

struct AskedInVain {
  std::string text;  // as first asked, without personal data
  std::uint64_t count = 0;
  TimePoint first_at{}, last_at{};
  double best_score = 0;
  std::string nearest;  // key of the entry that came nearest, "" none
  std::string bot, channel, language;
  PersonId person;  // whose words they are: erased with them
};

// Near-duplicates together, the question asked most often first.
struct AskedGroup {
  AskedInVain first;        // the wording asked most; its times and scores are the group's
  std::uint64_t count = 0;  // over all wordings
  std::vector<std::string> variants;  // at most kVariantsShownMax others
};
std::vector<AskedGroup> group_blocking(std::vector<AskedInVain> asked);

class Asked {
 public:
  Result<void> load_blocking(const storage::Store& store);
  // Counts it and gives the rows to commit with the turn.
  std::vector<Row> note(const TenantId& tenant, std::string_view text, AskedInVain one);
  // The words of an erased person; the store erases their rows.
  void forget(const TenantId& tenant, const PersonId& person);
  std::vector<AskedInVain> all(const TenantId& tenant) const;

 private:
  mutable std::mutex mutex_;
  std::map<TenantId, std::map<std::string, AskedInVain>> tenants_;  // by row id
};

}  // namespace parley::gateway
