// The public spellings; the tables are in conversation/detail/enum_names.hpp.
#include "conversation/detail/enum_names.hpp"

namespace parley {

std::string_view to_string(EventType type) noexcept { return detail::enum_name(type); }
std::optional<EventType> event_type_from(std::string_view text) noexcept {
  return detail::enum_from<EventType>(text);
}
std::string_view to_string(HolderKind kind) noexcept { return detail::enum_name(kind); }
std::string_view to_string(SlaKind kind) noexcept { return detail::enum_name(kind); }
std::string_view to_string(Verification v) noexcept { return detail::enum_name(v); }
std::string_view to_string(Lifecycle state) noexcept { return detail::enum_name(state); }
std::string_view to_string(Direction direction) noexcept { return detail::enum_name(direction); }
std::string_view to_string(AuthorType type) noexcept { return detail::enum_name(type); }
std::string_view to_string(DeliveryState state) noexcept { return detail::enum_name(state); }

}  // namespace parley
