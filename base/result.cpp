#include "base/result.hpp"

namespace parley {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::malformed:
      return "malformed";
    case Errc::unauthenticated:
      return "unauthenticated";
    case Errc::rejected:
      return "rejected";
    case Errc::recipient_gone:
      return "recipient_gone";
    case Errc::window_closed:
      return "window_closed";
    case Errc::misconfigured:
      return "misconfigured";
    case Errc::throttled:
      return "throttled";
    case Errc::unavailable:
      return "unavailable";
    case Errc::overloaded:
      return "overloaded";
    case Errc::conflict:
      return "conflict";
    case Errc::not_found:
      return "not_found";
    case Errc::shutting_down:
      return "shutting_down";
  }
  return "unknown";
}

}  // namespace parley
