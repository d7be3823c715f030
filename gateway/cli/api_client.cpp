#include "gateway/cli/api_client.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <cstdlib>
#include <fstream>
#include <future>

#include "gateway/api/body.hpp"
#include "gateway/runtime/task_group.hpp"

namespace parley::gateway {
namespace {

constexpr std::size_t kAnswerBytesMax = 16 << 20;
constexpr std::size_t kProblemBytesMax = 4 * 1024;

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

http::ClientOptions options_for(const std::string& url) {
  http::ClientOptions options;
  const auto scheme = url.find("://");
  options.private_hosts_allowed.push_back(scheme == url.npos ? url : url.substr(scheme + 3));
  return options;
}

net::awaitable<void> ask(http::Client& client, http::ClientRequest request,
                         std::promise<Result<http::ClientAnswer>>& answer) {
  answer.set_value(co_await client.call(std::move(request)));
}

}  // namespace

struct ApiClient::Parts {
  Parts(std::string the_url, std::string the_key)
      : url(std::move(the_url)),
        key(std::move(the_key)),
        cores({.count = 1}),
        client(options_for(url), cores, metrics) {
    cores.start();
  }
  std::string url, key;
  Metrics metrics;
  Cores cores;
  TaskGroup tasks;
  http::Client client;
};

ApiClient::ApiClient(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

ApiClient::~ApiClient() {
  parts_->client.close();
  parts_->tasks.close();
  parts_->tasks.wait_blocking(Milliseconds(2'000));
  parts_->cores.stop();
}

Result<std::unique_ptr<ApiClient>> ApiClient::open(const std::string& url, const std::string& key) {
  std::string token = key_of(key);
  if (token.empty()) {
    return Error{.code = Errc::misconfigured,
                 .detail = "expected --key with an API key: env:NAME, file:PATH or the key"};
  }
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  return std::unique_ptr<ApiClient>(
      new ApiClient(std::make_unique<Parts>(std::move(base), std::move(token))));
}

Result<http::ClientAnswer> ApiClient::call_blocking(const std::string& method,
                                                    const std::string& path, std::string body,
                                                    Headers headers) {
  http::ClientRequest request;
  request.method = method;
  request.url = parts_->url + path;
  request.headers = std::move(headers);
  request.headers.emplace_back("authorization", "Bearer " + parts_->key);
  if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
  request.body = std::move(body);
  request.answer_bytes_max = kAnswerBytesMax;
  std::promise<Result<http::ClientAnswer>> promise;
  auto future = promise.get_future();
  parts_->tasks.spawn(parts_->cores.context(0).get_executor(), "api call",
                      ask(parts_->client, std::move(request), promise));
  return future.get();
}

std::string problem_text(const http::ClientAnswer& answer) {
  Body problem(answer.body);
  std::string text = problem.text("detail", kProblemBytesMax).value_or("");
  if (text.empty()) text = problem.text("title", kProblemBytesMax).value_or("");
  return std::to_string(answer.status) + (text.empty() ? "" : ": " + text);
}

}  // namespace parley::gateway
