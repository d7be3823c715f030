// Export and erasure of a person over the API.
#include "conversation/erasure.hpp"
#include <future>

#include "conversation/codec.hpp"
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

class Erasure : public ApiTest {
 protected:
  http::Response erase(const std::string& person, std::string_view key = "acme-admin-key") {
    return answer(request("DELETE", "/v1/persons/" + person, {}, key));
  }
  bool is_left(const PersonId& person, std::string_view words) {
    const auto events = service.store().history_blocking(kAcme, person, 0, 1'000);
    for (const auto& event : *events) {
      if (event.body.find(words) != std::string::npos) return true;
    }
    const auto state = service.store().state_blocking(kAcme, person);
    return *state && (*state)->find(words) != std::string::npos;
  }
};

TEST_F(Erasure, TakesTheContentAndKeepsTheNumbers) {
  const auto person = service.customer_says(kAcme, "wendy", "my SECRETWORD").person;
  ASSERT_EQ(answer(request("PATCH", "/v1/persons/" + person.value,
                           R"({"display_name":"SECRETWORD","attributes":{"a":"SECRETWORD"}})"))
                .status,
            200);
  ASSERT_TRUE(is_left(person, "SECRETWORD"));
  const auto before = from_stored<State>(**service.store().state_blocking(kAcme, person));
  const auto out = erase(person.value);
  ASSERT_EQ(out.status, 200) << out.body;
  EXPECT_EQ(member(out, "id"), person.value);
  EXPECT_EQ(member(out, "erased"), "true");
  EXPECT_FALSE(is_left(person, "SECRETWORD"));
  EXPECT_FALSE(is_left(person, "wendy"));
  const auto after = from_stored<State>(**service.store().state_blocking(kAcme, person));
  EXPECT_EQ(after->last_seq, before->last_seq + 1);
  EXPECT_EQ(rows(RowKind::decision).size(), 0u);
  EXPECT_EQ(rows(RowKind::relay).size(), 0u);
}

TEST_F(Erasure, GoesThroughMergesInBothDirections) {
  const auto first = service.customer_says(kAcme, "wendy", "SECRETWORD one").person;
  const auto second = service.customer_says(kAcme, "mary", "SECRETWORD two").person;
  const auto other = service.customer_says(kAcme, "henry", "SECRETWORD three").person;
  ASSERT_EQ(
      post("/v1/persons/" + first.value + "/merge", R"({"into":")" + second.value + "\"}").status,
      200);
  ASSERT_EQ(erase(first.value).status, 200);
  EXPECT_FALSE(is_left(first, "SECRETWORD"));
  EXPECT_FALSE(is_left(second, "SECRETWORD"));
  EXPECT_TRUE(is_left(other, "SECRETWORD")) << "another customer";
}

TEST_F(Erasure, WaitsForAMergeThatIsUnderWay) {
  const auto person = service.customer_says(kAcme, "wendy", "hello").person;
  Relay half;
  half.id = place_id("rel", person, 1);
  half.tenant = kAcme;
  half.to = half.from = person;
  half.verb = "merged_from";
  storage::Commit commit{.tenant = kAcme, .person = {}, .at = service.clock().now()};
  commit.rows.push_back({.kind = RowKind::relay, .id = half.id, .body = to_stored(half)});
  std::promise<void> done;
  service.store().commit(std::move(commit), [&done](auto) { done.set_value(); });
  done.get_future().get();
  EXPECT_EQ(erase(person.value).status, 409);
  EXPECT_TRUE(is_left(person, "hello"));
}

TEST_F(Erasure, MayBeAskedAgain) {
  const auto person = service.customer_says(kAcme, "wendy", "hello").person;
  EXPECT_EQ(erase(person.value).status, 200);
  EXPECT_EQ(erase(person.value).status, 200);
}

TEST_F(Erasure, OfNobodyIs404) {
  EXPECT_EQ(erase("per_0123456789abcdef0123456789abcdef").status, 404);
  EXPECT_EQ(erase("x").status, 404);
}

TEST_F(Erasure, IsInTheAuditLogWithoutContent) {
  const auto person = service.customer_says(kAcme, "wendy", "my SECRETWORD").person;
  ASSERT_EQ(erase(person.value).status, 200);
  const auto log = get("/v1/audit").body;
  EXPECT_NE(log.find(R"("action":"person.erase")"), std::string::npos) << log;
  EXPECT_NE(log.find(person.value), std::string::npos);
  EXPECT_EQ(log.find("SECRETWORD"), std::string::npos);
  EXPECT_EQ(log.find("wendy"), std::string::npos);
}

class Export : public ApiTest {};

TEST_F(Export, HoldsAllThatIsKnown) {
  const auto person = service.customer_says(kAcme, "wendy", "hello EXPORTED").person;
  ASSERT_EQ(
      answer(request("PATCH", "/v1/persons/" + person.value, R"({"attributes":{"tier":"gold"}})"))
          .status,
      200);
  const auto out = get("/v1/persons/" + person.value + "/export");
  ASSERT_EQ(out.status, 200) << out.body;
  for (const auto* wanted :
       {R"("schema":"parley.export/1")", R"("persons":[)", R"("events":[)", R"("decisions":[{)",
        R"("dead_letters":[)", R"("sends":[)", "hello EXPORTED", R"("tier":"gold")", "wendy"}) {
    EXPECT_NE(out.body.find(wanted), std::string::npos) << wanted << "\n" << out.body;
  }
  EXPECT_NE(get("/v1/audit").body.find(R"("action":"person.export")"), std::string::npos);
}

TEST_F(Export, GoesPageByPageAndEnds) {
  const auto person = service.customer_says(kAcme, "wendy", "word 0").person;
  for (int i = 1; i < 10; ++i) {
    service.customer_says(kAcme, "wendy", "word " + std::to_string(i));
  }
  const auto path = "/v1/persons/" + person.value + "/export?limit=5";
  auto page = get(path);
  std::string all = page.body;
  int pages = 1;
  while (!member(page, "next").empty()) {
    ASSERT_LT(++pages, 50);
    page = get(path + "&cursor=" + member(page, "next"));
    ASSERT_EQ(page.status, 200);
    EXPECT_EQ(page.body.find("\"persons\""), std::string::npos) << "only with the first page";
    all += page.body;
  }
  EXPECT_GT(pages, 2);
  for (int i = 0; i < 10; ++i) {
    EXPECT_NE(all.find("word " + std::to_string(i)), std::string::npos) << i;
  }
  std::size_t audited = 0;
  for (const auto& row : rows(RowKind::audit)) {
    audited += row.body.find("person.export") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(audited, 1u);
}

TEST_F(Export, OfNobodyIs404) {
  EXPECT_EQ(get("/v1/persons/per_0123456789abcdef0123456789abcdef/export").status, 404);
}

}  // namespace
}  // namespace parley::gateway
