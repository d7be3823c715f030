// The mapping file: what its small languages mean, and what is refused where.
#include <gtest/gtest.h>

#include "connectors/mapped/presets.hpp"
#include "connectors/mapped/times.hpp"
#include "tests/connectors/mapped_support.hpp"

namespace parley::connectors::mapped {
namespace {

constexpr std::string_view kRoots[] = {"body", "item"};

Value tree() {
  return read_json(R"({"id":12345678901234567890,"on":true,"none":null,"a.b":"dotted","empty":"",
      "list":[{"k":"x","v":"1"},{"k":"y","v":"2"},{"v":"3"}],"texts":["p","q"],
      "deep":{"er":[[["end"]]]}})")
      .value();
}

std::string at(std::string_view path) {
  const Value body = tree();
  Scope scope;
  scope.set("body", &body);
  const auto compiled = compile_path(path, kRoots);
  EXPECT_TRUE(compiled) << path;
  return compiled ? compiled->text(scope) : "";
}

struct PathCase {
  const char* name;
  const char* path;
  const char* text;
};
void PrintTo(const PathCase& c, std::ostream* out) { *out << c.name; }

const PathCase kPaths[] = {
    {"BigNumber", "body.id", "12345678901234567890"},
    {"Flag", "body.on", "true"},
    {"Null", "body.none", ""},
    {"Missing", "body.nobody.there", ""},
    {"Quoted", "body[\"a.b\"]", "dotted"},
    {"Entry", "body.list[1].v", "2"},
    {"EntryPastTheEnd", "body.list[9].v", ""},
    {"EntryOfOneThing", "body.on[0]", "true"},
    {"All", "body.texts[*]", "p\nq"},
    {"AllInside", "body.list[*].v", "1\n2\n3"},
    {"Filter", "body.list[k=y].v", "2"},
    {"FilterNot", "body.list[k!=y].v", "1\n3"},
    {"Deep", "body.deep.er[0][0][0]", "end"},
    {"OtherRoot", "item.x", ""},
};

class MappedPath : public testing::TestWithParam<PathCase> {};

TEST_P(MappedPath, FindsIts) { EXPECT_EQ(at(GetParam().path), GetParam().text); }
INSTANTIATE_TEST_SUITE_P(Table, MappedPath, testing::ValuesIn(kPaths),
                         [](const auto& test) { return test.param.name; });

TEST(MappedPath, WhatCannotBeReadIsRefused) {
  for (const char* path : {"", "nobody.x", "body.", "body..x", "body[", "body[x]", "body[=x]",
                           "body x", "body.a[1", "body]"}) {
    EXPECT_FALSE(compile_path(path, kRoots)) << path;
  }
  EXPECT_FALSE(compile_path("body.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", kRoots));
}

struct ConditionCase {
  const char* name;
  const char* condition;
  bool holds;
};
void PrintTo(const ConditionCase& c, std::ostream* out) { *out << c.name; }

const ConditionCase kConditions[] = {
    {"Present", "body.id", true},
    {"PresentList", "body.list", true},
    {"EmptyIsAbsent", "body.empty", false},
    {"Absent", "!body.nobody", true},
    {"NotAbsent", "!body.id", false},
    {"Equal", "body.on = true", true},
    {"NotEqual", "body.on = false", false},
    {"Unequal", "body.on != false", true},
    {"UnequalOfNothing", "body.nobody != x", true},
    {"OneOf", "body.on in yes|true", true},
    {"NoneOf", "body.on in yes|no", false},
    {"Glob", "body.id ~ 123*890", true},
    {"GlobNot", "body.id ~ 124*", false},
    {"GlobOfNothing", "body.nobody ~ *", false},
};

class MappedCondition : public testing::TestWithParam<ConditionCase> {};

TEST_P(MappedCondition, HoldsOrNot) {
  const Value body = tree();
  Scope scope;
  scope.set("body", &body);
  const auto compiled = compile_condition(GetParam().condition, kRoots);
  ASSERT_TRUE(compiled);
  EXPECT_EQ(compiled->holds(scope), GetParam().holds);
}
INSTANTIATE_TEST_SUITE_P(Table, MappedCondition, testing::ValuesIn(kConditions),
                         [](const auto& test) { return test.param.name; });

struct TemplateCase {
  const char* name;
  const char* text;
  const char* gives;
};
void PrintTo(const TemplateCase& c, std::ostream* out) { *out << c.name; }

const TemplateCase kTemplates[] = {
    {"Plain", "as it is", "as it is"},
    {"Several", "{body.on}-{body.list[0].v}", "true-1"},
    {"Braces", "{{{body.on}}}", "{true}"},
    {"Digits", "{body.number|digits}", "15550107"},
    {"MsisdnOfANumber", "{body.number|msisdn}", "15550107"},
    {"MsisdnOfAName", "{body.brand|msisdn}", "Acme 4U"},
    {"Upper", "{body.brand|upper}", "ACME 4U"},
    {"Url", "{body.brand|url}", "Acme%204U"},
    {"Xml", "{body.markup|xml}", "&lt;a&gt; &amp;"},
    {"Base64", "{body.brand|base64}", "QWNtZSA0VQ=="},
    {"HexOfUtf16", "{body.han|utf16be|hex}", "4f60d83dde00"},
    {"Trim", "{body.padded|trim}", "x"},
    {"Nothing", "{body.nobody}", ""},
};

class MappedTemplate : public testing::TestWithParam<TemplateCase> {};

TEST_P(MappedTemplate, IsFilledIn) {
  const Value body = read_json(R"({"on":true,"list":[{"v":"1"}],"number":"+1 555-0107",
      "brand":"Acme 4U","markup":"<a> &","han":"你😀","padded":" x "})")
                         .value();
  Scope scope;
  scope.set("body", &body);
  const auto compiled = compile_template(GetParam().text, kRoots);
  ASSERT_TRUE(compiled);
  EXPECT_EQ(compiled->text(scope), GetParam().gives);
}
INSTANTIATE_TEST_SUITE_P(Table, MappedTemplate, testing::ValuesIn(kTemplates),
                         [](const auto& test) { return test.param.name; });

