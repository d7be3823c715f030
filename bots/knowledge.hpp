// bots/knowledge.hpp
// One entry of a tenant's knowledge on its way from draft over review to published: who wrote it,
// who released it, what stood there before. Pure; the store and the index are others' business.
//
// Layers   scenario "" is the base, shared by all embedded bots of the tenant; "bot:ID" and
//          "channel:ID" hold there only and, under the same id, in place of the base's entry.
// Promise  what is published was released by somebody else than who last wrote it, at the very
//          version they saw.
// Limits   kQuestionsMax questions of 1 KiB, an answer of 8 KiB, kEarlierMax earlier editions.
// Errors   malformed (a wording past its limits), conflict (another version is there now),
//          rejected (not in this state; one's own words).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/json_writer.hpp"
#include "base/result.hpp"

namespace parley::bots {

inline constexpr std::size_t kQuestionsMax = 30;
inline constexpr std::size_t kQuestionBytesMax = 1'024;
inline constexpr std::size_t kAnswerBytesMax = 8 * 1024;
inline constexpr std::size_t kEarlierMax = 5;

struct Wording {
  std::vector<std::string> questions;
  std::string answer;
  friend bool operator==(const Wording&, const Wording&) = default;
};

struct Edition {
  Wording wording;
  std::uint64_t version = 0;
  std::string author, reviewer;
  TimePoint at{};
  friend bool operator==(const Edition&, const Edition&) = default;
};

struct Draft {
  Wording wording;
  std::string author;
  TimePoint at{};
  bool in_review = false;
  friend bool operator==(const Draft&, const Draft&) = default;
};

struct KnowledgeEntry {
  std::string id, scenario;
  std::uint64_t version = 0;  // grows with every change
  std::optional<Draft> draft = {};
  std::optional<Edition> published = {};
  bool retired = false;
  std::vector<Edition> earlier = {};  // newest first
  friend bool operator==(const KnowledgeEntry&, const KnowledgeEntry&) = default;
};

// "draft", "review", "published", "retired": what is to be done with it next. One that is published
// and being rewritten is "draft" or "review".
std::string_view state_of(const KnowledgeEntry& entry);

// "refund" in the base, "refund@channel:web" in a scenario: what rows and addresses are named by.
std::string key_of(const KnowledgeEntry& entry);
struct EntryName {
  std::string id, scenario;
};
std::optional<EntryName> name_from(std::string_view key);
// Its id and scenario are names, and its key is nobody else's: "refund@channel:web" is no id.
bool has_name(const KnowledgeEntry& entry);

// The entry after the step; version grows by one.
Result<KnowledgeEntry> edited(KnowledgeEntry entry, Wording wording, std::string_view actor,
                              TimePoint now);
Result<KnowledgeEntry> submitted(KnowledgeEntry entry);
Result<KnowledgeEntry> published(KnowledgeEntry entry, std::string_view actor, TimePoint now);
Result<KnowledgeEntry> retired(KnowledgeEntry entry);

void write(JsonWriter& out, const KnowledgeEntry& entry);
Result<KnowledgeEntry> entry_from_json(std::string_view json);

}  // namespace parley::bots
