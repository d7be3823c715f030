// routing/faq.hpp
// The embedded bot: a tenant's questions and answers, found by BM25 over character n-grams and
// words, Chinese and English. Below its threshold it hands over instead of guessing; 0.45 refuses
// about 97 % of unrelated Chinese questions (English ones have not been measured).
//
// Errors   rejected: too many entries, an entry without a question, a question too long.
// Threads  immutable once built; any thread.
// Limits   kEntriesMax questions of at most 1 KiB.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace parley::routing {

struct FaqEntry {
  std::string id;
  std::vector<std::string> questions;
  std::string answer;
};

struct FaqHit {
  std::size_t entry = 0;
  double score = 0;  // 0 .. 1; 1 is the very question after folding, 0.99 the most otherwise
};

class Faq {
 public:
  static constexpr std::size_t kEntriesMax = 100'000;
  static Result<std::shared_ptr<const Faq>> build(std::vector<FaqEntry> entries);
  virtual ~Faq() = default;
  // Whether an entry may be found at all, by its index.
  using Admit = std::function<bool(std::size_t)>;
  virtual std::vector<FaqHit> search(std::string_view query, std::size_t count_max,
                                     const Admit& admit = {}) const = 0;
  virtual const FaqEntry& entry(std::size_t index) const = 0;
  virtual std::size_t size() const noexcept = 0;
};

}  // namespace parley::routing
