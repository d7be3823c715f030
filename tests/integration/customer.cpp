#include "tests/integration/customer.hpp"

#include <chrono>
#include <stdexcept>

namespace parley::test {
namespace {

namespace simulate = gateway::simulate;

constexpr Milliseconds kPatience{20'000};

simulate::Scene scene_of(const World& world, const std::string& tenant,
                         const std::string& channel) {
  auto scene =
      simulate::read_scene({.config = world.directory() + "/parley.toml",
                            .tenant = tenant,
                            .channel = channel,
                            .gateway = "http://127.0.0.1:" + std::to_string(world.port())});
  if (!scene) throw std::runtime_error(scene.error().detail);
  return *std::move(scene);
}

}  // namespace

Customer::Customer(const World& world, simulate::PlatformStandIn& platform,
                   const std::string& tenant, const std::string& channel, std::uint64_t number)
    : scene_(scene_of(world, tenant, channel)),
      platform_(platform),
      user_(scene_.stand_in->user(number)) {
  if (!scene_.entry->chat_sessions) return;
  visitor_ = std::make_unique<simulate::ChatVisitor>(scene_.channel, *scene_.stand_in,
                                                     scene_.gateway, user_);
  const auto opened = visitor_->open_blocking();
  if (!opened) throw std::runtime_error(opened.error().detail);
}

bool Customer::may_be_told_passively(const std::string& text) const {
  if (!scene_.entry->passive_reply) return false;
  Send send;
  send.recipient = user_;
  send.message.direction = Direction::outbound;
  send.message.content = {Text{.text = text}};
  send.message.fallback_text = text;
  const auto reply = scene_.entry->passive_reply->render(
      {.send = send, .channel = scene_.channel, .access_token = {}, .now = SystemClock().now()},
      "1234567890", "0123456789abcdef");
  return reply.has_value();
}

connectors::Utterance Customer::utterance(std::uint64_t number, std::string text,
                                          TimePoint at) const {
  return {.user = user_, .text = std::move(text), .number = number, .said_at = at, .sent_at = at};
}

testing::AssertionResult Customer::says(const connectors::Utterance& said) {
  const auto dispatch = scene_.stand_in->deliver(scene_.channel, said);
  if (!dispatch) return testing::AssertionFailure() << dispatch.error().detail;
  return deliver(*dispatch);
}

std::optional<testing::AssertionResult> Customer::is_told_of(const connectors::AcceptedSend& send,
                                                             DeliveryState state) {
  const auto dispatch = scene_.stand_in->receipt(scene_.channel, send, state, SystemClock().now());
  if (!dispatch) return std::nullopt;
  return deliver(*dispatch);
}

testing::AssertionResult Customer::deliver(const connectors::Dispatch& dispatch) {
  if (!dispatch.records.empty() && !platform_.stock(scene_.channel.platform, dispatch.records)) {
    return testing::AssertionFailure() << "the platform takes no records";
  }
  simulate::HttpLine line(scene_.gateway.host, scene_.gateway.port);
  for (const auto& webhook : dispatch.webhooks) {
    if (visitor_) {
      const auto sent = visitor_->send_blocking(webhook);
      if (!sent) return testing::AssertionFailure() << sent.error().detail;
      continue;
    }
    const auto answer = line.ask_blocking(simulate::ask_of(webhook), kPatience);
    if (!answer) return testing::AssertionFailure() << answer.error().detail;
    if (answer->status / 100 != 2) {
      return testing::AssertionFailure() << "HTTP " << answer->status << " " << answer->body;
    }
    auto text = scene_.stand_in->passive_text(scene_.channel, answer->body);
    if (text.empty()) continue;
    read_.push_back({.method = kPassive, .to = user_, .text = std::move(text)});
  }
  return testing::AssertionSuccess();
}

void Customer::collect(Milliseconds wait) {
  if (visitor_) {
    auto shown = visitor_->next_blocking(wait);
    if (!shown) throw std::runtime_error(shown.error().detail);
    for (auto& one : *shown) read_.push_back(std::move(one));
    return;
  }
  platform_.wait_for_more_blocking(taken_, wait);
  for (auto& send : platform_.accepted(taken_)) {
    taken_ = send.number;
    const bool for_them = send.to == user_ && send.platform == scene_.channel.platform;
    if (for_them) read_.push_back(std::move(send));
  }
}

const std::vector<connectors::AcceptedSend>& Customer::reads(std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  collect(Milliseconds(0));
  while (read_.size() < count) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= Milliseconds(0)) break;
    collect(left);
  }
  return read_;
}

}  // namespace parley::test
