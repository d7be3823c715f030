// Profiles by the hundred, segments, and reports over the cases that ended.
#include "conversation/codec.hpp"
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

class Profiles : public ApiTest {
 protected:
  // The customer of this user id, known to the tenant.
  PersonId known(const std::string& user) {
    const auto person = service.customer_says(kAcme, user, "hello").person;
    const auto answered = answer(
        request("PATCH", "/v1/persons/" + person.value, R"({"external_user":")" + user + "\"}"));
    EXPECT_EQ(answered.status, 200) << answered.body;
    return person;
  }
};

TEST_F(Profiles, OneBadEntryDoesNotLoseTheOthers) {
  const auto person = known("crm-7");
  const auto done = post("/v1/persons/batch", R"({"persons":[
      {"external_user":"crm-7","attributes":{"tier":"gold","orders":3}},
      {"external_user":"","attributes":{}},
      {"external_user":"crm-8","attributes":{"tier":["no"]}},
      "nonsense",
      {"external_user":"crm-9","attributes":{"tier":"silver"},"display_name":"Nina","typo":1},
      {"external_user":"crm-10","attributes":{"tier":"silver"},"display_name":"Tom"}]})");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(member(done, "updated"), "1");
  EXPECT_EQ(member(done, "kept"), "1");
  EXPECT_EQ(member(done, "failed"), "4");
  EXPECT_NE(done.body.find("typo"), std::string::npos) << "says which member it does not know";
  const auto state = from_stored<State>(**service.store().state_blocking(kAcme, person));
  EXPECT_EQ(std::get<std::string>(state->attributes.at("tier")), "gold");
  ASSERT_EQ(rows(RowKind::profile).size(), 1u);
  EXPECT_EQ(rows(RowKind::profile)[0].id, "crm-10");
  EXPECT_TRUE(rows(RowKind::profile, kBolt).empty());
}

TEST_F(Profiles, SayingItAgainChangesNothingAndSayingMoreAddsToIt) {
  const auto person = known("crm-7");
  const std::string same =
      R"({"persons":[{"external_user":"crm-7","attributes":{"tier":"gold"}}]})";
  ASSERT_EQ(post("/v1/persons/batch", same).status, 200);
  const auto before = from_stored<State>(**service.store().state_blocking(kAcme, person))->last_seq;
  EXPECT_EQ(member(post("/v1/persons/batch", same), "updated"), "1");
  EXPECT_EQ(from_stored<State>(**service.store().state_blocking(kAcme, person))->last_seq, before);

  post("/v1/persons/batch",
       R"({"persons":[{"external_user":"new","attributes":{"a":"1","b":2}}]})");
  post("/v1/persons/batch",
       R"({"persons":[{"external_user":"new","attributes":{"a":null,"c":true}}]})");
  const auto kept = rows(RowKind::profile);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(stored_json(kept[0].body), R"({"attributes":{"b":2,"c":true}})");
}

TEST_F(Profiles, ABatchHasALimitAndNeedsCustomers) {
  std::string many = R"({"persons":[)";
  for (int i = 0; i < 501; ++i) many += R"({"external_user":"u"},)";
  many.back() = ']';
  EXPECT_EQ(post("/v1/persons/batch", many + "}").status, 400);
  EXPECT_EQ(post("/v1/persons/batch", "{}").status, 400);
  EXPECT_EQ(post("/v1/persons/batch", R"({"persons":7})").status, 400);
  EXPECT_EQ(
      post("/v1/persons/batch", R"({"persons":[{"external_user":"u"}]})", "acme-read-key").status,
      403);
}

class Reports : public ApiTest {};

TEST_F(Reports, SumUpTheCasesThatEndedInTheTime) {
  const auto id = conversation("wendy");
  ASSERT_EQ(
      post("/v1/conversations/" + id + "/control", R"({"action":"claim","agent":"anna"})").status,
      200);
  const auto open = get("/v1/reports");
  ASSERT_EQ(open.status, 200) << open.body;
  EXPECT_NE(open.body.find(R"("groups":[])"), std::string::npos) << "it still lasts";
  ASSERT_EQ(post("/v1/conversations/" + id + "/close", R"({"reason":"done"})").status, 200);
  service.manual_clock().advance(Milliseconds(1'000));
  const auto closed = get("/v1/reports?by=agent");
  EXPECT_EQ(member(closed, "group"), "anna") << closed.body;
  EXPECT_EQ(member(closed, "cases"), "1");
  EXPECT_NE(get("/v1/reports", "bolt-admin-key").body.find(R"("groups":[])"), std::string::npos);
  const auto now = format_time(service.clock().now());
  EXPECT_NE(get("/v1/reports?from=" + now + "&to=2030-01-01T00:00:00Z").body.find(R"("groups":[])"),
            std::string::npos)
      << "ended before";
}

TEST_F(Reports, SayWhatIsWrongWithAQuestion) {
  for (const auto& [query, words] : std::vector<std::pair<std::string, std::string>>{
           {"by=mood", "by: expected one of all, channel"},
           {"from=yesterday", "from: expected a time"},
           {"to=x", "to: expected a time"},
           {"from=2030-01-01T00:00:00Z&to=2029-01-01T00:00:00Z", "from: expected a time before"}}) {
    const auto refused = get("/v1/reports?" + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_NE(refused.body.find(words), std::string::npos) << refused.body;
  }
}

}  // namespace
}  // namespace parley::gateway
