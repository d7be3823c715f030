// gateway/pipeline/retry.hpp
// The one function that decides what becomes of a send after an attempt. Pure: time and the random
// draw are arguments.
//
// A timeout is not "unsent": with delivery unknown only a platform that refuses repeats of our key,
// or a tenant who chose doubles over silence, gets a second attempt.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "conversation/capabilities.hpp"
#include "conversation/send.hpp"
#include "gateway/pipeline/options.hpp"

namespace parley::gateway {

enum class Next : std::uint8_t {
  again,      // at `at`
  uncertain,  // it may have arrived: listed for a person, never repeated by itself
  fail,       // for ever; listed in the dead letters
};

struct Retry {
  Next next = Next::fail;
  TimePoint at{};
  bool pause_channel = false;  // throttled: the whole account waits until `at`
  bool count_attempt = true;   // no: our own limits, or a channel that is away
};

// `draw` is uniform in [0, 1): full jitter. `channels_fault`: the channel has not worked for
// anybody since before this attempt, so that it uses up none.
Retry decide_retry(const Error& error, const Send& send, const Capabilities& capabilities,
                   const SendOptions& options, TimePoint now, double draw,
                   bool channels_fault = false);

// Such a draw. Any thread.
double random_draw();

}  // namespace parley::gateway
