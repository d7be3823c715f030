// gateway/cli/simulate/platform_apis.hpp
// What the platforms' APIs answer, without sockets: tokens, sends, typing, media, and the faults
// they are told to have. PlatformStandIn puts a server around it.
//
// Limits   kAcceptedMax sends are remembered, then the oldest go.
// Threads  one at a time; PlatformStandIn holds a lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::gateway::simulate {

inline constexpr std::size_t kAcceptedMax = 100'000;

enum class FaultKind : std::uint8_t {
  none,
  server_error,        // 502, nothing taken
  throttled,           // 429 and Retry-After, or the platform's own code
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

// A send the platform took.
struct AcceptedSend {
  std::uint64_t number = 0;  // from 1
  std::string platform, method, to, text;
  std::string body;  // as received, at most 64 KiB of it
};
std::string to_json(const AcceptedSend& send);

struct ApiRequest {
  std::string method, path, query, content_type, body;
};

struct ApiAnswer {
  enum class Then : std::uint8_t { answer, stall, reset };
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  Then then = Then::answer;
};

class PlatformApis {
 public:
  ApiAnswer answer(const ApiRequest& request);

  void set_fault(Fault fault);
  const std::deque<AcceptedSend>& accepted() const noexcept { return accepted_; }
  std::uint64_t accepted_count() const noexcept { return count_; }
  void forget() { accepted_.clear(); }

 private:
  ApiAnswer control(const ApiRequest& request);
  ApiAnswer wechat(const ApiRequest& request);
  ApiAnswer wechat_token(const ApiRequest& request);
  ApiAnswer telegram(const ApiRequest& request, std::string_view method);
  ApiAnswer custom(const ApiRequest& request);
  // The answer a fault makes of this send; nullopt: it goes through.
  std::optional<ApiAnswer> faulty(AcceptedSend send, bool wechat);
  void accept(AcceptedSend send);
  std::string token() const { return "standin-token-" + std::to_string(token_number_); }

  std::deque<AcceptedSend> accepted_;
  std::uint64_t count_ = 0;
  Fault fault_;
  std::uint64_t token_number_ = 1;
  bool token_expired_ = false;
};

}  // namespace parley::gateway::simulate
