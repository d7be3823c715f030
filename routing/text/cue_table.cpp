// routing/text/cue_table.cpp
// The words themselves. Before adding one: does it also stand in a calm question ("垃圾袋",
// "my card was stolen")? Then write the longer phrase, or the harmless one beside it.
#include "routing/text/cues.hpp"

namespace parley::routing {
namespace {

// ---- Chinese ----

constexpr std::string_view kAngryZh = R"(
  傻逼 傻b 傻x 傻叉 傻子 煞笔 沙比 沙雕 他妈 tmd 妈的 妈蛋 妈卖批 草泥马 操你 操蛋 草你 卧槽 我靠 我擦 尼玛 你妹 麻痹 你妈
  滚蛋 滚犊子 滚吧 去死 狗屁 放屁 狗日 狗东西 废物 饭桶 脑残 智障 白痴 弱智 神经病 混蛋 混账 王八 畜生 人渣 败类
  有病吧 有病啊 是不是有病 有毛病 脑子{有病,进水,有问题,坏了} {眼睛,眼}瞎 瞎了 眼睛长 良心{呢,被狗,不会痛,过得去,喂狗}
  骗子 骗人 骗钱 骗我 骗消费者 欺骗 忽悠 坑人 坑爹 坑我 坑钱 坑死 坑货 黑心 无良 奸商 无耻 不要脸 臭不要脸 流氓 强盗 土匪 抢钱 抢劫
  气死 气人 气炸 气愤 生气 火大 恼火 发火 冒火 愤怒 怒了 忍无可忍 忍不了 受够 欺人太甚 欺负人 欺负{消费者,顾客,老百姓,客户}
  太过分 真过分 很过分 过分了 岂有此理 不是人 丧尽天良 缺德 没良心 没人性 没素质
  {我要,我会,直接,马上,准备,必须,肯定,一定,只能,再不}*{投诉,举报,曝光,起诉}{你,它,他,到,了,吧,$,!} {投诉,举报,曝光,起诉,告}{你们,死你,到底}
  {找,打,上,去,向}*{12315,消协,消费者协会,工商局,市场监管,银监会,银保监,工信部,媒体曝光} {12315,315,消协}{见,投诉,举报,伺候} 法院见 法庭见 律师函 上法院 微博曝光 网上曝光
  垃圾{公司,平台,客服,服务,东西,产品,商家,店,玩意,快递,软件,系统,app,网站,商城,售后,物流,货,银行,电信,移动,联通,宽带,网络,机器人,质量,!,。,$}
  {真,太,好,很,超级,都是,就是,什么,这么,一堆,真是,真的}垃圾 ^垃圾$ 辣鸡 什么lj lj{平台,客服,公司,东西,服务}
)";

constexpr std::string_view kNegativeZh = R"(
  {太,很,真,极,好,超级,超,巨,非常,实在太,这么,那么,有点}差 差劲 差评 差到 差死 太次 很次 糟糕 糟透 糟心 很糟 太糟 失望 无语 醉了 {我也是,真是,真的,彻底,算是}服了 服了你
  呵呵 什么破 破{玩意,东西,手机,平台,公司,软件,网,系统,客服,快递} 什么玩意 什么鬼 什么东西啊 什么态度 态度*{差,恶劣,不好,极差,傲慢,敷衍,冷漠} {这,这种,你们这,你这,就这}{态度,服务,质量,速度,效率,售后,水平}
  服务*{差,太差,不行,不到位,烂,恶劣,态度差} 客服*{差,太差,不行,烂,恶劣,没用,死了,都死,聋,摆设} {售后,物流,快递,质量,做工,信号,网络}*{太差,很差,真差,极差,差死,差劲,太烂,垃圾,堪忧} 太烂 真烂 很烂 烂透 烂货 稀烂
  不满意 很不满 非常不满 强烈不满 不负责 不靠谱 不像话 不地道 不厚道 不讲{理,信用,信誉,道理,诚信} 不作为 不当回事 不专业 不耐烦 不尊重
  没人{管,理,处理,回复,解决,负责,接电话,搭理,应} {没有,没}一个人*{管,理,处理,解决} 没人*{管,理我,处理,解决} 不理{人,我,睬} 爱理不理 爱答不理 爱搭不理 不闻不问 不管不顾 置之不理
  推三阻四 推卸 推来推去 推脱 踢皮球 敷衍 糊弄 打发{我,人} 拖延 拖拖拉拉 一拖再拖 拖着不 互相推 找借口 找理由 各种理由 各种借口
  言而无信 说话不算 说话当放屁 出尔反尔 不守信用 没有信用 没信用 不讲信用 没诚信 无诚信 毫无诚信 店大欺客 虚假{宣传,发货,广告,承诺} 欺诈 欺瞒 隐瞒 以次充好 偷工减料 货不对板 霸王条款 强制消费 强买强卖 捆绑消费 坐地起价 乱{扣费,扣钱,收费,扣我} 偷{扣,跑} 套路 耍{我,人,赖,猴} 玩我 逗我 耍我们 当我{傻,是傻,好欺负} 愚弄 蒙我 唬我
  上当 后悔{买,死,选,在} 再也不{买,来,用,会,在,想,敢,信,订,光顾} 不会再{买,来,用,在,信,光顾} 以后不{买,来,用,在,会,敢}  永远不会再 最后一次{买,在,用} 卸载了 换平台 换别家 拉黑你
  白等 白跑 白买 白花 白忙 浪费{我,时间,钱,大家,感情,口舌} 耽误{我,事,时间,大事,了我} 误事 误了我
  烦死 好烦 真烦 太烦 很烦 烦人 烦透 心烦 烦得 烦不烦 讨厌 受不了 我*崩溃 崩溃了我 要崩溃 闹心 郁闷 憋屈 糟践 恶心{人,死,到,的} 真恶心 太恶心 好恶心 {很,令人,让人}反感 心寒 寒心 凉心 心累 伤心 堵心 添堵 折腾{人,死,我} 瞎折腾 急死 愁死 要疯 疯了 要命 抓狂 无奈 服气 烦
  离谱 太夸张 可笑 笑话 好笑吗 奇葩 奇了怪 有没有搞错 搞没搞错 搞什么 搞毛 搞鬼 什么意思啊你 几个意思 什么人啊 什么人呐 算什么 凭什么 有没有{人管,良心,天理,王法,诚信,责任心,人性}
  根本{不,没,就,无法,打不,联系不} 从来{没,不} 完全{不,没有,没用,不管} 一点{用,都不,也不,都没,诚意}* 毫无{诚意,作用,用处,责任} 没用的 没屁用 没鸟用 顶个屁 说了等于没说 问了等于没问 答非所问 驴唇不对马嘴 听不懂人话 说人话 没完没了 没有下文 没了下文 石沉大海 不了了之 遥遥无期 杳无音
  不接受* 退一赔三 假一赔{三,十} 赔偿{我,损失,我的} 给{我,个}{说法,交代,解释,交待} 给我*{说法,交代,解释,交待} {必须,马上,立刻,立即,赶紧,现在就,今天必须}*{给我,退钱,退款给,解决,处理,赔} 退钱 还我{钱,血汗} 吞{钱,了我} 扣着{不,我} 黑店 黑{公司,平台} 假货 冒牌 次品 山寨货 二手货 翻新机 破烂 烂东西 三无产品 劣质 粗制滥造 质量*{差,太差,堪忧,不过关} {刚,才}*{用,买,穿,收到}*就*{坏,断,破,裂,掉,不能,不行,不亮,没电,死机} 一{次,天}就{坏,断,破,裂,掉}
  {等,拖,催,打,问,说,反映,投诉}了*{好久,半天,半个月,这么久,那么久,无数,多少次,好几,N次,n次} 等{死,到花儿,到猴年} 猴年马月 {说,问,催,讲,反馈,反映,打,联系}{了,过}*{遍,次,回}了 多少{次,遍,回}了 {说,讲,问,催}*多少{次,遍,回} 好几{次,遍,天}了 三番{五次,两次,四次} {每次,次次,老是,总是,天天,一直}*{这样,骗,坏,忘,错,推,拖,敷衍,让我等,等等,说*反馈} 屡次 再三
  太慢 慢死 真慢 好慢 这么慢 那么慢 龟速 慢得 慢的要死 慢成 效率*{低,差,慢} 不给{解决,处理,退,换,说法,力,人}
  真棒*又 {真,可真}{行,有你们的,会做生意,会玩,是够了,够可以} 我真{是谢谢,谢谢} 是不是还得谢 谢谢{你,你们}{让我,全家,八辈} {感谢,谢谢,多亏}*{白等,让我等,浪费} 你们*{太,可真,真是}{厉害,可以,行,牛}
  欠揍 找骂 装死 装傻 装{聋,哑,看不见} 死哪 死了吗 人死 都死光 睡着了吗 吃{屎,干饭,白饭} 摆设 花瓶 机器人一样 只会*{复制,道歉,说,推,拖,敷衍,反馈} 就会*{复制,道歉,说对不起,推,敷衍} 复制粘贴 官话 套话 车轱辘话 废话 别废话 少废话 别跟我说 少来这套 够了{吧,!,没有} ^够了$ 闭嘴
  [怒] [愤怒] [发怒] [抓狂] [骂人] [咒骂] [怒骂] [鄙视] [吐血] [心碎] [呕吐] 😡 🤬 😠 👎 🤮 💩 🖕 😤 👿
)";

