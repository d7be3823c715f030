#include "routing/text/faq_terms.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

#include "base/crypto.hpp"

namespace parley::routing {
namespace {

constexpr float kCharWeight[] = {1.6F, 0.7F, 0.25F};
constexpr float kWordWeight = 1.0F, kPairWeight = 0.3F, kLettersWeight = 0.2F, kAlikeWeight = 0.9F;
constexpr float kFunctionWeight = 0.4F;
constexpr std::size_t kLetters = 4;

struct Replacement {
  std::u32string_view from, to;
};
// Longest first where one begins another. Applied to the folded characters.
constexpr Replacement kSame[] = {
    {U"不好意思", U""},     {U"麻烦问一下", U""},   {U"我想问一下", U""},
    {U"想问一下", U""},     {U"想问下", U""},       {U"问一下", U""},
    {U"问下", U""},         {U"请问", U""},         {U"我想知道", U""},
    {U"想知道", U""},       {U"我想咨询", U""},     {U"咨询一下", U""},
    {U"你们好", U""},       {U"你好", U""},         {U"您好", U""},
    {U"谢谢", U""},         {U"帮我", U""},         {U"怎么样才能", U"怎么"},
    {U"怎样才能", U"怎么"}, {U"怎么才能", U"怎么"}, {U"如何才能", U"怎么"},
    {U"要怎么", U"怎么"},   {U"该怎么", U"怎么"},   {U"怎么样", U"怎么"},
    {U"怎样", U"怎么"},     {U"如何", U"怎么"},     {U"咋样", U"怎么"},
    {U"咋", U"怎么"},       {U"为什么", U"为什么"}, {U"为啥", U"为什么"},
    {U"为何", U"为什么"},   {U"怎么会", U"为什么"}, {U"啥时候", U"什么时候"},
    {U"何时", U"什么时候"}, {U"几时", U"什么时候"}, {U"啥", U"什么"},
    {U"是不是", U"是否"},   {U"能不能", U"能"},     {U"可不可以", U"能"},
    {U"可以", U"能"},       {U"能够", U"能"},       {U"有没有", U"有"},
    {U"会不会", U"会"},     {U"在哪里", U"在哪"},   {U"在哪儿", U"在哪"},
    {U"哪里", U"哪"},       {U"哪儿", U"哪"},       {U"多长时间", U"多久"},
    {U"多少时间", U"多久"}, {U"几天", U"多久"},     {U"没办法", U"不能"},
    {U"无法", U"不能"},     {U"不了", U"不能"},     {U"您", U"你"},
};
constexpr std::u32string_view kEmptyAtEnd = U"吗嘛呢吧啊呀么哦哈的了";
constexpr std::u32string_view kFunctionChars =
    U"的了吗呢吧啊呀么嘛哦我你他她它们是在有个这那就也都还和与及很把被让给到请要想会能可以不什怎为"
    U"哪";

bool is_function_word(std::string_view word) {
  if (word.ends_with("'s")) word.remove_suffix(2);  // "where's", "what's"
  static const std::unordered_set<std::string_view> words = {
      "a",     "an",   "the",    "i",     "my",    "me",   "you",   "your",   "it",   "its",
      "we",    "our",  "to",     "of",    "in",    "on",   "at",    "for",    "from", "with",
      "by",    "and",  "or",     "is",    "are",   "am",   "was",   "were",   "be",   "been",
      "do",    "does", "did",    "can",   "could", "will", "would", "should", "have", "has",
      "had",   "this", "that",   "there", "what",  "how",  "when",  "where",  "why",  "who",
      "which", "if",   "please", "hi",    "hello", "so",   "just",  "i'm",    "i've", "need",
      "want",  "know", "get",    "some",  "any",   "as",   "help",  "tell",   "let",  "thanks",
      "thank", "hey",  "like",   "not",   "up",    "about"};
  return words.contains(word);
}

// Words of customer service that stand for one another, stemmed. One line, one meaning; a word has
// one line.
constexpr std::string_view kAlike[] = {
    "buy bought purchas order checkout",
    "pay paid payment",
    "send sent transfer wire remit",
    "refund reimburs return",
    "fee charg cost pric expens",
    "arriv deliver receiv ship land come",
    "parcel packag shipment",
    "cancel revert undo stop abort revok",
    "chang edit updat modif switch alter",
    "lost los misplac missing",
    "stolen stole steal theft thief",
    "broken broke damag defectiv fault crack",
    "declin reject fail den refus unsuccessful decli",
    "wrong incorrect mistak error inaccurat bad",
    "verif identit prov confirm authenticat validat id",
    "passcod password pin cod",
    "forgot forgotten forget remember",
    "clos delet terminat deactivat remov",
    "open creat regist sign setup start",
    "withdraw withdrew withdrawal atm cash",
    "exchang convert conversion currenc rat",
    "long soon fast quick tim tak wait slow",
    "phon mobil cellphon telephon",
    "track trac locat follow status",
    "limit maximum max cap many much",
    "abroad foreign international oversea countr",
    "see show appear display view find",
    "use us work function",
    "invoic receipt bill statement",
    "activat enabl unlock unblock",
    "block freez suspend lock disabl",
    "bank account",
    "top-up topup topp deposit load add fund",
    "pend process hold",
    "twic doubl duplicat again two",
    "extra additional another second more",
    "support help assist contact call reach",
    "discount coupon voucher promo promotion",
    "old ag young child kid",
    "recogniz recognis know unknown strang suspicious unfamiliar",
};

// The line of kAlike a stem stands in, plus one; 0 for none.
std::size_t alike(std::string_view stemmed) {
  static const auto table = [] {
    std::unordered_map<std::string_view, std::size_t> made;
    for (std::size_t line = 0; line < std::size(kAlike); ++line) {
      std::string_view rest = kAlike[line];
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        made.try_emplace(rest.substr(0, end), line + 1);
        rest.remove_prefix(std::min(rest.size(), end + 1));
      }
    }
    return made;
  }();
  const auto found = table.find(stemmed);
  return found == table.end() ? 0 : found->second;
}

// Plural, past and -ing of regular words; rough, but the same for question and query.
std::string_view stem(std::string_view word) {
  const auto cut = [&](std::string_view ending, std::size_t left_min) {
    if (!word.ends_with(ending) || word.size() < ending.size() + left_min) return false;
    word.remove_suffix(ending.size());
    return true;
  };
  cut("'s", 1);
  if (cut("ies", 3) || cut("ied", 3)) return word;  // "countr-ies" meets "countr-y" below
  if (!word.ends_with("ss")) cut("s", 3);
  if (cut("ing", 3) || cut("ed", 3)) {
    const std::size_t n = word.size();
    if (word[n - 1] == word[n - 2] && word[n - 1] != 's' && word[n - 1] != 'l') {
      word.remove_suffix(1);  // "stopp-ed"
    }
  }
  if (!cut("e", 3)) cut("y", 3);
  return word;
}

std::uint64_t combine(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t h = (a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdULL;
  return h ^ (h >> 32);
}

// One run of Chinese characters, folded once more by kSame.
void add_run(std::u32string& run, std::vector<FaqTerm>& out) {
  thread_local std::u32string same;
  same.clear();
  for (std::size_t i = 0; i < run.size();) {
    const auto rest = std::u32string_view(run).substr(i);
    const auto* found = std::find_if(std::begin(kSame), std::end(kSame), [&](const Replacement& r) {
      return rest.starts_with(r.from);
    });
    if (found == std::end(kSame)) {
      same += run[i++];
    } else {
      same += found->to;
      i += found->from.size();
    }
  }
  while (same.size() > 1 && kEmptyAtEnd.find(same.back()) != kEmptyAtEnd.npos) same.pop_back();
  const auto function = [](char32_t c) { return kFunctionChars.find(c) != kFunctionChars.npos; };
  for (std::size_t i = 0; i < same.size(); ++i) {
    std::uint64_t hash = 7;
    bool all_function = true;
    for (std::size_t n = 0; n < 3 && i + n < same.size(); ++n) {
      hash = combine(hash, same[i + n]);
      all_function = all_function && function(same[i + n]);
      out.push_back(
          {.hash = hash, .weight = kCharWeight[n] * (all_function ? kFunctionWeight : 1.0F)});
    }
  }
  run.clear();
}

void add_letters(std::string_view word, std::vector<FaqTerm>& out) {
  std::array<char, kWordBytesMax + 1> edged;
  edged[0] = '<';
  std::copy(word.begin(), word.end(), edged.begin() + 1);
  const std::string_view all(edged.data(), word.size() + 1);
  for (std::size_t i = 0; i + kLetters <= all.size(); ++i) {
    out.push_back(
        {.hash = combine(13, xxh3_64(all.substr(i, kLetters))), .weight = kLettersWeight});
  }
}

char32_t only_code_point(std::string_view utf8) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(utf8[i]));
  };
  if (utf8.size() == 3)
    return ((byte(0) & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F);
  return ((byte(0) & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) |
         (byte(3) & 0x3F);
}

}  // namespace

