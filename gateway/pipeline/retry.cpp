#include "gateway/pipeline/retry.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/mutant.hpp"

namespace parley::gateway {
namespace {

Milliseconds backoff(std::uint32_t attempts, const SendOptions& options, double draw) {
  const double doubled = static_cast<double>(options.retry_base.count()) *
                         std::exp2(static_cast<double>(std::min(attempts, 20u)));
  const double cap = std::min(doubled, static_cast<double>(options.retry_max.count()));
  // At least a tenth of it, so that a run of small draws is no busy loop.
  return Milliseconds(static_cast<std::int64_t>(cap * (0.1 + 0.9 * draw)));
}

// The webhook's own answer carries no key: what may have gone with it, a call would say again.
bool may_repeat(const Capabilities& capabilities, const SendOptions& options, const Send& send) {
  const bool passively = capabilities.passive_reply && !send.reply_token.empty();
  return MUTANT("blind_retry") || (capabilities.idempotent_send && !passively) ||
         options.uncertain == Uncertain::retry;
}

// Would the platform take our key for a new one by then? Counted from the send's beginning, which
// is never after the first attempt.
bool forgotten(const Capabilities& capabilities, const SendOptions& options, const Send& send,
               TimePoint at) {
  const bool limited = capabilities.idempotency_window.count() > 0;
  return limited && options.uncertain != Uncertain::retry &&
         at >= send.created_at + capabilities.idempotency_window;
}

}  // namespace

Retry decide_retry(const Error& error, const Send& send, const Capabilities& capabilities,
                   const SendOptions& options, TimePoint now, double draw, bool channels_fault) {
  const std::uint32_t attempts = send.message.delivery ? send.message.delivery->attempts : 0;
  const bool spent = !channels_fault && attempts >= options.attempts_max;
  switch (error.code) {
    case Errc::throttled: {
      if (spent) return {};
      const auto wait = error.retry_after.value_or(backoff(attempts, options, draw));
      return {.next = Next::again,
              .at = now + wait,
              .pause_channel = true,
              .count_attempt = !channels_fault};
    }
    case Errc::overloaded:
    case Errc::shutting_down:
    case Errc::conflict:
      return {.next = Next::again,
              .at = now + error.retry_after.value_or(options.retry_base),
              .count_attempt = false};
    case Errc::unavailable: {
      if (error.delivery == Delivery::unknown && !may_repeat(capabilities, options, send)) {
        return {.next = Next::uncertain};
      }
      if (spent) return {};
      const Retry again{.next = Next::again,
                        .at = now + error.retry_after.value_or(backoff(attempts, options, draw)),
                        .count_attempt = !channels_fault};
      if (error.delivery == Delivery::unknown && forgotten(capabilities, options, send, again.at)) {
        return {.next = Next::uncertain};
      }
      return again;
    }
    case Errc::malformed:
    case Errc::unauthenticated:
    case Errc::rejected:
    case Errc::recipient_gone:
    case Errc::window_closed:
    case Errc::misconfigured:
    case Errc::not_found:
      break;
  }
  // A moved recipient is the one refusal that says how to succeed.
  if (!error.new_recipient.empty() && !spent) return {.next = Next::again, .at = now};
  return {};
}

double random_draw() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace parley::gateway
