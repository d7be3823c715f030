#include <gtest/gtest.h>

#include <cstdlib>

#include "base/crypto.hpp"
#include "tests/config/config_fixture.hpp"

namespace parley::config {
namespace {

// A tenant file without mistakes; rows below put something wrong in front of or behind it.
constexpr std::string_view kGood = R"([tenant]
id = "acme"
[[queue]]
id = "service"
[[bot]]
id = "faq"
file = "faq.tsv"
[[channel]]
id = "tg"
platform = "telegram"
bot_token = "env:PARLEY_TEST_BOT_TOKEN"
secret_token = "env:PARLEY_TEST_SECRET"
[[agent]]
id = "anna"
)";  // 14 lines

class TenantFile : public testing::Test {
 protected:
  void SetUp() override {
    setenv("PARLEY_TEST_BOT_TOKEN", "1:abc", 1);
    setenv("PARLEY_TEST_SECRET", "canary-secret", 1);
    setenv("PARLEY_TEST_TOKEN", "0123456789abcdef01234567", 1);
    files_.write("tenants/faq.tsv", "where is it\tthere\n");
  }
  Result<std::shared_ptr<const gateway::Tenant>> load(const std::string& text) {
    warnings_.clear();
    return load_tenant(files_.write("tenants/acme.toml", text), process_, &warnings_);
  }