void faq_terms(const Tokens& tokens, std::vector<FaqTerm>& out) {
  out.clear();
  thread_local std::u32string run;
  run.clear();
  std::uint64_t word_before = 0;
  bool before_is_function = false;
  for (const auto& token : tokens.tokens) {
    const std::string_view text = tokens.view(token);
    if (token.kind == TokenKind::cjk) {
      run += only_code_point(text);
      word_before = 0;
      continue;
    }
    if (token.kind == TokenKind::mark) continue;  // "退货, 运费" is one run of characters
    add_run(run, out);
    const bool function = is_function_word(text);
    const std::uint64_t hash = combine(11, xxh3_64(function ? text : stem(text)));
    out.push_back({.hash = hash, .weight = function ? kWordWeight * kFunctionWeight : kWordWeight});
    if (const std::size_t line = function ? 0 : alike(stem(text)); line != 0) {
      out.push_back({.hash = combine(17, line), .weight = kAlikeWeight});
    }
    if (word_before != 0) {
      const float weight =
          function && before_is_function ? kPairWeight * kFunctionWeight : kPairWeight;
      out.push_back({.hash = combine(word_before, hash), .weight = weight});
    }
    if (!function && token.kind == TokenKind::word && token.size > kLetters) add_letters(text, out);
    word_before = hash;
    before_is_function = function;
  }
  add_run(run, out);
  std::sort(out.begin(), out.end(),
            [](const FaqTerm& a, const FaqTerm& b) { return a.hash < b.hash; });
  out.erase(std::unique(out.begin(), out.end(),
                        [](const FaqTerm& a, const FaqTerm& b) { return a.hash == b.hash; }),
            out.end());
}

std::string faq_key(const Tokens& tokens) {
  std::string key;
  for (const auto& token : tokens.tokens) {
    if (token.kind == TokenKind::mark) continue;
    if (token.kind == TokenKind::word && !key.empty()) key += ' ';
    key += tokens.view(token);
  }
  return key;
}

}  // namespace parley::routing
