// What becomes of a send after an attempt: every error code, whether it may have arrived, what the
// platform can do, how often it was tried and what the tenant chose.
#include "gateway/pipeline/retry.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace parley::gateway {
namespace {

constexpr TimePoint kNow{Milliseconds{1'760'000'000'000}};
constexpr std::uint32_t kAttemptsMax = 3;

constexpr Errc kCodes[] = {Errc::malformed,      Errc::unauthenticated, Errc::rejected,
                           Errc::recipient_gone, Errc::window_closed,   Errc::misconfigured,
                           Errc::throttled,      Errc::unavailable,     Errc::overloaded,
                           Errc::conflict,       Errc::not_found,       Errc::shutting_down};

SendOptions options_with(Uncertain uncertain) {
  SendOptions options;
  options.attempts_max = kAttemptsMax;
  options.uncertain = uncertain;
  return options;
}

Send send_after(std::uint32_t attempts) {
  Send send;
  send.message.delivery.emplace().attempts = attempts;
  return send;
}

// The rules, said once more in a table's words: the code under test must agree everywhere.
Next expected(Errc code, Delivery delivery, bool idempotent, bool spent, Uncertain uncertain) {
  switch (code) {
    case Errc::overloaded:
    case Errc::shutting_down:
    case Errc::conflict:
      return Next::again;  // our own limits: never an attempt, never given up here
    case Errc::throttled:
      return spent ? Next::fail : Next::again;
    case Errc::unavailable:
      if (delivery == Delivery::unknown && !idempotent && uncertain == Uncertain::park) {
        return Next::uncertain;
      }
      return spent ? Next::fail : Next::again;
    default:
      return Next::fail;
  }
}

TEST(DecideRetry, TheWholeTable) {
  int rows = 0;
  for (const Errc code : kCodes) {
    for (const Delivery delivery : {Delivery::not_sent, Delivery::unknown}) {
      for (const bool idempotent : {false, true}) {
        for (std::uint32_t attempts = 0; attempts <= kAttemptsMax + 1; ++attempts) {
          for (const Uncertain uncertain : {Uncertain::park, Uncertain::retry}) {
            Capabilities capabilities;
            capabilities.idempotent_send = idempotent;
            const bool spent = attempts >= kAttemptsMax;
            const auto retry =
                decide_retry({.code = code, .delivery = delivery}, send_after(attempts),
                             capabilities, options_with(uncertain), kNow, 0.5);
            const std::string row = std::string(to_string(code)) +
                                    (delivery == Delivery::unknown ? " unknown" : " not_sent") +
                                    (idempotent ? " idempotent" : "") +
                                    " attempts=" + std::to_string(attempts) +
                                    (uncertain == Uncertain::retry ? " retry" : " park");
            EXPECT_EQ(retry.next, expected(code, delivery, idempotent, spent, uncertain)) << row;
            EXPECT_EQ(retry.pause_channel, code == Errc::throttled && retry.next == Next::again)
                << row;
            const bool ours =
                code == Errc::overloaded || code == Errc::shutting_down || code == Errc::conflict;
            EXPECT_EQ(retry.count_attempt, !ours) << row;
            if (retry.next == Next::again) {
              EXPECT_GT(retry.at, kNow) << row << ": a busy loop";
            }
            ++rows;
          }
        }
      }
    }
  }
  EXPECT_EQ(rows, 12 * 2 * 2 * 5 * 2);
}

TEST(DecideRetry, AMessageThatMayHaveArrivedIsNeverRepeatedWhateverThePlatformAskedToWait) {
  const Error lost{
      .code = Errc::unavailable, .delivery = Delivery::unknown, .retry_after = Milliseconds(10)};
  EXPECT_EQ(decide_retry(lost, send_after(0), {}, options_with(Uncertain::park), kNow, 0).next,
            Next::uncertain);
}

TEST(DecideRetry, WhatThePlatformAsksForIsWaitedForExactly) {
  for (const Errc code : {Errc::throttled, Errc::unavailable, Errc::overloaded}) {
    const auto retry = decide_retry({.code = code, .retry_after = Milliseconds(7'000)},
                                    send_after(1), {}, options_with(Uncertain::park), kNow, 0.9);
    EXPECT_EQ(retry.next, Next::again);
    EXPECT_EQ(retry.at, kNow + Milliseconds(7'000)) << to_string(code);
  }
}

TEST(DecideRetry, BackoffDoublesToItsCapWithFullJitterAndNeverToNothing) {
  SendOptions options;
  options.attempts_max = 100;
  options.retry_base = Milliseconds(1'000);
  options.retry_max = Milliseconds(300'000);
  const auto wait = [&](std::uint32_t attempts, double draw) {
    return decide_retry({.code = Errc::unavailable}, send_after(attempts), {}, options, kNow, draw)
               .at -
           kNow;
  };
  constexpr double kAlmostOne = 0.999999;
  Milliseconds last{0};
  for (std::uint32_t attempts = 0; attempts < 40; ++attempts) {
    const auto low = wait(attempts, 0), high = wait(attempts, kAlmostOne);
    const auto full =
        std::min<std::int64_t>(300'000, attempts < 20 ? 1'000LL << attempts : 300'000LL);
    EXPECT_EQ(low.count(), full / 10) << attempts;
    EXPECT_NEAR(static_cast<double>(high.count()), static_cast<double>(full), 2) << attempts;
    EXPECT_GE(high, last) << attempts;
    last = high;
  }
}

TEST(DecideRetry, ANewAddressIsTriedAtOnceUntilTheAttemptsAreSpent) {
  Error moved{.code = Errc::recipient_gone, .new_recipient = "-100200"};
  const auto options = options_with(Uncertain::park);
  const auto first = decide_retry(moved, send_after(0), {}, options, kNow, 0);
  EXPECT_EQ(first.next, Next::again);
  EXPECT_EQ(first.at, kNow);
  EXPECT_EQ(decide_retry(moved, send_after(kAttemptsMax), {}, options, kNow, 0).next, Next::fail);
}

TEST(DecideRetry, AKeyThePlatformWillHaveForgottenProtectsNoRepeat) {
  Capabilities capabilities;
  capabilities.idempotent_send = true;
  capabilities.idempotency_window = Milliseconds(60'000);
  Send send = send_after(1);
  send.created_at = kNow - Milliseconds(30'000);
  Error lost{.code = Errc::unavailable, .delivery = Delivery::unknown};
  const auto next = [&](std::int64_t wait_ms, Uncertain uncertain = Uncertain::park) {
    lost.retry_after = Milliseconds(wait_ms);
    return decide_retry(lost, send, capabilities, options_with(uncertain), kNow, 0).next;
  };
  EXPECT_EQ(next(29'999), Next::again);
  EXPECT_EQ(next(30'000), Next::uncertain);
  EXPECT_EQ(next(30'000, Uncertain::retry), Next::again) << "the tenant prefers twice to never";
  lost.delivery = Delivery::not_sent;
  EXPECT_EQ(next(30'000), Next::again) << "it surely has not arrived";
}

TEST(DecideRetry, ARowWithoutAStatusCountsAsNeverTried) {
  EXPECT_EQ(
      decide_retry({.code = Errc::unavailable}, Send{}, {}, options_with(Uncertain::park), kNow, 0)
          .next,
      Next::again);
}

}  // namespace
}  // namespace parley::gateway