struct TimeCase {
  const char* name;
  const char* text;
  const char* format;
  std::int64_t ms;  // -1: no such time
};
void PrintTo(const TimeCase& c, std::ostream* out) { *out << c.name; }

const TimeCase kTimes[] = {
    {"Unix", "1760000000", "unix", 1'760'000'000'000},
    {"UnixFraction", "1760000000.25", "unix", 1'760'000'000'250},
    {"UnixMs", "1760000000123", "unix_ms", 1'760'000'000'123},
    {"Rfc3339", "2025-10-09T08:53:20Z", "rfc3339", 1'760'000'000'000},
    {"Pattern", "2025-10-09 08:53:20", "%Y-%m-%d %H:%M:%S", 1'760'000'000'000},
    {"Zone", "2025-10-09T10:53:20.5+0200", "%Y-%m-%dT%H:%M:%S.%f%z", 1'760'000'000'500},
    {"ZoneWithColon", "2025-10-09T10:53:20+02:00", "%Y-%m-%dT%H:%M:%S%z", 1'760'000'000'000},
    {"DayFirst", "09/10/2025 08:53", "%d/%m/%Y %H:%M", 1'760'000'000'000 - 20'000},
    {"Negative", "-1", "unix", -1},
    {"Text", "soon", "unix", -1},
    {"Infinite", "1e400", "unix", -1},
    {"TooMuch", "2025-10-09 08:53:20 x", "%Y-%m-%d %H:%M:%S", -1},
    {"TooLittle", "2025-10-09 08:53", "%Y-%m-%d %H:%M:%S", -1},
    {"NoSuchDay", "2025-02-30 08:53:20", "%Y-%m-%d %H:%M:%S", -1},
    {"NoSuchHour", "2025-02-03 24:53:20", "%Y-%m-%d %H:%M:%S", -1},
};

class MappedTime : public testing::TestWithParam<TimeCase> {};

TEST_P(MappedTime, IsReadAsWritten) {
  const auto& c = GetParam();
  const auto time = read_time(c.text, c.format);
  EXPECT_EQ(time ? time->time_since_epoch().count() : -1, c.ms);
}
INSTANTIATE_TEST_SUITE_P(Table, MappedTime, testing::ValuesIn(kTimes),
                         [](const auto& test) { return test.param.name; });

TEST(MappedTime, WrittenTimesReadBack) {
  const TimePoint time{Milliseconds{1'760'000'000'123}};
  for (const char* format : {"unix_ms", "rfc3339", "%Y-%m-%dT%H:%M:%S.%f%z"}) {
    EXPECT_EQ(read_time(write_time(time, format), format), time) << format;
  }
  for (const char* format : {"", "%H:%M", "%q", "%Y-%"}) EXPECT_FALSE(is_time_format(format));
}

TEST(MappedValue, BodiesOfEveryKindAreOneTree) {
  const auto xml = read_xml("<r><to>1</to><item><id>a</id></item><item><id>b</id></item></r>");
  ASSERT_TRUE(xml);
  const Value body = *xml;
  Scope scope;
  scope.set("body", &body);
  EXPECT_EQ(compile_path("body.item[*].id", kRoots)->text(scope), "a\nb");
  const auto form = read_form("a=1&b=%ED&a=2", "iso-8859-1");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->find("a")->items.size(), 2u);
  EXPECT_EQ(form->find("b")->text, "í");
  EXPECT_FALSE(read_xml("<!DOCTYPE r><r/>"));
}