constexpr std::string_view kImpatientZh = R"(
  都*了{还没,还不,还未,也没,也不,怎么还,都没,没有,没到,没发,没人,没收到,没给,没退,没动,没消息} 都*{天,小时,个月,星期,礼拜,周,分钟,年,半天,半个月}了*{没,不,还} 都{几天,多少天,多久,这么久,什么时候,几点,好几天,一个月,半个月,一周,一个星期,一天,两天,三天,四天,五天}了
  {这么,那么}{久,长时间,多天,晚,慢,难,贵,麻烦}*{还,都,也,没,不}* {怎么,为什么,为啥,咋,为何}{还没,还未,又不,又没,又要,一直,总是,老是,这么,那么久,这么久,没人,不回,不说话,不理,这样} {怎么,为什么,咋}还{没,不能,不发,不到,不来,不处理,不退,不给,不回,要等,在} 到现在*{还,都,也,没,未} 至今 迟迟 还要{等多久,等几天,多久,等到,我等,等,拖} {还要,要,让,叫}*{等到什么时候,等多久,等几天,我等} 又要等 又是{这样,等,一样} 一等再等 一直{没,不,在等,等,说,是,显示,推,拖} 总是{不,没,这} 老是{不,没,这} 天天{等,催,打,说} 每次都 次次 
  到底{什么,怎么,要,想,是,能不能,行不行,有没有,发不发,退不退,哪,还,管,给,可,在,啥,谁,多,会} 究竟 {赶紧,赶快,马上,立刻,立即}*{给我,处理,解决,发货,退,回复,回答} 能不能{快,给个,有个,不要,别,好好,认真,解决,说} {快点,快些}{啊,呀,行不行,行吗,好不好,给我} 倒是{快,说,发,给,回} 催了* 催{过,促}*{次,没} 等了*{天,小时,分钟,月,周,星期,礼拜,久,上午,下午,晚上,年,会} 等不{了,及,起} 等{这么,那么,好}久 等好{几,多}天 拖了* 
  说好的* 不是说* 说是*{结果,没,不,可} 答应*{没,不,又} 承诺*{没,不,却} 明明* 居然 竟然 结果{没,不,还,却,又,到} 又{坏,取消,错,不行,不能,出问题,是这样,没,延迟,推迟,断,变,扣,要,让,来} 不是{骗,坑,耍} 没有一{次,个} 第{二,三,四,五,六,七,八,几,n}次 {2,3,4,5,6,7,8}次了 再不* 还{不发,不退,不处理,不解决,不到,不来,没处理,没解决,没动静,没反应,没人,没消息,没结果,没个} 没{动静,反应,下文,结果,着落,个准} 没解决 没有解决 不解决 解决不了 不处理 不回复 不回消息 不回话 不接电话 打不通 联系不上 没人接 没回音 不给退 不给换 不退款 不发货 不给发 
  人呢 人{都,在}{哪,呢} 有人{没有,没,吗吗} 在不在啊 说话啊 说话呀 回话 回我{啊,呀,一下,行} 回复我 理理我 麻烦死 太麻烦 真麻烦 好麻烦 这么麻烦 坑 太{难,复杂,扯,假,小气} 有问题吧 什么情况啊 怎么回事啊 咋回事啊 搞得 害得 害我 坏了好几 不{合理,公平,应该} 难用 不好用 没法{用,弄} 用不了了 好几{天,个月,次,遍} {几,多少}个月了 半天了 半个月了 急{啊,!!} 着急 很急 急需 😒 🙄 😩 😫 😭 😢 😞 💔 [晕] [流泪] [衰] [白眼] [再见] [微笑]
)";

