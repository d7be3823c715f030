// Keys, bodies, parameters, pages: what is refused, and with which words.
#include <algorithm>
#include <set>

#include "base/crypto.hpp"
#include "conversation/codec.hpp"
#include "gateway/api/credentials.hpp"
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace {

class Keys : public ApiTest {};

TEST_F(Keys, AfterTenWrongOnesAnAddressIsLockedForAMinute) {
  auto guess = request("GET", "/v1/channels", {}, "wrong");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(answer(guess).status, 401) << i;
  const auto locked = answer(guess);
  EXPECT_EQ(locked.status, 429);
  EXPECT_EQ(header(locked, "Retry-After"), "60");
  EXPECT_EQ(get("/v1/channels").status, 429) << "a right key is not looked at either";

  auto elsewhere = request("GET", "/v1/channels");
  elsewhere.remote = "192.0.2.2";
  EXPECT_EQ(answer(elsewhere).status, 200) << "another address is not held to it";

  service.manual_clock().advance(Milliseconds{60'000});
  EXPECT_EQ(get("/v1/channels").status, 200);
}

TEST_F(Keys, WithoutAKeyNothingIsCounted) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get("/v1/channels", "").status, 401);
  EXPECT_EQ(get("/v1/channels").status, 200);
}

// Whom it counts against is the connection's address, whatever the request says of itself.
TEST_F(Keys, NoHeaderMovesTheLockToSomebodyElse) {
  for (int i = 0; i < 10; ++i) {
    const auto from = "203.0.113." + std::to_string(i);
    EXPECT_EQ(answer(request("GET", "/v1/channels", {}, "wrong" + std::to_string(i),
                             {{"x-forwarded-for", from}, {"x-real-ip", from}}))
                  .status,
              401);
  }
  EXPECT_EQ(get("/v1/channels").status, 429);
}

TEST(FailureLimit, HoldsEachAddressForItselfAndForAMinute) {
  api::FailureLimit limit(10, 1'000);
  const SteadyPoint start{};
  for (int i = 0; i < 9; ++i) limit.failed("a", start + Milliseconds{i});
  EXPECT_FALSE(limit.locked("a", start + Milliseconds{10}));
  limit.failed("a", start + Milliseconds{10});
  EXPECT_EQ(limit.locked("a", start + Milliseconds{20}), Milliseconds{59'980});
  EXPECT_FALSE(limit.locked("b", start + Milliseconds{20}));
  EXPECT_TRUE(limit.locked("a", start + Milliseconds{59'999}));
  EXPECT_FALSE(limit.locked("a", start + Milliseconds{60'000}));
  limit.failed("a", start + Milliseconds{60'000});
  EXPECT_FALSE(limit.locked("a", start + Milliseconds{60'001})) << "a new minute, a new count";
}

TEST(FailureLimit, AFloodOfAddressesForgetsOldMinutesFirst) {
  api::FailureLimit limit(10, 100);
  const SteadyPoint start{};
  for (int i = 0; i < 100; ++i) limit.failed("old" + std::to_string(i), start);
  const auto later = start + Milliseconds{61'000};
  for (int i = 0; i < 10; ++i) limit.failed("now", later);
  for (int i = 0; i < 99; ++i) limit.failed("flood" + std::to_string(i), later);
  EXPECT_TRUE(limit.locked("now", later)) << "100 fit, the old ones went";
}

TEST_F(Keys, FollowAReload) {
  EXPECT_EQ(get("/v1/channels").status, 200);
  auto changed = std::make_shared<Tenant>(*service.tenant(kAcme));
  std::erase_if(changed->api_keys, [](const ApiKey& key) { return key.id == "admin"; });
  changed->api_keys.push_back(
      {.id = "new", .token_sha256 = sha256("acme-new-key"), .scopes = {"read"}, .agent = {}});
  service.set_tenant(changed);
  EXPECT_EQ(get("/v1/channels").status, 401);
  EXPECT_EQ(get("/v1/channels", "acme-new-key").status, 200);
  service.remove_tenant(kAcme);
  EXPECT_EQ(get("/v1/channels", "acme-new-key").status, 401);
}

TEST_F(Keys, OnlyAsABearer) {
  for (const std::string value :
       {"acme-admin-key", "Basic acme-admin-key", "Bearer", "Bearer ", "Bearer\tacme-admin-key"}) {
    auto what = request("GET", "/v1/channels", {}, "");
    what.headers.emplace_back("authorization", value);
    EXPECT_EQ(answer(what).status, 401) << value;
  }
  auto what = request("GET", "/v1/channels", {}, "");
  what.headers.emplace_back("authorization", "bEARER  acme-admin-key");
  EXPECT_EQ(answer(what).status, 200);
}

TEST_F(Keys, AnAgentsKeyActsAsThatAgentOnly) {
  const auto id = conversation("wendy");
  const auto path = "/v1/conversations/" + id + "/control";
  EXPECT_EQ(post(path, R"({"action":"claim","agent":"bo"})", "acme-anna-key").status, 403);
  const auto claimed = post(path, R"({"action":"claim"})", "acme-anna-key");
  EXPECT_EQ(claimed.status, 200) << claimed.body;
  EXPECT_EQ(member(claimed, "holder"), "agent:anna");
  EXPECT_EQ(
      answer(request("PUT", "/v1/agents/bo/presence", R"({"presence":"online"})", "acme-anna-key"))
          .status,
      403);
  EXPECT_EQ(post("/v1/claim", "{}", "acme-agent-key").status, 400) << "which agent?";
}

class Paths : public ApiTest {};

TEST_F(Paths, ThatDoNotExist) {
  for (const auto* path : {"/v1", "/v1/", "/v1/nothing", "/v1/conversations/", "/v1/channels/",
                           "/v1/conversations//events", "/v1/messages/x/y"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  const auto wrong_method = answer(request("DELETE", "/v1/messages"));
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(header(wrong_method, "Allow"), "POST");
}

struct BadBody {
  const char* name;
  std::string body;
  std::string detail;
};
void PrintTo(const BadBody& c, std::ostream* out) { *out << c.name; }

std::string with_content(const std::string& content) {
  return R"({"to":{"external_user":"u"},"content":)" + content + "}";
}

const BadBody kBadBodies[] = {
    {"Empty", "", "to: is missing"},
    {"NotJson", "{", "the body is not valid JSON"},
    {"NoObject", "[]", "the body is not a JSON object"},
    {"NotUtf8", "{\"to\":\"\xff\"}", "the body is not valid JSON"},
    {"Garbage", R"({"to":{"person":"x"}} trailing)", "the body is not valid JSON"},
    {"TooDeep", "{\"to\":" + std::string(40, '[') + std::string(40, ']') + "}",
     "the body is not valid JSON"},
    {"MemberTwice", R"({"to":{"person":"x"},"to":{"person":"y"}})", "to stands twice"},
    {"InnerMemberTwice", R"({"to":{"person":"x","person":"y"}})", "to.person stands twice"},
    {"UnknownMember",
     R"({"to":{"external_user":"u"},"content":[{"type":"text","text":"x"}],"x":1})",
     "x is no member of this request"},
    {"UnknownInnerMember",
     R"({"to":{"external_user":"u","x":1},"content":[{"type":"text","text":"x"}]})",
     "to.x is no member of this request"},
    {"ToIsNoObject", R"({"to":"per_1"})", "to is a text; expected an object"},
    {"TwoRecipients", R"({"to":{"person":"x","conversation":"y"}})", "to: expected one of"},
    {"NoRecipient", R"({"to":{}})", "to: expected one of"},
    {"IdentityWithoutScheme", R"({"to":{"identity":{"channel":"app","value":"x"}}})",
     "to.identity.scheme: is missing"},
    {"NoContent", R"({"to":{"external_user":"u"}})", "content: is missing"},
    {"EmptyContent", with_content("[]"), "content: is empty"},
    {"ContentIsAText", with_content("\"hi\""), "content is a text; expected an array"},
    {"UnknownPart", with_content(R"([{"type":"hologram"}])"), "content: "},
    {"TextIsANumber", with_content(R"([{"type":"text","text":1}])"), "content: "},
    {"TextTooLong", with_content(R"([{"type":"text","text":")" + std::string(70'000, 'x') + "\"}]"),
     "content: "},
    {"UnknownChannel",
     R"({"to":{"external_user":"u"},"channel":"x","content":[{"type":"text","text":"x"}]})",
     "channel: there is no channel"},
    {"BulkIsAText",
     R"({"to":{"external_user":"u"},"bulk":"yes","content":[{"type":"text","text":"x"}]})",
     "bulk is a text; expected true or false"},
    {"ExpiresWhenever",
     R"({"to":{"external_user":"u"},"expires_at":"soon","content":[{"type":"text","text":"x"}]})",
     "expires_at: expected a time"},
};

class BadBodies : public ApiTest, public testing::WithParamInterface<BadBody> {};

TEST_P(BadBodies, AreNamedAndSaveNothing) {
  const auto out =
      post("/v1/messages", GetParam().body, "acme-messages-key", {{"idempotency-key", "k"}});
  EXPECT_EQ(out.status, 400) << out.body;
  EXPECT_EQ(out.content_type, "application/problem+json");
  EXPECT_NE(out.body.find(GetParam().detail), std::string::npos) << out.body;
  EXPECT_EQ(service.executed, 0u);
  EXPECT_TRUE(rows(RowKind::idempotency).empty());
}
INSTANTIATE_TEST_SUITE_P(Table, BadBodies, testing::ValuesIn(kBadBodies),
                         [](const auto& test) { return test.param.name; });

class Requests : public ApiTest {};

// What is no JSON, in the ways parsers are known to be too kind to it. Each stands where a value of
// ours would, so nothing but the parser can refuse it.
TEST_F(Requests, WhatIsNoJsonIsRefused) {
  const std::vector<std::string> values = {"",
                                           "tru",
                                           "nul",
                                           "True",
                                           "NaN",
                                           "Infinity",
                                           "-Infinity",
                                           "-",
                                           "+1",
                                           "01",
                                           "-01",
                                           "1.",
                                           ".5",
                                           "1e",
                                           "1e+",
                                           "1.e1",
                                           "0x10",
                                           "1_000",
                                           "1 2",
                                           "0e+-1",
                                           "--1",
                                           "1,",
                                           "'a'",
                                           "a",
                                           "\"a",
                                           "\"a\"b",
                                           "\"\\x\"",
                                           "\"\\u12\"",
                                           "\"\\u12G4\"",
                                           "\"\\U0041\"",
                                           "\"\\\"",
                                           "\"\\ud800\"",
                                           "\"\\udc00\"",
                                           "\"\\ud800\\u0041\"",
                                           "\"\\ud800x\"",
                                           "\"\n\"",
                                           "\"\t\"",
                                           "\"\r\"",
                                           std::string("\"\0\"", 3),
                                           "\"\x1f\"",
                                           "\"\xff\"",
                                           "\"\xc0\xaf\"",
                                           "\"\xe0\x80\x80\"",
                                           "\"\xed\xa0\x80\"",
                                           "\"\xf4\x90\x80\x80\"",
                                           "\"\xf8\x88\x80\x80\x80\"",
                                           "\"\xe4\xbd\"",
                                           "[",
                                           "]",
                                           "[1",
                                           "[1,",
                                           "[,1]",
                                           "[1,]",
                                           "[1,,2]",
                                           "[1 2]",
                                           "[1:2]",
                                           "[1}",
                                           "[\"a\"",
                                           "[1]]",
                                           "{",
                                           "{}}",
                                           "{,}",
                                           "{\"a\"}",
                                           "{\"a\":}",
                                           "{\"a\":1,}",
                                           "{\"a\" 1}",
                                           "{\"a\":1 \"b\":2}",
                                           "{a:1}",
                                           "{'a':1}",
                                           "{1:1}",
                                           "{null:1}",
                                           "{\"a\":1",
                                           "{\"a\"::1}",
                                           "{\"a\":1]",
                                           "/*x*/1",
                                           "//x\n1",
                                           "#1",
                                           "1;",
                                           "\xef\xbb\xbf"
                                           "1",
                                           "\xa0"
                                           "1",
                                           "\f1",
                                           "\v1",
                                           "undefined",
                                           "new Date()",
                                           "1e400",
                                           "-1e400",
                                           std::string(40, '[') + std::string(40, ']'),
                                           std::string(100'000, '['),
                                           "{\"a\":" + std::string(1'000, '{'),
                                           "\"" + std::string(70'000, 'a')};
  EXPECT_GE(values.size(), 90u);
  for (const auto& value : values) {
    const auto out = post("/v1/messages", "{\"to\":" + value + "}", "acme-messages-key");
    EXPECT_EQ(out.status, 400) << value.substr(0, 40);
    EXPECT_NE(out.body.find("not valid JSON"), std::string::npos)
        << value.substr(0, 40) << ": " << out.body;
  }
  for (const std::string before : {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff", "x", ",", "/**/"}) {
    EXPECT_EQ(post("/v1/messages", before + "{}", "acme-messages-key").status, 400) << before;
  }
  EXPECT_EQ(service.executed, 0u);
}

TEST_F(Requests, WhatIsJsonIsRead) {
  for (const std::string value : {"1",
                                  "-0",
                                  "0.5",
                                  "1E+2",
                                  "1e-2",
                                  "123456789012345678",
                                  "true",
                                  "null",
                                  "\"\"",
                                  "\"\\u0041\"",
                                  "\"\\ud83d\\ude00\"",
                                  "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
                                  "\"\x7f\"",
                                  "\"\xe4\xbd\xa0\"",
                                  "\"\xf4\x8f\xbf\xbf\"",
                                  "[]",
                                  "[[]]",
                                  "{}",
                                  "{\"\":1}",
                                  " [ 1 , 2 ] ",
                                  "\t1\r\n"}) {
    const auto out = post("/v1/messages", "{\"to\":" + value + "}", "acme-messages-key");
    EXPECT_EQ(out.status, 400);
    EXPECT_EQ(out.body.find("not valid JSON"), std::string::npos) << value << ": " << out.body;
  }
}

TEST_F(Requests, JsonMustSaySo) {
  const auto out =
      post("/v1/messages", "{}", "acme-messages-key", {{"content-type", "text/plain"}});
  EXPECT_EQ(out.status, 415);
  const auto fine = post("/v1/claim", R"({"agent":"anna"})", "acme-agent-key",
                         {{"content-type", "Application/JSON; charset=utf-8"}});
  EXPECT_EQ(fine.status, 200) << fine.body;
}

TEST_F(Requests, NoAnswerRepeatsWhatTheBodySaid) {
  const auto out = post(
      "/v1/messages", R"({"to":{"person":"x"},"content":[{"type":"text","text":"CANARY"}],"z":1})");
  EXPECT_EQ(out.status, 400);
  EXPECT_EQ(out.body.find("CANARY"), std::string::npos);
}

TEST_F(Requests, WrongParametersAreNamed) {
  const auto id = conversation("wendy");
  for (const auto* query : {"limit=0", "limit=201", "limit=x", "limit=", "limit=1&limit=2",
                            "after_seq=-1", "after_seq=99999999999999999999", "x=1"}) {
    EXPECT_EQ(get("/v1/conversations/" + id + "/events?" + query).status, 400) << query;
  }
  EXPECT_EQ(get("/v1/decisions/x?lang=fr").status, 400);
}

TEST_F(Requests, AMessageToSomebodyWeNeverHeardOfMakesThemKnown) {
  const std::string body =
      R"({"to":{"identity":{"channel":"app","scheme":"custom","value":"new"}},)"
      R"("content":[{"type":"text","text":"hi"}]})";
  const auto out = post("/v1/messages", body, "acme-messages-key");
  EXPECT_EQ(out.status, 202) << out.body;
  EXPECT_EQ(member(out, "person_id"), service.person_of_customer(kAcme, "new").value);
  EXPECT_NE(member(out, "sends"), "[]") << out.body;
  const auto again = post("/v1/messages", body, "acme-messages-key");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(member(again, "person_id"), member(out, "person_id"));
  EXPECT_NE(member(again, "message_id"), member(out, "message_id"));
}

TEST_F(Requests, ACustomerIsFoundByTheTenantsOwnUserId) {
  const auto person = service.customer_says(kAcme, "wendy", "hello").person;
  EXPECT_EQ(get("/v1/persons?external_user=crm-1").body, R"({"persons":[]})");
  EXPECT_EQ(
      answer(request("PATCH", "/v1/persons/" + person.value,
                     R"({"external_user":"crm-1","attributes":{"tier":"gold","n":3,"b":true}})"))
          .status,
      200);
  const auto found = get("/v1/persons?external_user=crm-1");
  EXPECT_NE(found.body.find(person.value), std::string::npos) << found.body;
  EXPECT_NE(found.body.find(R"("attributes":{"b":true,"n":3,"tier":"gold"})"), std::string::npos)
      << found.body;
  EXPECT_EQ(get("/v1/persons?external_user=crm-1", "bolt-admin-key").body, R"({"persons":[]})");
  const auto erased =
      answer(request("PATCH", "/v1/persons/" + person.value, R"({"attributes":{"tier":null}})"));
  EXPECT_EQ(erased.body.find("tier"), std::string::npos) << erased.body;
  const auto sent = post(
      "/v1/messages", R"({"to":{"external_user":"crm-1"},"content":[{"type":"text","text":"x"}]})");
  EXPECT_EQ(member(sent, "person_id"), person.value) << sent.body;
}

TEST_F(Requests, ADecisionComesWithASentence) {
  const auto outcome = service.customer_says(kAcme, "wendy", "hello");
  std::string id;
  for (const auto& event : outcome.events) {
    if (event.decision) id = event.decision->id.value;
  }
  const auto en = get("/v1/decisions/" + id), zh = get("/v1/decisions/" + id + "?lang=zh");
  ASSERT_EQ(en.status, 200) << en.body;
  EXPECT_FALSE(member(en, "explanation").empty());
  EXPECT_NE(member(en, "explanation"), member(zh, "explanation"));
  EXPECT_EQ(member(en, "id"), id);
}

TEST_F(Requests, EventsAreTheStoredDocuments) {
  const auto id = conversation("wendy");
  conversation("wendy");
  const auto stored = events_of(id);
  ASSERT_GE(stored.size(), 4u);
  const auto all = get("/v1/conversations/" + id + "/events");
  std::string want;
  for (const auto& event : stored) {
    want += (want.empty() ? "" : ",") + std::string(stored_json(event.body));
  }
  EXPECT_NE(all.body.find("\"events\":[" + want + "]"), std::string::npos);
  EXPECT_EQ(member(all, "more"), "false");
  std::string paged;
  std::string after = "0";
  for (std::size_t pages = 0; pages <= stored.size(); ++pages) {
    const auto page = get("/v1/conversations/" + id + "/events?limit=1&after_seq=" + after);
    const auto from = page.body.find('[') + 1, to = page.body.rfind(']');
    if (to == from) break;
    paged += (paged.empty() ? "" : ",") + page.body.substr(from, to - from);
    after = page.body.substr(page.body.rfind("\"after_seq\":") + 12,
                             page.body.rfind(",\"more\"") - page.body.rfind("\"after_seq\":") - 12);
  }
  EXPECT_EQ(paged, want);
}

class Pages : public ApiTest {};

TEST_F(Pages, OfConversationsCoverEachOnceAndEnd) {
  std::set<std::string> want, got;
  for (int i = 0; i < 7; ++i) {
    want.insert(conversation("who" + std::to_string(i)));
    service.manual_clock().advance(Milliseconds{1'000});
  }
  conversation("theirs", kBolt);
  std::string cursor;
  int pages = 0;
  do {
    const auto page =
        get("/v1/conversations?limit=3" + (cursor.empty() ? std::string() : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::size_t at = 0; (at = page.body.find("\"id\":\"cnv_", at)) != std::string::npos;
         ++at) {
      EXPECT_TRUE(got.insert(page.body.substr(at + 6, 36)).second) << "twice";
    }
    cursor = member(page, "next");
  } while (!cursor.empty() && ++pages < 10);
  EXPECT_EQ(got, want);
}

TEST_F(Pages, RefuseACursorThatTheyDidNotGive) {
  for (int i = 0; i < 3; ++i) conversation("who" + std::to_string(i));
  for (int i = 0; i < 3; ++i) conversation("who" + std::to_string(i), kBolt);
  const auto cursor = member(get("/v1/conversations?limit=1"), "next");
  ASSERT_FALSE(cursor.empty());
  EXPECT_EQ(get("/v1/conversations?cursor=" + cursor).status, 200);
  EXPECT_EQ(get("/v1/dead-letters?cursor=" + cursor).status, 400) << "another list's";
  EXPECT_EQ(get("/v1/conversations?cursor=" + cursor, "bolt-admin-key").status, 400)
      << "another tenant's";
  auto changed = cursor;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  changed[0] = changed[0] == 'A' ? 'B' : 'A';
  EXPECT_EQ(get("/v1/conversations?cursor=" + changed).status, 400);
  EXPECT_EQ(get("/v1/conversations?cursor=AAAA").status, 400);
  EXPECT_EQ(get("/v1/conversations?cursor=%00").status, 400);
}

TEST_F(Pages, OfATimelineInterleaveMergedPersonsByTime) {
  std::vector<std::string> order;
  const auto say = [&](const std::string& who) {
    order.push_back(service.customer_says(kAcme, who, "hello").events.front().id.value);
    service.manual_clock().advance(Milliseconds{1'000});
  };
  for (const auto* who : {"a", "b", "a", "b", "b", "a"}) say(who);
  const auto a = service.person_of_customer(kAcme, "a"), b = service.person_of_customer(kAcme, "b");
  ASSERT_EQ(post("/v1/persons/" + b.value + "/merge", R"({"into":")" + a.value + "\"}").status,
            200);
  std::vector<std::string> got;
  std::string cursor;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = get("/v1/persons/" + a.value + "/timeline?limit=4" +
                          (cursor.empty() ? std::string() : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::size_t at = 0; (at = page.body.find("\"evt_", at)) != std::string::npos; ++at) {
      got.push_back(page.body.substr(at + 1, page.body.find('"', at + 1) - at - 1));
    }
    cursor = member(page, "next");
    if (cursor.empty()) break;
  }
  EXPECT_EQ(std::set<std::string>(got.begin(), got.end()).size(), got.size()) << "an event twice";
  std::size_t last = 0;
  for (const auto& id : order) {
    const auto at = std::ranges::find(got, id);
    ASSERT_NE(at, got.end()) << id;
    const auto place = static_cast<std::size_t>(at - got.begin());
    EXPECT_GE(place, last) << "out of order";
    last = place;
  }
}

TEST_F(Pages, OfTheAuditLogNameWhoDidWhatAndNoContent) {
  const auto person = service.customer_says(kAcme, "wendy", "hello").person;
  answer(request("PATCH", "/v1/persons/" + person.value, R"({"display_name":"CANARY"})"));
  const auto log = get("/v1/audit");
  EXPECT_EQ(member(log, "action"), "person.update") << log.body;
  EXPECT_EQ(member(log, "target"), person.value);
  EXPECT_EQ(member(log, "actor"), "api:admin");
  EXPECT_EQ(log.body.find("CANARY"), std::string::npos);
}

}  // namespace
}  // namespace parley::gateway
