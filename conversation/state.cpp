#include "conversation/state.hpp"

#include "conversation/ids.hpp"

namespace parley {

bool goes_by(const SentRef& sent, const PersonId& person, std::string_view id) {
  if (id.empty()) return false;
  return sent.external_id == id || place_id("msg", person, sent.message_seq) == id;
}

}  // namespace parley
