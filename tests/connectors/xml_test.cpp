#include "connectors/xml.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace parley::connectors {
namespace {

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string utf16(std::string_view ascii, bool big) {
  std::string out = big ? "\xfe\xff" : "\xff\xfe";
  for (const char c : ascii) {
    if (big) out += '\0';
    out += c;
    if (!big) out += '\0';
  }
  return out;
}

struct HostileCase {
  const char* name;
  std::string document;
};
void PrintTo(const HostileCase& c, std::ostream* out) { *out << c.name; }

const HostileCase kHostile[] = {
    {"Empty", ""},
    {"OnlySpace", " \n\t"},
    {"Zero", std::string("<xml>\0</xml>", 12)},
    {"Doctype", "<!DOCTYPE xml><xml/>"},
    {"LowerCaseDoctype", "<!doctype xml><xml/>"},
    {"DoctypeAfterDeclaration", "<?xml version=\"1.0\"?><!DOCTYPE xml []><xml/>"},
    {"ExternalFile", "<!DOCTYPE xml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><xml>&x;</xml>"},
    {"ExternalUrl", "<!DOCTYPE xml SYSTEM \"http://127.0.0.1/x.dtd\"><xml/>"},
    {"ParameterEntity", "<!DOCTYPE xml [<!ENTITY % p SYSTEM \"http://127.0.0.1/\">%p;]><xml/>"},
    {"BillionLaughs",
     "<!DOCTYPE lolz [<!ENTITY l \"lol\"><!ENTITY l1 \"&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;\">"
     "<!ENTITY l2 \"&l1;&l1;&l1;&l1;&l1;&l1;&l1;&l1;\">]><xml>&l2;</xml>"},
    {"QuadraticBlowUp", "<!DOCTYPE x [<!ENTITY a \"" + std::string(10'000, 'a') + "\">]><xml>" +
                            repeat("&a;", 1'000) + "</xml>"},
    {"EntityOutsideDoctype", "<xml><!ENTITY x \"y\"></xml>"},
    {"DoctypeInside", "<xml><!DOCTYPE y></xml>"},
    {"Comment", "<xml><!-- c --></xml>"},
    {"CommentThatHidesCdata", "<xml><!--><![CDATA[ --><a/> ]]></xml>"},
    {"Instruction", "<?php evil() ?><xml/>"},
    {"InstructionInside", "<xml><?x y?></xml>"},
    {"Stylesheet", "<?xml-stylesheet href=\"http://127.0.0.1/\"?><xml/>"},
    {"DeclarationTwice", "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><xml/>"},
    {"DeclarationInside", "<xml><?xml version=\"1.0\"?></xml>"},
    {"Utf16LittleEndian", utf16("<xml/>", false)},
    {"Utf16BigEndian", utf16("<xml/>", true)},
    {"Utf16Declared", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><xml/>"},
    {"Utf7Declared", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><xml>+ADw-</xml>"},
    {"Latin1Declared", "<?xml version=\"1.0\" encoding='ISO-8859-1'?><xml/>"},
    {"Utf32", std::string("\xff\xfe\0\0<\0\0\0", 8)},
    {"ByteOrderMark", "\xef\xbb\xbf<xml/>"},
    {"InvalidUtf8", "<xml>\xff</xml>"},
    {"OverlongUtf8", "<xml>\xc0\xbcscript\xc0\xbe</xml>"},
    {"SurrogateInUtf8", "<xml>\xed\xa0\x80</xml>"},
    {"SurrogateByReference", "<xml>&#xD800;</xml>"},
    {"BeyondUnicodeByReference", "<xml>&#x110000;</xml>"},
    {"TooDeep", "<a><a><a><a><a><a/></a></a></a></a></a>"},
    {"VeryDeep", repeat("<a>", 10'000) + repeat("</a>", 10'000)},
    {"VeryDeepUnclosed", repeat("<a>", 20'000)},
    {"TooManyElements", "<xml>" + repeat("<a/>", 200) + "</xml>"},
    {"MillionAttributes", "<xml " + repeat("a=\"\" ", 1'000'000) + "/>"},
    {"ManyAttributes", "<xml " + repeat("a=\"\" ", 1'000) + "/>"},
    {"TooLarge", "<xml>" + std::string(64 * 1024, 'a') + "</xml>"},
    {"MegabyteOfOpenings", std::string(1024 * 1024, '<')},
    {"OpeningsWithinTheLimit", std::string(60'000, '<')},
    {"QuoteHidesATag", "<a b=\"><![CDATA[\"><c/>]]></a>"},
    {"TagInsideATag", "<a <b/></a>"},
    {"Unclosed", "<xml><a></xml>"},
    {"NotOpened", "</xml>"},
    {"Crossed", "<xml><a><b></a></b></xml>"},
    {"ClosedInOtherCase", "<xml></XML>"},
    {"TwoRoots", "<xml/><xml/>"},
    {"NoRoot", "text"},
    {"OpenCdata", "<xml><![CDATA[ text </xml>"},
    {"OpenTag", "<xml><a"},
    {"LowerCaseCdata", "<xml><![cdata[x]]></xml>"},
    {"NoName", "<xml>< ></ ></xml>"},
    {"ElementDeclaration", "<xml><!ELEMENT a ANY></xml>"},
    {"AttributeDeclaration", "<xml><!ATTLIST a b CDATA #IMPLIED></xml>"},
    {"Notation", "<xml><!NOTATION n SYSTEM \"http://127.0.0.1/\"></xml>"},
    {"ConditionalSection", "<xml><![INCLUDE[<a/>]]></xml>"},
    {"DoctypeSplitByComment", "<!<!-- -->DOCTYPE xml><xml/>"},
    {"DoctypeAfterSpaces", std::string(1'000, ' ') + "<!DOCTYPE xml><xml/>"},
    {"Ebcdic", "\x4c\x6f\xa7\x94\x93\x6e"},
    {"Utf7Doctype", "+ADwAIQ-DOCTYPE xml+AD4-<xml/>"},
    {"NullByReference", "<xml>a&#0;b</xml>"},
    {"NullByHexReference", "<xml>a&#x000;b</xml>"},
};

// Not allowed in XML, but customers type them, and a message is not lost over one.
TEST(Xml, KeepsAControlCharacter) {
  const auto parsed = parse_xml("<xml>a\x01&#10;<![CDATA[b\x1a&#0;]]></xml>");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->text, "a\x01\nb\x1a&#0;");
}

class HostileXml : public testing::TestWithParam<HostileCase> {};
TEST_P(HostileXml, IsRefusedAtOnce) {
  const auto started = std::chrono::steady_clock::now();
  const auto parsed = parse_xml(GetParam().document);
  const auto took = std::chrono::steady_clock::now() - started;
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code, Errc::malformed);
  EXPECT_EQ(parsed.error().detail.find("passwd"), std::string::npos);
  EXPECT_LT(took, std::chrono::milliseconds(500));  // far above 5 ms: only a blow-up takes so long
}
INSTANTIATE_TEST_SUITE_P(Table, HostileXml, testing::ValuesIn(kHostile),
                         [](const auto& test) { return test.param.name; });

struct TextCase {
  const char* name;
  std::string_view inside, want;
};
void PrintTo(const TextCase& c, std::ostream* out) { *out << c.name; }

const TextCase kTexts[] = {
    {"Plain", "hi", "hi"},
    {"Empty", "", ""},
    {"Cdata", "<![CDATA[hi]]>", "hi"},
    {"EmptyCdata", "<![CDATA[]]>", ""},
    {"SplitCdata", "<![CDATA[a]]]]><![CDATA[>b]]>", "a]]>b"},
    {"CdataBetweenSpace", "\n  <![CDATA[hi]]>\n", "hi"},
    {"SpaceInCdata", "<![CDATA[  ]]>", "  "},
    {"Space", " ", " "},
    {"Entities", "a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;", "a <b> & \"c\" 'd'"},
    {"References", "&#x4f60;&#22909;&#x1F44D;", "你好👍"},
    {"UnknownEntityStays", "&nosuch;", "&nosuch;"},
    {"EntityInCdataStays", "<![CDATA[&lt;]]>", "&lt;"},
    {"MarkupInCdataIsText", "<![CDATA[<!DOCTYPE html><?php <b>&x;</b>]]>",
     "<!DOCTYPE html><?php <b>&x;</b>"},
    {"LineEnds", "a\r\nb", "a\nb"},
    {"Emoji", "👨‍👩‍👧", "👨‍👩‍👧"},
};

class XmlText : public testing::TestWithParam<TextCase> {};
TEST_P(XmlText, IsWhatWasWritten) {
  const auto parsed = parse_xml("<xml><T>" + std::string(GetParam().inside) + "</T></xml>");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
  EXPECT_EQ(parsed->child_text("T"), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, XmlText, testing::ValuesIn(kTexts),
                         [](const auto& test) { return test.param.name; });

TEST(Xml, KeepsTheTree) {
  const auto parsed = parse_xml(
      "\n<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<xml a='>'>\n "
      "<L><I>1</I></L><L><I>2</I></L>\n"
      "</xml>\n");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
  EXPECT_EQ(parsed->name, "xml");
  ASSERT_EQ(parsed->children.size(), 2u);
  EXPECT_EQ(parsed->children[1].child_text("I"), "2");
  EXPECT_EQ(parsed->child("none"), nullptr);
  EXPECT_EQ(parsed->child_text("none"), "");
}

TEST(Xml, TakesWhatIsJustWithinTheLimits) {
  EXPECT_TRUE(parse_xml("<a><b><c><d><e>x</e></d></c></b></a>").has_value());
  EXPECT_TRUE(parse_xml("<xml>" + repeat("<a/>", 199) + "</xml>").has_value());
  EXPECT_TRUE(parse_xml("<xml>" + std::string(64 * 1024 - 11, 'a') + "</xml>").has_value());
}

TEST(XmlCdata, GivesBackEveryText) {
  for (const std::string_view text :
       {"", "hi", "]]>", "a]]>b]]>c", "]]", ">", "]]]]>>", "<xml>&amp;", "你好\n👍"}) {
    const auto parsed = parse_xml("<T>" + xml_cdata(text) + "</T>");
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parsed->text, text);
  }
}

TEST(XmlCdata, LeavesOutWhatXmlCannotHold) {
  EXPECT_EQ(xml_cdata("a\x01\x1b\tb"), "<![CDATA[a\tb]]>");
}

}  // namespace
}  // namespace parley::connectors