  Files files_;
  ProcessConfig process_ = [] {
    ProcessConfig process;
    process.media_key = Secret("process key");
    return process;
  }();
  Warnings warnings_;
};

TEST_F(TenantFile, AQueueSaysHowItsCustomersComeToAgents) {
  auto text = std::string(kGood);
  text.insert(text.find("[[bot]]"), R"(mode = "round_robin"
accept_timeout_s = 20
sticky_s = 60
segment_priority = { new = 30 }
overflow_after_s = 120
overflow_to = "queue:night"
wrap_up_s = 15
closed_en = ""
sla_first_response_s = 90
[[queue]]
id = "night"
)");
  text += "skills = [\"billing:3\", \"law\"]\nlanguages = [\"zh\"]\n";
  const auto tenant = load(text);
  ASSERT_TRUE(tenant) << tenant.error().detail;
  const auto& desk = (*tenant)->policy->queues.at({"service"}).desk;
  EXPECT_EQ(desk.mode, routing::AssignMode::round_robin);
  EXPECT_EQ(desk.accept_timeout, Milliseconds(20'000));
  EXPECT_EQ(desk.segment_priority.at("new"), 30);
  EXPECT_EQ(desk.overflow_to, (Holder{.kind = HolderKind::queue, .id = "night"}));
  EXPECT_EQ(desk.wrap_up, Milliseconds(15'000));
  EXPECT_TRUE(desk.closed.en.empty());
  EXPECT_FALSE(desk.closed.zh.empty());
  EXPECT_EQ(desk.sla.first_response, Milliseconds(90'000));
  EXPECT_EQ((*tenant)->policy->queues.at({"night"}).desk.mode, routing::AssignMode::manual);
  EXPECT_EQ((*tenant)->policy->agents.at({"anna"}).languages, std::vector<std::string>{"zh"});
  EXPECT_EQ((*tenant)->policy->channels.at({"tg"}).weight, 100u);
}

TEST_F(TenantFile, DefaultsOfASmallOne) {
  const auto tenant = load(std::string(kGood));
  ASSERT_TRUE(tenant) << tenant.error().detail;
  const auto& t = **tenant;
  EXPECT_EQ(t.id.value, "acme");
  EXPECT_EQ(t.name, "acme");
  EXPECT_EQ(t.policy->human_queue.value, "service");
  EXPECT_EQ(t.policy->default_outcome, (Holder{.kind = HolderKind::bot, .id = "faq"}));
  EXPECT_EQ(t.policy->bots.at({"faq"}).fallback_queue.value, "service");
  EXPECT_EQ(t.bots.at({"faq"}).faq->size(), 1u);
  EXPECT_EQ(t.policy->agents.at({"anna"}).queues, std::vector<QueueId>{{"service"}});
  EXPECT_EQ(t.channels.at({"tg"}).secret("secret_token").reveal(), "canary-secret");
  EXPECT_EQ(t.entries.at({"tg"})->connector->platform(), "telegram");
  EXPECT_EQ(t.policy->channels.at({"tg"}).capabilities,
            &t.entries.at({"tg"})->connector->capabilities());
  EXPECT_FALSE(t.media_key.empty());
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(TenantFile, ThePolicyVersionFollowsEveryFile) {
  const auto first = load(std::string(kGood));
  const auto same = load(std::string(kGood));
  files_.write("tenants/faq.tsv", "where is it\tnowhere\n");
  const auto other_faq = load(std::string(kGood));
  const auto other_text = load(std::string(kGood) + "# a comment\n");
  ASSERT_TRUE(first && same && other_faq && other_text);
  EXPECT_EQ((*first)->policy->version, (*same)->policy->version);
  EXPECT_NE((*first)->policy->version, (*other_faq)->policy->version);
  EXPECT_NE((*other_faq)->policy->version, (*other_text)->policy->version);
  EXPECT_EQ((*first)->policy->version.size(), 64u);
}

TEST_F(TenantFile, TokensAreKeptAsHashesOnly) {
  const auto hex = to_hex(sha256("other-token"));
  const auto tenant = load(std::string(kGood) + R"(
[[api_key]]
id = "crm"
token = "env:PARLEY_TEST_TOKEN"
scopes = ["messages", "read"]
[[api_key]]
id = "anna"
token_sha256 = ")" + hex + R"("
scopes = ["agent"]
agent = "anna"
)");
  ASSERT_TRUE(tenant) << tenant.error().detail;
  const auto& keys = (*tenant)->api_keys;
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].token_sha256, sha256("0123456789abcdef01234567"));
  EXPECT_TRUE(keys[0].has("read"));
  EXPECT_FALSE(keys[0].has("agent"));
  EXPECT_EQ(keys[1].token_sha256, sha256("other-token"));
  EXPECT_EQ(keys[1].agent.value, "anna");
}

TEST_F(TenantFile, LiteralSecretsOnlyWhereTheyAreAllowedAndWithAWarning) {
  std::string text(kGood);
  text.replace(text.find("env:PARLEY_TEST_SECRET"), 22, "written-here");
  const auto refused = load(text);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find(":12:1: channel.secret_token: a secret must not stand"),
            std::string::npos)
      << refused.error().detail;
  EXPECT_EQ(refused.error().detail.find("written-here"), std::string::npos);

  text.insert(text.find("[[queue]]"), "allow_literal_secrets = true\n");
  const auto allowed = load(text);
  ASSERT_TRUE(allowed) << allowed.error().detail;
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_NE(warnings_[0].find("channel.secret_token"), std::string::npos);
  EXPECT_EQ(warnings_[0].find("written-here"), std::string::npos);
}

TEST_F(TenantFile, ASecretFileOpenToAllIsAWarning) {
  const auto file = files_.write("tenants/secret", "from-file\n");
  std::filesystem::permissions(file, std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  std::string text(kGood);
  text.replace(text.find("env:PARLEY_TEST_SECRET"), 22, "file:secret");
  const auto tenant = load(text);
  ASSERT_TRUE(tenant) << tenant.error().detail;
  EXPECT_EQ((*tenant)->channels.at({"tg"}).secret("secret_token").reveal(), "from-file");
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_NE(warnings_[0].find("chmod 600"), std::string::npos);
}

TEST_F(TenantFile, ConditionsMeanWhatTheySay) {
  using routing::Op;
  using routing::Test;
  const auto tenant = load(std::string(kGood) + R"(
[[segment]]
name = "vip"
when = { attribute = { name = "tier", in = ["gold", "black"] } }
[[rule]]
name = "both"
when = { segment = "vip", text_contains = ["退款"], score_below = -0.5 }
then = "queue:service"
priority = 70
labels = ["money"]
[[rule]]
name = "nested"
when = { any = [{ angry = true }, { asks_human = false }], attribute = { name = "n", ge = 3 } }
then = "keep"
[[rule]]
name = "absent"
when = { attribute = { name = "n", exists = false } }
then = "bot:faq"
[[rule]]
name = "mood"
when = { unhappy = true, repeats_at_least = 2 }
then = "queue:service"
)");
  ASSERT_TRUE(tenant) << tenant.error().detail;
  const auto& rules = (*tenant)->policy->rules;
  ASSERT_EQ(rules.size(), 4u);
  ASSERT_EQ(rules[3].when.parts.size(), 2u);
  EXPECT_EQ(rules[3].when.parts[0].test, Test::unhappy);
  EXPECT_EQ(rules[3].when.parts[1].test, Test::repeats_at_least);
  EXPECT_EQ(rules[3].when.parts[1].number, 2);
  EXPECT_EQ(rules[0].when.test, Test::all);
  ASSERT_EQ(rules[0].when.parts.size(), 3u);
  EXPECT_EQ(rules[0].when.parts[0].test, Test::segment);
  EXPECT_EQ(rules[0].when.parts[1].values, std::vector<std::string>{"退款"});
  EXPECT_DOUBLE_EQ(rules[0].when.parts[2].number, -0.5);
  EXPECT_EQ(rules[0].priority, 70);
  EXPECT_EQ(rules[0].line, 19);
  ASSERT_EQ(rules[1].when.parts.size(), 2u);
  EXPECT_EQ(rules[1].when.parts[0].test, Test::attribute);
  EXPECT_EQ(rules[1].when.parts[0].op, Op::ge);
  EXPECT_EQ(rules[1].when.parts[1].test, Test::any);
  EXPECT_EQ(rules[1].when.parts[1].parts[1].test, Test::none);
  EXPECT_EQ(rules[1].then.kind, HolderKind::none);
  EXPECT_EQ(rules[2].when.test, Test::none);
  EXPECT_EQ(rules[2].when.parts[0].op, Op::exists);
}

struct BadCase {
  const char* name;
  const char* more;  // behind the good file; its line 1 is line 15
  const char* want;  // behind "<file>:"
};
void PrintTo(const BadCase& c, std::ostream* out) { *out << c.name; }

const BadCase kBad[] = {
    {"UnknownSection", "[[rules]]\nname = \"x\"\n",
     "15:1: rules: unknown key; did you mean \"rule\"?"},
    {"UnknownPlatform", "[[channel]]\nid = \"w\"\nplatform = \"telegramm\"\n",
     "17:1: channel.platform: there is no platform \"telegramm\"; did you mean \"telegram\"?"},
    {"UnknownSetting",
     "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\nbot_tokn = \"env:PARLEY_TEST_BOT_TOKEN\"\n",
     "18:1: channel.bot_tokn: unknown key; did you mean \"bot_token\"?"},
    {"MissingSetting",
     "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\nsecret_token = "
     "\"env:PARLEY_TEST_BOT_TOKEN\"\n",
     "15:1: channel.bot_token: is missing; expected the token @BotFather gave"},
    {"SecretMissingUnlessPolled",
     "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\nbot_token = "
     "\"env:PARLEY_TEST_BOT_TOKEN\"\n",
     "15:1: channel \"w\": secret_token must have 1 to 256 of A-Z a-z 0-9 _ -, or receive must be "
     "\"poll\""},
    {"WrongChoice", "[[channel]]\nid = \"w\"\nplatform = \"wechat_oa\"\nmode = \"secret\"\n",
     "18:1: channel.mode: \"secret\" is none of its values; expected one of"},
    {"ChannelTwice",
     "[[channel]]\nid = \"tg\"\nplatform = \"telegram\"\nbot_token = "
     "\"env:PARLEY_TEST_BOT_TOKEN\"\nsecret_token = \"env:PARLEY_TEST_SECRET\"\n",
     "16:1: channel.id: the channel \"tg\" stands in line 8 already"},
    {"TheConnectorsOwnCheck",
     "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\nbot_token = "
     "\"env:PARLEY_TEST_BOT_TOKEN\"\nsecret_token = \"file:bad-secret\"\n",
     "15:1: channel \"w\": secret_token must have 1 to 256"},
    {"ApiBaseIsNoAddress",
     "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\napi_base = \"example.com\"\n",
     "18:1: channel.api_base: is not a web address"},
    {"ApiBaseIsPrivate",
     "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\napi_base = \"http://127.0.0.1:8089\"\n",
     "18:1: channel.api_base: leads to the private address 127.0.0.1:8089"},
    {"ApiBaseWithCredentials",
     "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\napi_base = \"http://a:b@example.com\"\n",
     "18:1: channel.api_base: carries a user name"},
    {"QueueTwice", "[[queue]]\nid = \"service\"\n",
     "16:1: queue.id: the queue \"service\" stands in line 3 already"},
    {"NameWithASpace", "[[queue]]\nid = \"my queue\"\n",
     "16:1: queue.id: \"my queue\" cannot be a name"},
    {"QueueWithoutId", "[[queue]]\nname = \"x\"\n", "15:1: queue.id: is missing; expected a text"},
    {"RuleToNoQueue", "[[rule]]\nname = \"r\"\nwhen = { always = true }\nthen = \"queue:servce\"\n",
     "18:1: rule.then: there is no queue \"servce\"; did you mean \"service\"?"},
    {"RuleToNoBot", "[[rule]]\nname = \"r\"\nwhen = { always = true }\nthen = \"bot:zzzzzz\"\n",
     "18:1: rule.then: there is no bot \"zzzzzz\"; expected one of \"faq\""},
    {"RuleToNobody", "[[rule]]\nname = \"r\"\nwhen = { always = true }\nthen = \"service\"\n",
     "18:1: rule.then: \"service\" says nobody; expected \"bot:ID\", \"queue:ID\" or \"keep\""},
    {"CalendarInNoZone",
     "[[calendar]]\nname = \"c\"\nzone = \"Asia/Shangai\"\nhours = \"09:00-18:00\"\n",
     "17:1: calendar.zone: there is no time zone \"Asia/Shangai\""},
    {"CalendarWithBadHours", "[[calendar]]\nname = \"c\"\nhours = \"9-18\"\n",
     "17:1: calendar.hours: \"9-18\" cannot be read; expected like \"09:00-18:00\""},
    {"CalendarWithABadDay",
     "[[calendar]]\nname = \"c\"\nhours = \"09:00-18:00\"\nholidays = \"2026-02-30\"\n",
     "18:1: calendar.holidays: \"2026-02-30\" cannot be read"},
    {"CalendarNeverOpen", "[[calendar]]\nname = \"c\"\n",
     "15:1: calendar \"c\" (line 15): is never open"},
    {"CalendarTwice",
     "[[calendar]]\nname = \"c\"\nhours = \"09:00-18:00\"\n[[calendar]]\nname = \"c\"\nhours = "
     "\"09:00-18:00\"\n",
     "19:1: calendar.name: the calendar \"c\" stands in line 15 already"},
    {"RuleInNoCalendar",
     "[[rule]]\nname = \"r\"\nwhen = { calendar_open = \"shop\" }\nthen = \"bot:faq\"\n",
     "15:1: rule \"r\" (line 15): there is no calendar \"shop\""},
    {"LoadOfNoQueue",
     "[[rule]]\nname = \"r\"\nwhen = { load = { queue = \"servce\", ge = 1 } }\nthen = "
     "\"bot:faq\"\n",
     "15:1: rule \"r\" (line 15): load: there is no queue \"servce\""},
    {"LoadWithoutComparison",
     "[[rule]]\nname = \"r\"\nwhen = { load = { queue = \"service\" } }\nthen = \"bot:faq\"\n",
     "17:10: rule.when.load: has no comparison; expected one of eq, ne, lt, le, gt, ge"},
    {"LoadOfAnUnknownMeasure",
     "[[rule]]\nname = \"r\"\nwhen = { load = { queue = \"service\", measure = \"length\", ge = 1 "
     "} }\n"
     "then = \"bot:faq\"\n",
     "17:38: rule.when.load.measure: \"length\" is none of its values; expected one of "
     "\"waiting\""},
    {"ReplyOfNothing", "[[rule]]\nname = \"r\"\nwhen = { angry = true }\nthen = \"reply\"\n",
     "15:1: rule \"r\" (line 15): replies nothing"},
    {"OneArm",
     "[[rule]]\nname = \"r\"\nwhen = { angry = true }\nexperiment = \"x\"\n[[rule.arm]]\nname = "
     "\"a\"\nthen = \"bot:faq\"\n",
     "15:1: rule \"r\" (line 15): experiment \"x\" has 1 arms; expected 2 to 10"},
    {"ArmToNoBot",
     "[[rule]]\nname = \"r\"\nwhen = { angry = true }\nexperiment = \"x\"\n[[rule.arm]]\nname = "
     "\"a\"\nthen = \"bot:fqa\"\n",
     "21:1: rule.arm.then: there is no bot \"fqa\"; did you mean \"faq\"?"},
    {"RuleWithoutWhen", "[[rule]]\nname = \"r\"\nthen = \"bot:faq\"\n",
     "15:1: rule.when: is missing"},
    {"EmptyWhen", "[[rule]]\nname = \"r\"\nwhen = {}\nthen = \"bot:faq\"\n",
     "17:1: rule.when: has no condition"},
    {"UnknownTest",
     "[[rule]]\nname = \"r\"\nwhen = { sentimnt = \"negative\" }\nthen = \"bot:faq\"\n",
     "17:10: rule.when.sentimnt: unknown key; did you mean \"sentiment\"?"},
    {"UnknownSentiment",
     "[[rule]]\nname = \"r\"\nwhen = { sentiment = \"angry\" }\nthen = \"bot:faq\"\n",
     "17:10: rule.when.sentiment: \"angry\" is none of its values; expected one of \"negative\""},
    {"TextForNumber",
     "[[rule]]\nname = \"r\"\nwhen = { score_below = \"low\" }\nthen = \"bot:faq\"\n",
     "17:10: rule.when.score_below: is a text; expected a number"},
    {"UnhappyIsNoText",
     "[[rule]]\nname = \"r\"\nwhen = { unhappy = \"very\" }\nthen = \"bot:faq\"\n",
     "17:10: rule.when.unhappy: is a text; expected true or false"},
    {"RepeatsOutOfRange",
     "[[rule]]\nname = \"r\"\nwhen = { repeats_at_least = 6 }\nthen = \"bot:faq\"\n",
     "17:10: rule.when.repeats_at_least: 6 is out of range; expected 1 to 5"},
    {"UnhappyOfASegment", "[[segment]]\nname = \"s\"\nwhen = { unhappy = true }\n",
     "15:1: segment \"s\" (line 15): unhappy is about a turn; expected what is true of the "
     "customer"},
    {"TwoComparisons",
     "[[rule]]\nname = \"r\"\nwhen = { attribute = { name = \"n\", lt = 3, gt = 1 } }\nthen = "
     "\"bot:faq\"\n",
     "17:10: rule.when.attribute: has more than one comparison"},
    {"OrderOfTexts",
     "[[rule]]\nname = \"r\"\nwhen = { attribute = { name = \"n\", lt = \"x\" } }\nthen = "
     "\"bot:faq\"\n",
     "17:36: rule.when.attribute.lt: is a text; expected a number"},
    {"BadPattern",
     "[[rule]]\nname = \"r\"\nwhen = { text_matches = [\"(\"] }\nthen = \"bot:faq\"\n",
     "15:1: rule \"r\""},
    {"PriorityOutOfRange",
     "[[rule]]\nname = \"r\"\nwhen = { always = true }\nthen = \"bot:faq\"\npriority = 101\n",
     "19:1: rule.priority: 101 is out of range; expected 0 to 100"},
    {"AgentOfNoQueue", "[[agent]]\nid = \"bo\"\nqueues = [\"sales\"]\n",
     "17:1: agent.queues: there is no queue \"sales\"; expected one of \"service\""},
    {"AgentWithALevelThatIsNone", "[[agent]]\nid = \"bo\"\nskills = [\"law:11\"]\n",
     "17:1: agent.skills: \"law:11\" is no skill; expected a name like \"billing\""},
    {"QueueOfNoMode", "[[queue]]\nid = \"q\"\nmode = \"least_load\"\n", "17:1: queue.mode: "},
    {"QueueOfNoCalendar", "[[queue]]\nid = \"q\"\ncalendar = \"office\"\n",
     "17:1: queue.calendar: there is no calendar \"office\"; there is none"},
    {"OverflowToNoQueue", "[[queue]]\nid = \"q\"\noverflow_to = \"queue:servce\"\n",
     "17:1: queue.overflow_to: there is no queue \"servce\"; did you mean \"service\"?"},
    {"OverflowToNobody", "[[queue]]\nid = \"q\"\noverflow_to = \"service\"\n",
     "17:1: queue.overflow_to: \"service\" is nowhere; expected \"queue:ID\""},
    {"OverflowInACircle", "[[queue]]\nid = \"q\"\noverflow_to = \"queue:q\"\n",
     "17:1: queue.overflow_to: leads back to queue \"q\"; expected a chain that ends"},
    {"PriorityOfNoSegment", "[[queue]]\nid = \"q\"\nsegment_priority = { vipp = 5, new = 1 }\n",
     "17:22: queue.segment_priority: there is no segment \"vipp\""},
    {"SilenceThatClosesUnwarned", "[[queue]]\nid = \"q\"\nsilence_close_s = 60\n",
     "17:1: queue.silence_close_s: closes without a warning; expected silence_warn_s"},
    {"WeightOfNothing", "[[channel]]\nid = \"w\"\nplatform = \"telegram\"\nweight = 0\n",
     "18:1: channel.weight: 0 is out of range"},
    {"FallbackToNoQueue",
     "[[bot]]\nid = \"b\"\nfile = \"faq.tsv\"\nfallback_queue = \"servicee\"\n",
     "18:1: bot.fallback_queue: there is no queue \"servicee\"; did you mean \"service\"?"},
    {"NoFaqFile", "[[bot]]\nid = \"b\"\nfile = \"none.tsv\"\n", "17:1: bot.file: "},
    {"WebhookBotWithoutSecret",
     "[[bot]]\nid = \"b\"\nkind = \"webhook\"\nurl = \"https://bot.example.com/\"\n",
     "15:1: bot.secret: is missing"},
    {"WebhookBotSecretIsNone",
     "[[bot]]\nid = \"b\"\nkind = \"webhook\"\nurl = \"https://bot.example.com/\"\nsecret = "
     "\"env:PARLEY_TEST_BOT_TOKEN\"\n",
     "19:1: bot.secret: is not a signing secret; expected \"whsec_\""},
    {"DeadlinePastTheProcess", "[[bot]]\nid = \"b\"\nfile = \"faq.tsv\"\ndeadline_ms = 600000\n",
     "18:1: bot.deadline_ms: 600000 is out of range; expected 100 to 60000"},
    {"KeyWithoutToken", "[[api_key]]\nid = \"k\"\nscopes = [\"read\"]\n",
     "15:1: api_key.token_sha256: is missing"},
    {"KeyWithShortToken",
     "[[api_key]]\nid = \"k\"\nscopes = [\"read\"]\ntoken = \"env:PARLEY_TEST_BOT_TOKEN\"\n",
     "18:1: api_key.token: is shorter than 24 characters"},
    {"KeyWithHalfAHash", "[[api_key]]\nid = \"k\"\nscopes = [\"read\"]\ntoken_sha256 = \"abcd\"\n",
     "18:1: api_key.token_sha256: is not a SHA-256; expected 64 hex digits"},
    {"KeyWithoutScopes", "[[api_key]]\nid = \"k\"\ntoken = \"env:PARLEY_TEST_TOKEN\"\n",
     "15:1: api_key.scopes: are missing"},
    {"KeyOfUnknownScope",
     "[[api_key]]\nid = \"k\"\ntoken = \"env:PARLEY_TEST_TOKEN\"\nscopes = [\"reed\"]\n",
     "18:1: api_key.scopes: there is no scope \"reed\"; did you mean \"read\"?"},
    {"KeyOfNoAgent",
     "[[api_key]]\nid = \"k\"\ntoken = \"env:PARLEY_TEST_TOKEN\"\nscopes = [\"agent\"]\nagent = "
     "\"ana\"\n",
     "19:1: api_key.agent: there is no agent \"ana\"; did you mean \"anna\"?"},
    {"OneTokenForTwoKeys",
     "[[api_key]]\nid = \"k\"\ntoken = \"env:PARLEY_TEST_TOKEN\"\nscopes = [\"read\"]\n"
     "[[api_key]]\nid = \"l\"\ntoken = \"env:PARLEY_TEST_TOKEN\"\nscopes = [\"read\"]\n",
     "21:1: api_key.token: is the token of the key \"k\" too"},
    {"MediaLargerThanTheProcessAllows", "[media]\nbytes_max = 99999999999\n",
     "16:1: media.bytes_max: 99999999999 is out of range"},
    {"SegmentOverTheText", "[[segment]]\nname = \"s\"\nwhen = { text_contains = [\"x\"] }\n",
     "15:1: segment \"s\""},
    {"RuleOfNoChannel",
     "[[rule]]\nname = \"r\"\nwhen = { channel = \"nowhere\" }\nthen = \"bot:faq\"\n",
     "15:1: rule \"r\""},
};

class BadTenantFile : public TenantFile, public testing::WithParamInterface<BadCase> {};

TEST_P(BadTenantFile, NamesPlaceAndCure) {
  files_.write("tenants/bad-secret", "no spaces allowed here");
  const auto tenant = load(std::string(kGood) + GetParam().more);
  ASSERT_FALSE(tenant);
  EXPECT_EQ(tenant.error().code, Errc::misconfigured);
  const auto want = files_.at("tenants/acme.toml") + ":" + GetParam().want;
  EXPECT_TRUE(tenant.error().detail.find(want) != std::string::npos) << tenant.error().detail;
  EXPECT_EQ(tenant.error().detail.find("canary"), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Table, BadTenantFile, testing::ValuesIn(kBad),
                         [](const auto& test) { return test.param.name; });

TEST_F(TenantFile, AWhatIfTakesRulesAndNothingElse) {
  const auto tenant = load(std::string(kGood) +
                           "[[rule]]\nname = \"old\"\nwhen = { angry = true }\nthen = "
                           "\"queue:service\"\n");
  ASSERT_TRUE(tenant) << tenant.error().detail;
  const auto& today = *(*tenant)->policy;
  const auto other = what_if(today,
                             "[tenant]\nnegative_threshold = 2.5\n[[rule]]\nname = \"new\"\n"
                             "when = { sentiment = \"negative\" }\nthen = \"queue:service\"\n",
                             "rules");
  ASSERT_TRUE(other) << other.error().detail;
  EXPECT_EQ((*other)->rules.size(), 1u);
  EXPECT_EQ((*other)->rules[0].name, "new");
  EXPECT_EQ((*other)->negative_threshold, 2.5);
  EXPECT_EQ((*other)->default_outcome, today.default_outcome);
  EXPECT_EQ((*other)->agents.size(), today.agents.size());
  EXPECT_NE((*other)->version, today.version);
  EXPECT_EQ(today.rules[0].name, "old");
  const auto channel = what_if(today, "[[channel]]\nid = \"x\"\n", "rules");
  ASSERT_FALSE(channel);
  EXPECT_NE(channel.error().detail.find("rules:1:1: channel: unknown key"), std::string::npos)
      << channel.error().detail;
  const auto wrong = what_if(
      today, "[[rule]]\nname = \"r\"\nwhen = { angry = true }\nthen = \"bot:x\"\n", "rules");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().detail.find("rules:4:1: rule.then: there is no bot"), std::string::npos)
      << wrong.error().detail;
}

TEST_F(TenantFile, WithoutATenantThereIsNone) {
  const auto tenant = load("[[queue]]\nid = \"q\"\n");
  ASSERT_FALSE(tenant);
  EXPECT_NE(tenant.error().detail.find("tenant: is missing"), std::string::npos)
      << tenant.error().detail;
}

TEST_F(TenantFile, APrivateApiBaseIsFineOnceTheProcessAllowsIt) {
  std::string text(kGood);
  text.insert(text.find("bot_token"), "api_base = \"http://127.0.0.1:8089/\"\n");
  EXPECT_FALSE(load(text));
  process_.client.private_hosts_allowed = {"127.0.0.1:8089"};
  const auto tenant = load(text);
  ASSERT_TRUE(tenant) << tenant.error().detail;
  EXPECT_EQ((*tenant)->channels.at({"tg"}).api_base, "http://127.0.0.1:8089");
}

TEST_F(TenantFile, MediaKeysDifferByTenantAndFollowTheProcess) {
  const auto acme = load(std::string(kGood));
  std::string text(kGood);
  text.replace(text.find("\"acme\""), 6, "\"bolt\"");
  const auto bolt = load(text);
  process_.media_key = Secret("another");
  const auto later = load(std::string(kGood));
  ASSERT_TRUE(acme && bolt && later);
  EXPECT_NE((*acme)->media_key.reveal(), (*bolt)->media_key.reveal());
  EXPECT_NE((*acme)->media_key.reveal(), (*later)->media_key.reveal());
}

class TenantDirectory : public TenantFile {
 protected:
  Result<gateway::Tenants> load_all() {
    process_.tenants_directory = files_.at("tenants");
    return load_tenants(process_, &warnings_);
  }
  static std::string named(std::string_view id) {
    std::string text(kGood);
    return text.replace(text.find("\"acme\""), 6, "\"" + std::string(id) + "\"");
  }
};

TEST_F(TenantDirectory, AllOrNothing) {
  files_.write("tenants/a.toml", named("a"));
  files_.write("tenants/b.toml", named("b"));
  files_.write("tenants/x.faq.toml", "not a tenant");
  const auto both = load_all();
  ASSERT_TRUE(both) << both.error().detail;
  EXPECT_EQ(both->size(), 2u);
  files_.write("tenants/c.toml", "[tenant]\nid = 3\n");
  const auto none = load_all();
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().detail.find("c.toml:2:1: tenant.id: is a whole number"), std::string::npos)
      << none.error().detail;
}

TEST_F(TenantDirectory, OneIdForTwoTenantsIsAMistake) {
  files_.write("tenants/a.toml", named("same"));
  files_.write("tenants/b.toml", named("same"));
  const auto tenants = load_all();
  ASSERT_FALSE(tenants);
  EXPECT_NE(tenants.error().detail.find("the tenant \"same\" stands in "), std::string::npos);
}

TEST_F(TenantDirectory, OneTokenForTwoTenantsIsAMistake) {
  const std::string key =
      "[[api_key]]\nid = \"k\"\ntoken = \"env:PARLEY_TEST_TOKEN\"\nscopes = [\"read\"]\n";
  files_.write("tenants/a.toml", named("a") + key);
  files_.write("tenants/b.toml", named("b") + key);
  const auto tenants = load_all();
  ASSERT_FALSE(tenants);
  EXPECT_NE(tenants.error().detail.find("\"k\" of tenant \"a\" and \"k\" of tenant \"b\" have the "
                                        "same token"),
            std::string::npos)
      << tenants.error().detail;
}

TEST_F(TenantDirectory, AnEmptyOrMissingDirectoryIsAMistake) {
  EXPECT_NE(load_all().error().detail.find("has no tenant files"), std::string::npos);
  process_.tenants_directory = files_.at("missing");
  EXPECT_NE(load_tenants(process_).error().detail.find("cannot be listed"), std::string::npos);
}

}  // namespace
}  // namespace parley::config
