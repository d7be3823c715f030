// Every route against every kind of caller: no key, a wrong one, too little scope, another tenant.
#include <algorithm>
#include <fstream>
#include <future>
#include <map>
#include <set>

#include "conversation/codec.hpp"
#include "gateway/api/call.hpp"
#include "tests/api/api_fixture.hpp"

namespace parley::gateway {
namespace api {
void PrintTo(const Route& route, std::ostream* out) {
  *out << route.method << " " << route.pattern;
}
}  // namespace api

namespace {

// Something of every kind, in one tenant.
struct World {
  std::string waiting, held;  // conversations: in the queue; with agent anna
  std::string person, survivor, merged;
  std::string decision, corrected, dead_letter, media;
  std::string queue, agent, channel, experiment;  // of this tenant only
  std::string draft, reviewed;        // knowledge
};

struct Sample {
  std::string id = {};
  std::string body = {};
  std::string query = {};
};

class RouteMatrix : public ApiTest, public testing::WithParamInterface<api::Route> {
 protected:
  World make_world(const TenantId& tenant) {
    World w;
    const auto waiting = service.customer_says(tenant, "wendy", "hello");
    w.waiting = conversation_of(waiting.person).value;
    for (const auto& event : waiting.events) {
      if (event.decision) w.decision = event.decision->id.value;
    }
    const auto held = service.customer_says(tenant, "henry", "hello");
    w.held = conversation_of(held.person).value;
    const auto key = tenant.value + "-admin-key";
    for (const auto& event : held.events) {
      if (event.decision) w.corrected = event.decision->id.value;
    }
    EXPECT_EQ(post("/v1/decisions/" + w.corrected + "/correction", R"({"sentiment":"neutral"})", key)
                  .status,
              200);
    EXPECT_EQ(post("/v1/conversations/" + w.held + "/control",
                   R"({"action":"claim","agent":"anna"})", key)
                  .status,
              200);
    w.person = waiting.person.value;
    w.survivor = held.person.value;
    w.merged = service.customer_says(tenant, "mary", "hello").person.value;
    EXPECT_EQ(
        post("/v1/persons/" + w.merged + "/merge", R"({"into":")" + w.survivor + "\"}", key).status,
        200);
    w.dead_letter = put_dead_letter(tenant, waiting.person, "wendy");
    const auto media = answer(request("POST", "/v1/media?name=a.png", "PNG " + tenant.value, key,
                                      {{"content-type", "image/png"}}));
    w.media = member(media, "media_id");
    const std::string wording = R"("questions":["when?"],"answer":"Soon."})";
    const auto by_agent = tenant.value + "-agent-key";
    w.draft = tenant.value + "-draft1";
    w.reviewed = tenant.value + "-review1";
    for (const auto& id : {w.draft, w.reviewed}) {
      EXPECT_EQ(post("/v1/knowledge", R"({"id":")" + id + "\"," + wording, by_agent).status, 201);
    }
    EXPECT_EQ(post("/v1/knowledge/" + w.reviewed + "/submit", R"({"version":1})", by_agent).status,
              200);
    w.queue = tenant.value + "-desk";
    w.agent = tenant.value + "-boss";
    w.channel = tenant.value + "-app";
    w.experiment = tenant.value + "-trial";
    put_trial(tenant, w.experiment);
    return w;
  }

  void put_trial(const TenantId& tenant, const std::string& experiment) {
    const Trial trial{.experiment = experiment, .arm = "a", .episode = {"eps_1"}, .closed = true};
    std::promise<void> done;
    storage::Commit commit{.tenant = tenant, .person = {}, .at = service.clock().now()};
    commit.rows.push_back(
        {.kind = RowKind::trial, .id = trial_row_id(trial), .body = to_stored(trial)});
    service.store().commit(std::move(commit), [&done](auto) { done.set_value(); });
    done.get_future().get();
  }

