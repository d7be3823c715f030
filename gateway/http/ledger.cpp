#include "gateway/http/ledger.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <utility>

namespace parley::gateway::http {
namespace {

std::string counted_as(std::string_view address) {
  std::string text(address);
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1 || IN6_IS_ADDR_V4MAPPED(&v6)) return text;
  return {reinterpret_cast<const char*>(&v6), 8};
}

}  // namespace

Ledger::Admission Ledger::admit(std::string_view address, bool limited) {
  auto key = limited ? counted_as(address) : std::string();
  const std::scoped_lock lock(mutex_);
  if (size_ >= connections_max_) return {.verdict = Verdict::full, .ticket = {}};
  if (limited) {
    auto& count = by_address_[key];
    if (count >= per_address_max_) return {.verdict = Verdict::address_full, .ticket = {}};
    ++count;
  }
  ++size_;
  open_.add(1);
  return {.verdict = Verdict::admitted, .ticket = Ticket(shared_from_this(), std::move(key))};
}

void Ledger::leave(const std::string& address) {
  const std::scoped_lock lock(mutex_);
  --size_;
  open_.add(-1);
  if (address.empty()) return;
  const auto at = by_address_.find(address);
  if (at != by_address_.end() && --at->second == 0) by_address_.erase(at);
}

std::size_t Ledger::size() const {
  const std::scoped_lock lock(mutex_);
  return size_;
}

}  // namespace parley::gateway::http
