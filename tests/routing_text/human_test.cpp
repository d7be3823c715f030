// A customer who asks for a person is heard however they put it, and one who does not is not sent
// away from the bot. Rows are things customers write.
#include <gtest/gtest.h>

#include "routing/analyzer.hpp"

namespace parley::routing {
namespace {

class AsksForAPerson : public testing::TestWithParam<const char*> {
 protected:
  static bool asks(const char* text) {
    static const auto analyzer = make_plain_analyzer();
    return analyzer->analyze(text, "cs").asks_human;
  }
};
class AsksForNobody : public AsksForAPerson {};

TEST_P(AsksForAPerson, IsHeard) { EXPECT_TRUE(asks(GetParam())); }
TEST_P(AsksForNobody, StaysWithTheBot) { EXPECT_FALSE(asks(GetParam())); }

const char* const kAsks[] = {
    // plain
    "转人工",
    "人工客服",
    "人工",
    "转人工客服",
    "真人",
    "我要人工",
    "请转人工服务",
    "找真人",
    "agent please",
    "speak to a human",
    "human",
    "I want to talk to a real person",
    "operator",
    "representative",
    "live agent",
    "Can I speak with someone?",
    "connect me to an agent",
    // traditional script, full width, spaces, punctuation, repeats
    "轉人工",
    "轉接人工客服",
    "我要真人客服",
    "請幫我轉接真人",
    "人 工",
    "转 人 工",
    "转人工！！！",
    "转人工转人工转人工",
    "人工人工",
    "ＨＵＭＡＮ",
    "AGENT!!!",
    "转-人-工",
    // typos and homophones
    "转人公",
    "转仁工",
    "专人工",
    "转人工克服",
    "人工可服",
    "人工课服",
    "传人工",
    "zhuan rengong",
    "zhuanrengong",
    "rengong",
    "rengong kefu",
    "speak to a humen",
    "talk to a hunan",
    "agnet please",
    "speak to an agant",
    "representitive",
    "talk to represenative",
    "custmer service agent",
    // mixed
    "转agent",
    "我要human",
    "human客服",
    "please 转人工",
    "转人工 please",
    "找customer service",
    "real人",
    "want 真人",
    "给我 live agent",
    // polite, indirect, impatient
    "麻烦帮我转一下人工",
    "可以让人工来处理吗",
    "有没有人工客服啊",
    "能不能换个人跟我说",
    "你是机器人吧，我要找人",
    "不要机器人",
    "我不想跟机器人说话",
    "叫你们经理来",
    "有活人吗",
    "来个人",
    "别用机器人糊弄我",
    "could you get me a person",
    "is there anyone real here",
    "stop the bot",
    "no more bots",
    "I don't want to talk to a bot",
    "give me a human now",
    "get me your manager",
    "let me talk to somebody",
    "I need a human being",
    "put me through to someone",
    // the word that turns it round belongs to something else
    "不要机器人，转人工",
    "我不要自动回复，我要人工",
    "别再让机器人回了 转人工",
    "not a bot, a human please",
    "我没有要退货，我要转人工",
    "不用查了，转人工",
    "don't send me links, get me an agent",
    "不是要退款，给我转人工",
};
INSTANTIATE_TEST_SUITE_P(Rows, AsksForAPerson, testing::ValuesIn(kAsks));

const char* const kDoesNot[] = {
    "不要转人工",
    "不用转人工",
    "不需要人工",
    "别转人工",
    "先不转人工",
    "不用人工客服，你回答就行",
    "不要轉人工",
    "無需人工",
    "暂时不用找人工",
    "我不想转人工",
    "不要給我轉人工",
    "I don't need an agent",
    "no need for a human",
    "please don't transfer me to an agent",
    "do not connect me to a person",
    "I'd rather not talk to a human",
    "no agent please",
    "don't put me through to anyone",
    "without talking to a person",
    "I do not want a human",
    "人工智能是什么",
    "人工费多少钱",
    "你们用人工智能吗",
    "人工草坪怎么卖",
    "human hair wig",
    "travel agent discount",
    "human resources email",
    "are you a human or a bot",
    "what does your property manager charge",
    "人工客服几点上班",
    "人工几点下班",
    "机器人吸尘器多少钱",
    "扫地机器人不工作了",
    "robot vacuum price",
    "退货要人工费吗",
    "delivery person was nice",
    "what are the hours of your agents",
    "hello",
    "什么时候发货",
};
INSTANTIATE_TEST_SUITE_P(Rows, AsksForNobody, testing::ValuesIn(kDoesNot));

}  // namespace
}  // namespace parley::routing
