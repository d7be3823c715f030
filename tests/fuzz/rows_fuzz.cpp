// Any bytes as the keys and small values of the store and as what a client says of its place in it:
// no row of ours, or the same bytes when it is written again.
#include "storage/audit_chain.hpp"
#include "storage/commit_check.hpp"
#include "storage/erase_rules.hpp"
#include "storage/keys.hpp"
#include "tests/fuzz/target.hpp"

namespace parley::storage {
namespace {

void read_key(fuzz::Choices& choices) {
  KeyReader in(choices.line());
  while (in.ok() && !in.done()) {
    switch (choices.below(6)) {
      case 0:
        in.u8();
        break;
      case 1:
        in.u16();
        break;
      case 2:
        in.u64();
        break;
      case 3:
        in.time();
        break;
      case 4:
        in.time_latest_first();
        break;
      default:
        in.field();
    }
  }
  in.rest();
}

void check_values(std::string_view bytes) {
  if (const auto value = decode_conversation(bytes)) {
    fuzz::expect(encode(value->head, value->state) == bytes, "a conversation is another", bytes);
  }
  if (const auto value = decode_stream_value(bytes)) {
    fuzz::expect(encode(*value) == bytes, "a commit is another", bytes);
  }
  if (const auto value = decode_chain_end(bytes)) {
    fuzz::expect(encode(*value) == bytes, "an end of a chain is another", bytes);
  }
}

void check_cursor(std::string_view bytes) {
  const auto cursor = parse_conversation_cursor(bytes);
  if (!cursor) return;
  const auto again =
      parse_conversation_cursor(conversation_cursor(cursor->active_at, cursor->person));
  fuzz::expect(again && again->active_at == cursor->active_at && again->person == cursor->person,
               "a cursor that does not come back", bytes);
}

// What cannot be read is erased whole.
void erase(std::string_view bytes) {
  const TenantId tenant{"demo"};
  const PersonId person{"per_1"};
  PersonalNames names;
  StoredEvent event;
  event.body = bytes;
  erased_body(tenant, person, event, names);
  keep_shared(bytes, names);
  names_one_of(names, bytes);
}

}  // namespace

PARLEY_FUZZ_TARGET(rows) {
  fuzz::Choices choices(bytes);
  switch (choices.below(4)) {
    case 0:
      return read_key(choices);
    case 1:
      return check_values(choices.rest());
    case 2:
      return check_cursor(choices.rest());
    default:
      erase(choices.rest());
  }
}

}  // namespace parley::storage
