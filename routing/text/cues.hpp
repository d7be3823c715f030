// routing/text/cues.hpp
// A lexicon of our own: words that show anger, discontent or impatience, and ways to ask for a
// person, Chinese and English, with the harmless words that contain them (麻烦 is not 烦).
//
// A cue is written as pieces with "*" between them (a short gap within one sentence),
// "{a,b}" for alternatives, "^" and "$" for the edges of the text. Latin pieces match whole words.
//
// Limits   O(text) whatever the number of cues; the table below is built once.
// Threads  any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::routing {

enum class CueKind : std::uint8_t {
  angry,      // insults, threats, fury
  negative,   // discontent said in so many words
  impatient,  // mild: "都三天了还没", "still waiting"
  human,      // asks for a person
  harmless,   // contains a cue of the first three without being one
  not_human,  // contains a cue for a person without asking for one
};
inline constexpr std::size_t kCueKinds = 6;

// What "*" may stand for, in characters: Chinese says the same in fewer of them.
inline constexpr std::size_t kGapMaxCjk = 12, kGapMaxLatin = 32;

struct CueText {
  CueKind kind;
  std::string_view patterns;  // separated by white space; "_" stands for a space in a pattern
};

struct CueHit {
  CueKind kind = CueKind::harmless;
  std::uint32_t begin = 0, end = 0;  // of its last piece, in code points of the folded text
  std::uint32_t pattern = 0;
};

class CueLexicon {
 public:
  explicit CueLexicon(const std::vector<CueText>& texts);
  ~CueLexicon();

  // Hits of the first four kinds that no harmless phrase touches, in order of their end.
  void find(std::u32string_view folded, std::vector<CueHit>& hits) const;
  // The cue as it was written, one alternative.
  std::string_view pattern(const CueHit& hit) const;
  std::size_t size() const noexcept;

 private:
  struct Automaton;
  std::unique_ptr<const Automaton> automaton_;
};

// The built-in table (cue_table.cpp).
const std::vector<CueText>& cue_table();
const CueLexicon& builtin_cues();

}  // namespace parley::routing