  std::string put_dead_letter(const TenantId& tenant, const PersonId& person,
                              const std::string& who) {
    DeadLetter letter;
    letter.send.id = {place_id("snd", person, 999)};
    letter.send.tenant = tenant;
    letter.send.person = person;
    letter.send.channel = {"app"};
    letter.send.recipient = who;
    letter.send.identity = {.scope = "app", .scheme = "custom", .value = who};
    letter.send.message.id = {place_id("msg", person, 1)};
    letter.send.message.direction = Direction::outbound;
    letter.send.message.content = {Text{.text = "never arrived"}};
    letter.send.message.fallback_text = "never arrived";
    letter.send.message.delivery = DeliveryStatus{.state = DeliveryState::failed};
    letter.reason = "attempts used up";
    std::promise<void> done;
    storage::Commit commit{.tenant = tenant, .person = {}, .at = service.clock().now()};
    commit.rows.push_back(
        {.kind = RowKind::dead_letter, .id = letter.send.id.value, .body = to_stored(letter)});
    service.store().commit(std::move(commit), [&done](auto) { done.set_value(); });
    done.get_future().get();
    return letter.send.id.value;
  }

  // A request of this route that its owner may make.
  static std::optional<Sample> sample(const api::Route& route, const World& w) {
    const std::string text = R"("content":[{"type":"text","text":"hi"}])";
    const std::string to = R"({"to":{"person":")" + w.person + "\"}," + text + "}";
    const std::map<std::string, Sample> samples = {
        {"POST /v1/messages", {.body = to}},
        {"POST /v1/notifications", {.body = to}},
        {"GET /v1/conversations", {}},
        {"GET /v1/conversations/{id}", {.id = w.waiting}},
        {"GET /v1/conversations/{id}/events", {.id = w.waiting}},
        {"POST /v1/conversations/{id}/messages",
         {.id = w.held, .body = R"({"agent":"anna",)" + text + "}"}},
        {"POST /v1/conversations/{id}/notes", {.id = w.waiting, .body = R"({"text":"n"})"}},
        {"POST /v1/conversations/{id}/typing", {.id = w.held, .body = R"({"on":true})"}},
        {"POST /v1/conversations/{id}/control",
         {.id = w.waiting, .body = R"({"action":"takeover","agent":"anna"})"}},
        {"POST /v1/conversations/{id}/transfer",
         {.id = w.waiting, .body = R"({"to":"queue:vip"})"}},
        {"POST /v1/conversations/{id}/close", {.id = w.waiting, .body = R"({"reason":"done"})"}},
        {"GET /v1/persons", {.query = "?external_user=crm-1"}},
        {"GET /v1/persons/{id}", {.id = w.person}},
        {"PATCH /v1/persons/{id}", {.id = w.person, .body = R"({"attributes":{"tier":"gold"}})"}},
        {"DELETE /v1/persons/{id}", {.id = w.person}},
        {"GET /v1/persons/{id}/export", {.id = w.person}},
        {"POST /v1/persons/{id}/merge",
         {.id = w.person, .body = R"({"into":")" + w.survivor + "\"}"}},
        {"POST /v1/persons/{id}/unmerge", {.id = w.merged}},
        {"GET /v1/persons/{id}/timeline", {.id = w.survivor}},
        {"POST /v1/persons/batch",
         {.body = R"({"persons":[{"external_user":"crm-9","attributes":{"tier":"gold"}}]})"}},
        {"GET /v1/segments", {}},
        {"GET /v1/reports", {.query = "?by=queue"}},
        {"GET /v1/queues", {}},
        {"POST /v1/queues/{id}/claim", {.id = w.queue, .body = R"({"agent":"anna"})"}},
        {"POST /v1/claim", {.body = R"({"agent":"anna"})"}},
        {"GET /v1/agents", {}},
        {"PUT /v1/agents/{id}/presence", {.id = w.agent, .body = R"({"presence":"online"})"}},
        {"GET /v1/channels", {}},
        {"GET /v1/channels/{id}/capabilities", {.id = w.channel}},
        {"GET /v1/decisions/{id}", {.id = w.decision}},
        {"GET /v1/experiments", {}},
        {"GET /v1/experiments/{id}", {.id = w.experiment}},
        {"POST /v1/decisions/{id}/correction",
         {.id = w.decision, .body = R"({"sentiment":"negative"})"}},
        {"DELETE /v1/decisions/{id}/correction", {.id = w.corrected}},
        {"GET /v1/corrections", {}},
        {"POST /v1/decisions/replay", {.body = R"({"conversations":10})"}},
        {"GET /v1/dead-letters", {}},
        {"GET /v1/dead-letters/{id}", {.id = w.dead_letter}},
        {"POST /v1/dead-letters/{id}/replay", {.id = w.dead_letter}},
        {"POST /v1/media", {.body = "bytes"}},
        {"GET /v1/media/{id}", {.id = w.media}},
        {"GET /v1/audit", {}},
        {"GET /v1/knowledge", {}},
        {"POST /v1/knowledge", {.body = R"({"questions":["q"],"answer":"a"})"}},
        {"GET /v1/knowledge/export", {}},
        {"POST /v1/knowledge/import", {.body = "new question,new answer\n"}},
        {"GET /v1/knowledge/{id}", {.id = w.draft}},
        {"PATCH /v1/knowledge/{id}",
         {.id = w.draft, .body = R"({"version":1,"questions":["q"],"answer":"a"})"}},
        {"POST /v1/knowledge/{id}/submit", {.id = w.draft, .body = R"({"version":1})"}},
        {"POST /v1/knowledge/{id}/publish", {.id = w.reviewed, .body = R"({"version":2})"}},
        {"POST /v1/knowledge/{id}/retire", {.id = w.draft, .body = R"({"version":1})"}},
        {"GET /v1/reports/unanswered", {}},
    };
    const auto at = samples.find(std::string(route.method) + " " + std::string(route.pattern));
    return at == samples.end() ? std::nullopt : std::optional(at->second);
  }

  static std::string path(const api::Route& route, const Sample& s) {
    std::string out(route.pattern);
    const auto at = out.find("{id}");
    if (at != std::string::npos) out.replace(at, 4, s.id);
    return out + s.query;
  }

  http::Response call(const Sample& s, std::string_view key) {
    Headers headers;
    if (!GetParam().takes_json) headers.emplace_back("content-type", "image/png");
    return answer(request(std::string(GetParam().method), path(GetParam(), s), s.body, key,
                          std::move(headers)));
  }

  const World acme = make_world(kAcme);
  const World bolt = make_world(kBolt);
};

