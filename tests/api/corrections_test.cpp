// What people say a turn meant, over the API.
#include "conversation/codec.hpp"
#include "conversation/correction.hpp"
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

class KnowsTwoIntents final : public routing::Analyzer {
 public:
  routing::TextAnalysis analyze(std::string_view, std::string_view) const override { return {}; }
  std::string_view version() const noexcept override { return "two"; }
  std::vector<std::string> intents() const override { return {"refund", "shipping"}; }
};

class Corrections : public ApiTest {
 protected:
  std::string decision(const std::string& who, const std::string& text,
                       const TenantId& tenant = kAcme) {
    for (const auto& event : service.customer_says(tenant, who, text).events) {
      if (event.decision) return event.decision->id.value;
    }
    ADD_FAILURE() << "no decision";
    return {};
  }
  static std::string path(const std::string& id) { return "/v1/decisions/" + id + "/correction"; }
  http::Response erase(const std::string& target) {
    return answer(request("DELETE", target, {}, "acme-admin-key"));
  }
};

TEST_F(Corrections, AreKeptWithWhoAndWhenAndWhatWasDecided) {
  const auto id = decision("wendy", "where is my SECRETWORD");
  const auto out =
      post(path(id), R"({"sentiment":"negative","intent":"order_status"})", "acme-agent-key");
  ASSERT_EQ(out.status, 200) << out.body;
  EXPECT_EQ(member(out, "decision_id"), id);
  EXPECT_EQ(member(out, "sentiment"), "negative");
  EXPECT_EQ(member(out, "was_sentiment"), "neutral");
  EXPECT_EQ(member(out, "at"), format_time(service.clock().now()));
  EXPECT_FALSE(member(out, "actor").empty());
  const auto kept = rows(RowKind::correction);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].id, id);
  EXPECT_EQ(kept[0].body.find("SECRETWORD"), std::string::npos) << "the words stay in the log";
  const auto log = get("/v1/audit").body;
  EXPECT_NE(log.find(R"("action":"decision.correct")"), std::string::npos) << log;
}

TEST_F(Corrections, OneLabelTodayAndTheOtherTomorrow) {
  const auto id = decision("wendy", "hello");
  ASSERT_EQ(post(path(id), R"({"sentiment":"negative"})").status, 200);
  ASSERT_EQ(post(path(id), R"({"intent":"greeting"})").status, 200);
  const auto out = post(path(id), R"({"sentiment":"positive"})");
  EXPECT_EQ(member(out, "sentiment"), "positive");
  EXPECT_EQ(member(out, "intent"), "greeting");
  EXPECT_EQ(rows(RowKind::correction).size(), 1u);
  EXPECT_EQ(erase(path(id)).status, 200);
  EXPECT_EQ(rows(RowKind::correction).size(), 0u);
  EXPECT_EQ(erase(path(id)).status, 404);
}

TEST_F(Corrections, SayWhatIsWrong) {
  const auto id = decision("wendy", "hello");
  for (const auto& [body, words] : std::vector<std::pair<std::string, std::string>>{
           {"{}", "sentiment: is missing"},
           {R"({"sentiment":"angry"})", "expected negative, neutral or positive"},
           {R"({"sentiment":7})", "sentiment"},
           {R"({"intent":"Refund!"})", "expected 1 to 64 of a-z"},
           {R"({"sentiment":"negative","label":"x"})", "label is no member"}}) {
    const auto out = post(path(id), body);
    EXPECT_EQ(out.status, 400) << body;
    EXPECT_NE(out.body.find(words), std::string::npos) << out.body;
  }
  EXPECT_EQ(rows(RowKind::correction).size(), 0u);
  EXPECT_EQ(post(path(id), R"({"sentiment":"negative"})", "acme-read-key").status, 403);
  EXPECT_EQ(post(path(id), R"({"sentiment":"negative"})", "bolt-admin-key").status, 404);
}

TEST_F(Corrections, AnIntentIsOneOfTheModels) {
  auto tenant = std::make_shared<Tenant>(*make_tenant("acme"));
  tenant->analyzer = std::make_shared<KnowsTwoIntents>();
  service.set_tenant(tenant);
  const auto id = decision("wendy", "hello");
  const auto out = post(path(id), R"({"intent":"refunds"})");
  EXPECT_EQ(out.status, 400);
  EXPECT_NE(out.body.find("expected one of refund, shipping"), std::string::npos) << out.body;
  EXPECT_EQ(post(path(id), R"({"intent":"shipping"})").status, 200);
  tenant = std::make_shared<Tenant>(*tenant);
  tenant->classifier = ClassifierSettings{};
  service.set_tenant(tenant);
  EXPECT_EQ(post(path(id), R"({"intent":"refunds"})").status, 200) << "labels of their own";
}

TEST_F(Corrections, AreListedWithTheWordsPageByPage) {
  for (int i = 0; i < 5; ++i) {
    const auto id = decision("c" + std::to_string(i), "words " + std::to_string(i));
    ASSERT_EQ(post(path(id), R"({"sentiment":"negative"})").status, 200);
  }
  decision("other", "not corrected");
  std::string all, next;
  int pages = 0;
  do {
    const auto page = get("/v1/corrections?limit=2" + (next.empty() ? "" : "&cursor=" + next));
    ASSERT_EQ(page.status, 200) << page.body;
    all += page.body;
    next = member(page, "next");
  } while (!next.empty() && ++pages < 10);
  for (int i = 0; i < 5; ++i) {
    EXPECT_NE(all.find(R"("text":"words )" + std::to_string(i) + "\""), std::string::npos) << all;
  }
  EXPECT_EQ(all.find("not corrected"), std::string::npos);
  EXPECT_NE(all.find(R"("conversation_id":"cnv_)"), std::string::npos);
  EXPECT_NE(get("/v1/corrections", "bolt-admin-key").body.find(R"("corrections":[])"),
            std::string::npos);
}

TEST_F(Corrections, GoWithThePersonAndAreInTheirExport) {
  const auto id = decision("wendy", "hello");
  ASSERT_EQ(post(path(id), R"({"sentiment":"negative"})").status, 200);
  const auto person = parse_place("dec", id)->person.value;
  const auto exported = get("/v1/persons/" + person + "/export");
  EXPECT_NE(exported.body.find(R"("corrections":[{"decision_id":")" + id), std::string::npos)
      << exported.body;
  ASSERT_EQ(erase("/v1/persons/" + person).status, 200);
  EXPECT_EQ(rows(RowKind::correction).size(), 0u);
}

TEST_F(Corrections, OfATurnWithoutWordsAreRefused) {
  const auto id = decision("wendy", "");
  EXPECT_EQ(post(path(id), R"({"sentiment":"negative"})").status, 409);
}

}  // namespace
}  // namespace parley::gateway
