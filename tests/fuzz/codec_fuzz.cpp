// Any bytes as a document of any type: malformed, or a value that can be written and read again.
#include <cstdio>
#include <cstdlib>

#include "conversation/codec.hpp"

namespace parley {
namespace {

template <class T>
void try_as(std::string_view json) {
  const auto value = from_json<T>(json);
  if (!value) return;
  const auto stored = to_stored(*value);
  const auto back = from_stored<T>(stored);
  if (!back || !(*back == *value)) {
    std::fprintf(stderr, "does not come back: %s\n", stored.c_str() + 1);
    std::abort();
  }
}

}  // namespace
}  // namespace parley

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace parley;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  try_as<Event>(json);
  try_as<State>(json);
  try_as<DeadLetter>(json);
  try_as<Decision>(json);
  try_as<Relay>(json);
  if (const auto parts = parts_from_json(json)) {
    Message message{};
    message.content = *parts;
    message.fallback_text = fallback_text(*parts);
    if (check_limits(message).empty()) try_as<Message>(to_json(message));
  }
  return 0;
}