TEST_P(RouteMatrix, TheOwnerMay) {
  const auto s = sample(GetParam(), acme);
  ASSERT_TRUE(s) << "give this route a sample";
  const auto events_before = rows(RowKind::audit).size();
  const auto out = call(*s, "acme-admin-key");
  EXPECT_TRUE(out.status >= 200 && out.status < 300) << out.status << " " << out.body;
  EXPECT_EQ(header(out, "Cache-Control"), "no-store");
  EXPECT_EQ(rows(RowKind::audit).size(), events_before + (GetParam().audit.empty() ? 0 : 1));
}

TEST_P(RouteMatrix, EachOfItsScopesIsEnoughAndNoOther) {
  const auto s = sample(GetParam(), acme);
  ASSERT_TRUE(s);
  for (const std::string scope : {"messages", "read", "agent"}) {
    const auto out = call(*s, "acme-" + scope + "-key");
    const bool enough = std::ranges::find(GetParam().scopes, scope) != GetParam().scopes.end();
    EXPECT_EQ(out.status != 403, enough) << scope << ": " << out.status << " " << out.body;
  }
}

TEST_P(RouteMatrix, NobodyElseMay) {
  const auto s = sample(GetParam(), acme);
  ASSERT_TRUE(s);
  for (const std::string key : {"", "acme-admin-kez", "acme", "demo-admin-key"}) {
    const auto before = service.executed;
    const auto out = call(*s, key);
    EXPECT_EQ(out.status, 401) << key;
    EXPECT_EQ(out.content_type, "application/problem+json");
    EXPECT_EQ(header(out, "WWW-Authenticate"), "Bearer");
    EXPECT_EQ(service.executed, before);
  }
}

// Another tenant's id, an id of nobody and no id at all answer the same to the byte.
TEST_P(RouteMatrix, AnotherTenantsIdIsNone) {
  const auto s = sample(GetParam(), acme);
  ASSERT_TRUE(s);
  if (s->id.empty()) return;
  const auto theirs = call(*s, "bolt-admin-key");
  EXPECT_EQ(theirs.status, 404) << theirs.body;
  auto unknown = *s;
  for (auto& c : unknown.id) {
    if (c >= '0' && c <= '9') c = c == '9' ? '1' : '9';
  }
  if (unknown.id == s->id) unknown.id += "-none";
  const auto nobody = call(unknown, "bolt-admin-key");
  unknown.id = "x";
  const auto no_id = call(unknown, "bolt-admin-key");
  EXPECT_EQ(theirs.body, nobody.body);
  EXPECT_EQ(theirs.body, no_id.body);
  EXPECT_EQ(nobody.status, 404);
  EXPECT_EQ(no_id.status, 404);
  EXPECT_EQ(theirs.body.find("acme"), std::string::npos);
}

