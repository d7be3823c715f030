#include "gateway/http/resolver.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace parley::gateway::http {
namespace {

constexpr std::size_t kAddressesMax = 16;

std::vector<std::string> system_look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return {};
  std::vector<std::string> addresses;
  for (const addrinfo* at = found; at != nullptr && addresses.size() < kAddressesMax;
       at = at->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(text);
    }
  }
  freeaddrinfo(found);
  return addresses;
}

}  // namespace

// `wake` and `answer` are touched on the asking executor only.
struct Resolver::Question {
  Question(std::string name, net::any_io_executor from)
      : host(std::move(name)), executor(std::move(from)), wake(executor) {}
  const std::string host;
  const net::any_io_executor executor;
  net::steady_timer wake;
  std::vector<std::string> answer;
  bool answered = false;
  std::atomic<bool> given_up{false};
};

Resolver::Resolver(std::size_t waiting_max, LookUp look_up)
    : waiting_max_(waiting_max), look_up_(look_up ? std::move(look_up) : system_look_up) {
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads_.emplace_back([this, i] {
      pthread_setname_np(pthread_self(), ("resolve/" + std::to_string(i)).c_str());
      run_blocking();
    });
  }
}

Resolver::~Resolver() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
    waiting_.clear();
    asking_.clear();
  }
  asked_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Resolver::run_blocking() {
  for (;;) {
    std::shared_ptr<Question> question;
    {
      std::unique_lock lock(mutex_);
      asked_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      question = std::move(waiting_.front());
      waiting_.pop_front();
    }
    const auto answer = look_up_(question->host);
    std::vector<std::shared_ptr<Question>> all;
    {
      const std::scoped_lock lock(mutex_);
      if (auto found = asking_.extract(question->host)) all = std::move(found.mapped());
    }
    for (auto& one : all) {
      const auto executor = one->executor;
      net::post(executor, [one = std::move(one), answer]() mutable {
        one->answer = std::move(answer);
        one->answered = true;
        one->wake.cancel();
      });
    }
  }
}

net::awaitable<Result<std::vector<net::ip::address>>> Resolver::resolve(std::string host,
                                                                        Milliseconds limit) {
  auto question = std::make_shared<Question>(std::move(host), co_await net::this_coro::executor);
  {
    // One look-up a name, however many ask: a dead name server would else take all threads for the
    // same question, and leave none for a name it knows.
    const std::scoped_lock lock(mutex_);
    const auto same = asking_.find(question->host);
    if (same != asking_.end()) {
      std::erase_if(same->second, [](const auto& one) { return one->given_up.load(); });
    }
    const auto others = same == asking_.end() ? waiting_.size() : same->second.size();
    if (others >= waiting_max_) {
      co_return Error{.code = Errc::overloaded, .detail = "too many name look-ups waiting"};
    }
    if (same == asking_.end()) waiting_.push_back(question);
    asking_[question->host].push_back(question);
  }
  asked_.notify_one();
  question->wake.expires_after(limit);
  co_await question->wake.async_wait(net::as_tuple(net::use_awaitable));
  if (!question->answered) {
    question->given_up = true;
    co_return Error{.code = Errc::unavailable, .detail = "name look-up took too long"};
  }
  std::vector<net::ip::address> addresses;
  for (const auto& text : question->answer) {
    boost::system::error_code error;
    const auto address = net::ip::make_address(text, error);
    if (!error) addresses.push_back(address);
  }
  if (addresses.empty()) {
    co_return Error{.code = Errc::unavailable, .detail = "name has no address"};
  }
  co_return addresses;
}

}  // namespace parley::gateway::http
