// parley dead-letters: lists, shows and replays what could not be sent, through the API.
#include <iostream>

#include "base/crypto.hpp"
#include "gateway/cli/api_client.hpp"
#include "gateway/cli/commands.hpp"

namespace parley::gateway {
namespace {
constexpr int kExitConfig = 2;
}  // namespace

int run_dead_letters(const DeadLetterOptions& options) {
  std::string path = "/v1/dead-letters";
  if (options.verb != "list") {
    if (options.id.empty()) {
      std::cerr << "dead-letters " << options.verb << ": expected the id of a dead letter\n";
      return kExitConfig;
    }
    path += '/' + options.id;
  }
  auto client = ApiClient::open(options.url, options.key);
  if (!client) {
    std::cerr << "dead-letters: " << client.error().detail << " of scope admin\n";
    return kExitConfig;
  }
  const auto answer =
      options.verb == "replay"
          ? (*client)->call_blocking("POST", path + "/replay", "{}",
                                     {{"idempotency-key", "replay-" + random_hex(16)}})
          : (*client)->call_blocking("GET", path);
  if (!answer) {
    std::cerr << "dead-letters: no answer from " << options.url << ": " << answer.error().detail
              << '\n';
    return 1;
  }
  (answer->status / 100 == 2 ? std::cout : std::cerr) << answer->body << '\n';
  return answer->status / 100 == 2 ? 0 : 1;
}

}  // namespace parley::gateway
