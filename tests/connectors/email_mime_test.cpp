#include "connectors/email/mime.hpp"

#include <gtest/gtest.h>

#include "connectors/email/encoding.hpp"
#include "connectors/email/words.hpp"

namespace parley::connectors::email {
namespace {

struct WordsCase {
  const char* name;
  const char* header;
  const char* text;
};
void PrintTo(const WordsCase& c, std::ostream* out) { *out << c.name; }

const WordsCase kWords[] = {
    {"Plain", "Hello there", "Hello there"},
    {"Base64", "=?utf-8?B?5L2g5aW9?=", "你好"},
    {"Quoted", "=?ISO-8859-1?Q?caf=E9_noir?=", "café noir"},
    {"Gb2312", "=?gb2312?B?xOO6ww==?=", "你好"},
    {"SpaceBetweenWordsIsNone", "=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
    {"SpaceBesideTextIsOne", "=?utf-8?Q?a?= and =?utf-8?Q?b?=", "a and b"},
    {"LanguageTag", "=?utf-8*en?Q?a?=", "a"},
    {"RawUtf8", "caf\xc3\xa9", "café"},
    {"RawLatin1", "caf\xe9", "café"},
    {"NoSuchCharset", "=?klingon?Q?a=62?=", "ab"},
    {"NotAWord", "=?utf-8?X?a?= =? ?=", "=?utf-8?X?a?= =? ?="},
    {"LineBreaksGo", "=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"},
    {"Unended", "=?utf-8?Q?a", "=?utf-8?Q?a"},
};

class MailWords : public testing::TestWithParam<WordsCase> {};

TEST_P(MailWords, AreRead) { EXPECT_EQ(decode_words(GetParam().header), GetParam().text); }
INSTANTIATE_TEST_SUITE_P(Table, MailWords, testing::ValuesIn(kWords),
                         [](const auto& test) { return test.param.name; });

TEST(MailWords, WhatWeWriteReadsBack) {
  for (const char* text : {"Hello", "你好，您的订单已经发货了，请注意查收。谢谢您的耐心等待！",
                           "café", "=?not?a?word?="}) {
    const std::string header = encoded_words(text);
    EXPECT_EQ(header.find("\n\n"), std::string::npos);
    for (std::size_t at = 0; at < header.size();) {
      const auto end = std::min(header.find("\r\n", at), header.size());
      EXPECT_LE(end - at, 78u) << header;
      at = end + 2;
    }
    std::string unfolded = header;
    for (auto at = unfolded.find("\r\n"); at != std::string::npos; at = unfolded.find("\r\n")) {
      unfolded.erase(at, 2);
    }
    EXPECT_EQ(decode_words(unfolded), text);
  }
  EXPECT_EQ(encoded_words("a\r\nBcc: x@y"), "a  Bcc: x@y");
}

struct AddressCase {
  const char* name;
  const char* header;
  const char* first;  // "name|address", "" if none
  std::size_t count;
};
void PrintTo(const AddressCase& c, std::ostream* out) { *out << c.name; }

const AddressCase kAddresses[] = {
    {"Bare", "Li@Example.org", "|li@example.org", 1},
    {"Named", "Li Na <li@example.org>", "Li Na|li@example.org", 1},
    {"QuotedWithComma", "\"Na, Li\" <li@example.org>, b@c.d", "Na, Li|li@example.org", 2},
    {"EncodedName", "=?utf-8?B?5L2g5aW9?= <li@example.org>", "你好|li@example.org", 1},
    {"Comment", "li@example.org (Li (the one) Na)", "|li@example.org", 1},
    {"Group", "friends: a@b.c, d@e.f;", "|a@b.c", 2},
    {"NoAddress", "Undisclosed recipients:;", "", 0},
    {"Empty", "", "", 0},
    {"TwoAts", "a@b <c@d.e>", "a@b|c@d.e", 1},
    {"Spaces", "a b@c.d", "", 0},
};

class MailAddresses : public testing::TestWithParam<AddressCase> {};

TEST_P(MailAddresses, AreRead) {
  const auto read = read_addresses(GetParam().header);
  EXPECT_EQ(read.size(), GetParam().count);
  EXPECT_EQ(read.empty() ? "" : read[0].name + "|" + read[0].address, GetParam().first);
}
INSTANTIATE_TEST_SUITE_P(Table, MailAddresses, testing::ValuesIn(kAddresses),
                         [](const auto& test) { return test.param.name; });

struct DateCase {
  const char* name;
  const char* header;
  std::int64_t ms;  // -1: none
};
void PrintTo(const DateCase& c, std::ostream* out) { *out << c.name; }

const DateCase kDates[] = {
    {"Usual", "Thu, 09 Oct 2025 10:53:20 +0200", 1'760'000'000'000},
    {"WithoutADay", "9 Oct 2025 08:53:20 GMT", 1'760'000'000'000},
    {"WithoutSeconds", "9 Oct 2025 08:53 +0000", 1'760'000'000'000 - 20'000},
    {"NamedZone", "Thu, 9 Oct 2025 04:53:20 EDT", 1'760'000'000'000},
    {"TwoDigitYear", "9 Oct 25 08:53:20 -0000", 1'760'000'000'000},
    {"WithAComment", "Thu, 9 Oct 2025 08:53:20 +0000 (UTC)", 1'760'000'000'000},
    {"NoSuchDay", "31 Feb 2025 08:53:20 +0000", -1},
    {"NoTime", "9 Oct 2025", -1},
    {"Words", "some day soon or later", -1},
    {"Empty", "", -1},
};

class MailDate : public testing::TestWithParam<DateCase> {};

TEST_P(MailDate, IsRead) {
  const auto time = read_mail_date(GetParam().header);
  EXPECT_EQ(time ? time->time_since_epoch().count() : -1, GetParam().ms);
}
INSTANTIATE_TEST_SUITE_P(Table, MailDate, testing::ValuesIn(kDates),
                         [](const auto& test) { return test.param.name; });

TEST(Mime, PartsEncodingsAndCharsets) {
  const auto mail = parse_mime(
      "Subject: a\r\n folded\r\nContent-Type: MULTIPART/Mixed;\r\n boundary=\"x y\"\r\n\r\n"
      "preamble\r\n--x y\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
      "Content-Transfer-Encoding: Quoted-Printable\r\n\r\ncaf=E9 =\r\nnoir\r\n--x y \r\n"
      "Content-Type: image/png; name=ignored\r\nContent-Disposition: attachment;\r\n"
      " filename*=utf-8''na%C3%AFve.png\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\nAQID\r\nBA==\r\n"
      "--x y--\r\nepilogue");
  ASSERT_TRUE(mail) << mail.error().detail;
  EXPECT_EQ(mail->header("subject"), "a folded");
  ASSERT_EQ(mail->parts.size(), 2u);
  EXPECT_EQ(text_of(mail->parts[0]), "café noir");
  EXPECT_EQ(mail->parts[1].filename, "naïve.png");
  EXPECT_TRUE(mail->parts[1].attachment);
  EXPECT_EQ(mail->parts[1].body, "\x01\x02\x03\x04");
}

TEST(Mime, SendersDeclareLessThanTheySend) {
  EXPECT_EQ(text_of(*parse_mime("A: b\n\ncaf\xc3\xa9")), "café");
  EXPECT_EQ(text_of(*parse_mime("A: b\n\ncaf\xe9")), "café");
  EXPECT_EQ(text_of(*parse_mime("Content-Type: text/plain; charset=gb2312\n\n\xc4\xe3\xba\xc3")),
            "你好");
  EXPECT_EQ(text_of(*parse_mime("Content-Type: text/plain; charset=nonsense\n\nx\xff")),
            "x\xef\xbf\xbd");
}

TEST(Mime, WhatIsNoMailIsRefused) {
  for (const char* raw : {"", "no header", "A: b", "A: b\n", "<html>\n\n",
                          "Content-Type: multipart/mixed; boundary=b\n\nno part",
                          "Content-Type: multipart/mixed\n\nx"}) {
    EXPECT_FALSE(parse_mime(raw)) << raw;
  }
}

TEST(Mime, AMultipartWithoutItsEndIsReadAsFarAsItGoes) {
  const std::string mail = "--b\nA: b\n\none\n--b\nContent-Type: text/html\nno header\n";
  const auto read = parse_mime("Content-Type: multipart/mixed; boundary=b\n\n" + mail);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->parts.size(), 2u);
  EXPECT_EQ(text_of(read->parts[0]), "one");
  EXPECT_EQ(text_of(read->parts[1]), "no header\n");
  // A form is HTTP's: there a missing end means that something was lost.
  EXPECT_FALSE(parse_mime_body("multipart/form-data; boundary=b", mail));
  EXPECT_TRUE(parse_mime_body("multipart/form-data; boundary=b", mail + "--b--"));
}

TEST(Mime, ALongNameComesInPieces) {
  const auto mail = parse_mime(
      "Content-Type: application/pdf\nContent-Disposition: attachment;\n "
      "filename*0*=utf-8''na%C3;\n"
      " filename*1*=%AFve;\n filename*2=\".pdf\"\n\nx");
  ASSERT_TRUE(mail);
  EXPECT_EQ(mail->filename, "naïve.pdf");
}

TEST(Mime, LimitsHold) {
  std::string deep;
  for (int i = 0; i < 20; ++i) {
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
            std::to_string(i) + "\n";
  }
  EXPECT_FALSE(parse_mime(deep));
  std::string wide = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < 300; ++i) wide += "--b\n\nx\n";
  EXPECT_FALSE(parse_mime(wide + "--b--"));
  std::string headers;
  for (int i = 0; i < 600; ++i) headers += "A: b\n";
  EXPECT_FALSE(parse_mime(headers + "\nx"));
}

struct QuoteCase {
  const char* name;
  const char* text;
  const char* kept;
};
void PrintTo(const QuoteCase& c, std::ostream* out) { *out << c.name; }

const QuoteCase kQuotes[] = {
    {"Nothing", "Hello\n\nthere", "Hello\n\nthere"},
    {"Below", "Thanks!\n\nOn Tue, 1 Jul 2025 at 10:00, Care <care@x.y> wrote:\n> hi\n> you",
     "Thanks!"},
    {"IntroInTwoLines", "Thanks!\nOn Tue, 1 Jul 2025 at 10:00, Care <care@x.y>\nwrote:\n\n> hi",
     "Thanks!"},
    {"German", "Danke\r\n\r\nAm 01.07.25 um 10:00 schrieb Care:\r\n> hi", "Danke"},
    {"French", "Merci\n\nLe mar. 1 juil. 2025 à 10:00, Care a écrit :\n> hi", "Merci"},
    {"Chinese", "谢谢\n\n在 2025年7月1日，Care 写道：\n> 您好", "谢谢"},
    {"Outlook",
     "Thanks\n\n________________________________\nFrom: Care\nSent: Tuesday\nTo: Li\n\nhi",
     "Thanks"},
    {"OutlookWithoutARule", "谢谢\n\n发件人: Care\n发送时间: 周二\n\n您好", "谢谢"},
    {"OriginalMessage", "Thanks\n-----Original Message-----\nhi", "Thanks"},
    {"QuotesAlone", "Thanks\n> hi\n> you\n", "Thanks"},
    {"Signature", "Thanks\n-- \nLi Na\n+1 555", "Thanks"},
    {"SignatureBelowTheQuote", "Thanks\n\nOn Tue, Care wrote:\n> hi\n\n--\nLi Na", "Thanks"},
    {"ARuleIsNoSignature", "one\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16",
     "one\n--\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16"},
    {"BetweenAnswers", "On Tue, Care wrote:\n> red or blue?\nblue\n> how many?\ntwo",
     "On Tue, Care wrote:\n> red or blue?\nblue\n> how many?\ntwo"},
    {"OnlyAQuote", "> hi\n> you", "> hi\n> you"},
    {"FromInASentence", "From: the heart\nthanks", "From: the heart\nthanks"},
};

class MailQuotes : public testing::TestWithParam<QuoteCase> {};

TEST_P(MailQuotes, GoAndAnswersStay) {
  EXPECT_EQ(without_quotes(GetParam().text), GetParam().kept);
}
INSTANTIATE_TEST_SUITE_P(Table, MailQuotes, testing::ValuesIn(kQuotes),
                         [](const auto& test) { return test.param.name; });

struct HtmlCase {
  const char* name;
  const char* html;
  const char* text;
};
void PrintTo(const HtmlCase& c, std::ostream* out) { *out << c.name; }

const HtmlCase kHtml[] = {
    {"Paragraphs",
     "<html><head><title>x</title><style>p{}</style></head><body><p>Hello\n  you</p>"
     "<p>there</p></body>",
     "Hello you\n\nthere"},
    {"Breaks", "a<br>b<BR/>c", "a\nb\nc"},
    {"Entities", "&lt;&amp;&gt; &#20320;&#x597D; caf&eacute; &nope; &", "<&> 你好 café &nope; &"},
    {"Link", "see <a href=\"https://x.y/z\">this</a>", "see this (https://x.y/z)"},
    {"LinkThatSaysItself", "<a href='https://x.y'>https://x.y</a>", "https://x.y"},
    {"LinkOfNoKind", "<a href=\"javascript:alert(1)\">x</a>", "x"},
    {"Script", "a<script>if (1 < 2) {}</script>b", "ab"},
    {"Comment", "a<!-- <b> -->b", "ab"},
    {"GmailQuote", "<div>Thanks</div><div class=\"gmail_quote\">On Tue wrote: hi</div>", "Thanks"},
    {"Blockquote", "Thanks<blockquote type=cite>hi</blockquote>", "Thanks"},
    {"OnlyAQuote", "<blockquote>hi</blockquote>", "hi"},
    {"NeverEnding", "a<p b=\"c", "a"},
};

TEST(MailWords, HostileTextTakesNoLongerThanItIsLong) {
  std::string html, quotes;
  for (int i = 0; i < 100'000; ++i) {
    html += "<script></script></a>";
    quotes += "On x wrote:\n";
  }
  EXPECT_EQ(text_of_html(html), "");
  EXPECT_EQ(without_quotes(quotes + "> a\nb"), quotes + "> a\nb");
}

class MailHtml : public testing::TestWithParam<HtmlCase> {};

TEST_P(MailHtml, IsReadAsText) { EXPECT_EQ(text_of_html(GetParam().html), GetParam().text); }
INSTANTIATE_TEST_SUITE_P(Table, MailHtml, testing::ValuesIn(kHtml),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace parley::connectors::email
