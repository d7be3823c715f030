// gateway/pipeline/service_read.hpp
// Service::read: a blocking read on the pool, awaited without blocking a core.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace parley::gateway {

template <class T>
net::awaitable<T> Service::read(std::function<T(storage::Store&)> what) {
  auto start = [this](auto handler, std::function<T(storage::Store&)> job) {
    const auto executor = net::get_associated_executor(handler);
    auto tracked = net::prefer(executor, net::execution::outstanding_work.tracked);
    run_on_read_pool([handler = std::move(handler), job = std::move(job),
                      tracked](storage::Store& store) mutable {
      auto result = job(store);
      net::post(tracked, [handler = std::move(handler), result = std::move(result)]() mutable {
        std::move(handler)(std::move(result));
      });
    });
  };
  co_return co_await net::async_initiate<const net::use_awaitable_t<>, void(T)>(
      start, net::use_awaitable, std::move(what));
}

}  // namespace parley::gateway
