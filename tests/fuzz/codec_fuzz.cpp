// Any bytes as a document of any type and as a stored row: malformed, or a value that can be
// written and read again.
#include "conversation/codec.hpp"

#include "tests/fuzz/target.hpp"

namespace parley {
namespace {

template <class T>
void comes_back(const Result<T>& value) {
  if (!value) return;
  const auto stored = to_stored(*value);
  const auto back = from_stored<T>(stored);
  fuzz::expect(back && *back == *value, "does not come back", stored);
}

template <class T>
void try_as(std::string_view bytes) {
  comes_back(from_json<T>(bytes));
  comes_back(from_stored<T>(bytes));
}

}  // namespace

PARLEY_FUZZ_TARGET(codec) {
  try_as<Event>(bytes);
  try_as<State>(bytes);
  try_as<Send>(bytes);
  try_as<DeadLetter>(bytes);
  try_as<Decision>(bytes);
  try_as<Relay>(bytes);
  if (const auto parts = parts_from_json(bytes)) {
    Message message{};
    message.content = *parts;
    message.fallback_text = fallback_text(*parts);
    if (check_limits(message).empty()) try_as<Message>(to_json(message));
  }
}

}  // namespace parley