constexpr std::string_view kHarmlessZh = R"(
  麻烦{你,您,帮,问,查,看,给,一下,了,下,再,把,快,转,请,客服,亲,老师,$,发,安排,处理,催,说,告诉,确认,核实,提供,联系} 麻烦 烦请 不厌其烦 烦劳 劳烦 有劳 {麻,香,椒,酸}辣鸡 辣鸡{翅,腿,块,爪,丁,肉,排,胸,米} {怎么,为什么}还在{花,用}
  垃圾{袋,桶,箱,篓,短信,邮件,分类,车,处理器,筐,铲,架,电话} {厨余,湿,干,可回收}垃圾 
  不{生气,失望,差,太差,算差,慢,算慢,烦,过分,讨厌,后悔,离谱,无语,恶心,是骗子,是骗人,会骗人,坑} 没{生气,失望,有失望,后悔} 别{生气,发火} 不要生气 消消气 一点{不,也不,都不}{差,慢,失望,后悔} {不会,没有,没让我,没令我,从不,从没,从未,不曾}*失望 
  {有没有,会不会,怕,担心,是否,是不是}*{差,慢,假货,骗人,骗子,坏,坑} {防,被,反,电信,遭遇,遇到,疑似}{诈骗,骗,欺诈} {怎么,如何,防止,避免,怎样}*{被骗,上当,差评} 时差 差价 差额 误差 温差 差不多 差多少 差几 差旅 差异 出差 邮差 色差{大吗,大不大,严重吗} {补,退}差 
  {伤心,心累}{药,歌} 抗抑郁 {恶心,呕吐}*{吃什么,怎么办,看什么科,药} 生气{的时候,时} {手机,软件,系统,程序,app,电脑,页面,浏览器,游戏}*崩溃 崩溃日志 服气候 
  {怎么,如何,怎样,哪里,在哪,哪儿,可以,能}*{投诉,举报,维权}{吗,?,渠道,电话,方式,流程,邮箱,呢,么,$} 投诉{电话,渠道,邮箱,流程,方式,进度,单号,热线} 撤销投诉 取消投诉 撤诉 
  再也不用 再也不怕 再也不{会漏,担心,愁} 等了{一下,一会} 稍等 请等 等等我 等我 {什么,几}时候{到,发}货 多久{能,可以,会,到,发} 等多久 需要等多久 要等多久 还要等多久 要多久 
  第二次{购买,下单,买,充值,借,还款,使用} 又{便宜,好,快,漂亮,大,来买,买了,来了,来光顾} 竟然*{这么快,惊喜,好用} 没想到*{好,快,棒,不错} 太{难得,感谢,好,棒} {不,并不,一点都不,一点也不}{麻烦,难,贵,复杂} 说明明 透明明 明明白白 坑{位,洞} 火{坑} 水坑 刨坑 坑槽 挖坑 
  {黑色,灰}*再见 好的*再见 谢谢*再见 拜拜*再见 您*[微笑] 谢谢*[微笑] 好的*[微笑] 你好*[微笑] 无奈何 呵呵{好的,谢谢} 套路由 服务{器,站,费,点,区,中心,密码,台} 废话费 够了吗 够了解 一{下}子 白痴呆 二手货{车,物} 疯了似的好
)";

