#include "bots/knowledge.hpp"

#include <simdjson.h>

#include <algorithm>

namespace parley::bots {
namespace {

Error refused(Errc code, std::string why) { return {.code = code, .detail = std::move(why)}; }

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<void> check(const Wording& wording) {
  if (wording.questions.empty()) return refused(Errc::malformed, "questions: need at least one");
  if (wording.questions.size() > kQuestionsMax) {
    return refused(Errc::malformed, "questions: at most " + std::to_string(kQuestionsMax));
  }
  for (const auto& question : wording.questions) {
    if (question.empty() || question.size() > kQuestionBytesMax) {
      return refused(Errc::malformed,
                     "questions: each has 1 to " + std::to_string(kQuestionBytesMax) + " bytes");
    }
    // One line each, and the mark between two of them in a table is not part of one.
    if (question.find_first_of("\r\n\t") != question.npos ||
        question.find(" | ") != question.npos) {
      return refused(Errc::malformed, "questions: one line each, without tabs or \" | \"");
    }
  }
  if (wording.answer.empty() || wording.answer.size() > kAnswerBytesMax) {
    return refused(Errc::malformed,
                   "answer: has 1 to " + std::to_string(kAnswerBytesMax) + " bytes");
  }
  return {};
}

void keep_earlier(KnowledgeEntry& entry) {
  if (!entry.published) return;
  entry.earlier.insert(entry.earlier.begin(), std::move(*entry.published));
  if (entry.earlier.size() > kEarlierMax) entry.earlier.pop_back();
  entry.published.reset();
}

void write_wording(JsonWriter& out, const Wording& wording) {
  out.key("questions").begin_array();
  for (const auto& question : wording.questions) out.value(question);
  out.end_array().member("answer", wording.answer);
}

void write_edition(JsonWriter& out, const Edition& edition) {
  out.begin_object();
  write_wording(out, edition.wording);
  out.member("version", edition.version)
      .member("author", edition.author)
      .member("reviewer", edition.reviewer)
      .member("at", format_time(edition.at))
      .end_object();
}

std::string text_in(simdjson::dom::element in, std::string_view name) {
  std::string_view text;
  if (in[name].get(text)) return {};
  return std::string(text);
}

TimePoint time_in(simdjson::dom::element in, std::string_view name) {
  TimePoint at{};
  static_cast<void>(parse_time(text_in(in, name), at));
  return at;
}

Wording wording_in(simdjson::dom::element in) {
  Wording out{.questions = {}, .answer = text_in(in, "answer")};
  simdjson::dom::array questions;
  if (in["questions"].get(questions)) return out;
  for (const auto question : questions) {
    std::string_view text;
    if (!question.get(text)) out.questions.emplace_back(text);
  }
  return out;
}

Edition edition_in(simdjson::dom::element in) {
  Edition out{.wording = wording_in(in),
              .author = text_in(in, "author"),
              .reviewer = text_in(in, "reviewer"),
              .at = time_in(in, "at")};
  static_cast<void>(in["version"].get(out.version));
  return out;
}

}  // namespace

std::string_view state_of(const KnowledgeEntry& entry) {
  if (entry.draft) return entry.draft->in_review ? "review" : "draft";
  return entry.retired || !entry.published ? "retired" : "published";
}

std::string key_of(const KnowledgeEntry& entry) {
  return entry.scenario.empty() ? entry.id : entry.id + "@" + entry.scenario;
}

std::optional<EntryName> name_from(std::string_view key) {
  const auto at = key.find('@');
  EntryName out{.id = std::string(key.substr(0, at)), .scenario = {}};
  if (!is_plain_name(out.id)) return std::nullopt;
  if (at == key.npos) return out;
  out.scenario = key.substr(at + 1);
  const auto colon = out.scenario.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::string layer = out.scenario.substr(0, colon);
  if ((layer != "bot" && layer != "channel") || !is_plain_name(out.scenario.substr(colon + 1))) {
    return std::nullopt;
  }
  return out;
}

bool has_name(const KnowledgeEntry& entry) {
  const auto name = name_from(key_of(entry));
  return name && name->id == entry.id && name->scenario == entry.scenario;
}

Result<KnowledgeEntry> edited(KnowledgeEntry entry, Wording wording, std::string_view actor,
                              TimePoint now) {
  if (auto fine = check(wording); !fine) return std::move(fine.error());
  entry.draft = Draft{
      .wording = std::move(wording), .author = std::string(actor), .at = now, .in_review = false};
  ++entry.version;
  return entry;
}

Result<KnowledgeEntry> submitted(KnowledgeEntry entry) {
  if (!entry.draft) return refused(Errc::rejected, "there is no draft; edit the entry first");
  if (entry.draft->in_review) return refused(Errc::rejected, "it is in review already");
  entry.draft->in_review = true;
  ++entry.version;
  return entry;
}

Result<KnowledgeEntry> published(KnowledgeEntry entry, std::string_view actor, TimePoint now) {
  if (!entry.draft || !entry.draft->in_review) {
    return refused(Errc::rejected, "it is not in review; submit it first");
  }
  if (entry.draft->author == actor) {
    return refused(Errc::rejected, "who wrote it may not publish it; another person must");
  }
  keep_earlier(entry);
  ++entry.version;
  entry.published = Edition{.wording = std::move(entry.draft->wording),
                            .version = entry.version,
                            .author = std::move(entry.draft->author),
                            .reviewer = std::string(actor),
                            .at = now};
  entry.draft.reset();
  entry.retired = false;
  return entry;
}

Result<KnowledgeEntry> retired(KnowledgeEntry entry) {
  if (entry.retired && !entry.draft) return refused(Errc::rejected, "it is retired already");
  keep_earlier(entry);
  entry.draft.reset();
  entry.retired = true;
  ++entry.version;
  return entry;
}

void write(JsonWriter& out, const KnowledgeEntry& entry) {
  out.begin_object()
      .member("key", key_of(entry))
      .member("id", entry.id)
      .member("scenario", entry.scenario)
      .member("state", state_of(entry))
      .member("version", entry.version);
  if (entry.draft) {
    out.key("draft").begin_object();
    write_wording(out, entry.draft->wording);
    out.member("author", entry.draft->author)
        .member("at", format_time(entry.draft->at))
        .member("in_review", entry.draft->in_review)
        .end_object();
  }
  if (entry.published) {
    out.key("published");
    write_edition(out, *entry.published);
  }
  out.member("retired", entry.retired);
  out.key("earlier").begin_array();
  for (const Edition& edition : entry.earlier) write_edition(out, edition);
  out.end_array().end_object();
}

Result<KnowledgeEntry> entry_from_json(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root, found;
  if (parser.parse(json.data(), json.size()).get(root) || !root.is_object()) {
    return refused(Errc::malformed, "a knowledge entry that is no JSON object");
  }
  KnowledgeEntry entry{.id = text_in(root, "id"), .scenario = text_in(root, "scenario")};
  if (!has_name(entry)) return refused(Errc::malformed, "a knowledge entry without name");
  static_cast<void>(root["version"].get(entry.version));
  static_cast<void>(root["retired"].get(entry.retired));
  if (!root["draft"].get(found)) {
    auto& draft = entry.draft.emplace();
    draft.wording = wording_in(found);
    draft.author = text_in(found, "author");
    draft.at = time_in(found, "at");
    static_cast<void>(found["in_review"].get(draft.in_review));
  }
  if (!root["published"].get(found)) entry.published = edition_in(found);
  simdjson::dom::array earlier;
  if (!root["earlier"].get(earlier)) {
    for (const auto edition : earlier) entry.earlier.push_back(edition_in(edition));
  }
  return entry;
}

}  // namespace parley::bots
