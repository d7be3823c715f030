#include "routing/text/cues.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "routing/text/tokens.hpp"

namespace parley::routing {
namespace {

constexpr std::uint32_t kNowhere = 0xFFFFFFFF;

bool is_word_char(char32_t c) noexcept {
  return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || c == U'\'';
}
bool carries_meaning(char32_t c) noexcept { return is_word_char(c) || is_cjk(c); }
// What one does not want ends with the clause: "no links, get me an agent".
bool ends_clause(char32_t c) noexcept { return c == U',' || c == 0x3001 || c == U'\n'; }
bool ends_sentence(char32_t c) noexcept {
  return c == U'.' || c == U'!' || c == U'?' || c == U';' || c == 0x3002;
}

// "a{b,c}" -> "ab", "ac"; braces do not nest.
std::vector<std::string> expand(std::string_view pattern) {
  std::vector<std::string> done{""};
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    const std::size_t close = pattern.find('}', open == pattern.npos ? 0 : open);
    for (auto& one : done) one += pattern.substr(0, open);
    if (open == pattern.npos || close == pattern.npos) break;
    std::string_view choices = pattern.substr(open + 1, close - open - 1);
    std::vector<std::string> next;
    for (;;) {
      const std::size_t comma = choices.find(',');
      for (const auto& one : done) next.push_back(one + std::string(choices.substr(0, comma)));
      if (comma == choices.npos) break;
      choices.remove_prefix(comma + 1);
    }
    done = std::move(next);
    pattern.remove_prefix(close + 1);
  }
  return done;
}

// Where the piece read last of each cue of several pieces ended. Thousands of places of which a
// text touches a handful: only these are cleared for the next text.
class Progress {
 public:
  void start(std::size_t places) {
    for (const std::uint32_t place : touched_) ends_[place] = kNowhere;
    touched_.clear();
    if (ends_.size() < places) ends_.resize(places, kNowhere);
  }
  std::uint32_t operator[](std::uint32_t place) const noexcept { return ends_[place]; }
  void set(std::uint32_t place, std::uint32_t end) {
    ends_[place] = end;
    touched_.push_back(place);
  }

 private:
  std::vector<std::uint32_t> ends_, touched_;
};

}  // namespace

// Aho-Corasick over the pieces of all cues; a cue of several pieces remembers how far it came.
struct CueLexicon::Automaton {
  struct Edge {
    char32_t on;
    std::uint32_t to;
  };
  struct Node {
    std::vector<Edge> edges;  // sorted
    std::uint32_t fail = 0;
    std::uint32_t shorter = 0;  // the next node on the way of fails that ends a piece, 0 if none
    std::uint32_t piece = kNowhere;
  };
  struct Pattern {
    CueKind kind = CueKind::harmless;
    bool at_start = false, at_end = false;
    std::uint32_t first_place = 0;  // in the run's array of progress
    std::uint32_t pieces = 0;
    std::uint32_t gap_max = 0;
    std::string text;
  };
  struct Use {  // a piece's place in a pattern
    std::uint32_t pattern, index;
  };
  struct Piece {
    std::u32string text;
    std::vector<Use> uses;
  };

  std::vector<Node> nodes{1};
  std::vector<Pattern> patterns;
  std::vector<Piece> pieces;
  std::map<std::u32string, std::uint32_t> piece_ids;
  std::uint32_t places = 0;
  std::array<std::uint32_t, 65'536> from_root{};  // the root has thousands of edges

  void add(CueKind kind, std::string text) {
    Pattern pattern{.kind = kind, .first_place = places, .text = text};
    std::replace(text.begin(), text.end(), '_', ' ');
    std::string_view rest = text;
    if (rest.starts_with('^')) {
      pattern.at_start = true;
      rest.remove_prefix(1);
    }
    if (rest.ends_with('$')) {
      pattern.at_end = true;
      rest.remove_suffix(1);
    }
    const auto id = static_cast<std::uint32_t>(patterns.size());
    while (!rest.empty()) {
      const std::size_t star = rest.find('*');
      std::u32string piece;
      fold(rest.substr(0, star), piece);
      if (!piece.empty()) use_piece(piece, id, pattern);
      if (star == rest.npos) break;
      rest.remove_prefix(star + 1);
    }
    if (pattern.pieces == 0) return;
    patterns.push_back(std::move(pattern));
  }

  void use_piece(const std::u32string& text, std::uint32_t id, Pattern& pattern) {
    const auto [at, fresh] = piece_ids.try_emplace(text, static_cast<std::uint32_t>(pieces.size()));
    if (fresh) {
      pieces.push_back({.text = text, .uses = {}});
      insert(text, at->second);
    }
    if (pattern.pieces == 0) {
      pattern.gap_max = static_cast<std::uint32_t>(
          std::any_of(text.begin(), text.end(), is_cjk) ? kGapMaxCjk : kGapMaxLatin);
    }
    pieces[at->second].uses.push_back({.pattern = id, .index = pattern.pieces});
    ++pattern.pieces;
    ++places;
  }

  void insert(const std::u32string& text, std::uint32_t piece) {
    std::uint32_t node = 0;
    for (const char32_t c : text) {
      std::uint32_t next = child(node, c);
      if (next == 0) {
        next = static_cast<std::uint32_t>(nodes.size());
        nodes.emplace_back();
        auto& edges = nodes[node].edges;
        const auto place = std::lower_bound(edges.begin(), edges.end(), c,
                                            [](const Edge& e, char32_t on) { return e.on < on; });
        edges.insert(place, {.on = c, .to = next});
        if (node == 0 && c < from_root.size()) from_root[c] = next;
      }
      node = next;
    }
    nodes[node].piece = piece;
  }

