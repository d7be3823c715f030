#include <gtest/gtest.h>

#include <set>

#include "conversation/codec.hpp"

namespace parley {
namespace {

const PersonId kPerson = {"per_00000000000000000000000000000001"};

TEST(TransitionRows, PutWhatIsNewAndEraseWhatIsFinished) {
  Transition t{};
  t.state.person = kPerson;
  t.sends.resize(1);
  t.sends[0].id = {"snd_1"};
  t.bot_calls.resize(1);
  t.bot_calls[0].id = {"bot_1"};
  t.queue_entries.resize(1);
  t.queue_entries[0].person = kPerson;
  t.decisions.resize(1);
  t.decisions[0].id = {"dec_1"};
  t.dead_letters.resize(1);
  t.dead_letters[0].send.id = {"snd_0"};
  t.relays.resize(1);
  t.relays[0].id = "rel_1";
  t.finished_sends = {{"snd_0"}};
  t.erased_dead_letters = {{"snd_9"}};
  t.finished_bot_calls = {{"bot_0"}};
  t.finished_relays = {"rel_0"};
  t.end_assignment = true;
  t.extra_rows = {{.kind = RowKind::user_index, .id = "crm-1", .body = kPerson.value}};

  const std::vector<Row> want = {
      {.kind = RowKind::assignment, .id = kPerson.value, .body = {}, .erase = true},
      {.kind = RowKind::queue_entry, .id = kPerson.value, .body = to_stored(t.queue_entries[0])},
      {.kind = RowKind::decision, .id = "dec_1", .body = to_stored(t.decisions[0])},
      {.kind = RowKind::send, .id = "snd_1", .body = to_stored(t.sends[0])},
      {.kind = RowKind::dead_letter, .id = "snd_0", .body = to_stored(t.dead_letters[0])},
      {.kind = RowKind::bot_call, .id = "bot_1", .body = to_stored(t.bot_calls[0])},
      {.kind = RowKind::relay, .id = "rel_1", .body = to_stored(t.relays[0])},
      {.kind = RowKind::send, .id = "snd_0", .body = {}, .erase = true},
      {.kind = RowKind::dead_letter, .id = "snd_9", .body = {}, .erase = true},
      {.kind = RowKind::bot_call, .id = "bot_0", .body = {}, .erase = true},
      {.kind = RowKind::relay, .id = "rel_0", .body = {}, .erase = true},
      t.extra_rows[0],
  };
  EXPECT_TRUE(transition_rows(t) == want);
}

// The last row of an id is the one that stands.
const Row& last_of(const std::vector<Row>& rows, RowKind kind) {
  const Row* found = nullptr;
  for (const Row& row : rows) {
    if (row.kind == kind) found = &row;
  }
  return *found;
}

TEST(TransitionRows, ASuccessorOutlivesTheEntryItReplaces) {
  Transition t{};
  t.state.person = kPerson;
  t.leave_queue = t.end_assignment = true;
  t.queue_entries.resize(1);
  t.queue_entries[0].person = kPerson;
  t.assignments.resize(1);
  t.assignments[0].person = kPerson;
  const auto rows = transition_rows(t);
  EXPECT_FALSE(last_of(rows, RowKind::queue_entry).erase);
  EXPECT_FALSE(last_of(rows, RowKind::assignment).erase);
}

TEST(TransitionRows, ASendMadeAndFinishedAtOnceIsGone) {
  Transition t{};
  t.sends.resize(1);
  t.sends[0].id = {"snd_1"};
  t.finished_sends = {{"snd_1"}};
  EXPECT_TRUE(last_of(transition_rows(t), RowKind::send).erase);
}

TEST(IdentityRowId, IsAnotherForEveryIdentity) {
  const std::string_view texts[] = {"", "a", "1", ":", "1:a", "0::", "a:b", "::", "\xff"};
  std::set<std::string> seen;
  std::size_t count = 0;
  for (const auto scope : texts) {
    for (const auto scheme : texts) {
      for (const auto value : texts) {
        const IdentityKey key{std::string(scope), std::string(scheme), std::string(value)};
        seen.insert(identity_row_id(key));
        ++count;
      }
    }
  }
  EXPECT_EQ(seen.size(), count);
  // On disks already.
  EXPECT_EQ(identity_row_id({"web", "visitor", "v:1"}), "3:web:7:visitor:v:1");
}

}  // namespace
}  // namespace parley
