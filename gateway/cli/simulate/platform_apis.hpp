// gateway/cli/simulate/platform_apis.hpp
// The APIs of every platform that can be simulated, without sockets, and the faults they are told
// to have. PlatformStandIn puts a server around it.
//
// Who is meant   a path that begins with a platform's name is that platform's, the name cut off: an
//                api_base of http://127.0.0.1:8089/<platform> is never misunderstood. Any other
//                path is offered to all, in the registry's order.
// Bots           the addresses of bots/stand_in.hpp are a bot's, whatever platforms there are.
// Limits         kAcceptedMax sends are remembered, then the oldest go.
// Threads        one at a time; PlatformStandIn holds a lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bots/stand_in.hpp"
#include "connectors/registry.hpp"
#include "connectors/stand_in.hpp"

namespace parley::gateway::simulate {

using connectors::AcceptedSend;
using connectors::ApiAnswer;
using connectors::ApiRequest;

inline constexpr std::size_t kAcceptedMax = 100'000;

enum class FaultKind : std::uint8_t {
  none,
  server_error,        // 502, nothing taken
  throttled,           // as the platform words it, nothing taken
  stall,               // taken and never answered
  reset_after_accept,  // taken, then the connection breaks: the caller cannot know
  expired_token,       // the access token in use is worth nothing from now on
  garbage,             // taken, answered with what is no JSON
};
// "5xx", "429", "stall", "reset", "expired_token", "garbage", "none"
std::optional<FaultKind> fault_from(std::string_view name);

struct Fault {
  FaultKind kind = FaultKind::none;
  int times = -1;  // how many sends it hits; -1: all until changed
  int retry_after_s = 1;
};

std::string to_json(const AcceptedSend& send);

// What the server does with a call.
struct Reaction {
  enum class Then : std::uint8_t { answer, stall, reset };
  ApiAnswer answer;
  Then then = Then::answer;
};

class PlatformApis {
 public:
  explicit PlatformApis(const connectors::Registry& registry = connectors::builtin_registry());

  Reaction react(ApiRequest request);

  void set_fault(Fault fault);
  // What the bots that are stood in for say: lines of bots/stand_in.hpp.
  void read_bot_script(std::string_view lines) { bot_.read_script(lines); }
  // What a Dispatch left to be fetched; false: no such platform.
  bool stock(std::string_view platform, std::string_view record);
  const std::deque<AcceptedSend>& accepted() const noexcept { return accepted_; }
  std::uint64_t accepted_count() const noexcept { return count_; }
  void forget() { accepted_.clear(); }

 private:
  struct Stall {
    std::string platform;
    std::unique_ptr<connectors::StandIn> stand_in;
  };
  std::optional<Reaction> ask(Stall& stall, const ApiRequest& request);
  ApiAnswer control(const ApiRequest& request);
  ApiAnswer control_fault(std::string_view body);
  ApiAnswer control_stock(std::string_view body);
  bool faulty();  // counts
  void accept(AcceptedSend send, const Stall& stall, const ApiRequest& request);

  std::vector<Stall> stalls_;
  bots::BotStandIn bot_;
  std::deque<AcceptedSend> accepted_;
  std::uint64_t count_ = 0;
  Fault fault_;
};

}  // namespace parley::gateway::simulate
