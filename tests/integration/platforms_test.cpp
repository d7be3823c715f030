// Every platform that can be simulated, in each of its modes, against a whole gateway: a signed
// webhook in, the bot's answer out, once, however often the platform delivers, and what the
// platform tells of it afterwards.
#include <gtest/gtest.h>

#include <utility>

#include "base/json_writer.hpp"
#include "tests/integration/customer.hpp"

namespace parley::test {
namespace {

using connectors::AcceptedSend;
using connectors::SettingKind;
using connectors::Utterance;

constexpr const char* kTenant = "demo";  // of every sample, so that URLs among its settings hold
constexpr const char* kQuestion = "What are your opening hours?";
constexpr const char* kAnswer = "We are open from 9 to 18.";
constexpr const char* kOther = "怎么退款";
constexpr const char* kOtherAnswer = "退款请在订单页面申请。";

struct Played {
  const connectors::Entry* entry = nullptr;
  std::size_t sample = 0;
  std::string id;
};
void PrintTo(const Played& played, std::ostream* out) { *out << played.id; }

std::vector<Played> everyone() {
  std::vector<Played> out;
  for (const auto& entry : connectors::builtin_registry().entries()) {
    if (!entry.stand_in) continue;
    const auto samples = entry.stand_in()->samples("http://127.0.0.1:1");
    for (std::size_t i = 0; i < samples.size(); ++i)
      out.push_back({&entry, i, samples[i].id.value});
  }
  return out;
}

// A JSON string is a TOML one.
std::string toml_text(std::string_view text) {
  JsonWriter out;
  out.value(text);
  return out.take();
}

// A tenant's file as somebody with this channel would write it.
TenantText tenant_with(const connectors::Channel& channel, const connectors::Connector& spoken) {
  TenantText tenant{.id = kTenant};
  std::string& out = tenant.channels;
  out = "[[channel]]\nid = " + toml_text(channel.id.value) +
        "\nplatform = " + toml_text(channel.platform) + "\n";
  if (!channel.api_base.empty()) out += "api_base = " + toml_text(channel.api_base) + "\n";
  for (const auto& setting : spoken.settings()) {
    const std::string name(setting.name);
    std::string text(channel.setting(name));
    if (setting.kind == SettingKind::secret) text = channel.secret(name).reveal();
    if (text.empty()) continue;
    if (setting.kind == SettingKind::file) {
      tenant.files[name + ".txt"] = std::exchange(text, "file:" + name + ".txt");
    }
    out += name + " = " + (setting.kind == SettingKind::flag ? text : toml_text(text)) + "\n";
  }
  return tenant;
}

class Platforms : public testing::TestWithParam<Played> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(platform_.start());
    const auto& [entry, sample, id] = GetParam();
    const std::string name(entry->connector->platform());
    const auto channel =
        entry->stand_in()
            ->samples("http://127.0.0.1:" + std::to_string(platform_.port()) + "/" + name)
            .at(sample);
    world_ =
        std::make_unique<World>(std::vector<TenantText>{tenant_with(channel, *entry->connector)});
    customer_ = std::make_unique<Customer>(*world_, platform_, kTenant, id);
  }

  Customer& customer() { return *customer_; }

