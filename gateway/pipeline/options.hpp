// gateway/pipeline/options.hpp
// What the pipeline may use and how long it waits: every queue, deadline and retry of it, with its
// default. Read from [pipeline], [bots], [sends], [pulls] and [media] of the process file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace parley::gateway {

// A send that timed out after the request was written may have arrived.
enum class Uncertain : std::uint8_t {
  park,   // it stays uncertain until a receipt or a person settles it: never a second copy
  retry,  // try again: the customer may see it twice, but never not at all
};

struct ShardOptions {
  std::size_t queue_max = 4'096;          // commands waiting for one core; past it overloaded
  std::size_t state_cache_max = 100'000;  // conversations kept in memory, over all cores
  std::size_t read_threads = 2;           // of the storage_read pool
  std::size_t read_queue_max = 4'096;
  std::size_t subscriber_queue_max = 1'024;  // events a live subscriber may be behind
  Milliseconds passive_wait{4'500};          // how long a webhook stays open for a passive answer
  Milliseconds drain_timeout{10'000};
};

struct BotOptions {
  Milliseconds deadline_default{8'000};  // of a bot that names none
  Milliseconds deadline_max{60'000};
  std::size_t calls_in_flight_max = 256;  // over all bots of the process
  std::uint32_t circuit_failures = 5;     // in a row, then the circuit opens
  Milliseconds circuit_open{30'000};      // for that long the fallback answers at once
  Milliseconds piece_timeout{10'000};     // silence inside a streamed answer
  Milliseconds typing_after{800};         // the customer sees somebody typing if it takes longer
};

struct SendOptions {
  std::uint32_t attempts_max = 8;
  Milliseconds retry_base{1'000};  // doubled per attempt, full jitter
  Milliseconds retry_max{300'000};
  Milliseconds age_max{48LL * 3600 * 1000};  // past it the send fails as expired
  Milliseconds head_blocked_max{900'000};    // a stuck send holds its conversation no longer
  std::size_t in_flight_per_channel_max = 64;
  Milliseconds call_timeout{30'000};
  Uncertain uncertain = Uncertain::park;
};

struct PullOptions {
  std::size_t lines_max = 1'000;               // streams pulled by the process
  std::size_t streams_per_channel_max = 100;   // accounts that ring on one channel
  Milliseconds retry_base{1'000};              // doubled per failure in a row
  Milliseconds retry_max{300'000};
  std::size_t answer_bytes_max = 4 << 20;      // of one page
  // What happened longer than this before a stream was first known is left to whoever had it then.
  Milliseconds first_age_max{3'600'000};
};

struct MediaOptions {
  std::uint64_t bytes_max = 20ull << 20;  // a tenant may ask for less
  Milliseconds url_lifetime{3'600'000};   // of a signed URL handed to people
  std::size_t fetches_in_flight_max = 8;
};

struct PipelineOptions {
  ShardOptions shards;
  BotOptions bots;
  SendOptions sends;
  PullOptions pulls;
  MediaOptions media;
};

}  // namespace parley::gateway
