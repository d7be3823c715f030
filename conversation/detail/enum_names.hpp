// conversation/detail/enum_names.hpp
// The JSON spelling of every enumeration of the model, in the order of its enumerators.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "conversation/capabilities.hpp"
#include "conversation/event.hpp"
#include "conversation/state.hpp"

namespace parley::detail {

// One specialisation an enumeration; `last` guards against a forgotten name.
template <class E>
struct EnumNames;

template <class E>
std::string_view enum_name(E value) noexcept {
  const auto index = static_cast<std::size_t>(std::to_underlying(value));
  return index < EnumNames<E>::names.size() ? EnumNames<E>::names[index] : std::string_view();
}

template <class E>
std::optional<E> enum_from(std::string_view text) noexcept {
  for (std::size_t i = 0; i < EnumNames<E>::names.size(); ++i) {
    if (EnumNames<E>::names[i] == text) return static_cast<E>(i);
  }
  return {};
}

#define PARLEY_ENUM_NAMES(E, LAST, ...)                                                    \
  template <>                                                                              \
  struct EnumNames<E> {                                                                    \
    static constexpr auto names = std::to_array<std::string_view>({__VA_ARGS__});          \
    static_assert(names.size() == static_cast<std::size_t>(std::to_underlying(LAST)) + 1); \
  }

PARLEY_ENUM_NAMES(TextFormat, TextFormat::html, "plain", "markdown", "html");
PARLEY_ENUM_NAMES(MediaKind, MediaKind::sticker, "image", "file", "audio", "voice", "video",
                  "sticker");
PARLEY_ENUM_NAMES(ActionType, ActionType::handoff, "reply", "postback", "link", "webview", "call",
                  "location_request", "mini_program", "copy", "form", "handoff");
PARLEY_ENUM_NAMES(CardsLayout, CardsLayout::list, "carousel", "list");
PARLEY_ENUM_NAMES(GoodsKind, GoodsKind::order, "product", "order");
PARLEY_ENUM_NAMES(ReactionOp, ReactionOp::remove, "add", "remove");
PARLEY_ENUM_NAMES(Direction, Direction::internal, "inbound", "outbound", "internal");
PARLEY_ENUM_NAMES(AuthorType, AuthorType::system, "customer", "agent", "bot", "system");
PARLEY_ENUM_NAMES(Importance, Importance::high, "low", "normal", "high");
PARLEY_ENUM_NAMES(DeliveryState, DeliveryState::suppressed, "accepted", "queued", "submitting",
                  "sent", "delivered", "read", "throttled", "uncertain", "failed", "expired",
                  "suppressed");
PARLEY_ENUM_NAMES(EventType, EventType::sla_breached,  //
                  "message.created", "message.updated", "message.deleted", "delivery.updated",
                  "conversation.opened", "conversation.queued", "conversation.offered",
                  "conversation.assigned", "conversation.transferred", "conversation.closed",
                  "conversation.reopened", "control.offered", "control.accepted", "control.passed",
                  "control.released", "control.rejected", "typing.started", "typing.stopped",
                  "message.read", "reaction.added", "reaction.removed", "identity.linked",
                  "identity.unlinked", "person.merged", "person.unmerged", "person.erased",
                  "notification.accepted", "notification.suppressed", "notification.sent",
                  "notification.replied", "routing.decided", "channel.up", "channel.down",
                  "channel.throttled", "channel.token_refreshed", "platform.event", "routing.alert", "sla.warning",
                  "sla.breached");
PARLEY_ENUM_NAMES(SlaKind, SlaKind::resolution, "first_response", "next_response", "resolution");
PARLEY_ENUM_NAMES(HolderKind, HolderKind::agent, "none", "bot", "queue", "offered", "agent");
PARLEY_ENUM_NAMES(Verification, Verification::signed_, "none", "asserted", "channel", "otp",
                  "signed");
PARLEY_ENUM_NAMES(Lifecycle, Lifecycle::closed, "bot", "queued", "offered", "assigned", "wrapping",
                  "snoozed", "closed");
PARLEY_ENUM_NAMES(TextUnit, TextUnit::code_points, "bytes", "utf16", "code_points");
PARLEY_ENUM_NAMES(Level, Level::native, "none", "converted", "native");
PARLEY_ENUM_NAMES(InboundMode, InboundMode::socket, "push", "pull", "socket");
PARLEY_ENUM_NAMES(SendMode, SendMode::socket, "call", "socket");

#undef PARLEY_ENUM_NAMES

}  // namespace parley::detail
