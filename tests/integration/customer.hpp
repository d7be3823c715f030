// tests/integration/customer.hpp
// A customer of one channel of a running gateway, played by the platform's stand-in. What they
// write goes in as the platform would send it; what they read is taken from where it comes out: the
// webhook's own answer, the platform's API or their socket.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/cli/simulate/chat_visitor.hpp"
#include "gateway/cli/simulate/scene.hpp"
#include "gateway/cli/simulate/stand_in.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {

class Customer {
 public:
  // Of `channel` of `tenant` in the world's own configuration, the platform's `number`-th one.
  // `platform` takes what the gateway sends there; both outlive this.
  Customer(const World& world, gateway::simulate::PlatformStandIn& platform,
           const std::string& tenant, const std::string& channel, std::uint64_t number = 0);

  const connectors::Entry& entry() const { return *scene_.entry; }
  // Can the webhook's own answer say this to them?
  bool may_be_told_passively(const std::string& text) const;
  connectors::Utterance utterance(std::uint64_t number, std::string text, TimePoint at) const;

  // The platform sends it, signed as of said.sent_at; the gateway must take every request of it.
  testing::AssertionResult says(const connectors::Utterance& said);
  // The platform tells what became of a send; nullopt: it does not tell this.
  std::optional<testing::AssertionResult> is_told_of(const connectors::AcceptedSend& send,
                                                     DeliveryState state);
  // All they have read so far, as soon as it is `count` messages or 20 s have passed.
  const std::vector<connectors::AcceptedSend>& reads(std::size_t count);

  // The method of what came in the webhook's own answer.
  static constexpr const char* kPassive = "passive";

 private:
  testing::AssertionResult deliver(const connectors::Dispatch& dispatch);
  void collect(Milliseconds wait);

  gateway::simulate::Scene scene_;
  gateway::simulate::PlatformStandIn& platform_;
  std::string user_;
  std::unique_ptr<gateway::simulate::ChatVisitor> visitor_;  // where they hold a socket
  std::vector<connectors::AcceptedSend> read_;
  std::uint64_t taken_ = 0;  // of platform_, by number
};

}  // namespace parley::test