  // A moment ago, so that a redelivery's proof is younger and no proof is of the future.
  Utterance first_question() const {
    return customer_->utterance(77, kQuestion, SystemClock().now() - Milliseconds(5'000));
  }
  Utterance second_question() const {
    return customer_->utterance(78, kOther, SystemClock().now());
  }

  // Of the only conversation there is.
  std::vector<std::string> events() const {
    const auto all = world_->api("demo-admin", "GET", "/v1/conversations");
    EXPECT_EQ(connectors::json_at(all.body, "/conversations/1/id"), "") << all.body;
    return world_->events("demo-admin", connectors::json_at(all.body, "/conversations/0/id"));
  }
  std::size_t count(const std::string& what) const { return count_containing(events(), what); }
  std::string story() const {
    std::string out;
    for (const auto& event : events()) {
      for (const char* at : {"/type", "/message/direction", "/message/content/0/text",
                             "/delivery/status/state", "/delivery/status/error"}) {
        const auto text = connectors::json_at(event, at);
        if (!text.empty()) out += text + " ";
      }
      out += "\n";
    }
    return out;
  }
  bool comes_to(const std::string& what, std::size_t times) const {
    return World::eventually([&] { return count(what) >= times; }) && count(what) == times;
  }

  // One message in, one answer out and settled.
  void talk(const Utterance& question, const char* answer) {
    const auto before = customer().reads(0).size();
    ASSERT_TRUE(customer().says(question));
    const auto& read = customer().reads(before + 1);
    ASSERT_EQ(read.size(), before + 1) << story();
    EXPECT_EQ(read.back().text, answer);
    EXPECT_EQ(read.back().method == Customer::kPassive, customer().may_be_told_passively(answer))
        << read.back().method;
    EXPECT_TRUE(comes_to(R"("state":"sent")", before + 1)) << story();
  }

  // nullopt: the platform does not tell this of that send.
  std::optional<bool> tells(const AcceptedSend& send, DeliveryState state) {
    const auto told = customer().is_told_of(send, state);
    if (!told) return std::nullopt;
    EXPECT_TRUE(*told);
    return static_cast<bool>(*told);
  }

  gateway::simulate::PlatformStandIn platform_;
  std::unique_ptr<World> world_;
  std::unique_ptr<Customer> customer_;
};

TEST_P(Platforms, AQuestionIsAnsweredOnceHoweverOftenItIsDelivered) {
  auto question = first_question();
  ASSERT_NO_FATAL_FAILURE(talk(question, kAnswer));

  question.sent_at = SystemClock().now();  // a new proof of the same message
  ASSERT_TRUE(customer().says(question));
  // Turns keep their order: a second answer to the first would be there before this one's.
  ASSERT_NO_FATAL_FAILURE(talk(second_question(), kOtherAnswer));

  EXPECT_EQ(customer().reads(2).size(), 2u);
  EXPECT_EQ(count(R"("type":"message.created")"), 4u) << story();
  EXPECT_EQ(count(R"("type":"routing.decided")"), 2u) << story();
}

TEST_P(Platforms, WhatThePlatformTellsOfAnAnswerMovesItsDelivery) {
  ASSERT_NO_FATAL_FAILURE(talk(first_question(), kAnswer));
  const AcceptedSend first = customer().reads(1).front();
  const auto& can = customer().entry().connector->capabilities();
  const auto delivered = tells(first, DeliveryState::delivered);
  EXPECT_TRUE(delivered || !can.delivery_receipts || first.external_id.empty())
      << "says it tells of deliveries, and does not tell of this one";
  if (delivered) EXPECT_TRUE(comes_to(R"("state":"delivered")", 1)) << story();
  const auto read = tells(first, DeliveryState::read);
  if (read) EXPECT_TRUE(comes_to(R"("state":"read")", 1)) << story();
  tells(first, DeliveryState::delivered);  // late, or once more: old news

  ASSERT_NO_FATAL_FAILURE(talk(second_question(), kOtherAnswer));
  if (tells(customer().reads(2).back(), DeliveryState::failed)) {
    EXPECT_TRUE(comes_to(R"("state":"failed")", 1)) << story();
  }
  EXPECT_EQ(count(R"("state":"delivered")"), delivered ? 1u : 0u) << story();
  EXPECT_EQ(count(R"("state":"read")"), read ? 1u : 0u) << story();
}

INSTANTIATE_TEST_SUITE_P(Every, Platforms, testing::ValuesIn(everyone()),
                         [](const auto& test) { return test.param.id; });

}  // namespace
}  // namespace parley::test
