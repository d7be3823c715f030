// Every door that is not of the /v1 table (which tests/api/route_matrix_test.cpp walks), and the
// admin port, with every kind of credential: none, a wrong one, the tenant's own of each kind,
// another tenant's, one that has expired and one that was withdrawn. What a door opens to is listed
// here; everything else must be refused, by every method, and leave nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/crypto.hpp"
#include "connectors/connector.hpp"
#include "gateway/pipeline/tenant.hpp"
#include "tests/integration/world.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;
using connectors::ChatSessions;

constexpr std::int64_t kUser = 4'711;
constexpr const char* kText =
    R"({"type":"message","id":"c-1","content":[{"type":"text","text":"hi"}]})";

struct Held {
  std::string name;
  Headers headers;
};

// What one may try: method, address, body; and which of the credentials below are let in.
struct Door {
  std::string name, method, target, body;
  std::set<std::string> let_in;
  int opened = 200;
};

const gateway::Tenant& tenant_of(World& world, const std::string& id) {
  static std::vector<std::shared_ptr<const gateway::Tenant>> kept;
  kept.push_back(world.running().service().tenant({id}));
  return *kept.back();
}

std::string chat_token(World& world, const std::string& tenant, Milliseconds ago = {}) {
  const auto& known = tenant_of(world, tenant);
  const auto& channel = known.channels.at({"web"});
  const auto now = SystemClock().now() - ago;
  const auto session = known.entries.at({"web"})->chat_sessions->open(
      channel, {}, "0123456789abcdef0123456789abcdef", now);
  EXPECT_TRUE(session.has_value());
  return session ? session->token : "";
}

std::string telegram_text(int update) {
  return R"({"update_id":)" + std::to_string(update) + R"(,"message":{"message_id":1,"date":)" +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                            SystemClock().now().time_since_epoch())
                            .count()) +
         R"(,"from":{"id":4711,"first_name":"N"},"chat":{"id":4711,"type":"private"},)"
         R"("text":"hi"}})";
}

class Doors : public testing::Test {
 protected:
  static constexpr const char* kWithdrawn =
      "[[api_key]]\nid = \"old\"\ntoken = \"shop-old\"\nscopes = [\"admin\"]\n";

  static Held bearer(const std::string& name, const std::string& token) {
    return {name, {{"authorization", "Bearer " + token}}};
  }
  static Held telegram(const std::string& name, const std::string& secret) {
    return {name, {{"x-telegram-bot-api-secret-token", secret}}};
  }

  std::vector<Held> credentials() {
    withdraw();
    return {
        {"none", {}},
        bearer("garbage", "garbage"),
        bearer("own API key", "shop-admin"),
        bearer("other API key", "mall-admin"),
        bearer("withdrawn API key", "shop-old"),
        bearer("own session", chat_token(world, "shop")),
        bearer("other session", chat_token(world, "mall")),
        bearer("expired session", chat_token(world, "shop", std::chrono::hours{24 * 400})),
        telegram("own webhook secret", "tg-shop-secret"),
        telegram("other webhook secret", "tg-mall-secret"),
        telegram("cut webhook secret", "tg-shop-secre"),
        {"own secret in a query", {{"x-secret", "tg-shop-secret"}}},
        {"forwarded as local",
         {{"x-forwarded-for", "127.0.0.1"}, {"x-real-ip", "127.0.0.1"}, {"forwarded", "for=::1"}}},
        {"method of another name", {{"x-http-method-override", "GET"}}}};
  }

  // The key "shop-old" was good until this reload.
  void withdraw() {
    ASSERT_EQ(world.api("shop-old", "GET", "/v1/queues").status, 200);
    const auto file = world.directory() + "/tenants/shop.toml";
    std::ofstream(file) << tenant_toml({.id = "shop"});
    auto process = config::load_process(world.directory() + "/parley.toml");
    ASSERT_TRUE(process);
    process->media_key = Secret("kept");
    auto tenants = config::load_tenants(*process);
    ASSERT_TRUE(tenants) << tenants.error().detail;
    ASSERT_TRUE(world.running().reload(*process, std::move(*tenants)));
    ASSERT_EQ(world.api("shop-old", "GET", "/v1/queues").status, 401);
  }

