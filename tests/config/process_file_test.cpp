#include <gtest/gtest.h>

#include <algorithm>

#include "tests/config/config_fixture.hpp"

namespace parley::config {
namespace {

TEST(ProcessFile, AnEmptyFileIsAllDefaults) {
  const Files files;
  const auto process = load_process(files.write("parley.toml", ""));
  ASSERT_TRUE(process) << process.error().detail;
  EXPECT_EQ(process->http.address, "127.0.0.1");
  EXPECT_EQ(process->http.port, 8080);
  EXPECT_EQ(process->admin.port, 8081);
  EXPECT_EQ(process->storage.path, "data");
  EXPECT_EQ(process->tenants_directory, files.at("tenants"));
  EXPECT_EQ(process->media_key.reveal().size(), 32u);
  EXPECT_EQ(process->pipeline.sends.uncertain, gateway::Uncertain::park);
}

TEST(ProcessFile, EveryKeyReachesItsOption) {
  const Files files;
  files.write("cert.pem", "x");
  files.write("key.pem", "x");
  files.write("media.key", "0123456789\n");
  const auto process = load_process(files.write("parley.toml", R"(
cores = 3
tenants = "elsewhere"
model = "m.bin"
intent_model = "i.bin"
[http]
address = "::1"
port = 80
trusted_proxies = ["10.0.0.0/8"]
tls = [{ certificate = "cert.pem", key = "key.pem" }]
[http.limits]
connections_max = 7
body_timeout_ms = 99
ws_queue_bytes_max = 5000
[admin]
port = 81
[storage]
path = "/var/lib/parley"
dedup_horizon_hours = 48
audit_horizon_hours = 24
mark_interval_ms = 5
[client]
private_hosts_allowed = ["10.1.1.1"]
[log]
level = "warn"
[pipeline]
queue_max = 17
passive_wait_ms = 100
[bots]
deadline_max_ms = 9000
[sends]
uncertain = "retry"
attempts_max = 2
[media]
key = "file:media.key"
)"));
  ASSERT_TRUE(process) << process.error().detail;
  EXPECT_EQ(process->cores, 3u);
  EXPECT_EQ(process->tenants_directory, files.at("elsewhere"));
  EXPECT_EQ(process->model_path, "m.bin");
  EXPECT_EQ(process->intent_model_path, "i.bin");
  EXPECT_EQ(process->http.address, "::1");
  EXPECT_EQ(process->http.trusted_proxies, std::vector<std::string>{"10.0.0.0/8"});
  ASSERT_EQ(process->http.tls.size(), 1u);
  EXPECT_EQ(process->http.tls[0].key, files.at("key.pem"));
  EXPECT_EQ(process->http.limits.connections_max, 7u);
  EXPECT_EQ(process->http.limits.body_timeout, Milliseconds{99});
  EXPECT_EQ(process->http.limits.ws_queue_bytes_max, 5000u);
  EXPECT_EQ(process->admin.port, 81);
  EXPECT_EQ(process->storage.dedup_horizon, std::chrono::hours{48});
  EXPECT_EQ(process->storage.audit_horizon, std::chrono::hours{24});
  EXPECT_EQ(process->storage.mark_interval, Milliseconds{5});
  EXPECT_EQ(process->client.private_hosts_allowed, std::vector<std::string>{"10.1.1.1"});
  EXPECT_EQ(process->log.level, gateway::LogLevel::warn);
  EXPECT_EQ(process->pipeline.shards.queue_max, 17u);
  EXPECT_EQ(process->pipeline.shards.passive_wait, Milliseconds{100});
  EXPECT_EQ(process->pipeline.bots.deadline_max, Milliseconds{9'000});
  EXPECT_EQ(process->pipeline.sends.uncertain, gateway::Uncertain::retry);
  EXPECT_EQ(process->pipeline.sends.attempts_max, 2u);
  EXPECT_EQ(process->media_key.reveal(), "0123456789");
}

struct BadCase {
  const char* name;
  const char* text;
  const char* want;  // behind "<file>:"
};
void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }

const BadCase kBad[] = {
    {"NotToml", "a = = 1\n", "1:5: not valid TOML"},
    {"UnknownKey", "\ncors = 2\n", "2:1: cors: unknown key; did you mean \"cores\"?"},
    {"UnknownSection", "[htpp]\nport = 1\n", "1:2: htpp: unknown key; did you mean \"http\"?"},
    {"UnknownKeyInASection", "[http]\nprot = 1\n",
     "2:1: http.prot: unknown key; did you mean \"port\"?"},
    {"KeyLikeNoOther", "[admin]\nzzzzzzzz = 1\n",
     "2:1: admin.zzzzzzzz: unknown key; expected one of \"address\", \"port\""},
    {"WrongType", "[http]\nport = \"8080\"\n",
     "2:1: http.port: is a text; expected a whole number"},
    {"FractionForWhole", "[http]\nport = 80.5\n",
     "2:1: http.port: is a number; expected a whole number"},
    {"SectionIsNoTable", "http = 3\n", "1:1: http: is a whole number; expected a table"},
    {"OutOfRange", "[http]\nport = 70000\n",
     "2:1: http.port: 70000 is out of range; expected 0 to 65535"},
    {"NoAddress", "[http]\naddress = \"localhost\"\n",
     "2:1: http.address: \"localhost\" is not an address; expected one like \"127.0.0.1\""},
    {"PassiveWaitPastThePlatforms", "[pipeline]\npassive_wait_ms = 5000\n",
     "2:1: pipeline.passive_wait_ms: 5000 is out of range; expected 0 to 4900"},
    {"ChoiceOfNothing", "[log]\nlevel = \"loud\"\n",
     "2:1: log.level: \"loud\" is none of its values; expected one of \"debug\""},
    {"OnePortTwice", "[http]\nport = 9000\n[admin]\nport = 9000\n",
     "4:1: admin.port: is the port of [http] too"},
    {"MixedList", "[client]\nprivate_hosts_allowed = [\"a\", 1]\n",
     "2:31: client.private_hosts_allowed: holds a whole number; expected only texts"},
    {"NoCertificate", "[http]\ntls = [{ certificate = \"none.pem\", key = \"none.pem\" }]\n",
     "2:10: http.tls.certificate: "},
    {"LiteralMediaKey", "[media]\nkey = \"hunter2\"\n",
     "2:1: media.key: a secret must not stand in the file itself"},
    {"UnsetVariable", "[media]\nkey = \"env:PARLEY_TEST_NOT_SET\"\n",
     "2:1: media.key: environment variable PARLEY_TEST_NOT_SET is not set"},
    {"BackoffBackwards", "[sends]\nretry_base_ms = 5000\nretry_max_ms = 1000\n",
     "2:1: sends.retry_base_ms: is longer than retry_max_ms"},
    {"PullBackoffBackwards", "[pulls]\nretry_base_ms = 5000\nretry_max_ms = 1000\n",
     "2:1: pulls.retry_base_ms: is longer than retry_max_ms"},
};

class BadProcessFile : public testing::TestWithParam<BadCase> {};

TEST_P(BadProcessFile, NamesPlaceAndCure) {
  const Files files;
  const auto path = files.write("parley.toml", GetParam().text);
  const auto process = load_process(path);
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, Errc::misconfigured);
  EXPECT_TRUE(process.error().detail.find(path + ":" + GetParam().want) != std::string::npos)
      << process.error().detail;
  EXPECT_EQ(process.error().detail.find("hunter2"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, BadProcessFile, testing::ValuesIn(kBad),
                         [](const auto& test) { return test.param.name; });

TEST(ProcessFile, AllMistakesAtOnceUpToTheLimit) {
  const Files files;
  std::string text = "[http]\nport = -1\n[log]\nlevel = 1\n";
  const auto two = load_process(files.write("two.toml", text));
  ASSERT_FALSE(two);
  EXPECT_NE(two.error().detail.find("http.port"), std::string::npos);
  EXPECT_NE(two.error().detail.find("log.level"), std::string::npos);

  text.clear();
  for (int i = 0; i < 25; ++i) text += "unknown_" + std::to_string(i) + " = 1\n";
  const auto many = load_process(files.write("many.toml", text));
  ASSERT_FALSE(many);
  EXPECT_EQ(std::ranges::count(many.error().detail, '\n'), 20);
  EXPECT_NE(many.error().detail.find("... and 5 more"), std::string::npos);
}

TEST(ProcessFile, WhatIsNoFileIsAnError) {
  const Files files;
  EXPECT_NE(load_process(files.at("nothing.toml")).error().detail.find("cannot be opened"),
            std::string::npos);
  EXPECT_FALSE(load_process(files.at("tenants")));
  std::string deep = "a = ";
  deep.append(64, '[').append(64, ']');
  EXPECT_NE(load_process(files.write("deep.toml", deep)).error().detail.find("nested deeper"),
            std::string::npos);
  const auto huge = files.write("huge.toml", std::string(kFileBytesMax + 1, '\n'));
  EXPECT_NE(load_process(huge).error().detail.find("larger than"), std::string::npos);
}

}  // namespace
}  // namespace parley::config
