#include "tests/simulation/crash_points.hpp"

#include <algorithm>

#include "conversation/codec.hpp"

namespace parley::simulation {

std::string_view kind_of(const storage::Commit& commit) {
  for (const auto& stored : commit.events) {
    const auto event = from_stored<Event>(stored);
    if (!event || !event->delivery) continue;
    const auto state = event->delivery->status.state;
    return state == DeliveryState::submitting ? "submitting" : "outcome";
  }
  if (!commit.dedup.empty()) return "turn";
  const bool of_bot = std::ranges::any_of(
      commit.rows, [](const Row& row) { return row.kind == RowKind::bot_call; });
  return of_bot ? "bot answer" : "command";
}

}  // namespace parley::simulation