constexpr std::string_view kHumanZh = R"(
  {转,转接,接,接入,切换,换,要,找,叫,联系,呼叫,请,来,给我,需要,想要,想找,要求,召唤,找个,来个,要个,转到,转给,接通,上,有没有,有}人工 人工{客服,服务,坐席,座席,专员,接待,回复,处理,台,啊,呢,吧,!,在吗,在不在,谢谢} ^人工$ ^人工人工$ 人工人工
  真人 活人 {转,找,要,叫,换,请,转接,联系,接}{客服,个客服,一个客服,在线客服,一下客服,专员,个专员,坐席,个人来,个人} {找,叫,让,换,转,转接,联系,给我}*{经理,主管,领导,负责人,店长,老板,站长} 你们{经理,主管,领导,负责人,老板} 换{个,一个}人 {不要,不想,别,不跟,不和,不想和,不想跟,不是,讨厌,别拿,别用,不想要,拒绝}*机器人 机器人*{没用,听不懂,不懂,不行,滚,走开,解决不了,没法} {有,有没有}人{吗,在吗,在不,能,管} 有没有人 能不能*{人工,真人,活人} 叫个人 来个人 找个人 {我要,要,想,我想}找人$ {转,接,换,找}{一下,下,个,到,给,成,至}人工 {让,换成,改,改成,改用}人工 人_工 转_人_工 转-人-工 转{人公,仁工,任工,人功,入工} {专,传,砖,赚}人工 人工{可服,课服,克服,刻服} zhuan_rengong zhuanrengong zhuan_ren_gong ^rengong$ rengong_kefu rengongkefu ^ren_gong$ {转,转接,找,要,换,我要,想要,叫}_{agent,human,operator,representative,customer_service,support} {转,转接,找,要,换,我要,想要,叫}_{a,an}_{agent,human,operator,representative} {转,转接,找,要,换,我要,想要,叫}{agent,human,operator,representative,customer_service} {human,agent,live}{客服,人工} real人 让人*{联系我,打给我,给我打电话,回电} {打电话,回电,回拨}给我 给我{打电话,回电,来电,打个电话}
)";

