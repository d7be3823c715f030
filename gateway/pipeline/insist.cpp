#include "gateway/pipeline/insist.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "gateway/runtime/timer.hpp"

namespace parley::gateway {
namespace {
constexpr Milliseconds kPause{500};
}  // namespace

bool is_passing(Errc code) noexcept {
  return code == Errc::overloaded || code == Errc::unavailable || code == Errc::conflict;
}

net::awaitable<Result<Outcome>> insist(Service& service, TenantId tenant, PersonId person,
                                       routing::Command command, bool create) {
  Timer timer(co_await net::this_coro::executor);
  for (;;) {
    routing::Command copy = command;
    auto outcome = co_await service.execute(tenant, person, std::move(copy), {}, create);
    if (outcome || !is_passing(outcome.error().code) || service.draining()) co_return outcome;
    timer.expires_after(kPause);
    if (!co_await timer.wait()) co_return outcome;
  }
}

}  // namespace parley::gateway
