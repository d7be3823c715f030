// storage/row_kinds.hpp
// Kinds of rows beside those that a conversation's transition makes (conversation/transition.hpp):
// what a tenant keeps for its bots. They belong to no conversation and are erased by hand only.
#pragma once

#include "conversation/transition.hpp"

namespace parley::storage {

inline constexpr RowKind kKnowledgeRow{15};   // id: scenario and entry id; body: KnowledgeEntry
inline constexpr RowKind kAskedRow{16};       // id: hash of the folded question; body: AskedInVain
inline constexpr RowKind kBotSessionRow{17};  // id: bot and person; body: episode and the bot's id
inline constexpr RowKind kLastRowKind = kBotSessionRow;

}  // namespace parley::storage
