// base/result.hpp
// The one error type of the data plane, and the one way to return it.
//
// Errors   Errc says what the caller should do next; `detail` is for the operator and never holds
//          a secret or a message body.
// Threads  plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

// What the caller should do next, not what went wrong inside. Keep it under a dozen.
enum class Errc : std::uint8_t {
  malformed,        // the bytes are not what is documented; never retry
  unauthenticated,  // signature or secret did not match; never retry, count it
  rejected,         // understood and refused; never retry
  recipient_gone,   // blocked, deactivated, opted out; stop sending to this identity
  window_closed,    // the platform's reply window or quota is used up; needs another way
  misconfigured,    // our credentials or settings are wrong; an operator must act
  throttled,        // retry after `retry_after`
  unavailable,      // network, 5xx, disk; retry with backoff
  overloaded,       // one of our own limits; shed, tell the caller to come back
  conflict,         // somebody else changed it first; reload and decide again
  not_found,        // no such row for this tenant
  shutting_down,
};

std::string_view to_string(Errc code) noexcept;

// Did the platform get the message? `unknown` forbids a blind retry of a send.
enum class Delivery : std::uint8_t { not_sent, unknown };

struct Error {
  Errc code;
  Delivery delivery = Delivery::not_sent;
  std::optional<std::chrono::milliseconds> retry_after = std::nullopt;
  std::string detail = {};         // for the operator; never a secret or a message body
  std::string code_text = {};      // the platform's own error code ("45015"), "" if none
  std::string new_recipient = {};  // the platform says: this recipient now has that address
};

template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  Result(Error error) : std::expected<T, Error>(std::unexpect, std::move(error)) {}  // NOLINT
};

template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
 public:
  using std::expected<void, Error>::expected;
  Result(Error error) : std::expected<void, Error>(std::unexpect, std::move(error)) {}  // NOLINT
};

// The only way to drop an error; `why` is for the reader of the code.
template <class T>
void ignore_error(const Result<T>&, std::string_view /*why*/) {}

}  // namespace parley