constexpr std::string_view kNotHumanZh = R"(
  人工{智能,费,成本,降雨,草,呼吸,湖,关节,耳蜗,授精,流产,审核,合成,钻,皮革,甜味,色素,费用,安装,培育,养殖,翻译,复核,修,革}
  {不用,不需要,不要,不必,别,无需,不想,不想要,暂时不用,先不,先不用,不必要,没必要,无须,不}{转,找,接,要,叫}{人工,真人,客服,经理,领导} {取消,结束,退出}*人工 {不用,不需要}*人工 {无需,不需,无须,不必,别}人工 {不用,不需要,不要,不必,别,不想,无需}{给我,帮我,再,把我,让我,给我再,再给我}{转,接,找}{人工,真人,到人工} 人工{几点,上班,下班,工作时间,服务时间,在线时间} 人工客服{几点,上班,下班,工作时间,服务时间,在线时间} 真人{秀,版,发,cs,实拍,照,头,模特,图} {活人}{墓} 
  换个人{地址,信息,资料,账} 换个人{号} 找个人{信息,中心,资料,主页} 来个人{版} 有没有人{用过,买过,知道} 联系客服{电话} 扫地机器人* *扫地机器人 机器人{玩具,吸尘,套装} 转客服务
)";

// ---- English ----

constexpr std::string_view kAngryEn = R"(
  fuck fucking fucked fucks fck fcking fking effing wtf shit shitty bullshit crap crappy asshole assholes bastard bastards bitch bitches damn dammit goddamn piss pissed pissing
  idiot idiots idiotic moron morons stupid_{company,service,people,bot,system,app,policy,airline,agent,website} {you_are,you're,are_you,so,how,this_is,that's}_stupid dumb_{company,bot,people,service} thieves robbers robbery crooks crooked scammer scammers scammed scamming {a,total,complete,such_a,big,is_a}_scam ripoff rip_off ripped_off ripping_{me,us,people}_off fraudsters con_artists liars liar lied_to {you,they,agent,rep}_lied lying_{to,about}
  pathetic disgusting disgusted disgrace disgraceful outrageous outraged unacceptable not_acceptable inexcusable appalling appalled atrocious despicable unforgivable furious livid enraged infuriating infuriated seething hate_{you,your,this,dealing,that} hating_{you,this} screw_{you,this} go_to_hell shame_on shameful shameless shut_up drop_dead suck_my
  {sue,suing}_{you,your,this} {lawyer,lawsuit,legal_action,attorney,small_claims} {report,reporting,reported}_you bbb better_business_bureau trading_standards ombudsman {fed_up,i've_had_enough,i_have_had_enough,had_it_with,sick_of,sick_and_tired,tired_of,i'm_done_with,had_enough_of} never_{again,ever_again} never*{again,ever} worst worse_than_ever ridiculous ridiculously absurd insane insulting insulted extortion highway_robbery
)";

