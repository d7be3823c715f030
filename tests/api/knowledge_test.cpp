// Knowledge over the API: who may write, who may release, and what comes out of it.
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

class KnowledgeApi : public ApiTest {
 protected:
  static constexpr std::string_view kAgent = "acme-agent-key", kAdmin = "acme-admin-key";

  int create(const std::string& id, const std::string& question, const std::string& answer,
             const std::string& scenario = "", std::string_view key = kAgent) {
    return post("/v1/knowledge",
                R"({"id":")" + id + R"(","scenario":")" + scenario + R"(","questions":[")" +
                    question + R"("],"answer":")" + answer + "\"}",
                key)
        .status;
  }
  http::Response step(const std::string& id, const std::string& what, int version,
                      std::string_view key) {
    return post("/v1/knowledge/" + id + "/" + what,
                R"({"version":)" + std::to_string(version) + "}", key);
  }
};

TEST_F(KnowledgeApi, NobodyReleasesTheirOwnWords) {
  ASSERT_EQ(create("refund", "how do I get a refund", "Ask us.", "", kAdmin), 201);
  EXPECT_EQ(step("refund", "publish", 1, kAdmin).status, 422) << "not in review";
  EXPECT_EQ(step("refund", "submit", 1, kAgent).status, 200);
  const auto own = step("refund", "publish", 2, kAdmin);
  EXPECT_EQ(own.status, 422) << own.body;
  EXPECT_NE(own.body.find("another person"), std::string::npos) << own.body;
  EXPECT_EQ(step("refund", "publish", 2, kAgent).status, 403);

  ASSERT_EQ(create("hours", "when are you open", "Always."), 201);
  EXPECT_EQ(step("hours", "submit", 1, kAgent).status, 200);
  EXPECT_EQ(step("hours", "publish", 1, kAdmin).status, 409) << "not the version that was read";
  const auto released = step("hours", "publish", 2, kAdmin);
  EXPECT_EQ(released.status, 200) << released.body;
  EXPECT_EQ(member(released, "state"), "published");
  EXPECT_EQ(member(released, "reviewer"), "api:admin");
}

TEST_F(KnowledgeApi, IsListedFilteredAndPaged) {
  for (const std::string id : {"a", "b", "c"}) ASSERT_EQ(create(id, "q " + id, "x"), 201);
  ASSERT_EQ(create("a", "q", "x", "channel:app"), 201);
  EXPECT_EQ(create("a", "q", "x"), 409) << "there is one";
  EXPECT_EQ(create("z", "q", "x", "channel:nowhere"), 400);
  EXPECT_EQ(create("export", "q", "x"), 400);
  auto page = get("/v1/knowledge?limit=3");
  EXPECT_EQ(page.status, 200);
  const auto next = member(page, "next");
  ASSERT_FALSE(next.empty()) << page.body;
  page = get("/v1/knowledge?limit=3&cursor=" + next);
  EXPECT_EQ(member(page, "key"), "c");
  EXPECT_EQ(member(page, "next"), "");
  EXPECT_EQ(member(get("/v1/knowledge?scenario=channel:app"), "key"), "a@channel:app");
  EXPECT_EQ(member(get("/v1/knowledge?state=published"), "key"), "");
  EXPECT_EQ(get("/v1/knowledge?state=lost").status, 400);
  EXPECT_EQ(get("/v1/knowledge/a%40channel%3Aapp").status, 200);
  EXPECT_EQ(get("/v1/knowledge/a", "bolt-admin-key").status, 404);
}

TEST_F(KnowledgeApi, TablesComeInAndGoOut) {
  const Headers csv = {{"content-type", "text/csv"}};
  const std::string table = "questions,answer\n\"where are you | address\",\"1, High Street\"\n";
  auto done = post("/v1/knowledge/import", table, kAgent, csv);
  EXPECT_EQ(done.body, R"({"created":1,"changed":0,"unchanged":0})");
  done = post("/v1/knowledge/import", table, kAgent, csv);
  EXPECT_EQ(done.body, R"({"created":0,"changed":0,"unchanged":1})");
  done = post("/v1/knowledge/import", "a new one,yes\n\"broken", kAgent, csv);
  EXPECT_EQ(done.status, 400);
  EXPECT_NE(done.body.find("line 2"), std::string::npos) << done.body;
  const auto out = get("/v1/knowledge/export");
  EXPECT_TRUE(out.content_type.starts_with("text/csv"));
  EXPECT_NE(out.body.find("\"where are you | address\",\"1, High Street\",draft"),
            std::string::npos)
      << out.body;
  EXPECT_EQ(out.body.find("a new one"), std::string::npos) << "all or none";
  EXPECT_TRUE(get("/v1/knowledge/export?format=tsv").content_type.starts_with("text/tab"));
}

TEST_F(KnowledgeApi, WhatWasAskedInVainIsReported) {
  auto& asked = service.knowledge()->asked();
  for (int i = 0; i < 3; ++i) {
    asked.note(kAcme, "do you sell gift cards?", {.last_at = service.clock().now()});
  }
  asked.note(kAcme, "Do you sell gift cards", {.last_at = service.clock().now()});
  asked.note(kAcme, "may I bring my dog", {.last_at = service.clock().now()});
  const auto report = get("/v1/reports/unanswered?limit=1");
  EXPECT_EQ(report.status, 200);
  EXPECT_EQ(member(report, "question"), "do you sell gift cards?") << report.body;
  EXPECT_EQ(member(report, "count"), "4");
  EXPECT_EQ(member(report, "groups"), "2");
  EXPECT_EQ(report.body.find("dog"), std::string::npos);
  EXPECT_EQ(member(get("/v1/reports/unanswered", "bolt-admin-key"), "groups"), "0");
}

}  // namespace
}  // namespace parley::gateway
