// The files we ship load, and docs/config.md lists every key with its default: no more, no less.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "base/crypto.hpp"
#include "config/document.hpp"
#include "config/faq_file.hpp"
#include "config/process_file.hpp"
#include "config/tenant_file.hpp"
#include "tests/config/config_fixture.hpp"

namespace parley::config {
namespace {

TEST(ShippedFiles, TheDemoLoads) {
  const auto process = load_process(kSource + "/config/parley.toml");
  ASSERT_TRUE(process) << process.error().detail;
  const auto tenants = load_tenants(*process);
  ASSERT_TRUE(tenants) << tenants.error().detail;
  const auto& demo = *tenants->at({"demo"});
  std::set<std::string> platforms;
  for (const auto& [id, channel] : demo.channels) platforms.insert(channel.platform);
  EXPECT_EQ(platforms, (std::set<std::string>{"custom", "telegram", "webchat", "wechat_oa"}));
  EXPECT_GE(demo.bots.at({"faq"}).faq->size(), 25u);
  EXPECT_EQ(demo.api_keys.front().token_sha256, sha256("demo-admin-key"));
}

struct Question {
  const char* text;
  const char* answer_holds;
};
void PrintTo(const Question& q, std::ostream* out) { *out << q.text; }

class DemoFaq : public testing::TestWithParam<Question> {};

TEST_P(DemoFaq, AnswersWhatANewcomerAsks) {
  const auto process = load_process(kSource + "/config/parley.toml");
  ASSERT_TRUE(process) << process.error().detail;
  const auto tenants = load_tenants(*process);
  ASSERT_TRUE(tenants) << tenants.error().detail;
  const auto& bot = tenants->at({"demo"})->bots.at({"faq"});
  const auto hits = bot.faq->search(GetParam().text, 1);
  ASSERT_FALSE(hits.empty());
  EXPECT_GE(hits[0].score, bot.threshold) << bot.faq->entry(hits[0].entry).answer;
  EXPECT_NE(bot.faq->entry(hits[0].entry).answer.find(GetParam().answer_holds), std::string::npos)
      << bot.faq->entry(hits[0].entry).answer;
}
INSTANTIATE_TEST_SUITE_P(Table, DemoFaq,
                         testing::Values(Question{"什么时候发货？", "24 小时内发货"},
                                         Question{"怎么申请退款", "申请退款"},
                                         Question{"能开电子发票吗", "申请发票"},
                                         Question{"怎么修改收货地址", "修改地址"},
                                         Question{"优惠券怎么用", "优惠券"},
                                         Question{"Where is my order?", "tracking"},
                                         Question{"How do I get a refund?", "Request a refund"},
                                         Question{"what are your opening hours", "9:00"},
                                         Question{"I forgot my password", "Forgot password"}));

TEST(ShippedFiles, CheckSaysWhatWouldBeServed) {
  const auto report = check(kSource + "/config/parley.toml");
  ASSERT_TRUE(report.ok) << report.text;
  EXPECT_NE(report.text.find("channel wechat: wechat_oa, webhook /webhooks/demo/wechat"),
            std::string::npos)
      << report.text;
  EXPECT_NE(report.text.find("otherwise bot:faq"), std::string::npos) << report.text;
  EXPECT_TRUE(report.text.ends_with("ok\n"));
  const auto wrong = check(kSource + "/config/nothing.toml");
  EXPECT_FALSE(wrong.ok);
  EXPECT_NE(wrong.text.find("nothing.toml: cannot be opened"), std::string::npos) << wrong.text;
}

// A file that has every table once, so that reading it asks for every key there is.
constexpr std::string_view kEveryTable = R"(
[tenant]
id = "all"
allow_literal_secrets = true
[[calendar]]
name = "c"
hours = "09:00-18:00"
[[calendar.special]]
dates = "12-24"
hours = "09:00-12:00"
[[queue]]
id = "q"
[[bot]]
id = "f"
file = "demo-faq.tsv"
[[bot]]
id = "w"
kind = "webhook"
url = "https://example.com/"
secret = "whsec_ZGVtby1jdXN0b20tc2VjcmV0LTAxMjM0NTY3ODk="
[[bot]]
id = "c"
kind = "chat"
url = "https://example.com/v1"
secret = "key"
model = "m"
temperature = 0.5
[[bot]]
id = "d"
kind = "dify"
url = "https://example.com/v1"
secret = "key"
redact = ["phone"]
[[segment]]
name = "s"
when = { attribute = { name = "a", eq = 1 } }
strategy = { bot_hint = "h" }
[rating]
question_en = "How was it?"
[classifier]
url = "https://example.com/"
secret = "whsec_ZGVtby1jdXN0b20tc2VjcmV0LTAxMjM0NTY3ODk="
[models]
sentiment = "../../models/sentiment.plm"
[profile]
url = "https://example.com/"
secret = "whsec_ZGVtby1jdXN0b20tc2VjcmV0LTAxMjM0NTY3ODk="
[[rule]]
name = "r"
when = { attribute = { name = "a", eq = 1 }, load = { queue = "q", ge = 1 } }
then = "bot:f"
[[rule]]
name = "e"
when = { angry = true }
experiment = "x"
[[rule.arm]]
name = "a"
then = "bot:f"
[[rule.arm]]
name = "b"
then = "queue:q"
[[agent]]
id = "a"
[[api_key]]
id = "k"
token = "x"
scopes = ["read"]
)";

std::map<std::string, std::string> known_keys() {
  std::map<std::string, std::string> out;
  const auto collect = [&](const Problems& problems) {
    for (const auto& known : problems.known()) {
      // Conditions are the same table in rules and segments; the page has them once, under "when".
      auto section = known.section;
      for (const std::string_view owner : {"rule.when", "segment.when"}) {
        if (section.starts_with(owner)) section = "when" + section.substr(owner.size());
      }
      out[section + (section.empty() ? "" : ".") + known.key] = known.fallback;
    }
  };
  ProcessConfig process;
  {
    const auto root = parse_document("[[http.tls]]\ncertificate = \"c\"\nkey = \"k\"\n", "p.toml");
    Problems problems("p.toml");
    process = read_process(*root, problems);
    collect(problems);
  }
  {
    const auto root = parse_document(kEveryTable, "t.toml");
    Problems problems("t.toml");
    const connectors::Registry none({});
    TenantContext context{.process = process,
                          .registry = none,
                          .problems = problems,
                          .secrets = {.directory = kSource + "/config/tenants"},
                          .files_read = {}};
    EXPECT_TRUE(read_tenant(*root, context));
    EXPECT_TRUE(problems.empty()) << problems.error().detail;
    collect(problems);
  }
  {
    Problems problems("f.toml");
    read_faq("[[entry]]\nid = \"i\"\nquestions = [\"q\"]\nanswer = \"a\"\n", "f.toml", problems);
    collect(problems);
  }
  // [[channel]]: what every platform has; settings of a platform stand on its own page.
  for (const auto* key : {"id", "platform", "api_base", "weight"}) out["channel." + std::string(key)];
  // A table is a heading of the page, its keys are rows.
  std::erase_if(out, [&](const auto& each) {
    const auto inner = out.lower_bound(each.first + ".");
    return inner != out.end() && inner->first.starts_with(each.first + ".");
  });
  return out;
}

// Rows "| `section.key` | default | ..." of the page; backticks around the default are dropped.
std::map<std::string, std::string> documented_keys() {
  std::map<std::string, std::string> out;
  std::istringstream page(read_text(kSource + "/docs/config.md"));
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    const auto end = line.find('`', 3);
    const auto key = line.substr(3, end - 3);
    const auto bar = line.find('|', end), next = line.find(" |", bar + 1);
    auto fallback = line.substr(bar + 1, next - bar - 1);
    std::erase(fallback, '`');
    const auto from = fallback.find_first_not_of(' ');
    out[key] = from == std::string::npos ? "" : fallback.substr(from);
  }
  return out;
}

TEST(ConfigPage, ListsEveryKeyWithItsDefault) {
  const auto known = known_keys();
  const auto documented = documented_keys();
  for (const auto& [key, fallback] : known) {
    const auto row = documented.find(key);
    if (row == documented.end()) {
      ADD_FAILURE() << "docs/config.md does not list " << key << " (default " << fallback << ")";
    } else if (!fallback.empty() && fallback != "\"\"" && fallback != "[]") {
      EXPECT_TRUE(row->second.starts_with(fallback))
          << key << ": the page says " << row->second << ", the code " << fallback;
    }
  }
  for (const auto& [key, fallback] : documented) {
    EXPECT_TRUE(known.contains(key)) << "docs/config.md lists " << key << ", which does not exist";
  }
}

TEST(ChannelPages, ThereIsOneForEveryPlatform) {
  std::string page;
  for (const auto& file : std::filesystem::directory_iterator(kSource + "/docs/channels")) {
    page += read_text(file.path().string());
  }
  for (const auto& entry : connectors::builtin_registry().entries()) {
    const std::string name(entry.connector->platform());
    EXPECT_TRUE(page.contains("platform = \"" + name + "\"") || page.contains("`" + name + "`"))
        << name;
  }
}

}  // namespace
}  // namespace parley::config