constexpr std::string_view kNegativeEn = R"(
  horrible horribly horibble horible horrid horrendous terrible terribly terible awful aweful dreadful abysmal useless worthless incompetent incompetence clueless {is,are,you're,what,such,like}_a_joke {absolute,complete,total}_joke {what,such}_a_{joke,mess,nightmare,shame,farce,waste} joke_of nightmare disaster clusterfuck fiasco absolute_mess
  disappointed disappointing disappointment disapointed dissapointed let_down frustrating frustrated frustration frustrates annoying annoyed annoys irritating irritated aggravating aggravated upset upsetting {so,very,really,am,i'm,im}_angry {so,really,getting,making_me,am}_mad mad_at rude rudest disrespectful unprofessional unhelpful not_{helpful,happy,impressed,satisfied,pleased,good_enough,ok,okay,cool,fair,what_i_paid,what_i_ordered,amused,a_good} unhappy dissatisfied unsatisfied displeased unimpressed unfair unreliable unresponsive unreal unbelievable can't_believe cannot_believe cant_believe beyond_belief
  waste_of {wasted,wasting}_{my,our,hours,time,so} garbage_{service,company,app,product,bot,support} trash_{service,company,app,product,support} {is,are,pure,total,absolute,absolutely,complete,utter,such}_{garbage,trash,rubbish,junk} rubbish sucks suck sucked lame {poor,bad,lousy,shoddy,shocking,zero,nonexistent,non_existent}_{service,customer,quality,experience,support,communication,attitude,treatment,help,excuse,excuses,manners} {so,very,really,too}_{bad,poor,slow,rude,unfair} bad_{business,company,form,show}
  {no,any}_help_at_all no_{one,body}_{answers,answered,cares,responds,responded,replies,replied,helps,helped,knows,is,has,will,can,ever,seems,wants,picks,called} nobody_{answers,answered,cares,responds,responded,replies,replied,helps,helped,knows,is,has,will,can,ever,seems,wants,picks,called} {don't,dont,doesn't,do_not}_{care,give_a} couldn't_care_less {no,never_a,zero}_{response,reply,answer,apology,explanation,accountability} {ignored,ignoring}_{me,my,us,our} {hung,hang,hanging}_up_on {gives,given,giving,gave}_{me,us}_the_run_around runaround {passed,bounced,transferred}_{around,from} back_and_forth in_circles 
  how_many_times_{have_i,must_i,do_i_have,do_i_need,did_i,i_have,am_i} {told,asked,called,emailed,contacted,messaged,explained}*times {the,my}_{third,fourth,fifth,3rd,4th,5th,6th,tenth,10th,umpteenth,millionth}_time {hours,days,weeks,months,forever}_and_counting {on_hold,waiting,waited}*{hours,hrs,hr,days,weeks,months,forever,ages,minutes,mins,min,hour} {took,taking,takes}_forever {broke,broken,died,dead,stopped_working,fell_apart}*{already,after_two,after_one,after_a_day,days,weeks} {gets,got,getting}_worse
  {i_want,i_demand,give_me,gimme,give,demanding}_{my,our,me_my,back_my}_money_back {demand,demanding}*{compensation,explanation,refund} give_me_{compensation,my_refund,a_full_refund} refund_me {you,they}_{stole,robbed,cheated,tricked,misled,overcharged}_{my,me,us,from} {stealing,robbing,cheating}_{me,us,from,people,customers} misleading deceptive dishonest false_advertising {won't,will_not,not}_{be_using,be_back,recommend,be_flying,be_ordering,buy_from,be_a_customer} {cancel,canceling,cancelling,closing}_{my_account_because,everything} {lost,losing}_{a_customer,my_business,a_loyal,my_trust,patience} {taking,take}_my_business regret {avoid,stay_away} {do,get}_better dobetter {fix,sort}_{this,it,your}_{now,out,shit,asap} fix_your get_it_together get_your_{act,shit} {are,r}_you_{kidding,serious,joking,blind,deaf} {you,u}_{must_be,have_got_to_be,gotta_be}_{kidding,joking} wow_just thanks_for_nothing thanks_a_lot_for thanks_for_{ruining,wasting,losing,making_me,the_delay,cancelling,canceling} {ruined,ruining,ruin}_{my,our} {great,oh_great,awesome,wonderful,fantastic,perfect}*{another,again}_{delay,day,cancel,cancellation} great_another oh_good*{bot,again} yeah_because {customer_service,service,support,website,app,agents}_{is,are,was}*{bad,poor,terrible,awful,slow,joke,nonexistent,rude,useless} {don't,do_not,never,can't,cannot}_{recommend,trust} epicfail {epic,major,huge,total}_fail #fail smh ugh {come_on}_{guys,people,now} for_god's_sake for_christ's_sake ffs {treat,treated,treating}_{like,customers_like,people_like} {not,isn't}_{working_again} what_is_wrong_with_you what_the_{hell,heck} no_excuse {false,empty,broken}_promises {you,they}_promised {poorly,badly}_{handled,managed,trained,treated}
)";

constexpr std::string_view kImpatientEn = R"(
  still_{waiting,no,nothing,not,haven't,hasn't,havent,hasnt,don't,didn't,isn't,doesn't,can't,on_hold,stuck,sitting,pending_after,missing,showing,trying,delayed} {been,have_been,has_been}*{waiting,on_hold,trying,sitting,weeks,days,hours,stuck} {it's,its,it_has,it's_already}_been*{days,weeks,months,hours,week,month,hour} how_much_longer how_long_do_i_have {when,why}_{the_hell,on_earth,will_you_finally} {why,how_come}_is_{this,it}_{taking,so} taking_{so,too,this}_long {so,too}_slow {keep,keeps,kept}_{getting,saying,telling,cancelling,canceling,delaying,charging,failing,crashing,asking,sending,changing,hanging,transferring,giving,trying} over_and_over again_and_again once_again yet_again yet_another every_{single_time,time_i} {already,have}_{told,called,emailed,asked,tried,explained,sent,contacted}*{twice,times,already} {told,called,emailed,contacted}*{twice} {twice,three_times,four_times,five_times}_{already,now,today,this} delayed_again cancelled_again canceled_again late_again broken_again wrong_again {hurry,hurry_up} {answer,help,respond,reply_to}_{me,us}_{already,now,please!} is_anyone_{there,going_to} anybody_there hello? ??? {supposed,was_supposed}_to*{yesterday,days_ago,last_week,by_now,already} should_have_{been,arrived,received} never_{arrived,received,came,showed,got,called,responded,replied,happened,heard,works,worked,answered} {you,they,one,anyone,chat,bot,support,agent}*not_{responding,answering,replying} no_{update,updates,info,information,news,word,idea}*{yet,since,still,days,hours} {lost,damaged,broke,misplaced,destroyed}_{my,our}_{bag,bags,luggage,package,suitcase,stuff,order,items} stuck_{in,at,on}_{the_tarmac,tarmac,plane,airport,runway} missed_{my,our}_{connection,flight,connecting} 
)";

constexpr std::string_view kHarmlessEn = R"(
  {trash,garbage}_{bag,bags,can,cans,bin,bins,collection,day,disposal,pickup,truck} {not,never,wasn't,isn't,no,aren't,without}_{angry,mad,upset,disappointed,terrible,horrible,awful,rude,annoyed,bad,a_scam,a_joke,frustrated,disappointing,stupid,useless,unhappy,so_bad,too_bad,that_bad} not_bad {is,are}_{this,it,that,there,these}*{scam,fraud,legit} worst_case {never,not}*{problem,problems,issue,issues}  {never,not}_had_{a,any} never_{mind,been_happier,better,seen_such_good} never_have_to_worry {what,how}_if*never {avoid,stay_away}_{fees,charges,fee,late,a_fee,traffic,overdraft,paying,it,interest} no_{worries,rush,problem,hurry,big_deal} {how,what}_do_i_do_if*{lawyer,upset} {can't,cannot,couldn't}_{recommend}_{enough,highly} {dead,kill}_{battery} {password,card,payment,transfer,transaction,login,verification,top_up,topup,test,exam,class}_{fail,failed,fails} {do,can}_i_{need,get}_a_{lawyer,attorney} power_of_attorney {ticket,order,parcel}_{so_long} as_long_as so_long_as how_{bad,slow,long,rude} {switching,switch}_to_{a,another,the,my,paperless,english,spanish,dark} not_{right_now,okay_with_me?} {won't,can't}_be_long {too,so}_bad_{weather} {crap,shit}_happens damn_{good,fast,great,nice} insane_{deal,speed} hate_to_{bother,ask,trouble} worse_for_wear {sorry}_for_the_{long} poor_{credit,signal_tips} bad_{credit,weather,day_for} {suck}_up no_help_needed
)";

constexpr std::string_view kHumanEn = R"(
  human humans human_{being,agent,please} real_{person,people,agent,human} live_{agent,person,representative,rep,human,operator,support,chat_agent} actual_{person,human,agent,people} {agent,representative,rep,operator,person,manager,supervisor,human}_{please,now,pls,plz} ^{agent,representative,rep,operator,supervisor,manager,person,human,advisor}$ 
  {speak,speaking,talk,talking,chat,chatting}_{to,with}_{a,an,the,some,your,real,any,another,one_of_your,one_of_the}*{human,person,agent,representative,rep,manager,supervisor,operator,advisor,adviser,someone,specialist,staff,people,boss,employee,csr,associate,live,somebody,consultant,assistant} {speak,talk,chat}_{to,with}_{someone,somebody,anyone,people,customer_service,customer_support,support,management,agent,representative,human,operator,person,manager,supervisor,customer_care}
  {transfer,connect,forward,escalate,redirect,switch,put}_{me,this,us}_{to,with,through}*{human,person,agent,representative,rep,manager,supervisor,operator,someone,somebody,specialist,support,service,department,advisor} put_me_through {get,give,find,send}_me_{a,an,the,your,some}*{manager,supervisor,human,agent,representative,rep,person,operator,boss} {want,need,like,prefer}_{a,an,to_reach_a,to_see_a}_{human,agent,representative,rep,manager,supervisor,operator,real,live,person} {someone,somebody,agent,person,rep}*call_me {call,phone,ring}_me_{back,asap,please,now} {not,no,stop,hate,don't_want}*{bot,bots,chatbot,robot,robots,machine} {customer_service,support,customer_care}_{agent,representative,rep,person} {contact,reach,get_hold_of,get_in_touch_with}_{a,an,someone,somebody}_{human,agent,representative,rep,person,manager,supervisor} {is,are}_there_{a,an,any}_{human,agent,person,representative,real,live,people}* {anyone,someone,anybody,somebody}_real {speak,talk,chat}_{to,with}_{a,an,the,some}_{humen,hunan,humam,hooman,agant,agnet,agen,persn,preson} ^{agnet,agant,humen,humam}$ {agnet,agant,humen,humam}_{please,pls,plz,now} representitive represenative representive reprsentative {custmer,costumer,cutomer,customr}_{service,support,care}
)";

constexpr std::string_view kNotHumanEn = R"(
  human_{resources,rights,hair,error,body,race,trafficking,being_error,readable} {travel,insurance,estate,estate's,cleaning,booking,transfer,fbi,secret,delivery}_{agent,agents,person} {sales,delivery,missing,third,first,second,contact}_{person} {don't,do_not,dont,didn't,did_not,no,not}_{need,want,have_to,need_to,want_to}*{human,person,agent,representative,rep,manager,supervisor,someone,operator} {don't,dont,do_not,never}_put_me_through {don't,dont,do_not,never,not,not_to}_{transfer,connect,put,forward,switch,pass,hand,escalate}*{agent,human,person,someone,anyone,somebody,representative,operator,manager} no_{agent,human,representative,operator,agents,humans}_{please,needed,required,thanks} no_need*{human,person,agent,representative,someone,manager} {rather_not,without}*{human,person,agent,representative,talking,speaking} {are,r}_{you,u}*{human,person,bot,robot,real} is_this*{human,bot,robot,person} {human}_or_{bot,robot,a_bot,machine} {not,isn't}_a_{robot,bot,machine} i'm_not_a_robot i_am_not_a_robot {property,account,project,task,password,file,wealth,fund,hiring,my}_manager robot_{vacuum,vacuums,mop,toy} {instead_of,rather_than,better_than,as_good_as}_a_{human,person}
)";

}  // namespace

const std::vector<CueText>& cue_table() {
  static const std::vector<CueText> table = {
      {CueKind::angry, kAngryZh},         {CueKind::negative, kNegativeZh},
      {CueKind::impatient, kImpatientZh}, {CueKind::harmless, kHarmlessZh},
      {CueKind::human, kHumanZh},         {CueKind::not_human, kNotHumanZh},
      {CueKind::angry, kAngryEn},         {CueKind::negative, kNegativeEn},
      {CueKind::impatient, kImpatientEn}, {CueKind::harmless, kHarmlessEn},
      {CueKind::human, kHumanEn},         {CueKind::not_human, kNotHumanEn},
  };
  return table;
}

const CueLexicon& builtin_cues() {
  static const CueLexicon lexicon(cue_table());
  return lexicon;
}

}  // namespace parley::routing
