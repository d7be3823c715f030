// gateway/pipeline/desk_core.hpp
// What the desk's own files share; nobody else includes it.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/pipeline/desk.hpp"

namespace parley::gateway {

inline Error no_tenant(const TenantId& tenant) {
  return {.code = Errc::not_found, .detail = "no tenant " + tenant.value};
}
inline Error no_agent(const AgentId& agent) {
  return {.code = Errc::not_found, .detail = "no agent " + agent.value + " in this tenant"};
}

template <class T>
net::awaitable<T> Desk::at_desk(std::function<T()> what) {
  auto start = [this](auto handler, std::function<T()> job) {
    const auto executor = net::get_associated_executor(handler);
    auto tracked = net::prefer(executor, net::execution::outstanding_work.tracked);
    net::post(core_, [handler = std::move(handler), job = std::move(job), tracked]() mutable {
      auto result = job();
      net::post(tracked, [handler = std::move(handler), result = std::move(result)]() mutable {
        std::move(handler)(std::move(result));
      });
    });
  };
  co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(T)>(
      start, net::use_awaitable, std::move(what));
}

}  // namespace parley::gateway
