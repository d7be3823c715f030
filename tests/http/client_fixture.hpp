// tests/http/client_fixture.hpp
// A Client on running cores, called from the test's thread.
#pragma once

#include <future>
#include <string>
#include <utility>

#include "gateway/http/client.hpp"
#include "gateway/runtime/task_group.hpp"
#include "tests/http/wire_fixture.hpp"

namespace parley::gateway::http {

class RunningClient {
 public:
  explicit RunningClient(ClientOptions options = listed()) : cores({.count = 2}) {
    client = std::make_unique<Client>(std::move(options), cores, metrics);
    cores.start();
  }
  ~RunningClient() {
    client->close();
    tasks.cancel_all();
    EXPECT_TRUE(tasks.wait_blocking(kPatience));
    EXPECT_EQ(tasks.stray_exceptions(), 0u);
    cores.stop();
    client.reset();
  }
  static ClientOptions listed() {
    ClientOptions options;
    options.private_hosts_allowed = {"127.0.0.1"};
    return options;
  }
  Result<ClientAnswer> call(ClientRequest request, std::size_t core = 0) {
    std::promise<Result<ClientAnswer>> answer;
    tasks.spawn(cores.context(core).get_executor(), "call",
                call_into(client.get(), std::move(request), &answer));
    return answer.get_future().get();
  }
  Result<ClientAnswer> get(std::string url) { return call({.url = std::move(url)}); }
  Result<ClientAnswer> post(std::string url, std::string body = "payload") {
    return call({.method = "POST", .url = std::move(url), .body = std::move(body)});
  }

  Metrics metrics;
  Cores cores;
  TaskGroup tasks;
  std::unique_ptr<Client> client;

 private:
  static net::awaitable<void> call_into(Client* client, ClientRequest request,
                                        std::promise<Result<ClientAnswer>>* answer) {
    auto got = co_await client->call(std::move(request));
    answer->set_value(std::move(got));
  }
};

}  // namespace parley::gateway::http
