// The webhook's answer as the reply.
#include <gtest/gtest.h>

#include "connectors/xml.hpp"
#include "tests/connectors/wechat_oa_support.hpp"

namespace parley::connectors {
namespace {

using namespace testing_support;

constexpr std::string_view kNonce = "0123456789abcdef";
const TimePoint kNow{Milliseconds{1'760'000'000'123}};

std::optional<Reply> render(const Message& message, const Channel& channel,
                            std::string_view account = "gh_1") {
  Send send;
  send.recipient = "oUser";
  send.message = message;
  return make_wechat_oa().passive_reply->render(
      {.send = send, .channel = channel, .access_token = {}, .now = kNow}, account, kNonce);
}

Message message(std::vector<Part> content, std::vector<Action> actions = {}) {
  Message made;
  made.direction = Direction::outbound;
  made.content = std::move(content);
  made.suggested_actions = std::move(actions);
  return made;
}

Text text(std::string said) {
  Text part;
  part.text = std::move(said);
  return part;
}

Part media(MediaKind kind, std::string platform_id, std::string media_id = {}) {
  Media part;
  part.kind = kind;
  part.platform_id = std::move(platform_id);
  part.media_id = std::move(media_id);
  return part;
}

Part music() {
  Media part;
  part.kind = MediaKind::audio;
  part.url = "http://a.cn/s.mp3";
  part.name = "歌";
  part.thumbnail = "T";
  return part;
}

Part article() {
  Link part;
  part.url = "http://a.cn/";
  part.title = "标题";
  part.description = "描述";
  part.image_url = "http://a.cn/p.jpg";
  return part;
}

Action action(ActionType type, std::string payload) {
  Action made;
  made.type = type;
  made.title = "x";
  made.payload = std::move(payload);
  return made;
}

struct PassiveCase {
  const char* name;
  Message message;
  const char* want;  // after CreateTime; nullptr: cannot go this way
};
void PrintTo(const PassiveCase& c, std::ostream* out) { *out << c.name; }

const PassiveCase kPassive[] = {
    {"Text", message({text("你好")}),
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content>"},
    {"TextWithCdataEnd", message({text("a]]>b")}),
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a]]]]><![CDATA[>b]]></Content>"},
    {"TextThatLooksLikeXml", message({text("</xml>&")}),
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[</xml>&]]></Content>"},
    {"Image", message({media(MediaKind::image, "M")}),
     "<MsgType><![CDATA[image]]></MsgType><Image><MediaId><![CDATA[M]]></MediaId></Image>"},
    {"Voice", message({media(MediaKind::voice, "M")}),
     "<MsgType><![CDATA[voice]]></MsgType><Voice><MediaId><![CDATA[M]]></MediaId></Voice>"},
    {"Video", message({media(MediaKind::video, "M")}),
     "<MsgType><![CDATA[video]]></MsgType><Video><MediaId><![CDATA[M]]></MediaId>"
     "<Title><![CDATA[]]></Title><Description><![CDATA[]]></Description></Video>"},
    {"Music", message({music()}),
     "<MsgType><![CDATA[music]]></MsgType><Music><Title><![CDATA[歌]]></Title>"
     "<Description><![CDATA[]]></Description><MusicUrl><![CDATA[http://a.cn/s.mp3]]></MusicUrl>"
     "<HQMusicUrl><![CDATA[http://a.cn/s.mp3]]></HQMusicUrl>"
     "<ThumbMediaId><![CDATA[T]]></ThumbMediaId></Music>"},
    {"News", message({article()}),
     "<MsgType><![CDATA[news]]></MsgType><ArticleCount>1</ArticleCount><Articles><item>"
     "<Title><![CDATA[标题]]></Title><Description><![CDATA[描述]]></Description>"
     "<PicUrl><![CDATA[http://a.cn/p.jpg]]></PicUrl><Url><![CDATA[http://a.cn/]]></Url>"
     "</item></Articles>"},
    {"Transfer", message({}, {action(ActionType::handoff, "")}),
     "<MsgType><![CDATA[transfer_customer_service]]></MsgType>"},
    {"TransferToAnAccount", message({}, {action(ActionType::handoff, "k@a")}),
     "<MsgType><![CDATA[transfer_customer_service]]></MsgType>"
     "<TransInfo><KfAccount><![CDATA[k@a]]></KfAccount></TransInfo>"},
    {"TwoParts", message({text("a"), text("b")}), nullptr},
    {"TextForTwoMessages", message({text(std::string(2049, 'a'))}), nullptr},
    {"Menu", message({text("a")}, {action(ActionType::reply, "r")}), nullptr},
    {"NeedsAnUpload",
     message({media(MediaKind::image, "", "med_0123456789abcdef0123456789abcdef")}), nullptr},
    {"Template", message({Template{}}), nullptr},
    {"SomethingIsLost", message({text("a"), Reaction{}}), nullptr},
    {"Nothing", message({}), nullptr},
};

