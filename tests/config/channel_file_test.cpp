// A channel whose setting is a file beside the tenant's, and what an operator is warned of.
#include "tests/config/config_fixture.hpp"

namespace parley::config {
namespace {

constexpr const char* kMapping = R"(
base = "https://api.vendor.example"
[[setting]]
name = "webhook_secret"
kind = "secret"
[[proof]]
name = "key"
secret = "webhook_secret"
given = "query.key"
[[inbound]]
id = "body.id"
sender = "body.from"
text = "body.text"
[[send]]
url = "{base}/send"
json = { to = "{to}", text = "{text}" }
[answer]
[[answer.rule]]
when = ["status = 200"]
means = "sent"
)";

std::string tenant(const std::string& channel) {
  return R"([tenant]
id = "acme"
allow_literal_secrets = true

[[channel]]
id = "sms"
platform = "mapped"
)" + channel +
         R"(
[[queue]]
id = "people"
)";
}

class ChannelFile : public testing::Test {
 protected:
  Result<std::shared_ptr<const gateway::Tenant>> load(const std::string& channel) {
    warnings_.clear();
    return load_tenant(files_.write("tenants/acme.toml", tenant(channel)), process_, &warnings_);
  }
  bool warned(std::string_view words) const {
    for (const auto& one : warnings_) {
      if (one.find(words) != std::string::npos) return true;
    }
    return false;
  }

  Files files_;
  ProcessConfig process_ = [] {
    ProcessConfig process;
    process.media_key = Secret("process key");
    return process;
  }();
  Warnings warnings_;
};

TEST_F(ChannelFile, IsReadFromBesideTheTenant) {
  files_.write("tenants/vendor.map", kMapping);
  const auto loaded = load("mapping = \"file:vendor.map\"\nwebhook_secret = \"s\"\n");
  ASSERT_TRUE(loaded) << loaded.error().detail;
  EXPECT_EQ((*loaded)->channels.at({"sms"}).setting("mapping"), kMapping);
  EXPECT_FALSE(warned("webhook_auth"));
  // Another mapping is another policy.
  const auto version = (*loaded)->policy->version;
  files_.write("tenants/vendor.map", std::string(kMapping) + "# changed\n");
  const auto changed = load("mapping = \"file:vendor.map\"\nwebhook_secret = \"s\"\n");
  ASSERT_TRUE(changed);
  EXPECT_NE((*changed)->policy->version, version);
}

TEST_F(ChannelFile, ThatIsMissingIsNamed) {
  const auto refused = load("mapping = \"file:nowhere.map\"\nwebhook_secret = \"s\"\n");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("nowhere.map"), std::string::npos);
  EXPECT_NE(refused.error().detail.find("channel.mapping"), std::string::npos);
  EXPECT_NE(load("webhook_secret = \"s\"\n").error().detail.find("channel.mapping: is missing"),
            std::string::npos);
}

TEST_F(ChannelFile, ThatIsWrongIsRefusedWithItsLine) {
  files_.write("tenants/vendor.map", "base = \"https://x.example\"\nbody = \"json\"\n");
  const auto refused = load("mapping = \"file:vendor.map\"\nwebhook_secret = \"s\"\n");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("channel \"sms\": mapping, line "), std::string::npos)
      << refused.error().detail;
}

TEST_F(ChannelFile, BelievingEverybodyIsWarnedOf) {
  files_.write("tenants/vendor.map", kMapping);
  ASSERT_TRUE(load("mapping = \"file:vendor.map\"\nwebhook_auth = \"none\"\n"));
  EXPECT_TRUE(warned("webhook_auth: is \"none\"")) << warnings_.size();
}

}  // namespace
}  // namespace parley::config
