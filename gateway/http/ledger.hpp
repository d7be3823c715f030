// gateway/http/ledger.hpp
// How many connections there are, in all and from one address. Who is admitted holds a ticket.
//
// Limits   the two numbers; an IPv6 address counts as its /64, which one host has to itself
// Threads  any; the lock is held for one table look-up per connection opened or closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/runtime/metrics.hpp"

namespace parley::gateway::http {

class Ledger : public std::enable_shared_from_this<Ledger> {
 public:
  class Ticket {
   public:
    Ticket() = default;
    Ticket(std::shared_ptr<Ledger> ledger, std::string address)
        : ledger_(std::move(ledger)), address_(std::move(address)) {}
    Ticket(Ticket&& other) noexcept = default;
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(ledger_, other.ledger_);
      std::swap(address_, other.address_);
      return *this;
    }
    ~Ticket() {
      if (ledger_) ledger_->leave(address_);
    }
    explicit operator bool() const noexcept { return ledger_ != nullptr; }

   private:
    std::shared_ptr<Ledger> ledger_;
    std::string address_;
  };

  enum class Verdict : std::uint8_t { admitted, full, address_full };
  struct Admission {
    Verdict verdict;
    Ticket ticket;
  };

  Ledger(std::uint32_t connections_max, std::uint32_t per_address_max, Gauge open)
      : connections_max_(connections_max), per_address_max_(per_address_max), open_(open) {}

  // `limited`: false for a proxy of ours, behind which everybody has one address.
  Admission admit(std::string_view address, bool limited);
  std::size_t size() const;

 private:
  void leave(const std::string& address);

  const std::uint32_t connections_max_;
  const std::uint32_t per_address_max_;
  Gauge open_;
  mutable std::mutex mutex_;
  std::size_t size_ = 0;
  std::unordered_map<std::string, std::uint32_t> by_address_;
};

}  // namespace parley::gateway::http
