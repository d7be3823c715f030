#include "connectors/http_status.hpp"

#include <charconv>
#include <string>

namespace parley::connectors {
namespace {

constexpr std::int64_t kRetryAfterMaxS = 24 * 3600;  // past a day an operator should know

// Seconds only: the date form would need a clock, and no platform we know uses it.
std::optional<Milliseconds> retry_after(const HttpAnswer& answer) {
  const auto text = answer.header("retry-after");
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || !(seconds >= 0)) return {};
  seconds = std::min(seconds, static_cast<double>(kRetryAfterMaxS));
  return Milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

}  // namespace

std::optional<Error> error_from_status(const HttpAnswer& answer) {
  const int status = answer.status;
  const std::string text = "HTTP " + std::to_string(status);
  if (status == 429) {
    return Error{.code = Errc::throttled,
                 .retry_after = retry_after(answer),
                 .detail = text,
                 .code_text = "429"};
  }
  if (status == 408 || status >= 500 || status < 100) {
    return Error{.code = Errc::unavailable,
                 .delivery = Delivery::unknown,
                 .retry_after = retry_after(answer),
                 .detail = text,
                 .code_text = std::to_string(status)};
  }
  return std::nullopt;
}

}  // namespace parley::connectors