TEST_P(RouteMatrix, UnknownParametersAndMembersAreNamed) {
  auto s = sample(GetParam(), acme);
  ASSERT_TRUE(s);
  auto query = *s;
  query.query += query.query.empty() ? "?tenant=bolt" : "&tenant=bolt";
  EXPECT_EQ(call(query, "acme-admin-key").status, 400);
  if (!GetParam().takes_json || GetParam().method == "GET") return;
  auto member_too_many = *s;
  auto& body = member_too_many.body;
  body = body.empty() ? R"({"tenant":"bolt"})" : R"({"tenant":"bolt",)" + body.substr(1);
  const auto out = call(member_too_many, "acme-admin-key");
  EXPECT_EQ(out.status, 400);
  EXPECT_NE(out.body.find("tenant is no member of this request"), std::string::npos) << out.body;
}

std::string name_of(const testing::TestParamInfo<api::Route>& test) {
  std::string out(test.param.method);
  for (const char c : test.param.pattern)
    out += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return out;
}
INSTANTIATE_TEST_SUITE_P(Routes, RouteMatrix, testing::ValuesIn(api::routes()), name_of);

// Ids in bodies cross tenants no more than ids in paths.
class BodyIds : public ApiTest {};

TEST_F(BodyIds, OfAnotherTenantAreNone) {
  const auto theirs = service.customer_says(kAcme, "wendy", "hello").person;
  const auto ours = service.customer_says(kBolt, "bert", "hello").person;
  const std::string content = R"(,"content":[{"type":"text","text":"hi"}]})";
  const auto key = "bolt-admin-key";
  EXPECT_EQ(
      post("/v1/messages", R"({"to":{"person":")" + theirs.value + "\"}" + content, key).status,
      404);
  EXPECT_EQ(
      post("/v1/messages",
           R"({"to":{"conversation":")" + conversation_of(theirs).value + "\"}" + content, key)
          .status,
      404);
  EXPECT_EQ(post("/v1/messages",
                 R"({"to":{"identity":{"channel":"acme-app","scheme":"custom","value":"wendy"}})" +
                     content,
                 key)
                .status,
            400);
  EXPECT_EQ(post("/v1/persons/" + ours.value + "/merge", R"({"into":")" + theirs.value + "\"}", key)
                .status,
            404);
  const auto ours_path = "/v1/conversations/" + conversation_of(ours).value;
  EXPECT_EQ(post(ours_path + "/transfer", R"({"to":"queue:acme-desk"})", key).status, 404);
  EXPECT_EQ(
      post(ours_path + "/control", R"({"action":"takeover","agent":"acme-boss"})", key).status,
      404);
  EXPECT_EQ(post("/v1/claim", R"({"agent":"anna","queues":["acme-desk"]})", key).status, 400);
  const auto state = service.store().state_blocking(kAcme, theirs);
  EXPECT_EQ(from_stored<State>(**state)->last_seq,
            service.store().history_blocking(kAcme, theirs, 0, 100)->size());
}

// ---- the routes are the paths of docs/openapi.yaml, and the other way round

TEST(OpenApi, DescribesExactlyTheRoutes) {
  std::set<std::string> documented, served;
  for (const auto& route : api::routes()) {
    served.insert(std::string(route.method) + " " + std::string(route.pattern));
  }
  std::ifstream file(std::string(PARLEY_SOURCE_DIR) + "/docs/openapi.yaml");
  std::string path;
  bool in_paths = false;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != ' ' && line[0] != '#') in_paths = line == "paths:";
    if (!in_paths) continue;
    if (line.starts_with("  /")) path = line.substr(2, line.find(':') - 2);
    for (const std::string method : {"get", "post", "put", "patch", "delete"}) {
      if (line != "    " + method + ":") continue;
      std::string upper = method;
      std::ranges::transform(upper, upper.begin(),
                             [](char c) { return static_cast<char>(c - 32); });
      documented.insert(upper + " " + path);
    }
  }
  documented.erase("GET /v1/stream");  // a WebSocket, no route of the table
  EXPECT_EQ(documented, served);
}

}  // namespace
}  // namespace parley::gateway
