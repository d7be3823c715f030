// Any bytes as a table of knowledge and as a stored entry: refused, or the same again when it is
// written and read back.
#include "bots/knowledge.hpp"

#include "base/json_writer.hpp"
#include "bots/knowledge_table.hpp"
#include "bots/redact.hpp"
#include "connectors/charset.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::bots {
namespace {

void check_table(std::string_view bytes, TableForm form) {
  const auto rows = read_table(bytes, form);
  if (!rows) return;
  std::vector<KnowledgeEntry> entries;
  for (const auto& row : *rows) {
    fuzz::expect(!row.wording.questions.empty(), "an entry without a question", bytes);
    fuzz::expect(row.wording.questions.size() <= kQuestionsMax, "too many questions", bytes);
    KnowledgeEntry entry;
    entry.id = row.id.empty() ? made_id(row.wording) : row.id;
    entry.scenario = row.scenario;
    entry.draft = Draft{.wording = row.wording, .author = "a", .at = {}};
    const auto name = name_from(key_of(entry));
    fuzz::expect(name && name->id == entry.id && name->scenario == entry.scenario,
                 "a name that does not come back", bytes);
    entries.push_back(std::move(entry));
  }
  const auto again = read_table(write_table(entries, form), form);
  fuzz::expect(again && again->size() == entries.size(), "a table that does not come back", bytes);
}

void check_entry(std::string_view bytes) {
  const auto entry = entry_from_json(bytes);
  if (!entry) return;
  JsonWriter out;
  write(out, *entry);
  const auto json = out.take();
  const auto back = entry_from_json(json);
  fuzz::expect(back && *back == *entry, "an entry that does not come back", json);
  state_of(*entry);
}

}  // namespace

PARLEY_FUZZ_TARGET(knowledge) {
  fuzz::Choices choices(bytes);
  switch (choices.below(4)) {
    case 0:
      return check_table(choices.rest(), TableForm::csv);
    case 1:
      return check_table(choices.rest(), TableForm::tsv);
    case 2:
      return check_entry(choices.rest());
    default: {
      const auto text = connectors::clean_utf8(choices.rest());
      name_from(text);
      fuzz::expect_utf8(redact(text, kAllPersonalData), "a redacted text that is no UTF-8");
    }
  }
}

}  // namespace parley::bots