class WechatOaPassive : public testing::TestWithParam<PassiveCase> {};
TEST_P(WechatOaPassive, AnswersInTheWebhook) {
  const auto reply = render(GetParam().message, wechat_channel("plaintext"));
  ASSERT_EQ(reply.has_value(), GetParam().want != nullptr);
  if (!reply) return;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body,
            "<xml><ToUserName><![CDATA[oUser]]></ToUserName><FromUserName><![CDATA[gh_1]]>"
            "</FromUserName><CreateTime>1760000000</CreateTime>" +
                std::string(GetParam().want) + "</xml>");
  EXPECT_TRUE(parse_xml(reply->body).has_value());
}
INSTANTIATE_TEST_SUITE_P(Table, WechatOaPassive, testing::ValuesIn(kPassive),
                         [](const auto& test) { return test.param.name; });

TEST(WechatOaPassive, IsSealedAndSignedWhereTheRequestsAre) {
  for (const auto mode : {"safe", "compat"}) {
    const auto plain = render(message({text("你好")}), wechat_channel("plaintext"));
    const auto reply = render(message({text("你好")}), wechat_channel(mode));
    ASSERT_TRUE(plain && reply);
    const auto outer = parse_xml(reply->body);
    ASSERT_TRUE(outer.has_value());
    EXPECT_EQ(outer->children.size(), 4u);
    EXPECT_EQ(outer->child_text("TimeStamp"), "1760000000");
    EXPECT_EQ(outer->child_text("MsgSignature"),
              tencent_signature({kWechatToken, outer->child_text("TimeStamp"),
                                 outer->child_text("Nonce"), outer->child_text("Encrypt")}));
    const auto inner =
        open_envelope(Secret(std::string(kWechatKey)), outer->child_text("Encrypt"), kWechatAppId);
    ASSERT_TRUE(inner.has_value());
    EXPECT_EQ(*inner, plain->body);
    EXPECT_EQ(reply->body.find("你好"), std::string::npos);
  }
}

TEST(WechatOaPassive, SealingNeedsRandomness) {
  Send send;
  send.recipient = "oUser";
  send.message = message({text("a")});
  const auto channel = wechat_channel("safe");
  EXPECT_FALSE(make_wechat_oa()
                   .passive_reply
                   ->render({.send = send, .channel = channel, .access_token = {}, .now = kNow},
                            "gh_1", "short")
                   .has_value());
}

TEST(WechatOaPassive, NeedsToKnowItsOwnAccount) {
  EXPECT_FALSE(render(message({text("a")}), wechat_channel("plaintext"), "").has_value());
}

TEST(WechatOaPassive, AnAgentAccountAnswersByTheApi) {
  auto channel = wechat_channel("plaintext");
  channel.settings["kf_account"] = "k@a";
  EXPECT_FALSE(render(message({text("a")}), channel).has_value());
  const auto transfer = render(message({}, {action(ActionType::handoff, "")}), channel);
  ASSERT_TRUE(transfer.has_value());
  EXPECT_NE(transfer->body.find("<KfAccount><![CDATA[k@a]]></KfAccount>"), std::string::npos);
}

}  // namespace
}  // namespace parley::connectors
