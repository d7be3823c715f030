#include "gateway/pipeline/tokens.hpp"

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

#include "gateway/pipeline/calls.hpp"

namespace parley::gateway {
namespace {

constexpr Milliseconds kFailureRest{2'000};
constexpr Milliseconds kWaitMax{15'000};
constexpr Milliseconds kEarly{300'000};  // renewed this long before it ends, or at nine tenths

}  // namespace

// Whatever ends a renewal, also a cancelled coroutine, lets the next one begin.
class Tokens::Renewal {
 public:
  Renewal(Tokens& tokens, std::string key) : tokens_(tokens), key_(std::move(key)) {}
  ~Renewal() {
    if (!settled_) {
      tokens_.settle(key_, Error{.code = Errc::shutting_down, .detail = "renewal was cancelled"});
    }
  }
  Renewal(const Renewal&) = delete;
  Renewal& operator=(const Renewal&) = delete;
  void settle(const Result<connectors::TokenSource::Token>& result) {
    settled_ = true;
    tokens_.settle(key_, result);
  }

 private:
  Tokens& tokens_;
  std::string key_;
  bool settled_ = false;
};

net::awaitable<Result<std::string>> Tokens::get(std::shared_ptr<const Tenant> tenant,
                                                ChannelId channel, std::string refused) {
  const auto entry = tenant->entries.find(channel);
  if (entry == tenant->entries.end() || !entry->second->token_source) co_return std::string();
  const std::string key = tenant->id.value + '\0' + channel.value;
  const auto executor = co_await net::this_coro::executor;

  for (int round = 0; round < 3; ++round) {
    std::shared_ptr<Timer> wait;
    {
      const std::lock_guard lock(mutex_);
      Credential& credential = credentials_[key];
      const auto now = clock_.steady();
      const bool valid =
          !credential.token.empty() && now < credential.expires && credential.token != refused;
      const bool fresh = valid && now < credential.renew_at;
      if (fresh || (valid && credential.renewing)) co_return credential.token;
      if (credential.failure && now < credential.failed_at + kFailureRest) {
        if (valid) co_return credential.token;
        co_return *credential.failure;
      }
      if (credential.renewing) {
        wait = std::make_shared<Timer>(executor, kWaitMax);
        credential.waiters.push_back(wait);
      } else {
        credential.renewing = true;
      }
    }
    if (!wait) {
      auto renewal = renew(tenant, channel, key, !refused.empty());
      auto renewed = co_await std::move(renewal);
      if (renewed || renewed.error().code == Errc::shutting_down) co_return std::move(renewed);
      continue;  // the old token may still be good; else the failure is remembered and given
    }
    co_await wait->wait();
  }
  co_return Error{.code = Errc::unavailable, .detail = "no access token in time"};
}

net::awaitable<Result<std::string>> Tokens::renew(std::shared_ptr<const Tenant> tenant,
                                                  ChannelId channel, std::string key, bool force) {
  Renewal renewal(*this, key);
  const auto& source = *tenant->entries.at(channel)->token_source;
  const auto call = source.request(tenant->channels.at(channel), force);
  http::ClientRequest request = to_request(call);
  auto answer = co_await client_.call(std::move(request));
  if (!answer) {
    // Asking for a token sends nothing to the customer: whatever happened, asking again is safe.
    Error error = answer.error();
    error.delivery = Delivery::not_sent;
    const auto cancelled = co_await net::this_coro::cancellation_state;
    if (cancelled.cancelled() != net::cancellation_type::none) error.code = Errc::shutting_down;
    renewal.settle(error);
    co_return error;
  }
  const AnswerView view(*answer);
  auto token = source.read(view.get());
  renewal.settle(token);
  if (!token) co_return token.error();
  co_return token->value.reveal();
}

void Tokens::settle(const std::string& key, const Result<connectors::TokenSource::Token>& result) {
  std::vector<std::shared_ptr<Timer>> waiters;
  {
    const std::lock_guard lock(mutex_);
    Credential& credential = credentials_[key];
    credential.renewing = false;
    waiters.swap(credential.waiters);
    const auto now = clock_.steady();
    if (result) {
      credential.token = result->value.reveal();
      credential.expires = now + result->lifetime;
      credential.renew_at =
          credential.expires - std::min<Milliseconds>(kEarly, result->lifetime / 10);
      credential.failure.reset();
    } else if (result.error().code != Errc::shutting_down) {  // that was ours, not the platform's
      credential.failure = result.error();
      credential.failed_at = now;
    }
  }
  for (const auto& timer : waiters) {
    net::post(timer->get_executor(), [timer] { timer->cancel(); });
  }
}

}  // namespace parley::gateway