  std::uint32_t child(std::uint32_t node, char32_t c) const noexcept {
    if (node == 0 && c < from_root.size()) return from_root[c];
    const auto& edges = nodes[node].edges;
    const auto at = std::lower_bound(edges.begin(), edges.end(), c,
                                     [](const Edge& e, char32_t on) { return e.on < on; });
    return at != edges.end() && at->on == c ? at->to : 0;
  }

  std::uint32_t step(std::uint32_t node, char32_t c) const noexcept {
    for (;;) {
      const std::uint32_t next = child(node, c);
      if (next != 0 || node == 0) return next;
      node = nodes[node].fail;
    }
  }

  void link() {  // breadth first: a node's fail is shallower than it
    std::vector<std::uint32_t> queue;
    for (const auto& edge : nodes[0].edges) queue.push_back(edge.to);
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const std::uint32_t node = queue[i];
      for (const auto& edge : nodes[node].edges) {
        nodes[edge.to].fail = step(nodes[node].fail, edge.on);
        queue.push_back(edge.to);
      }
      const Node& shallower = nodes[nodes[node].fail];
      nodes[node].shorter = shallower.piece != kNowhere ? nodes[node].fail : shallower.shorter;
    }
  }

  bool at_word_edges(std::u32string_view text, std::size_t begin, std::size_t end) const noexcept {
    if (is_word_char(text[begin]) && begin > 0 && is_word_char(text[begin - 1])) return false;
    return !(is_word_char(text[end - 1]) && end < text.size() && is_word_char(text[end]));
  }

  static bool leaves_clause(const Pattern& pattern, std::u32string_view gap) noexcept {
    const bool chinese = pattern.gap_max == kGapMaxCjk;  // where a space parts clauses too
    return std::any_of(gap.begin(), gap.end(),
                       [&](char32_t c) { return ends_clause(c) || (chinese && c == U' '); });
  }

  // One piece was read; says whether it completed its pattern.
  bool advance(const Use& use, std::u32string_view text, std::size_t begin, std::size_t end,
               Progress& progress) const {
    const Pattern& pattern = patterns[use.pattern];
    if (use.index > 0) {
      const std::uint32_t before = progress[pattern.first_place + use.index - 1];
      if (before == kNowhere || before > begin || begin - before > pattern.gap_max) return false;
      const auto gap = text.substr(before, begin - before);
      if (std::any_of(gap.begin(), gap.end(), ends_sentence)) return false;
      if (pattern.kind == CueKind::not_human && leaves_clause(pattern, gap)) return false;
    } else if (pattern.at_start &&
               std::any_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin),
                           carries_meaning)) {
      return false;
    }
    if (use.index + 1 < pattern.pieces) {
      progress.set(pattern.first_place + use.index, static_cast<std::uint32_t>(end));
      return false;
    }
    return !pattern.at_end || std::none_of(text.begin() + static_cast<std::ptrdiff_t>(end),
                                           text.end(), carries_meaning);
  }
};

CueLexicon::CueLexicon(const std::vector<CueText>& texts) {
  auto automaton = std::make_unique<Automaton>();
  for (const auto& [kind, patterns] : texts) {
    std::string_view rest = patterns;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(" \n\t"), rest.size());
      if (end > 0) {
        for (auto& one : expand(rest.substr(0, end))) automaton->add(kind, std::move(one));
      }
      rest.remove_prefix(std::min(rest.size(), end + 1));
    }
  }
  automaton->link();
  automaton_ = std::move(automaton);
}

CueLexicon::~CueLexicon() = default;

std::size_t CueLexicon::size() const noexcept { return automaton_->patterns.size(); }

std::string_view CueLexicon::pattern(const CueHit& hit) const {
  return automaton_->patterns[hit.pattern].text;
}

void CueLexicon::find(std::u32string_view folded, std::vector<CueHit>& hits) const {
  thread_local Progress progress;
  const Automaton& a = *automaton_;
  hits.clear();
  progress.start(a.places);
  std::uint32_t node = 0;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    node = a.step(node, folded[i]);
    std::uint32_t match = a.nodes[node].piece != kNowhere ? node : a.nodes[node].shorter;
    for (; match != 0; match = a.nodes[match].shorter) {
      const auto& piece = a.pieces[a.nodes[match].piece];
      const std::size_t end = i + 1, begin = end - piece.text.size();
      if (!a.at_word_edges(folded, begin, end)) continue;
      for (const auto& use : piece.uses) {
        if (!a.advance(use, folded, begin, end, progress)) continue;
        hits.push_back({.kind = a.patterns[use.pattern].kind,
                        .begin = static_cast<std::uint32_t>(begin),
                        .end = static_cast<std::uint32_t>(end),
                        .pattern = use.pattern});
      }
    }
  }

  const auto harmless_for = [](CueKind kind) {
    return kind == CueKind::human ? CueKind::not_human : CueKind::harmless;
  };
  const auto is_cue = [](CueKind kind) {
    return kind != CueKind::harmless && kind != CueKind::not_human;
  };
  thread_local std::vector<CueHit> kept;
  kept.clear();
  for (const auto& hit : hits) {
    if (!is_cue(hit.kind)) continue;
    const bool covered = std::any_of(hits.begin(), hits.end(), [&](const CueHit& other) {
      return other.kind == harmless_for(hit.kind) && other.begin < hit.end && hit.begin < other.end;
    });
    if (!covered) kept.push_back(hit);
  }
  hits.swap(kept);
}

}  // namespace parley::routing
