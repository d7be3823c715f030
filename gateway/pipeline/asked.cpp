#include "gateway/pipeline/asked.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "base/crypto.hpp"
#include "base/json_writer.hpp"
#include "bots/transcript.hpp"
#include "conversation/codec.hpp"
#include "routing/faq.hpp"
#include "routing/text/faq_terms.hpp"

namespace parley::gateway {
namespace {

constexpr double kAlike = 0.62;  // of two questions that want the same answer
constexpr std::size_t kPage = 1'000;

std::string row_id(std::string_view text) {
  thread_local routing::Tokens tokens;
  routing::tokenize(text, tokens);
  std::string key = routing::faq_key(tokens);
  if (key.empty()) key = text;
  return to_hex(sha256(key).substr(0, 16));
}

std::string body_of(const AskedInVain& one) {
  JsonWriter out;
  out.begin_object()
      .member("text", one.text)
      .member("count", one.count)
      .member("first_at", format_time(one.first_at))
      .member("last_at", format_time(one.last_at))
      .member("best_score", one.best_score)
      .member("nearest", one.nearest)
      .member("bot", one.bot)
      .member("channel", one.channel)
      .member("language", one.language)
      .member("person", one.person.value)
      .end_object();
  return std::string(1, kStoredVersion) + out.take();
}

std::optional<AskedInVain> asked_from(std::string_view stored) {
  const auto json = stored_json(stored);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root)) return std::nullopt;
  AskedInVain one;
  const auto text = [&](std::string_view name, std::string& into) {
    std::string_view value;
    if (!root[name].get(value)) into = value;
  };
  std::string first, last;
  text("text", one.text);
  text("nearest", one.nearest);
  text("bot", one.bot);
  text("channel", one.channel);
  text("language", one.language);
  text("person", one.person.value);
  text("first_at", first);
  text("last_at", last);
  static_cast<void>(root["count"].get(one.count));
  static_cast<void>(root["best_score"].get(one.best_score));
  static_cast<void>(parse_time(first, one.first_at));
  static_cast<void>(parse_time(last, one.last_at));
  return one;
}

bool less_asked(const AskedInVain& a, const AskedInVain& b) {
  return std::tuple(a.count, a.last_at) < std::tuple(b.count, b.last_at);
}

void join(AskedGroup& group, const AskedInVain& other) {
  group.count += other.count;
  group.first.first_at = std::min(group.first.first_at, other.first_at);
  group.first.last_at = std::max(group.first.last_at, other.last_at);
  if (other.best_score > group.first.best_score) {
    group.first.best_score = other.best_score;
    group.first.nearest = other.nearest;
  }
  if (group.variants.size() < kVariantsShownMax) group.variants.push_back(other.text);
}

}  // namespace

Result<void> Asked::load_blocking(const storage::Store& store) {
  std::string cursor;
  do {
    auto page = store.recover_rows_blocking(RowKind::asked, cursor, kPage);
    if (!page) return page.error();
    const std::lock_guard lock(mutex_);
    for (const auto& row : page->rows) {
      if (auto one = asked_from(row.body)) tenants_[row.tenant][row.id] = std::move(*one);
    }
    cursor = std::move(page->next);
  } while (!cursor.empty());
  return {};
}

std::vector<Row> Asked::note(const TenantId& tenant, std::string_view text, AskedInVain one) {
  one.text = bots::cut_text(bots::redact(text, bots::kAllPersonalData), kAskedBytesMax);
  if (one.text.empty()) return {};
  const std::string id = row_id(one.text);
  std::vector<Row> rows;
  const std::lock_guard lock(mutex_);
  auto& asked = tenants_[tenant];
  auto found = asked.find(id);
  if (found == asked.end() && asked.size() >= kAskedMax) {
    const auto least = std::ranges::min_element(
        asked, [](const auto& a, const auto& b) { return less_asked(a.second, b.second); });
    rows.push_back({.kind = RowKind::asked, .id = least->first, .body = {}, .erase = true});
    asked.erase(least);
  }
  if (found == asked.end()) {
    one.first_at = one.last_at;
    found = asked.emplace(id, std::move(one)).first;
  } else {
    found->second.last_at = one.last_at;
    if (one.best_score > found->second.best_score) {
      found->second.best_score = one.best_score;
      found->second.nearest = std::move(one.nearest);
    }
  }
  ++found->second.count;
  rows.push_back({.kind = RowKind::asked, .id = id, .body = body_of(found->second)});
  return rows;
}

void Asked::forget(const TenantId& tenant, const PersonId& person) {
  const std::lock_guard lock(mutex_);
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return;
  std::erase_if(found->second, [&](const auto& one) { return one.second.person == person; });
}

std::vector<AskedInVain> Asked::all(const TenantId& tenant) const {
  std::vector<AskedInVain> out;
  const std::lock_guard lock(mutex_);
  const auto found = tenants_.find(tenant);
  if (found == tenants_.end()) return out;
  for (const auto& [id, one] : found->second) out.push_back(one);
  return out;
}

// The search that finds answers also finds questions like each other.
std::vector<AskedGroup> group_blocking(std::vector<AskedInVain> asked) {
  std::ranges::sort(asked, [](const auto& a, const auto& b) { return less_asked(b, a); });
  std::vector<routing::FaqEntry> entries;
  for (const auto& one : asked)
    entries.push_back({.id = {}, .questions = {one.text}, .answer = {}});
  const auto index = routing::Faq::build(std::move(entries));
  std::vector<AskedGroup> groups;
  if (!index) return groups;
  std::vector<bool> taken(asked.size(), false);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (taken[i]) continue;
    taken[i] = true;
    AskedGroup group{.first = asked[i], .count = asked[i].count, .variants = {}};
    const auto free = [&](std::size_t entry) { return !taken[entry]; };
    for (const auto& hit : (*index)->search(asked[i].text, 50, free)) {
      if (hit.score < kAlike) break;
      taken[hit.entry] = true;
      join(group, asked[hit.entry]);
    }
    groups.push_back(std::move(group));
  }
  std::ranges::sort(groups, [](const auto& a, const auto& b) {
    return std::tie(b.count, b.first.last_at, a.first.text) <
           std::tie(a.count, a.first.last_at, b.first.text);
  });
  return groups;
}

}  // namespace parley::gateway
