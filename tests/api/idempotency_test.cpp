// One Idempotency-Key, one effect.
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

class Idempotent : public ApiTest {
 protected:
  http::Response send(std::string body, std::string key, std::string_view token = "acme-admin-key",
                      const std::string& path = "/v1/messages") {
    return post(path, std::move(body), token, {{"idempotency-key", std::move(key)}});
  }
  std::size_t sends() { return rows(RowKind::send).size(); }

  const std::string wendy = conversation("wendy"), willy = conversation("willy");
  const std::size_t sends_before = rows(RowKind::send).size();
};

TEST_F(Idempotent, ARepeatGetsTheSavedAnswerAndNoSecondEffect) {
  const auto first = send(hello_to(wendy), "order-1");
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(header(first, "Idempotent-Replayed"), "");
  for (int i = 0; i < 5; ++i) {
    const auto again = send(hello_to(wendy), "order-1");
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
  }
  EXPECT_EQ(sends(), sends_before + 1);
  EXPECT_EQ(send(hello_to(wendy), "order-2").status, 202);
  EXPECT_EQ(sends(), sends_before + 2);
}

TEST_F(Idempotent, AnotherRequestUnderTheSameKeyIsRefused) {
  ASSERT_EQ(send(hello_to(wendy), "k").status, 202);
  const auto other = send(hello_to(willy), "k");
  EXPECT_EQ(other.status, 422);
  EXPECT_NE(other.body.find("idempotency-key-reused"), std::string::npos);
  EXPECT_EQ(send(hello_to(wendy), "k", "acme-admin-key", "/v1/notifications").status, 422)
      << "the path is part of the request";
  EXPECT_EQ(sends(), sends_before + 1);
}

TEST_F(Idempotent, KeysOfDifferentApiKeysAndTenantsAreDifferent) {
  const auto theirs = conversation("bert", kBolt);
  EXPECT_EQ(send(hello_to(wendy), "k").status, 202);
  EXPECT_EQ(send(hello_to(wendy), "k", "acme-messages-key").status, 202);
  EXPECT_EQ(send(hello_to(theirs), "k", "bolt-admin-key").status, 202);
  EXPECT_EQ(sends(), sends_before + 2);
}

TEST_F(Idempotent, WhileTheFirstIsUnderWayTheSecondIsAConflict) {
  net::steady_timer hold(io, net::steady_timer::time_point::max());
  service.hold = &hold;
  const auto first = start(request("POST", "/v1/messages", hello_to(wendy), "acme-admin-key",
                                   {{"idempotency-key", "k"}}));
  EXPECT_FALSE(first->has_value());
  const auto second = send(hello_to(wendy), "k");
  EXPECT_EQ(second.status, 409);
  EXPECT_NE(second.body.find("idempotency-key-in-use"), std::string::npos);
  service.hold = nullptr;
  hold.cancel();
  settle();
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->status, 202);
  EXPECT_EQ(send(hello_to(wendy), "k").body, (*first)->body);
  EXPECT_EQ(sends(), sends_before + 1);
}

// A crash between the command and the saving of its answer: the marker committed with the command
// stands, so the repeat has no effect and is answered from what the command left.
TEST_F(Idempotent, ACrashBeforeTheAnswerWasSavedSendsNothingTwice) {
  service.lose_answers = true;
  const auto first = send(hello_to(wendy), "k");
  ASSERT_EQ(first.status, 202);
  service.lose_answers = false;
  const auto again = send(hello_to(wendy), "k");
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");
  EXPECT_EQ(member(again, "message_id"), member(first, "message_id"));
  EXPECT_EQ(send(hello_to(willy), "k").status, 422);
  EXPECT_EQ(sends(), sends_before + 1);
}

TEST_F(Idempotent, TheSameForCommandsThatAreNoMessages) {
  service.lose_answers = true;
  const auto path = "/v1/conversations/" + wendy + "/notes";
  ASSERT_EQ(send(R"({"text":"called back"})", "n", "acme-admin-key", path).status, 200);
  const auto events = events_of(wendy).size();
  const auto again = send(R"({"text":"called back"})", "n", "acme-admin-key", path);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(member(again, "id"), wendy);
  EXPECT_EQ(events_of(wendy).size(), events);
}

TEST_F(Idempotent, ErrorsAreNotSavedBecauseNothingHappened) {
  const auto path = "/v1/conversations/" + wendy + "/messages";
  const std::string reply = R"({"agent":"anna","content":[{"type":"text","text":"hi"}]})";
  const auto refused = send(reply, "k", "acme-admin-key", path);
  EXPECT_EQ(refused.status, 409) << "anna does not hold it: " << refused.body;
  ASSERT_EQ(
      post("/v1/conversations/" + wendy + "/control", R"({"action":"takeover","agent":"anna"})")
          .status,
      200);
  EXPECT_EQ(send(reply, "k", "acme-admin-key", path).status, 202);
}

TEST_F(Idempotent, AClaimedCustomerIsTheSameForTheRepeat) {
  const auto first = send(R"({"agent":"anna"})", "c", "acme-admin-key", "/v1/claim");
  ASSERT_EQ(first.status, 200) << first.body;
  const auto again = send(R"({"agent":"anna"})", "c", "acme-admin-key", "/v1/claim");
  EXPECT_EQ(again.body, first.body);
  EXPECT_NE(send(R"({"agent":"anna"})", "d", "acme-admin-key", "/v1/claim").body, first.body);
}

TEST_F(Idempotent, KeysHaveALimit) {
  EXPECT_EQ(send(hello_to(wendy), std::string(255, 'k')).status, 202);
  EXPECT_EQ(send(hello_to(wendy), std::string(256, 'k')).status, 400);
  EXPECT_EQ(send(hello_to(wendy), "with space").status, 400);
  EXPECT_EQ(send(hello_to(wendy), "\xE9\x92\xA5").status, 400);
}

class FewInFlight : public ApiTest {
 protected:
  FewInFlight() : ApiTest({.keys_in_flight_max = 1}) {}
};

TEST_F(FewInFlight, PastTheLimitIsOverloaded) {
  const auto wendy = conversation("wendy");
  net::steady_timer hold(io, net::steady_timer::time_point::max());
  service.hold = &hold;
  const auto first = start(request("POST", "/v1/messages", hello_to(wendy), "acme-admin-key",
                                   {{"idempotency-key", "a"}}));
  const auto second =
      post("/v1/messages", hello_to(wendy), "acme-admin-key", {{"idempotency-key", "b"}});
  EXPECT_EQ(second.status, 503);
  EXPECT_FALSE(header(second, "Retry-After").empty());
  hold.cancel();
  settle();
  EXPECT_TRUE(first->has_value());
}

}  // namespace
}  // namespace parley::gateway
