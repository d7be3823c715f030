// parley dead-letters: lists, shows and replays what could not be sent, through the API.
#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>

#include "base/crypto.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/http/client.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {
namespace {

constexpr int kExitConfig = 2;

// "env:NAME", "file:PATH" or the key itself.
std::string key_of(const std::string& given) {
  if (given.starts_with("env:")) {
    const char* value = std::getenv(given.substr(4).c_str());
    return value == nullptr ? std::string() : value;
  }
  if (given.starts_with("file:")) {
    std::ifstream file(given.substr(5));
    std::string line;
    std::getline(file, line);
    return line;
  }
  return given;
}

net::awaitable<void> ask(http::Client& client, http::ClientRequest request,
                         std::promise<Result<http::ClientAnswer>>& answer) {
  answer.set_value(co_await client.call(std::move(request)));
}

}  // namespace

int run_dead_letters(const DeadLetterOptions& options) {
  http::ClientRequest request;
  request.url = options.url + "/v1/dead-letters";
  if (options.verb != "list") {
    if (options.id.empty()) {
      std::cerr << "dead-letters " << options.verb << ": expected the id of a dead letter\n";
      return kExitConfig;
    }
    request.url += '/' + options.id;
  }
  if (options.verb == "replay") {
    request.method = "POST";
    request.url += "/replay";
    request.headers.emplace_back("content-type", "application/json");
    request.headers.emplace_back("idempotency-key", "replay-" + random_hex(16));
    request.body = "{}";
  }
  const std::string key = key_of(options.key);
  if (key.empty()) {
    std::cerr << "dead-letters: expected --key with an API key of scope admin\n";
    return kExitConfig;
  }
  request.headers.emplace_back("authorization", "Bearer " + key);
  request.answer_bytes_max = 16 << 20;

  Metrics metrics;
  Cores cores({.count = 1});
  TaskGroup tasks;
  http::ClientOptions client_options;
  // The operator names the address: it may be this very machine.
  const auto scheme = options.url.find("://");
  client_options.private_hosts_allowed.push_back(
      scheme == std::string::npos ? options.url : options.url.substr(scheme + 3));
  http::Client client(client_options, cores, metrics);
  cores.start();
  std::promise<Result<http::ClientAnswer>> promise;
  auto future = promise.get_future();
  tasks.spawn(cores.context(0).get_executor(), "dead letters",
              ask(client, std::move(request), promise));
  const auto answer = future.get();
  client.close();
  tasks.close();
  tasks.wait_blocking(Milliseconds(2'000));
  cores.stop();
  if (!answer) {
    std::cerr << "dead-letters: no answer from " << options.url << ": " << answer.error().detail
              << '\n';
    return 1;
  }
  (answer->status / 100 == 2 ? std::cout : std::cerr) << answer->body << '\n';
  return answer->status / 100 == 2 ? 0 : 1;
}

}  // namespace parley::gateway
