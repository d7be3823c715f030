// bots/knowledge_table.hpp
// Knowledge as a table that people edit elsewhere: CSV (RFC 4180) or TSV (a tab between fields; \n,
// \t and \\ written out).
//
// Columns  id, scenario, questions (" | " between two), answer; a first line that names them may
//          put them in any order, leave out id and scenario, and have others, which are skipped.
//          A table of two columns without names is question and answer: the file of a "faq" bot.
// Limits   kTableRowsMax rows, kTableBytesMax bytes.
// Errors   malformed, all or nothing: the detail names the first line that is wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bots/knowledge.hpp"

namespace parley::bots {

inline constexpr std::size_t kTableRowsMax = 2'000;
inline constexpr std::size_t kTableBytesMax = 2 << 20;

enum class TableForm : std::uint8_t { csv, tsv };

struct TableRow {
  std::string id;  // "": to be made from the first question
  std::string scenario;
  Wording wording;
};

Result<std::vector<TableRow>> read_table(std::string_view bytes, TableForm form);
// What is published, else the draft; retired ones are left out.
std::string write_table(const std::vector<KnowledgeEntry>& entries, TableForm form);
// A name for an entry that came without: the same question gives the same name.
std::string made_id(const Wording& wording);

}  // namespace parley::bots