  std::string media_path(Milliseconds lifetime) {
    return world.running().service().media_url(tenant_of(world, "shop"), {media_}, lifetime);
  }

  std::string upload() {
    const auto answer =
        ask(world.port(), "POST", "/v1/media?name=a.txt",
            {{"authorization", "Bearer shop-admin"}, {"content-type", "text/plain"}}, "a file");
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto at = answer.body.find("med_");
    return at == std::string::npos ? "" : answer.body.substr(at, 36);
  }

  // What customers said: the answers of bots come when they come.
  std::size_t stored(const std::string& tenant) {
    std::size_t count = 0;
    const auto page = world.running().store().conversations_blocking({tenant}, "", 1'000);
    for (const auto& each : page->items) {
      for (const auto& event :
           *world.running().store().history_blocking({tenant}, each.person, 0, 1'000)) {
        count += event.body.find(R"("direction":"inbound")") != std::string::npos ? 1 : 0;
      }
    }
    return count;
  }

  World world{{{.id = "shop", .extra = kWithdrawn}, {.id = "mall"}}};
  const std::string media_ = upload();
};

TEST_F(Doors, OpenToTheirOwnCredentialAndToNothingElse) {
  const auto held = credentials();
  std::set<std::string> anybody;
  for (const auto& each : held) anybody.insert(each.name);
  const std::set<std::string> visitor = {"own session"};
  const std::set<std::string> platform = {"own webhook secret"};
  auto changed = media_path(Milliseconds{60'000});
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  auto elsewhere = media_path(Milliseconds{60'000});
  elsewhere.replace(elsewhere.find("/shop/"), 6, "/mall/");
  const std::vector<Door> doors = {
      {"webhook", "POST", "/webhooks/shop/tg", telegram_text(1), platform},
      {"webhook of a channel of another kind", "POST", "/webhooks/shop/web", "{}", {}},
      {"webhook of no channel", "POST", "/webhooks/shop/none", telegram_text(2), {}},
      {"webhook of no tenant", "POST", "/webhooks/none/tg", telegram_text(3), {}},
      {"webhook with the secret in its query", "POST", "/webhooks/shop/tg?secret=tg-shop-secret",
       telegram_text(4), platform},
      {"webhook with a deeper path", "POST", "/webhooks/shop/tg/x", telegram_text(5), {}},
      {"webhook beside the prefix", "POST", "/webhooks", telegram_text(6), {}},
      {"chat session", "POST", "/chat/shop/web/session", "{}", anybody},
      {"chat session of a forged user",
       "POST",
       "/chat/shop/web/session",
       R"({"user":"anna","user_hash":"00"})",
       {}},
      {"chat session of a forged token",
       "POST",
       "/chat/shop/web/session",
       R"({"token":"x.y"})",
       {}},
      {"chat message", "POST", "/chat/shop/web/messages", kText, visitor},
      {"chat events", "GET", "/chat/shop/web/events", "", visitor},
      {"chat upload", "POST", "/chat/shop/web/media?name=a.txt", "bytes", visitor, 201},
      {"chat on a channel of another kind", "POST", "/chat/shop/tg/session", "{}", {}},
      {"chat of no tenant", "POST", "/chat/none/web/session", "{}", {}},
      {"chat without a socket", "GET", "/chat/shop/web", "", {}},
      {"media by its address", "GET", media_path(Milliseconds{60'000}), "", anybody},
      {"media by an old address", "GET", media_path(Milliseconds{-60'000}), "", {}},
      {"media by a changed address", "GET", changed, "", {}},
      {"media under another tenant", "GET", elsewhere, "", {}},
      {"media without a signature", "GET", "/media/shop/" + media_, "", {}},
      {"stream without a socket", "GET", "/v1/stream", "", {}},
      {"the API's root", "GET", "/v1", "", {}},
      {"nowhere", "GET", "/", "", {}},
      {"metrics on the public port", "GET", "/metrics", "", {}},
      {"health on the public port", "GET", "/livez", "", {}},
      {"readiness on the public port", "GET", "/readyz", "", {}},
  };
  for (const auto& door : doors) {
    for (const auto& each : held) {
      const auto shop = stored("shop"), mall = stored("mall");
      auto headers = each.headers;
      if (!door.body.empty()) {
        headers.emplace_back("content-type",
                             door.body == "bytes" ? "text/plain" : "application/json");
      }
      const auto answer = ask(world.port(), door.method, door.target, headers, door.body);
      const auto where = door.name + " with " + each.name;
      if (door.let_in.contains(each.name)) {
        EXPECT_EQ(answer.status, door.opened) << where << ": " << answer.body;
        continue;
      }
      EXPECT_TRUE(answer.status >= 400 && answer.status < 500)
          << where << ": " << answer.status << " " << answer.body;
      EXPECT_EQ(stored("shop"), shop) << where;
      EXPECT_EQ(stored("mall"), mall) << where;
      EXPECT_EQ(answer.body.find("a file"), std::string::npos) << where;
    }
  }
}

// No door has a method more than it is meant to have, whatever one holds.
TEST_F(Doors, HaveNoOtherMethods) {
  const auto held = credentials();
  const std::map<std::string, std::set<std::string>> methods = {
      {"/webhooks/shop/tg", {"GET", "POST"}},
      {"/chat/shop/web/session", {"POST", "OPTIONS"}},
      {"/chat/shop/web/messages", {"POST", "OPTIONS"}},
      {"/chat/shop/web/events", {"GET", "OPTIONS"}},
      {"/chat/shop/web/media", {"POST", "OPTIONS"}},
      {media_path(Milliseconds{60'000}), {"GET"}},
  };
  for (const auto& [target, known] : methods) {
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
      if (known.contains(method)) continue;
      for (const auto& each : held) {
        const auto answer = ask(world.port(), method, target, each.headers, "");
        EXPECT_TRUE(answer.status >= 400 && answer.status < 502)
            << method << " " << target << " with " << each.name << ": " << answer.status;
      }
    }
  }
}

TEST_F(Doors, OfTheAdminPortAreThreePagesAndNothingOfTheHouse) {
  const auto held = credentials();
  for (const auto& each : held) {
    for (const std::string page : {"/livez", "/readyz", "/metrics"}) {
      const auto answer = ask(world.admin_port(), "GET", page, each.headers, "");
      EXPECT_EQ(answer.status, 200) << page << " with " << each.name;
      for (const auto* word : {"shop-admin", "tg-shop-secret", "4711", "Nic"}) {
        EXPECT_EQ(answer.body.find(word), std::string::npos) << word << " in " << page;
      }
      for (const std::string method : {"POST", "PUT", "DELETE", "PATCH"}) {
        const auto refused = ask(world.admin_port(), method, page, each.headers, "");
        EXPECT_TRUE(refused.status >= 400 && refused.status < 502) << method << " " << page;
      }
    }
    const std::vector<std::string> not_here = {"/",
                                               "/v1/queues",
                                               "/v1/stream",
                                               "/webhooks/shop/tg",
                                               "/chat/shop/web/session",
                                               "/media/shop/" + media_,
                                               "/metrics/",
                                               "/metrics/../v1/queues",
                                               "/debug",
                                               "/reload"};
    for (const auto& target : not_here) {
      for (const std::string method : {"GET", "POST"}) {
        const auto answer = ask(world.admin_port(), method, target, each.headers, "");
        EXPECT_TRUE(answer.status >= 400 && answer.status < 500)
            << method << " " << target << " with " << each.name << ": " << answer.status;
      }
    }
  }
}

// Sockets: the tenant's stream for its key, a visitor's for a session; nobody else gets a frame of
// either.
TEST_F(Doors, OfSocketsTooAreOneTenants) {
  const auto held = credentials();
  ASSERT_EQ(world.telegram("shop", 70, kUser, "hello shop").status, 200);
  for (const auto& each : held) {
    const auto socket = Socket::open(world.port(), "/v1/stream", each.headers);
    if (each.name == "own API key" || each.name == "other API key") {
      ASSERT_TRUE(socket) << each.name;
      const auto first = socket->receive();
      ASSERT_TRUE(first) << each.name;
      EXPECT_EQ(first->find("hello shop"), std::string::npos) << "nothing before it is asked for";
      continue;
    }
    if (socket == nullptr) continue;  // refused before it became one
    socket->send("{}");               // no key either
    const auto first = socket->receive();
    EXPECT_TRUE(!first || first->find("\"events\"") == std::string::npos) << each.name;
    EXPECT_TRUE(!first || first->find("hello shop") == std::string::npos) << each.name;
  }
  for (const std::string target : {"/webhooks/shop/tg", "/media/shop/x", "/", "/v1/queues",
                                   "/chat/none/web", "/chat/shop/tg"}) {
    EXPECT_EQ(Socket::open(world.port(), target, {{"authorization", "Bearer shop-admin"}}), nullptr)
        << target;
  }
}

// Each way of writing ".." and "/" that some server has taken for one, in front of files there are.
std::vector<std::string> traversals() {
  std::vector<std::string> out;
  const std::vector<std::string> dots = {"..",         "%2e%2e", "%2E.",         ".%2e",
                                         "%252e%252e", "..%00",  "%c0%ae%c0%ae", "%e0%80%ae.",
                                         "....",       ". .",    "%u002e%u002e", "..;"};
  const std::vector<std::string> slashes = {"/", "%2f", "%5c", "\\", "%252f", "%c0%af", "%u2215"};
  for (const auto& dot : dots) {
    for (const auto& slash : slashes) {
      std::string up;
      for (int i = 0; i < 4; ++i) up += dot + slash;
      out.push_back(up);
    }
  }
  for (const char* other :
       {"/", "//", "file:///", "%2f", "C:%5c", "~/", "./", "%00/", "data/../"}) {
    out.emplace_back(other);
  }
  return out;
}

TEST_F(Doors, ReachNoFileByAnyPath) {
  const auto ways = traversals();
  EXPECT_GE(ways.size(), 80u);
  const auto signature = media_path(Milliseconds{60'000});
  const auto query = signature.substr(signature.find('?'));
  for (const std::string door : {"/media/shop/", "/media/", "/chat/shop/web/", "/webhooks/", "/"}) {
    for (const auto& way : ways) {
      for (const std::string file : {"parley.toml", "ring", "etc/passwd"}) {
        const auto answer = ask(world.port(), "GET", door + way + file + query, {}, "");
        EXPECT_TRUE(answer.status >= 400 && answer.status < 500)
            << door << way << file << ": " << answer.status;
        for (const auto* content : {"tenants = ", "key ring", "root:"}) {
          EXPECT_EQ(answer.body.find(content), std::string::npos) << door << way << file;
        }
      }
    }
  }
}

// What a customer says of a file, its name and its type, becomes no header but those of ours.
TEST_F(Doors, WriteNoHeaderThatACustomerWrote) {
  const std::vector<std::string> names = {"a%0d%0aSet-Cookie:%20e=1",
                                          "a%0aSet-Cookie:e=1",
                                          "%00",
                                          "a%22;filename=b.html",
                                          "%e5%98%8a%e5%98%8dSet-Cookie:e=1",
                                          "a.html",
                                          "%0d%0a%0d%0a<script>",
                                          "..%2f..%2fx"};
  const std::vector<std::string> types = {
      "text/html",         "text/html; charset=x",   "image/svg+xml", "text/plain\t; a=b",
      "multipart/x-mixed", "application/javascript", "not a type",    "text/plain, text/html"};
  const auto token = "Bearer " + chat_token(world, "shop");
  for (const auto& name : names) {
    for (const auto& type : types) {
      const auto kept = ask(world.port(), "POST", "/chat/shop/web/media?name=" + name,
                            {{"authorization", token}, {"content-type", type}}, "<b>bytes</b>");
      const auto at = kept.body.find("/media/shop/");
      if (kept.status != 201 || at == std::string::npos) {
        EXPECT_TRUE(kept.status >= 400 && kept.status < 500) << name << " " << type;
        continue;
      }
      auto url = kept.body.substr(at, kept.body.find('"', at) - at);
      const auto shown = ask(world.port(), "GET", url, {}, "");
      EXPECT_EQ(shown.status, 200) << url;
      std::map<std::string, std::string> headers;
      for (const auto& [key, value] : shown.headers) {
        EXPECT_TRUE(headers.emplace(key, value).second) << key << " twice";
        EXPECT_NE(key, "set-cookie") << name;
      }
      EXPECT_EQ(headers["x-content-type-options"], "nosniff");
      EXPECT_EQ(headers["content-security-policy"], "default-src 'none'; sandbox");
    }
  }
}

}  // namespace
}  // namespace parley::test
