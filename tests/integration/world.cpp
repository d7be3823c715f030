#include "tests/integration/world.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>
#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "base/json_writer.hpp"
#include "conversation/ids.hpp"

namespace parley::test {
namespace {

namespace fs = std::filesystem;

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  ASSERT_TRUE(file.good()) << path;
}

std::string two_channels(const TenantText& text) {
  const std::string platform = "http://127.0.0.1:" + std::to_string(text.platform_port);
  return "[[channel]]\nid = \"tg\"\nplatform = \"telegram\"\napi_base = \"" + platform +
         "\"\nbot_token = \"1:" + text.id + "-bot\"\nsecret_token = \"tg-" + text.id +
         "-secret\"\n[[channel]]\nid = \"web\"\nplatform = \"webchat\"\nvisitor_secret = \"" +
         text.id + "-visitor-secret-0123456789\"\n";
}

void furnish_with(const std::vector<TenantText>& tenants, const std::string& directory) {
  fs::create_directories(directory + "/tenants");
  write_file(directory + "/parley.toml",
             "tenants = \"tenants\"\n[http]\naddress = \"127.0.0.1\"\nport = 0\n[admin]\n"
             "address = \"127.0.0.1\"\nport = 0\n[storage]\npath = \"" +
                 directory + "/data\"\nbackup_keys = \"" + directory +
                 "/ring\"\nfree_bytes_min = 1048576\nballast_bytes = 0\n[client]\n"
                 "private_hosts_allowed = [\"127.0.0.1\"]\n[log]\nlevel = \"error\"\n");
  write_file(directory + "/tenants/faq.tsv",
             "What are your opening hours?\tWe are open from 9 to 18.\n"
             "怎么退款\t退款请在订单页面申请。\n");
  for (const auto& tenant : tenants) {
    write_file(directory + "/tenants/" + tenant.id + ".toml", tenant_toml(tenant));
    for (const auto& [name, text] : tenant.files) {
      write_file(directory + "/tenants/" + name, text);
    }
  }
}

}  // namespace

std::string tenant_toml(const TenantText& text) {
  std::string out = "[tenant]\nid = \"" + text.id + "\"\nname = \"" + text.id +
                    "\"\nallow_literal_secrets = true\ndefault = \"bot:helper\"\n"
                    "human_queue = \"service\"\n" +
                    (text.channels.empty() ? two_channels(text) : text.channels) +
                    "[[queue]]\nid = \"service\"\nname = \"Service\"\n"
                    "[[queue]]\nid = \"complaints\"\nname = \"Complaints\"\n";
  if (text.bot_port == 0) {
    out +=
        "[[bot]]\nid = \"helper\"\nkind = \"faq\"\nfile = \"faq.tsv\"\n"
        "fallback_queue = \"service\"\n";
  } else {
    out += "[[bot]]\nid = \"helper\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:" +
           std::to_string(text.bot_port) +
           "/turn\"\nsecret = \"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5\"\ndeadline_ms = " +
           std::to_string(text.bot_deadline_ms) + "\nfallback_queue = \"service\"\n";
  }
  out +=
      "[[agent]]\nid = \"anna\"\nname = \"Anna\"\nqueues = [\"service\", \"complaints\"]\n"
      "capacity = 5\n"
      "[[agent]]\nid = \"bo\"\nname = \"Bo\"\nqueues = [\"service\", \"complaints\"]\n"
      "capacity = 5\n"
      "[[rule]]\nname = \"complaints\"\nwhen = { text_contains = [\"terrible\", \"投诉\"] }\n"
      "then = \"queue:complaints\"\npriority = 90\n"
      "[[api_key]]\nid = \"admin\"\ntoken = \"" +
      text.id + "-admin\"\nscopes = [\"admin\"]\n";
  return out + text.extra;
}

World::World(const std::vector<TenantText>& tenants)
    : World([&](const std::string& directory) { furnish_with(tenants, directory); }) {}

World::World(const Furnish& furnish) {
  std::string name = (fs::temp_directory_path() / "parley-world-XXXXXX").string();
  directory_ = ::mkdtemp(name.data());
  furnish(directory_);
  start();
}

World::~World() {
  running_.reset();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void World::start() {
  auto process = config::load_process(directory_ + "/parley.toml");
  ASSERT_TRUE(process) << process.error().detail;
  auto tenants = config::load_tenants(*process);
  ASSERT_TRUE(tenants) << tenants.error().detail;
  auto running = gateway::Running::start(*process, std::move(*tenants), {});
  ASSERT_TRUE(running) << running.error().detail;
  running_ = std::move(*running);
}

void World::restart() {
  running_.reset();
  start();
}

Answer World::telegram(const std::string& tenant, std::int64_t update, std::int64_t user,
                       const std::string& text) const {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  JsonWriter body;
  body.begin_object().member("update_id", update).key("message").begin_object();
  body.member("message_id", update).member("date", static_cast<std::int64_t>(now));
  body.key("from").begin_object().member("id", user).member("first_name", "Nic").end_object();
  body.key("chat").begin_object().member("id", user).member("type", "private").end_object();
  body.member("text", text).end_object().end_object();
  return ask(port(), "POST", "/webhooks/" + tenant + "/tg",
             {{"content-type", "application/json"},
              {"x-telegram-bot-api-secret-token", "tg-" + tenant + "-secret"}},
             body.take());
}

Answer World::api(const std::string& key, const std::string& method, const std::string& path,
                  const std::string& body, const Headers& extra) const {
  Headers headers{{"authorization", "Bearer " + key}};
  if (!body.empty()) headers.emplace_back("content-type", "application/json");
  headers.insert(headers.end(), extra.begin(), extra.end());
  return ask(port(), method, path, headers, body);
}

std::vector<std::string> World::events(const std::string& key,
                                       const std::string& conversation) const {
  const auto answer = api(key, "GET", "/v1/conversations/" + conversation + "/events?limit=200");
  std::vector<std::string> out;
  simdjson::dom::parser parser;
  simdjson::dom::array list;
  if (parser.parse(answer.body)["events"].get(list) != simdjson::SUCCESS) return out;
  for (const auto event : list) out.emplace_back(simdjson::minify(event));
  return out;
}

std::string World::conversation_of_telegram(const std::string& tenant, std::int64_t user) {
  const auto person = person_id_of({tenant}, {"telegram", "telegram", std::to_string(user)});
  return conversation_of(person).value;
}

bool World::eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::mutex mutex;
  std::condition_variable never;
  while (std::chrono::steady_clock::now() < until) {
    if (holds()) return true;
    std::unique_lock lock(mutex);
    never.wait_for(lock, std::chrono::milliseconds(5));
  }
  return holds();
}

std::size_t count_containing(const std::vector<std::string>& texts, const std::string& what) {
  std::size_t count = 0;
  for (const auto& text : texts) count += text.find(what) != std::string::npos ? 1 : 0;
  return count;
}

}  // namespace parley::test
