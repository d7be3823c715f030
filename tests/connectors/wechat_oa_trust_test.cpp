// Who may speak for the platform: signatures, envelopes, the handshake.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/crypto.hpp"
#include "tests/connectors/wechat_oa_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

// Known answers of the platform's public samples.
constexpr std::string_view kSampleKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
constexpr std::string_view kSampleEncrypt =
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+"
    "LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHF"
    "VAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+"
    "h6tEDYsVti"
    "cbSnyU8dKOIbgU6ux5VTjg3yt+"
    "WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpA"
    "e+77TszTfRd5RJSVO/"
    "HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCum"
    "EPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=";
constexpr std::string_view kSampleMessage =
    "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>\n"
    "<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName>\n"
    "<CreateTime>1409735668</CreateTime>\n"
    "<MsgType><![CDATA[text]]></MsgType>\n"
    "<Content><![CDATA[abcdteT]]></Content>\n"
    "<MsgId>6054768590064713728</MsgId>\n"
    "</xml>";

TEST(TencentSignature, KnownAnswers) {
  EXPECT_EQ(tencent_signature({"test", "1410685589", "test"}),
            "f21891de399b4e33a1a93c9a7b8a8fffb5a443ff");
  EXPECT_EQ(tencent_signature({"789", "456", "123"}), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
  EXPECT_EQ(tencent_signature({"b", "c", "a"}), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(tencent_signature({"spamtest", "1409735669", "1320562132"}),
            "16120ec1b8dbb870f510d87ce6bc2463eae6ca1a");
  EXPECT_EQ(tencent_signature({"spamtest", "1409735669", "1320562132", kSampleEncrypt}),
            "5d197aaffba7e9b25a30732f161a50dee96bd5fa");
  // Upper case sorts before lower case.
  EXPECT_EQ(tencent_signature({"RMNlACHlV5ThzfRlVS4D4", "timestamp", "nonce", "encrypt"}),
            "8edac0945683c119ee71c9f6256d76c48aa08a96");
}

TEST(TencentEnvelope, OpensTheKnownOne) {
  const auto message =
      open_envelope(Secret(std::string(kSampleKey)), kSampleEncrypt, "wx2c2769f8efd9abc2");
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(*message, kSampleMessage);
}

TEST(TencentEnvelope, SealsTheKnownOnes) {
  const Secret key{std::string(kSampleKey)};
  EXPECT_EQ(
      seal_envelope(key, "我是中文abcd123", "wxb11529c136998cb6", "aaaabbbbccccdddd"),
      "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==");
  EXPECT_EQ(
      seal_envelope(
          key,
          "<xml><ToUserName><![CDATA[oia2Tj我是中文jewbmiOUlr6X-1crbLOvLw]]></ToUserName>"
          "<FromUserName><![CDATA[gh_7f083739789a]]></FromUserName><CreateTime>1407743423"
          "</CreateTime><MsgType><![CDATA[video]]></MsgType><Video><MediaId><![CDATA["
          "eYJ1MbwPRJtOvIEabaxHs7TX2D-HV71s79GUxqdUkjm6Gs2Ed1KF3ulAOA9H1xG0]]></MediaId><Title>"
          "<![CDATA[testCallBackReplyVideo]]></Title><Description><![CDATA["
          "testCallBackReplyVideo]]></Description></Video></xml>",
          "wxb11529c136998cb6", "aaaabbbbccccdddd"),
      "jn1L23DB+6ELqJ+6bruv23M2GmYfkv0xBh2h+"
      "XTBOKVKcgDFHle6gqcZ1cZrk3e1qjPQ1F4RsLWzQRG9udbKWesxlkupqc"
      "EcW7ZQweImX9+wLMa0GaUzpkycA8+IamDBxn5loLgZpnS7fVAbExOkK5DYHBmv5tptA9tklE/"
      "fTIILHR8HLXa5nQvFb3tY"
      "PKAlHF3rtTeayNf0QuM+UW/wM9enGIDIJHF7CLHiDNAYxr+r+OrJCmPQyTy8cVWlu9iSvOHPT/"
      "77bZqJucQHQ04sq7KZI2"
      "7OcqpQNSto2OdHCoTccjggX5Z9Mma0nMJBU+jLKJ38YB1fBIz+vBzsYjrTmFQ44YfeEuZ+"
      "xRTQwr92vhA9OxchWVINGC50"
      "qE/6lmkwWTwGX9wtQpsJKhP+oS7rvTY8+VdzETdfakjkwQ5/Xka042OlUb1/"
      "slTwo4RscuQ+RdxSGvDahxAJ6+EAjLt9d8"
      "igHngxIbf6YyqqROxuxqIeIch3CssH/"
      "LqRs+iAcILvApYZckqmA7FNERspKA5f8GoJ9sv8xmGvZ9Yrf57cExWtnX8aCMMa"
      "BropU/1k+hKP5LVdzbWCG0hGwx/dQudYR/eXp3P0XxjlFiy+9DMlaFExWUZQDajPkdPrEeOwofJb");
}

TEST(TencentEnvelope, EveryLengthComesBack) {
  const Secret key{std::string(kSampleKey)};
  for (std::size_t size = 0; size < 100; ++size) {
    const std::string message(size, 'x');
    const auto opened =
        open_envelope(key, seal_envelope(key, message, "wx1", "0123456789abcdef"), "wx1");
    ASSERT_TRUE(opened.has_value()) << size;
    EXPECT_EQ(*opened, message);
  }
}

TEST(TencentEnvelope, WhateverIsWrongTheAnswerIsOne) {
  const Secret key{std::string(kSampleKey)};
  std::set<std::string> answers;
  const auto expect_refused = [&](const std::string& sealed, std::string_view id) {
    const auto opened = open_envelope(key, sealed, id);
    ASSERT_FALSE(opened.has_value()) << sealed;
    answers.insert(std::string(to_string(opened.error().code)) + opened.error().detail +
                   opened.error().code_text);
  };
  const auto bytes = *from_base64(kSampleEncrypt);
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  // The last two blocks decide the padding: every value of every byte of them.
  for (std::size_t i = bytes.size() - 32; i < bytes.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      auto changed = bytes;
      if (changed[i] == static_cast<char>(value)) continue;
      changed[i] = static_cast<char>(value);
      expect_refused(to_base64(changed), "wx2c2769f8efd9abc2");
    }
  }
  for (int i = 0; i < 20'000; ++i) {  // anywhere: garbles the length, the message or the id
    std::string noise(16 * (1 + random() % 8), '\0');
    for (char& c : noise) c = static_cast<char>(random());
    expect_refused(to_base64(noise), "wx2c2769f8efd9abc2");
  }
  expect_refused(std::string(kSampleEncrypt), "wx2c2769f8efd9abc3");
  expect_refused(std::string(kSampleEncrypt), "wx2c2769f8efd9abc");
  expect_refused(std::string(kSampleEncrypt), "");
  expect_refused("", "wx2c2769f8efd9abc2");
  expect_refused("====", "wx2c2769f8efd9abc2");
  expect_refused("no base64 !", "wx2c2769f8efd9abc2");
  expect_refused(to_base64(bytes.substr(0, bytes.size() - 1)), "wx2c2769f8efd9abc2");
  EXPECT_EQ(answers.size(), 1u);
}

// Sealed by hand, for seal_envelope writes right ones only.
std::string seal_raw(const std::string& plain) {
  const auto key = *from_base64(kSampleKey);
  return to_base64(*aes256_cbc_encrypt(key, key.substr(0, 16), plain));
}

bool opens(const std::string& sealed) {
  return open_envelope(Secret(std::string(kSampleKey)), sealed, "wx1").has_value();
}

TEST(TencentEnvelope, ALengthBeyondTheEndIsRefused) {
  for (const std::string_view length :
       {"\x7f\xff\xff\xff", "\xff\xff\xff\xff", "\x00\x00\x00\x09"}) {
    std::string plain = "0123456789abcdef" + std::string(length.data(), 4) + "hi" + "wx1";
    plain.append(32 - plain.size() % 32, static_cast<char>(32 - plain.size() % 32));
    EXPECT_FALSE(opens(seal_raw(plain)));
  }
}

// Blocks of 32 although the cipher's are of 16: any padding from 1 to 32 is right, all its bytes
// are the same, and none is missing.
TEST(TencentEnvelope, PadsToThirtyTwo) {
  for (std::size_t padding = 0; padding <= 40; ++padding) {
    const std::size_t length = 96 - padding - 16 - 4 - 3;
    std::string plain = "0123456789abcdef" + std::string(3, '\0') + static_cast<char>(length) +
                        std::string(length, 'm') + "wx1";
    plain.append(padding, static_cast<char>(padding));
    ASSERT_EQ(plain.size(), 96u);
    EXPECT_EQ(opens(seal_raw(plain)), padding >= 1 && padding <= 32) << padding;
    if (padding < 2) continue;
    plain[plain.size() - padding] ^= 1;
    EXPECT_FALSE(opens(seal_raw(plain))) << padding;
  }
  for (std::size_t size = 0; size < 64; ++size) {
    const auto sealed = seal_envelope(Secret(std::string(kSampleKey)), std::string(size, 'm'),
                                      "wx1", "0123456789abcdef");
    EXPECT_EQ(from_base64(sealed)->size() % 32, 0u) << size;
  }
}

TEST(TencentEnvelope, KeyIs43Base64Characters) {
  EXPECT_TRUE(is_envelope_key(Secret(std::string(kSampleKey))));
  EXPECT_TRUE(is_envelope_key(Secret(std::string(42, 'A') + "9")));  // trailing bits not zero
  EXPECT_FALSE(is_envelope_key(Secret("")));
  EXPECT_FALSE(is_envelope_key(Secret(std::string(42, 'A'))));
  EXPECT_FALSE(is_envelope_key(Secret(std::string(44, 'A'))));
  EXPECT_FALSE(is_envelope_key(Secret(std::string(42, 'A') + "!")));
}

struct HandshakeCase {
  const char* name;
  const char* mode;
  std::string query;
  const char* want;  // nullptr: refused
};
void PrintTo(const HandshakeCase& c, std::ostream* out) { *out << c.name; }

std::string hand(std::string_view echo, const std::string& signature = url_signature()) {
  return "signature=" + signature +
         "&timestamp=1409735669&nonce=1320562132&echostr=" + std::string(echo);
}

const HandshakeCase kHandshakes[] = {
    {"Plain", "plaintext", hand("3456789012345678901"), "3456789012345678901"},
    {"SafeModeEchoesAsItCame", "safe", hand("SUCCESS"), "SUCCESS"},
    {"Compat", "compat", hand("SUCCESS"), "SUCCESS"},
    {"BadSignature", "safe", hand("SUCCESS", std::string(40, 'a')), nullptr},
    {"NoSignature", "safe", "timestamp=1409735669&nonce=1320562132&echostr=X", nullptr},
    {"NoEcho", "safe", hand(""), nullptr},
    {"NoQuery", "safe", "", nullptr},
    {"MarkupIsNotEchoed", "safe", hand("%3Cscript%3E"), nullptr},
    {"LineEndIsNotEchoed", "safe", hand("a%0d%0ab"), nullptr},
    {"TooLong", "safe", hand(std::string(513, 'a')), nullptr},
};

class WechatOaHandshake : public testing::TestWithParam<HandshakeCase> {};
TEST_P(WechatOaHandshake, EchoesToThePlatformOnly) {
  const auto entry = make_wechat_oa();
  OwnedRequest request;
  request.method = "GET";
  request.query = GetParam().query;
  const auto reply = entry.connector->handshake(request.view(), wechat_channel(GetParam().mode));
  ASSERT_TRUE(reply.has_value());
  ASSERT_EQ(reply->has_value(), GetParam().want != nullptr);
  if (GetParam().want) {
    EXPECT_EQ((*reply)->body, GetParam().want);
    EXPECT_EQ((*reply)->status, 200);
    EXPECT_TRUE((*reply)->content_type.starts_with("text/plain"));
  }
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaHandshake, testing::ValuesIn(kHandshakes),
                         [](const auto& test) { return test.param.name; });

TEST(WechatOaHandshake, APostIsNone) {
  EXPECT_FALSE(make_wechat_oa()
                   .connector->handshake(wechat_plain("<xml/>").view(), wechat_channel("safe"))
                   .has_value());
}

std::string text_message(std::string_view text = "hi") {
  return wechat_xml("text", "<Content>" + std::string(text) + "</Content><MsgId>1</MsgId>");
}

struct TrustCase {
  const char* name;
  const char* mode;
  OwnedRequest request;
  const char* want_text;  // nullptr: not authenticated
};
void PrintTo(const TrustCase& c, std::ostream* out) { *out << c.name; }

const std::string kEvil =
    "<ToUserName>gh_1</ToUserName><FromUserName>oEvil</FromUserName><MsgType>text</MsgType>"
    "<Content>pay me</Content><MsgId>9</MsgId>";

const TrustCase kTrust[] = {
    {"Plain", "plaintext", wechat_plain(text_message()), "hi"},
    {"PlainWithKeyTakesEnvelopes", "plaintext", wechat_safe(text_message()), "hi"},
    {"Safe", "safe", wechat_safe(text_message()), "hi"},
    {"SafeByDefaultWithAKey", "", wechat_safe(text_message()), "hi"},
    {"SafeWithoutOuterAddressee", "safe", wechat_envelope(wechat_sealed(text_message()), ""), "hi"},
    {"SafeRefusesPlain", "safe", wechat_plain(text_message()), nullptr},
    {"DefaultRefusesPlain", "", wechat_plain(text_message()), nullptr},
    {"CompatBelievesTheEnvelopeOnly", "compat",
     wechat_envelope(wechat_sealed(text_message()), kEvil), "hi"},
    {"CompatRefusesPlain", "compat", wechat_plain(text_message()), nullptr},
    {"SafeIgnoresFieldsOutside", "safe", wechat_envelope(wechat_sealed(text_message()), kEvil),
     "hi"},
    {"SafeOfAnotherApp", "safe", wechat_envelope(wechat_sealed(text_message(), "wx0"), ""),
     nullptr},
    {"SafeWithEmptyEnvelope", "safe", wechat_envelope("", ""), nullptr},
    {"SafeWithGarbage", "safe", wechat_envelope("AAAA", ""), nullptr},
};

class WechatOaTrust : public testing::TestWithParam<TrustCase> {};
TEST_P(WechatOaTrust, BelievesWhatIsProven) {
  const auto entry = make_wechat_oa();
  const auto channel = wechat_channel(GetParam().mode);
  const auto request = GetParam().request.view();
  const auto proven = entry.connector->authenticate(request, channel);
  ASSERT_EQ(proven.has_value(), GetParam().want_text != nullptr);
  if (!proven) {
    EXPECT_EQ(proven.error().code, Errc::unauthenticated);
    return;
  }
  const auto parsed = entry.connector->parse(request, channel);
  ASSERT_EQ(parsed.events.size(), 1u);
  EXPECT_EQ(std::get<MessageIn>(parsed.events[0].what).message.fallback_text, GetParam().want_text);
  EXPECT_EQ(parsed.events[0].recipient, "oUser");
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaTrust, testing::ValuesIn(kTrust),
                         [](const auto& test) { return test.param.name; });

TEST(WechatOaTrust, AnEnvelopeForSomebodyElseIsRefused) {
  const auto request =
      wechat_envelope(wechat_sealed(text_message()), "<ToUserName>gh_2</ToUserName>");
  const auto parsed = make_wechat_oa().connector->parse(request.view(), wechat_channel("safe"));
  EXPECT_TRUE(parsed.events.empty());
  ASSERT_TRUE(parsed.stopped.has_value());
  EXPECT_EQ(parsed.stopped->code, Errc::unauthenticated);
}

TEST(WechatOaTrust, ARedeliveryHasTheSameDedupKey) {
  const auto entry = make_wechat_oa();
  const auto channel = wechat_channel("safe");
  for (const auto& body : {text_message(), wechat_event("CLICK", "<EventKey>K</EventKey>")}) {
    const auto first = wechat_safe(body), second = wechat_safe(body, "1409735674", "77");
    ASSERT_NE(first.query, second.query);
    ASSERT_TRUE(entry.connector->authenticate(second.view(), channel));
    EXPECT_EQ(entry.connector->parse(first.view(), channel).events.at(0).dedup_key,
              entry.connector->parse(second.view(), channel).events.at(0).dedup_key);
  }
}

struct CheckCase {
  const char* name;
  const char* mode;
  std::string key;
  const char* text_bytes_max;
  const char* want;  // part of the complaint; nullptr: fine
};
void PrintTo(const CheckCase& c, std::ostream* out) { *out << c.name; }

const CheckCase kChecks[] = {
    {"Safe", "safe", std::string(kSampleKey), "", nullptr},
    {"KeyAlone", "", std::string(kSampleKey), "2048", nullptr},
    {"Compat", "compat", std::string(kSampleKey), "", nullptr},
    {"PlainByName", "plaintext", "", "160", nullptr},
    {"PlainByAccident", "", "", "", "mode = \"plaintext\""},
    {"SafeWithoutKey", "safe", "", "", "need encoding_aes_key"},
    {"CompatWithoutKey", "compat", "", "", "need encoding_aes_key"},
    {"ShortKey", "safe", "abc", "", "43 characters"},
    {"KeyOfOtherCharacters", "safe", std::string(43, '!'), "", "43 characters"},
    {"ZeroText", "safe", std::string(kSampleKey), "0", "text_bytes_max"},
    {"HugeText", "safe", std::string(kSampleKey), "2049", "text_bytes_max"},
    {"WordText", "safe", std::string(kSampleKey), "many", "text_bytes_max"},
};

class WechatOaCheck : public testing::TestWithParam<CheckCase> {};
TEST_P(WechatOaCheck, SaysWhatIsWrong) {
  auto channel = wechat_channel(GetParam().mode);
  channel.settings["text_bytes_max"] = GetParam().text_bytes_max;
  channel.secrets.erase("encoding_aes_key");
  channel.secrets.emplace("encoding_aes_key", Secret(GetParam().key));
  const auto complaint = make_wechat_oa().connector->check(channel);
  if (GetParam().want) {
    EXPECT_NE(complaint.find(GetParam().want), std::string::npos) << complaint;
    if (!GetParam().key.empty()) EXPECT_EQ(complaint.find(GetParam().key), std::string::npos);
  } else {
    EXPECT_EQ(complaint, "");
  }
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaCheck, testing::ValuesIn(kChecks),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace parley::connectors
