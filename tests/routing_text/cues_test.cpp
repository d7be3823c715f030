#include "routing/text/cues.hpp"

#include <gtest/gtest.h>

#include "routing/text/tokens.hpp"

namespace parley::routing {
namespace {

std::vector<std::string> found(const CueLexicon& lexicon, std::string_view text) {
  std::u32string folded;
  fold(text, folded);
  std::vector<CueHit> hits;
  lexicon.find(folded, hits);
  std::vector<std::string> names;
  for (const auto& hit : hits) names.emplace_back(lexicon.pattern(hit));
  return names;
}

using Names = std::vector<std::string>;

TEST(CueLexicon, FindsPiecesInOrderAndNear) {
  const CueLexicon lexicon({{CueKind::negative, "等了*没 told*times"}});
  EXPECT_EQ(found(lexicon, "等了三天还没到"), Names{"等了*没"});
  EXPECT_EQ(found(lexicon, "没等了"), Names{});
  EXPECT_EQ(found(lexicon, "等了。没"), Names{}) << "another sentence";
  EXPECT_EQ(found(lexicon, "等了一二三四五六七八九十一二三没"), Names{}) << "too far";
  EXPECT_EQ(found(lexicon, "I told you three times"), Names{"told*times"});
}

TEST(CueLexicon, LatinCuesAreWholeWords) {
  const CueLexicon lexicon({{CueKind::angry, "crap not_ok"}});
  EXPECT_EQ(found(lexicon, "What CRAP!"), Names{"crap"});
  EXPECT_EQ(found(lexicon, "scrap paper"), Names{});
  EXPECT_EQ(found(lexicon, "craps"), Names{});
  EXPECT_EQ(found(lexicon, "是crap吧"), Names{"crap"});
  EXPECT_EQ(found(lexicon, "not  ok"), Names{"not_ok"});
}

TEST(CueLexicon, BracesAndEdges) {
  const CueLexicon lexicon({{CueKind::human, "{转,找}人工 ^人工$"}});
  EXPECT_EQ(lexicon.size(), 3U);
  EXPECT_EQ(found(lexicon, "请转人工"), Names{"转人工"});
  EXPECT_EQ(found(lexicon, "人工？"), Names{"^人工$"});
  EXPECT_EQ(found(lexicon, "人工的"), Names{});
  EXPECT_EQ(found(lexicon, "这人工"), Names{});
}

TEST(CueLexicon, HarmlessPhrasesCoverCues) {
  const CueLexicon lexicon({{CueKind::negative, "烦 垃圾"},
                            {CueKind::harmless, "麻烦 垃圾{袋,桶}"},
                            {CueKind::human, "人工"},
                            {CueKind::not_human, "人工智能 不用*人工"}});
  EXPECT_EQ(found(lexicon, "麻烦了"), Names{});
  EXPECT_EQ(found(lexicon, "真烦"), Names{"烦"});
  EXPECT_EQ(found(lexicon, "麻烦，真烦"), Names{"烦"});
  EXPECT_EQ(found(lexicon, "垃圾袋"), Names{});
  EXPECT_EQ(found(lexicon, "不用转人工"), Names{});
  EXPECT_EQ(found(lexicon, "人工智能"), Names{});
}

TEST(CueLexicon, OverlappingCuesAreAllFound) {
  const CueLexicon lexicon({{CueKind::negative, "太差 差劲 差 劲"}});
  EXPECT_EQ(found(lexicon, "太差劲").size(), 4U);
}

TEST(CueLexicon, TraditionalAndFullwidthAreTheSame) {
  const CueLexicon lexicon({{CueKind::angry, "气死 wtf"}});
  EXPECT_EQ(found(lexicon, "氣死我了"), Names{"气死"});
  EXPECT_EQ(found(lexicon, "ＷＴＦ"), Names{"wtf"});
}

TEST(BuiltinCues, EveryPatternWasExpanded) {
  const auto& lexicon = builtin_cues();
  EXPECT_GT(lexicon.size(), 3000U);
  for (const auto& [kind, patterns] : cue_table()) {
    EXPECT_EQ(std::count(patterns.begin(), patterns.end(), '{'),
              std::count(patterns.begin(), patterns.end(), '}'));
    EXPECT_EQ(patterns.find(",,"), patterns.npos);
    EXPECT_EQ(patterns.find("{,"), patterns.npos);
    EXPECT_EQ(patterns.find(",}"), patterns.npos) << "an empty choice makes a cue of nothing";
  }
}

TEST(BuiltinCues, SingleCharacterPiecesStandAlone) {
  // A cue of one character is allowed only where harmless phrases were written for it.
  std::size_t single = 0;
  for (const auto& [kind, patterns] : cue_table()) {
    if (kind == CueKind::harmless || kind == CueKind::not_human) continue;
    for (const char* one : {" 操 ", " 差 ", " 死 ", " 骗 ", " 滚 ", " 慢 "}) {
      single += patterns.find(one) != patterns.npos;
    }
  }
  EXPECT_EQ(single, 0U);
}

}  // namespace
}  // namespace parley::routing
