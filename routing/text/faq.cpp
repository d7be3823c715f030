// routing/text/faq.cpp
// An inverted index over all questions. Two measures of one pass over the postings: the cosine of
// the rarity-weighted terms, which asks how alike the two questions are, and BM25 as a share of
// what the question would score against itself, which asks how much of the query is there.
#include "routing/faq.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "routing/text/faq_terms.hpp"

namespace parley::routing {
namespace {

constexpr std::size_t kQuestionBytesMax = 1'024;
constexpr std::size_t kQuestionsMax = 400'000;
constexpr float kCosineShare = 0.2F;  // of the fused score, the rest is BM25's
constexpr float kIdfPower = 0.5F;
constexpr float kLengthShare = 0.6F;  // BM25's b
constexpr float kUnknownIdf = 1.0F;
// Spreads the scores so that the usual threshold of 0.45 refuses 97 % of unrelated questions.
constexpr float kScorePower = 0.8F;
constexpr float kSaturation = 1.2F;  // BM25's k1; terms count once, so it only meets the length

struct Posting {
  std::uint32_t question;
  float weight;
};

struct Question {
  std::uint32_t entry = 0;
  float norm = 0;     // of the cosine
  float damping = 1;  // BM25's part of the length
};

class InvertedFaq final : public Faq {
 public:
  explicit InvertedFaq(std::vector<FaqEntry> entries) : entries_(std::move(entries)) { index(); }

  std::vector<FaqHit> search(std::string_view query, std::size_t count_max,
                             const Admit& admit) const override;
  const FaqEntry& entry(std::size_t index) const override { return entries_[index]; }
  std::size_t size() const noexcept override { return entries_.size(); }

 private:
  struct Term {
    std::uint32_t begin = 0, end = 0;  // in postings_
    float idf = 0;
  };

  void index();

