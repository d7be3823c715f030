// The writing half of conversation/codec.hpp.
#include <algorithm>

#include "conversation/codec.hpp"
#include "conversation/detail/json_out.hpp"

namespace parley {
namespace detail {

void write_part(JsonWriter& out, const Part& part) {
  out.begin_object();
  const auto* kept = std::get_if<Unsupported>(&part);
  const bool foreign =
      kept != nullptr &&
      std::ranges::any_of(kept->unknown, [](const auto& member) { return member.first == "type"; });
  if (foreign) {
    // A newer version's part, kept whole: give back what was read, with its own "type".
    for (const auto& [name, json] : kept->unknown) out.key(name).raw(json);
  } else {
    out.member("type", part_type(part));
    std::visit([&out](const auto& held) { write_members(out, held); }, part);
  }
  out.end_object();
}

}  // namespace detail

std::string to_json(const Event& event) { return detail::encode(event); }
std::string to_json(const Message& message) { return detail::encode(message); }
std::string to_json(const State& state) { return detail::encode(state); }
std::string to_json(const Send& send) { return detail::encode(send); }
std::string to_json(const BotCall& call) { return detail::encode(call); }
std::string to_json(const QueueEntry& entry) { return detail::encode(entry); }
std::string to_json(const Assignment& assignment) { return detail::encode(assignment); }
std::string to_json(const AgentPresence& presence) { return detail::encode(presence); }
std::string to_json(const Decision& decision) { return detail::encode(decision); }
std::string to_json(const DeadLetter& letter) { return detail::encode(letter); }
std::string to_json(const Relay& relay) { return detail::encode(relay); }
std::string to_json(const Identity& identity) { return detail::encode(identity); }
std::string to_json(const EpisodeRecord& record) { return detail::encode(record); }
std::string to_json(const Trial& trial) { return detail::encode(trial); }
std::string to_json(const Capabilities& capabilities) { return detail::encode(capabilities); }

}  // namespace parley