TEST(MappedValue, AnAnswerDamagedAtItsEndIsReadAsFarAsItGoes) {
  for (const char* text :
       {R"({"m":[{"s":{"g":1},"id":"x"}})", R"({"m":[{"id":"x"},)", R"({"m":[{"id":"x"}]}]})"}) {
    EXPECT_FALSE(read_json(text)) << text;
    const auto read = read_json(text, true);
    ASSERT_TRUE(read) << text;
    const Value body = *read;
    Scope scope;
    scope.set("body", &body);
    EXPECT_EQ(compile_path("body.m[0].id", kRoots)->text(scope), "x") << text;
  }
  for (const char* text : {"", "Error", R"({"id":"x)", R"({"id":)", "<html>"}) {
    EXPECT_FALSE(read_json(text, true)) << text;
  }
}

TEST(MappedFile, EveryPresetCompilesAndNamesItself) {
  EXPECT_EQ(presets().size(), 6u);
  for (const auto& preset : presets()) {
    const auto mapping = compile_mapping(preset.toml);
    ASSERT_TRUE(mapping) << preset.platform << ": " << mapping.error().detail;
    EXPECT_FALSE((*mapping)->title.empty()) << preset.platform;
    EXPECT_FALSE((*mapping)->proofs.empty()) << preset.platform;
  }
}

// The sample with one text changed, and what its reader is told.
struct BadFile {
  const char* name;
  const char* from;
  const char* to;
  const char* told;
};
void PrintTo(const BadFile& c, std::ostream* out) { *out << c.name; }

const BadFile kBadFiles[] = {
    {"NotToml", "[text]", "[text", "not valid TOML"},
    {"UnknownTable", "[text]", "[texts]", "the file has no \"texts\"; expected one of"},
    {"UnknownKey", "unit = \"segments\"", "units = \"segments\"", "\"text\" has no \"units\""},
    {"WrongType", "max = 3", "max = \"3\"", "\"max\" must be a whole number"},
    {"WrongChoice", "unit = \"segments\"", "unit = \"pages\"",
     "\"unit\" must be one of utf16, characters, bytes, segments"},
    {"NoBase", "base = \"https://api.acme.example\"", "", "\"base\" is missing"},
    {"BadPath", "text = \"item.words\"", "text = \"item.words[\"", "cannot be read"},
    {"BadRoot", "text = \"item.words\"", "text = \"itm.words\"", "begins with none of body, query"},
    {"BadFilter", "to = \"{to}\"", "to = \"{to|shout}\"", "there is no filter \"shout\""},
    {"OpenBrace", "to = \"{to}\"", "to = \"{to\"", "a '{' is not closed"},
    {"NoSuchSecret", "Bearer {secret.api_key}", "Bearer {secret.token}",
     "secret has no \"token\"; expected one of api_key, webhook_secret"},
    {"ASecretIsNoSetting", "{setting.from}", "{setting.api_key}", "setting has no \"api_key\""},
    {"NoProofGiven", "given = \"header.x-acme-signature\"\n", "", "\"given\" is missing"},
    {"ProofOfNoSecret", "secret = \"webhook_secret\"", "secret = \"from\"",
     "must name a setting of kind secret"},
    {"NoSender", "sender = { of = \"item.phone\", as = \"phone\" }\naccount", "account",
     "\"sender\" is missing"},
    {"NoStates",
     "state = { of = \"item.state\", map = { done = \"delivered\", gone = \"failed\" } }", "",
     "\"state\" is missing"},
    {"UnknownState", "gone = \"failed\"", "gone = \"lost\"",
     "maps \"gone\" to none of sent, delivered, read, failed, ignore"},
    {"BadTime", "format = \"unix_ms\"", "format = \"%H:%M\"", "has the format \"%H:%M\""},
    {"UrlBesideBase", "{base}/v1/sms", "{base}.evil.example/v1/sms", "must begin with {base}/"},
    {"UrlWithoutBase", "{base}/v1/sms", "https://evil.example/v1/sms", "must begin with {base}"},
    {"NoWayToSucceed", "means = \"sent\"", "means = \"retry\"", "has none that means \"sent\""},
    {"UnknownMeaning", "means = \"recipient_gone\"", "means = \"gone\"",
     "\"means\" must be one of"},
    {"SettingNoFileCanHave", "name = \"api_key\"", "name = \"apikey\"",
     "is not a setting a mapping file can have; expected one of from, account"},
};

class MappedBadFile : public testing::TestWithParam<BadFile> {};

TEST_P(MappedBadFile, IsRefusedWithItsLine) {
  const auto& c = GetParam();
  std::string file(sample_mapping());
  const auto from = file.find(c.from);
  ASSERT_NE(from, std::string::npos) << "the sample no longer holds " << c.from;
  file.replace(from, std::string(c.from).size(), c.to);
  auto over = mapped_support::channel("mapped", "signature");
  over.settings["mapping"] = file;
  const std::string told = mapped_support::connector(over).check(over);
  EXPECT_TRUE(told.starts_with("mapping, line ")) << told;
  EXPECT_NE(told.find(c.told), std::string::npos) << told;
}
INSTANTIATE_TEST_SUITE_P(Table, MappedBadFile, testing::ValuesIn(kBadFiles),
                         [](const auto& test) { return test.param.name; });

TEST(MappedFile, TheLineIsTheOneThatIsWrong) {
  std::string file(sample_mapping());
  file.replace(file.find("unit = \"segments\""), 4, "unix");
  const auto before = static_cast<long>(file.find("unix = "));
  const auto line = std::count(file.begin(), file.begin() + before, '\n') + 1;
  const auto told = compile_mapping(file).error().detail;
  EXPECT_TRUE(told.starts_with("line " + std::to_string(line) + ": ")) << told;
}

TEST(MappedFile, SettingsAreCheckedTogether) {
  auto over = mapped_support::channel("mapped", "signature");
  const auto& connector = mapped_support::connector(over);
  EXPECT_EQ(connector.check(over), "");
  over.settings.erase("webhook_auth");
  EXPECT_EQ(connector.check(over), "");  // the first proof
  over.secrets.erase("webhook_secret");
  EXPECT_NE(connector.check(over).find("webhook_secret is missing"), std::string::npos);
  over.settings["webhook_auth"] = "none";
  EXPECT_EQ(connector.check(over), "");
  over.settings["webhook_auth"] = "sig";
  EXPECT_NE(connector.check(over).find("webhook_auth must be \"signature\""), std::string::npos);
  over = mapped_support::channel("mapped", "signature");
  over.settings.erase("from");
  EXPECT_EQ(connector.check(over), "from is missing; the mapping needs it");
  auto signs_its_url = mapped_support::channel("sms_plivo", "signature");
  signs_its_url.settings.erase("webhook_url");
  EXPECT_NE(connector.check(over), "");
  EXPECT_NE(mapped_support::connector(signs_its_url).check(signs_its_url), "");
}

TEST(MappedFile, ABrokenFileProvesReadsAndSendsNothing) {
  auto over = mapped_support::channel("mapped", "none");
  over.settings["mapping"] = "title = 5";
  const auto request = mapped_support::post("{}");
  const auto& connector = mapped_support::connector(over);
  EXPECT_EQ(connector.authenticate(request.view(), over).error().code, Errc::unauthenticated);
  EXPECT_TRUE(connector.parse(request.view(), over).stopped);
  const auto done = mapped_support::talk(over, mapped_support::send_of({Text{.text = "x"}}), {{}});
  EXPECT_EQ(std::get<Error>(done.end).code, Errc::misconfigured);
}

}  // namespace
}  // namespace parley::connectors::mapped