  std::vector<FaqEntry> entries_;
  std::vector<Question> questions_;
  std::unordered_map<std::uint64_t, Term> terms_;
  std::vector<Posting> postings_;
  std::unordered_map<std::string, std::uint32_t> exact_;  // faq_key -> first entry
  float idf_max_ = 1;                                     // of a term that stands in no question
};

void InvertedFaq::index() {
  struct Raw {
    std::uint64_t hash;
    Posting posting;
  };
  std::vector<Raw> raw;
  std::vector<float> lengths;
  Tokens tokens;
  std::vector<FaqTerm> terms;
  for (std::uint32_t e = 0; e < entries_.size(); ++e) {
    for (const auto& text : entries_[e].questions) {
      tokenize(text, tokens);
      exact_.try_emplace(faq_key(tokens), e);
      faq_terms(tokens, terms);
      float length = 0;
      for (const auto& term : terms) {
        raw.push_back({.hash = term.hash,
                       .posting = {.question = static_cast<std::uint32_t>(questions_.size()),
                                   .weight = term.weight}});
        length += term.weight;
      }
      questions_.push_back({.entry = e});
      lengths.push_back(length);
    }
  }
  std::sort(raw.begin(), raw.end(), [](const Raw& a, const Raw& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.posting.question < b.posting.question;
  });
  postings_.reserve(raw.size());
  const float count = static_cast<float>(questions_.size());
  // Add-one smoothing keeps a two-entry FAQ from calling its every word equally common.
  const auto idf_of = [&](float in) {
    return std::pow(std::log(1 + (count + 1) / (in + 0.5F)), kIdfPower);
  };
  for (std::size_t i = 0; i < raw.size();) {
    std::size_t end = i;
    while (end < raw.size() && raw[end].hash == raw[i].hash)
      postings_.push_back(raw[end++].posting);
    const Term term{.begin = static_cast<std::uint32_t>(i),
                    .end = static_cast<std::uint32_t>(end),
                    .idf = idf_of(static_cast<float>(end - i))};
    for (std::size_t p = i; p < end; ++p) {
      const float w = postings_[p].weight * term.idf;
      questions_[postings_[p].question].norm += w * w;
    }
    terms_.emplace(raw[i].hash, term);
    i = end;
  }
  idf_max_ = kUnknownIdf * idf_of(1);
  float total = 0;
  for (const float length : lengths) total += length;
  const float mean = std::max(1e-6F, total / std::max(1.0F, count));
  for (std::size_t q = 0; q < questions_.size(); ++q) {
    questions_[q].norm = std::sqrt(questions_[q].norm);
    questions_[q].damping =
        (kSaturation + 1) /
        (1 + kSaturation * (1 - kLengthShare + kLengthShare * lengths[q] / mean));
  }
}

std::vector<FaqHit> InvertedFaq::search(std::string_view query, std::size_t count_max,
                                        const Admit& admit) const {
  struct Sums {
    float cosine = 0, bm25 = 0;
  };
  thread_local Tokens tokens;
  thread_local std::vector<FaqTerm> terms;
  thread_local std::vector<Sums> sums;
  thread_local std::vector<std::uint32_t> touched;
  tokenize(query.substr(0, kQuestionBytesMax), tokens);
  faq_terms(tokens, terms);
  sums.assign(questions_.size(), {});
  touched.clear();

  float norm = 0, whole = 0;
  for (const auto& term : terms) {
    const auto found = terms_.find(term.hash);
    const float idf = found == terms_.end() ? idf_max_ : found->second.idf;
    const float weight = term.weight * idf;
    norm += weight * weight;
    whole += weight;
    if (found == terms_.end()) continue;
    for (std::uint32_t p = found->second.begin; p < found->second.end; ++p) {
      const Posting& posting = postings_[p];
      Sums& sum = sums[posting.question];
      if (sum.bm25 == 0) touched.push_back(posting.question);
      sum.cosine += weight * posting.weight * idf;
      sum.bm25 += weight;
    }
  }

  norm = std::sqrt(norm);
  std::vector<FaqHit> hits;
  thread_local std::vector<float> entry_best;
  entry_best.assign(entries_.size(), 0);
  for (const std::uint32_t q : touched) {
    const Question& question = questions_[q];
    if (admit && !admit(question.entry)) continue;
    const float cosine = sums[q].cosine / std::max(1e-6F, norm * question.norm);
    const float bm25 = std::min(1.0F, sums[q].bm25 * question.damping / std::max(1e-6F, whole));
    const float score = std::pow(kCosineShare * cosine + (1 - kCosineShare) * bm25, kScorePower);
    float& kept = entry_best[question.entry];
    if (kept == 0) hits.push_back({.entry = question.entry, .score = 0});
    kept = std::max(kept, score);
  }
  for (auto& hit : hits) hit.score = std::min(0.99, static_cast<double>(entry_best[hit.entry]));
  if (const auto same = exact_.find(faq_key(tokens));
      same != exact_.end() && !tokens.tokens.empty()) {
    for (auto& hit : hits) {
      if (hit.entry == same->second) hit.score = 1;
    }
  }
  const auto better = [](const FaqHit& a, const FaqHit& b) {
    return a.score != b.score ? a.score > b.score : a.entry < b.entry;
  };
  const std::size_t count = std::min(count_max, hits.size());
  std::partial_sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count), hits.end(),
                    better);
  hits.resize(count);
  return hits;
}

}  // namespace

Result<std::shared_ptr<const Faq>> Faq::build(std::vector<FaqEntry> entries) {
  const auto rejected = [](std::string why) {
    return Error{.code = Errc::rejected, .detail = "FAQ: " + std::move(why)};
  };
  if (entries.size() > kEntriesMax) {
    return rejected(std::to_string(entries.size()) + " entries; at most " +
                    std::to_string(kEntriesMax));
  }
  std::size_t questions = 0;
  for (const auto& entry : entries) {
    if (entry.questions.empty()) return rejected("entry \"" + entry.id + "\" has no question");
    questions += entry.questions.size();
    for (const auto& question : entry.questions) {
      if (question.size() > kQuestionBytesMax) {
        return rejected("a question of entry \"" + entry.id + "\" has " +
                        std::to_string(question.size()) + " bytes; at most " +
                        std::to_string(kQuestionBytesMax));
      }
    }
  }
  if (questions > kQuestionsMax) {
    return rejected(std::to_string(questions) + " questions; at most " +
                    std::to_string(kQuestionsMax));
  }
  return std::make_shared<const InvertedFaq>(std::move(entries));
}

}  // namespace parley::routing
