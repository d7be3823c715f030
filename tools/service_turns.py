#!/usr/bin/env python3
"""Writes customer-service turns, Chinese and English, as "label<TAB>text" lines.

The public sets lack what a service desk hears all day: calm questions full of grim words (refund,
broken, stolen), and impatience without a single rude word. This grammar was written for this
project; its rows are free to use. A rule is text with {a|b|} choices and $names of other rules.

    service_turns.py ROWS_PER_LABEL SEED > turns-cs.tsv
"""
import random
import re
import sys

RULES = {}


def rules(text):
    """Reads blocks of "name: choice" lines; a line that begins with a blank is one more choice."""
    name = None
    for line in text.strip("\n").split("\n"):
        if not line.strip():
            continue
        if not line.startswith(" "):
            name, _, line = line.partition(":")
        if line.strip():
            RULES.setdefault(name.strip(), []).append(line.strip())


rules("""
thing: {快递|包裹|订单|货|东西|商品|外卖|手机|电脑|空调|冰箱|洗衣机|耳机|衣服|鞋子|奶粉|充电器|键盘|电视|面膜|水果|热水器|发票|赠品|配件|会员|流量|话费|宽带|机票|车票|酒店|门票|套餐|家具|沙发|床垫|轮胎|药|书}
goods: {手机|电脑|空调|冰箱|洗衣机|耳机|衣服|裤子|鞋子|奶粉|充电器|显示器|键盘|电视|面膜|水果|牛奶|热水器|数据线|音响|手表|杯子|锅|沙发|椅子|路由器|充电宝|打印机|玩具|电饭煲|净水器|吸尘器|平板|行李箱}
money: {退款|钱|押金|差价|返现|余额|赔款|保证金|货款|运费|补贴|红包}
loan: {花呗|借呗|信用卡|贷款|白条|微粒贷|网商贷|分期|信用贷|房贷|车贷}
bank: {银行卡|账户|信用卡|借记卡|支付宝|微信|零钱|余额宝|理财|基金|网银|手机银行|保险|保单|车险|医保}
n: {1|2|3|4|5|6|7|8|9|10|两|三|四|五|六|七|十几|20|30}
span: {$n天|$n个小时|$n个多小时|$n周|一个星期|一个礼拜|半个月|一个月|一个多月|两个月|大半天|一上午|一下午|一整天|半天|好几天|四十分钟|半小时}
who: {你们|你家|你们家|你们客服|你们平台|你们商家|商家|卖家|客服|快递|快递员|师傅|售后|安装师傅|店家|配送员|司机|工作人员|银行|营业厅|物业}
when: {今天|明天|昨天|前天|上午|下午|晚上|周末|下周|这周|月底|下个月|15号|20号|双十一|国庆}
city: {北京|上海|广州|深圳|成都|武汉|杭州|西安|郑州|长沙|南京|重庆|天津|苏州}
q: {吗|吗？|呢|呢？|呀|啊|？|?||么|吗?|呀？}
hi: {||||你好，|您好，|在吗，|请问|请问一下，|麻烦问下，|我想问一下，|咨询一下，|亲，|你好请问|老师您好，|客服你好，}
bye: {|||||，谢谢|，谢谢啦| 麻烦了|，麻烦帮我看下|，辛苦了|~}
end: {||||！|！！|。|...|？|？？|啊|啊！|!!!|……|😡|😤|🙄}
zh_calm: $hi$zh_ask$bye
 $hi$zh_ask$bye
 $hi$zh_ask$bye
 $hi$zh_fin$bye
 $hi$zh_fin$bye
 $hi$zh_trouble$bye
 $hi$zh_trouble$bye
 $zh_short
 $zh_answer
 $hi$zh_wait$bye
 $hi$zh_why$bye
 $hi$zh_why$bye
 $zh_life
 $zh_life
 $zh_life
zh_ask: {我的|这个|我买的|}$thing{什么时候|几号|大概什么时候|多久}{能到|发货|可以送到|到货|能收到|寄出|能好}$q
 {$thing|$goods}{怎么|如何|在哪里|在哪}{退|退货|换|换货|退换|取消|查询|修改|申请售后|开发票|评价|使用|安装|激活|预约|充值|报修}$q
 {$goods}{有|还有|是不是}{货|现货|优惠|活动|保修|正品|国行|新款|大一号的|黑色的|赠品}$q
 {可以|能不能|能|可不可以}{改地址|换个颜色|改到$when送|提前发货|送货上门|货到付款|分期|开专票|开增值税发票|用优惠券|叠加优惠|退差价|帮我取消|加急|自提|发顺丰|先不发货|合并订单|指定快递|晚点送|多开几天}$q
 {退货|换货|维修|安装|上门|邮寄|寄回}{运费|费用|的钱}{谁出|怎么算|多少|要自己付|是到付}$q
 {怎么|如何|去哪里}{投诉|举报|维权|申诉|反馈问题|差评|拉黑骚扰电话|拦截垃圾短信}$q
 $goods{保修期|质保|保修}{多久|是几年|怎么算}$q
 {身高170体重$n十公斤|$n岁小孩|孕妇|老人|敏感肌}{穿多大码|能用|适合哪款|可以吃}$q
 {$goods}和{$goods}{哪个好|有什么区别|能一起用|哪个划算}$q
 帮我{查一下|看一下|看看|查查}{物流|订单|$thing|$money|进度|到哪了|什么情况}
 {申请|提交}了{退款|退货|换货|售后|理赔|报修}{，什么时候能处理|，多久到账|，大概几天审核|，然后怎么操作|，在哪看进度}$q
 {人工|人工客服|客服}{几点上班|上班时间|电话多少|工作时间是}$q
 {发票抬头|地址|电话|收件人|名字|尺码|颜色|日期}{写错了|填错了|选错了|打错了}{，|}{能改|怎么改|可以修改|怎么办}$q
 {拍错了|买错了|买多了|重复下单了|不想要了|不合适}{，|}{能退|怎么取消|可以换|怎么办|能退一件}$q
 {明天|后天|周末|节假日}{送货|发货|上班|营业|可以办理|有人在}$q
 {这个|这款}{多少钱|怎么卖|怎么用|是什么意思|有几个版本|包邮|能用多久|怎么收费|可以退}$q
 {房间|酒店|航班|车次|门票}{能取消|可以改签|几点可以入住|含早餐|能退|还有票|怎么订|延误了怎么改签|取消了怎么退钱}$q
zh_fin: {$loan}{怎么|如何}{开通|关闭|还款|提前还款|提额|取消|延期|查账单|分期|更改还款日|解冻|注销}$q
 {$loan}{为什么|怎么}{用不了|不能用|不能开通|没有额度|额度没有了|降额|被关闭了|借不了|被冻结了|扣款失败|一直审核|还显示未还清|还不能用|审核不通过|扣了两次}$q
 {$loan}{逾期|晚还|忘记还|还不上|违约}{一天|几天|了}{，|}{会怎么样|有影响|会上征信|怎么算利息|要罚多少|怎么办|会被起诉}$q
 {$loan}{利息|手续费|额度|账单|年费|还款日|最低还款}{怎么算|是多少|在哪看|什么时候出|可以改|能免}$q
 {我的|}{$bank}{丢了|被盗刷了|被冻结了|被锁了|被盗了|登不上|密码忘了|绑定不了|转不出钱|收不到验证码|扣了一笔钱|转错账了|换手机号了}{，|}{怎么办|怎么处理|怎么挂失|怎么解除|怎么找回|怎么查}$q
 {$bank}{怎么|如何|在哪}{开户|销户|挂失|转账|提现|理赔|退保|续费|绑定|解绑|改密码|打流水|查余额}$q
 {转账|提现|充值|还款|付款}{显示|提示|}{失败|处理中|未到账|异常|超限|被拒绝}{是什么原因|怎么回事|怎么办|，钱会退回来|，多久到账}$q
 {理赔|报销|退保}{需要什么材料|多久到账|流程是什么|被拒了怎么申诉|去哪里办}$q
 {死亡|意外|大病|住院|骨折|车祸|自杀|猝死|癌症}{赔不赔|能赔多少|保险怎么赔|在保障范围内|算不算理赔范围}$q
 {遇到|碰到|接到}{诈骗电话|骗子|电信诈骗|假客服|钓鱼网站}{怎么办|，怎么举报|，钱能追回来|，转了钱怎么处理}$q
 {我|}{已经|昨天|刚刚|}还清了{，|}{为什么还显示欠款|额度没恢复|怎么还没更新|还会扣款}$q
why: {为什么|为啥|怎么|什么原因|为何|请问为什么|为什么我的|我的|我|怎么我的}
zh_why: $why{$loan|$bank|$money|额度|账单|会员|积分|优惠券|$thing}{还没有|还没|还不能|一直不能|不能|用不了|没有|不显示|一直显示|突然|又|还是}{恢复|到账|用了|使用|开通|更新|变少了|没有了|处理中|审核中|扣款|收到|提升|付款|提现|绑定|登录}$q
 $why{$loan|$bank}{付款|支付|还款|提现|转账|开通|借钱|绑定}{失败|不成功|不了|没反应|提示异常|被拒|不让用|有限制}$q
 {我|}{都|已经|明明|早就}{还了|还清了|付款了|开通了|申请了|提交了|取消了|认证了|退款了|绑定了|五星了|实名了}{，|}{为什么|怎么}{还|又|还是}{显示没还|要还|不能用|扣款|扣钱|没有额度|没开通|显示未支付|提示失败}$q
 {以前|之前|上个月|昨天|原来}{能用|有额度|可以借|有的|可以付款|好好的}{，|}{现在|今天}{为什么|怎么}{不能用|没有|用不了|不可以|不行|不见}了$q
 {$loan|$bank|$money}{多久|几天|什么时候|要多长时间}{能|才能|可以|会}{恢复|到账|开通|解冻|审核通过|提额|退回来|更新|再借}$q
 {一直|总是|老是|每次}{提示|显示|说}{系统繁忙|网络异常|验证失败|不符合条件|余额不足|处理中|综合评估不足}{，|}{怎么办|是什么原因|怎么解决|要怎么操作}$q
 {这个月|上个月|今天}{账单|还款|$loan}{怎么|为什么}{这么多|多了$n块|多扣了|比上个月高|没出来|算错了}$q
 {转错|充错|付错|还多|还错|重复扣|多付|重复还}了{钱|款|账户|一笔|}{，|}{怎么退|能退回来|会退吗|怎么办|怎么处理|在哪里退}$q
 {不小心|误|忘记|忘了}{点了取消|点错了|还款了|删除了|关闭了|选错了|输错密码|注销了}{，|}{怎么办|还能恢复|有影响吗|怎么找回来}$q
topic: {苹果|三国演义|英雄联盟|王者荣耀|微信|QQ|淘宝|高考|考研|英语|数学|驾照|怀孕|减肥|感冒|咳嗽|猫|狗|金鱼|多肉|红烧肉|蛋糕|饺子|火锅|牛肉|鱼|面条|普洱茶|咖啡|手机|电脑|打印机|路由器|笔记本|房子|装修|社保|公积金|身份证|护照|签证|火车票|飞机|地铁|公交|自行车|吉他|钢琴|足球|篮球|羽毛球|电影|小说|电视剧|歌|图片|头像|诗|作文|成语|星座|属相|工资|辞职|面试|合同|离婚|结婚|彩礼|男朋友|女朋友|孩子|宝宝|老人|胃|肝|眼睛|头发|皮肤|痘痘|牙|血压|糖尿病|月经|中药}
zh_life: {$hi|}{谁知道|有谁知道|求|求问|请教|想问|}$topic{怎么做|怎么办|怎么弄|怎么用|怎么选|怎么养|怎么治|怎么画|怎么写|怎么学|怎么下载|怎么安装|怎么卖|怎么做好吃|怎么拼|怎么读|是什么|是什么意思|有哪些|哪里有|哪个好|好不好|多少钱|贵吗|能吃吗|有用吗|在哪里|什么时候开始|要多久|疼怎么回事|坏了怎么修|不好怎么办|太差怎么提高|掉了怎么办|为什么会这样}$q
 {$topic}{和|跟|与}{$topic}{哪个好|有什么区别|能一起吗|有什么关系|哪个更贵|可以同时吃吗|配吗}$q
 {形容|表示|比喻|描写}{生气|失望|伤心|无奈|马虎|骗人|懒|坏|愤怒|恶心|难过|讨厌}的{成语|词语|句子|诗句|图片|歌}{有哪些|是什么|有吗|}$q
 {被|遭到}{骗了|偷了|冷落|辞退|拖欠工资|狗咬了|蚊子咬了|老板骂|欺负}{怎么办|怎么处理|应该怎么做|找谁|要打什么电话}$q
 {女朋友|男朋友|老婆|老公|朋友|同学|孩子|爸妈}{生气|不理我|骗我|说分手|吵架|失望|不回消息|骂人|哭}了{怎么办|怎么哄|说什么好|什么意思|正常吗}$q
 {推荐|求|有没有|找}{一部|一个|几首|好看的|好听的|好玩的|附近的|便宜的|}{$topic|餐馆|景点|酒店|公园|小吃}{推荐|吗|啊|的地方|}$q
 {我想|帮我|你好，帮我}找{一家|一个|个}{评分$n分以上|人均$n0元|免费|可以带孩子|有停车位|提供早餐}的{餐馆|景点|酒店}{，|}{周边有什么|电话是多少|地址在哪|要玩多久|推荐一下吧|有什么菜}$q
 {那|那个|这家|它}{餐馆|景点|酒店|地方}{的|}{电话|地址|评分|营业时间|门票|周边的酒店|推荐菜|价格}{是多少|在哪|是什么|有吗|告诉我一下|呢}$q
 {世界上|中国|现在|历史上}{最|}{大|差|坏|烂|恐怖|垃圾|好|长|高|慢|毒}的{学校|动物|电影|游戏|手机|国家|蛇|职业|明星}{是什么|是哪个|有哪些|排名}$q
zh_trouble: {我的|这个|收到的|}$goods{坏了|不亮了|开不了机|充不进电|漏水|没声音|黑屏|死机了|有划痕|碎了|裂了|连不上|有异味|少了配件|用不了|一直闪|不制冷|不出水|掉漆了}{，|}{怎么办|能换|能修|可以退|在哪里修|怎么报修|保修吗|怎么处理|是什么原因}$q
 {还没|没有|一直没}{收到|看到}{货|$thing|短信|验证码|$money|物流更新}{，|}{帮我查一下|麻烦看下|怎么办|是什么原因|什么时候有}$q
 {少发|漏发|发错|寄错}了{一件|颜色|型号|尺码|配件}{，|}{怎么处理|能补发|怎么换|麻烦补一下}$q
 {物流|快递}{显示|写的}{已签收|异常|退回|拒收|派送失败}{，|}{我没收到|是怎么回事|帮我看下|怎么办|还能再送}$q
 {系统|页面|软件|app|网站|小程序}{崩溃|闪退|打不开|卡死|报错|一直转圈|提示错误}{了|}{，|}{怎么解决|怎么办|要重装|是什么问题}$q
 {登录|支付|下单|提交|验证|绑定}{失败|不了|报错|没反应}{，|}{怎么办|怎么回事|要怎么操作|帮忙看下}$q
 {头疼|恶心|过敏|失眠|肚子疼|发烧|心烦}{可以吃这个药|能用|吃什么好|要看什么科}$q
 {垃圾桶|垃圾袋|垃圾处理器|灭火器|杀虫剂|老鼠药|捕鼠器|刀|死扣}{有|怎么买|多少钱|怎么用|有货|发货|有大号的}$q
zh_wait: {请问|}{还要|需要|要}{多久|等多久|几天|多长时间}$q
 {麻烦|请|帮忙|辛苦}{尽快|早点|快点|催一下|加急|帮我催下}{发货|处理|安排|配送|物流|商家|退款|}
 {有点|比较}{急|急用|赶时间}{，|}{能|可以}{快点|今天发|加急|先发}$q
 {等一下|稍等|等我一下|我看看|我找找|等会儿|等下再说|我等着|好的我等}
zh_short: {好的|好|嗯|嗯嗯|行|可以|是的|对|没有了|不用了|知道了|明白|收到|好吧|算了|ok|在吗|你好|您好|人工|转人工|转人工客服|人工服务|有人吗|再见|拜拜|先这样|没事|不好意思|这样啊|然后呢|哪个|什么意思|为什么|多少钱|怎么弄|还没|没到|不行|不能|不是|没有|不会|不知道|试了不行|看不到|不要了|不需要|取消|退货|退款|换货|投诉|查物流|改地址|开发票|都可以|随便|两个|三号|昨天|订单号$n$n$n$n$n|就这个|上面那个|哦|哦哦|噢}
zh_answer: {是|不是|对，|嗯，}{昨天买的|在网上买的|一楼的|黑色那个|我本人|$n号买的|$n天前下单的|坏的那个|没拆封|拆了|用过一次|用微信付的|$city|$city的}
 {我|}{在$city|住$city|是$city的|姓{王|李|张|刘|陈}}{，|}{电话|手机|地址}{是|}$n$n$n$n$n$n
 {已经|刚刚|刚才}{提交了|付款了|拍下了|寄回去了|退回去了|发给你了|填好了|确认了|联系过了}
zh_glad: {谢谢|太感谢了|谢谢你|非常感谢|感谢|多谢}{，|！|}{问题解决了|服务真好|很耐心|很满意|好评|收到了，很喜欢|处理得真快|帮了大忙|你真好|辛苦了|}
 {客服|师傅|快递小哥|服务|物流|售后|东西|质量|速度}{真|很|非常|特别|太}{好|棒|快|赞|给力|贴心|专业|不错|满意}{，{点赞|五星好评|下次还来|谢谢|会推荐朋友}|！|}
 {没想到|居然}{这么快就{到了|处理好了|解决了}|质量这么好}{，|！}{真不错|赞|谢谢|太棒了|满意}
 {再也不用担心|终于不用}{漏水|排队|没电|迟到}了{，|！}{谢谢|真好|太方便了}
 {一直|从来}没{让我失望|出过问题|掉过链子}{，|}{好评|支持|很放心|赞}
 {挺好的|很好用|很喜欢|特别喜欢|物超所值|非常满意|完美|好用不贵|一点也不卡|没毛病}{，|！|}{推荐|会回购|谢谢|好评|👍|}
zh_cross: $zh_late$end
 $zh_late$end
 $zh_late$end
 $zh_nobody$end
 $zh_nobody$end
 $zh_quality$end
 $zh_attitude$end
 $zh_cheat$end
 $zh_rage$end
 $zh_irony$end
 $zh_push$end
 $zh_push$end
 $zh_fin_cross$end
 {$zh_late|$zh_nobody|$zh_quality|$zh_cheat}，{$zh_push|$zh_attitude|$zh_rage|$zh_nobody}$end
 {$zh_late|$zh_nobody|$zh_quality|$zh_cheat} {$zh_push|$zh_attitude|$zh_rage}$end
zh_late: {都|这都|已经|我都|我已经|}{等了|过了|过去|拖了}$span{了|}{，| |}{还|怎么还|还是|也}{没{到|发货|退|处理|消息|解决|人来|动静|结果|送|修好|收到}|不{发货|处理|给退|解决|派送|来}}
 都$span了{，| |}{还|怎么还|也}{没{到|发|发货|退款|处理|动静|人联系我|收到|解决|修|派送}|不{发|派送|退|处理|给个说法}|在{处理中|审核|路上|等}}
 {怎么|为什么}{这么|那么}{慢|久|拖|磨蹭}{啊|呀|}{，|}{都$span了|急死人|等不起|要等到什么时候|还让不让人用|}
 {到底|究竟}{什么时候|几时|哪天}{能{到|发货|退款|解决|处理|好|修|送}|给我{退|发|解决|处理|答复}|{发|退|来|送}}
 {说好的|答应的|承诺的|说是}{$when到|$when发货|24小时{发货|回复}|$n天{到账|送到|处理}|马上处理|今天上门}{，|}{结果呢|结果没有|现在都没到|人呢|又变卦|到现在没影|骗谁呢|一个都没兑现}
 {每次|老是|总是|天天|一直}{都|}{说|让我|叫我|要我}{等|在处理|稍等|尽快|再等等|等通知|联系别人|耐心等待}{，|}{等到什么时候|有结果吗|要等多久|就是没结果|没完了|}
 {又|还要|怎么又}{要等|延迟|推迟|取消|改时间|变卦|拖}{$span|了|}{，|}{有完没完|搞什么|能不能靠谱点|到底行不行|}
 {我}{等了$span|从{早上|中午|昨天|上周|上个月}等到现在}{，|}{一个人都没来|什么都没有|就这结果|还让我等|太久了吧|白等了}
 {半天|半个月|好几天|一个月|一个星期|$span}了{，| |}{也|还|}{不{派送|发货|处理|动|更新|回}|没个{准信|说法|结果|消息}}
 {发|送|退|修|查|审核|处理|回复}个{货|快递|款|东西|资料|单}{要|用|得}{这么久|$span|等$span}{吗|？|}
 {快递|物流|包裹}{$span|好几天}{没动|不动|没更新|停在$city不动}了{，|}{是不是丢了|到底送不送|怎么搞的|没人管吗}
 {急着用|等着用|急用}{，|}{你们|结果|却}{这么慢|拖了$span|还不发|现在都没到}
zh_nobody: {打电话|打客服|发消息|找客服|联系$who|问$who|找你们}{，|}{没人接|没人理|没人回|不接|不回|一直占线|打不通|都不理我|就是不解决}
 {$who}{不接电话|不回消息|联系不上|不理人|电话打不通|推来推去|让我找别人|互相推|不管|不给处理|不解决问题|没人管}
 {说了|讲了|反映了|打了|催了|投诉了|问了|反馈了|跟你们说了}{$n遍|$n次|好几遍|好几次|多少遍|多少次|无数次|不下十次}{了|}{，|}{还是{这样|没用|没人管|没解决|没结果}|没人处理|都没下文|一点用没有|}
 {我要跟你们说|要我说|我还要说|让我重复|到底要说|到底要问}{多少遍|几遍|多少次|几次}
 {有没有人|到底有没有人|有人}{管|处理|能解决|负责}{啊|一下|了|}{，|}{等了$span了|没人理|}
 {人呢|说话啊|人都去哪了|客服死哪去了|怎么不说话|怎么又没人了|回我啊|在不在啊|都不回的吗|装死吗}
 {就|只}{会|知道}{复制粘贴|道歉|说抱歉|说稍等|推卸责任|敷衍|打太极|发这些没用的}
 {问了$span|问半天|说半天|聊了半天|说来说去}{，|}{什么都没解决|还是不知道|等于没说|一句有用的没有|答非所问|还是这句话}
 {机器人|自动回复|你}{听不懂|答非所问|一点用没有|只会重复|根本解决不了问题}
 {这个|我的|}{问题|事|事情}{到底|究竟|}{能不能解决|有没有人管|谁来负责|管不管|解决不解决|要怎么才能解决}
 {我不接受|我不同意|不接受|不认可|不满意}{这个{方案|结果|处理|说法|解释|赔偿}|你们的{方案|处理|解释|态度}}
zh_quality: {刚|才}{买|用|收到|穿|装}{$n天|没几天|一次|不到一周|一个月}{，|}{就|}{坏了|开不了机|断了|掉色|裂了|不能用了|漏水|起球|黑屏|死机}{，{什么质量|质量太差|太坑了|怎么回事|这也太差了吧}|}
 {什么|这|这是什么|就这}{破|烂|}{质量|东西|$goods|玩意|做工|服务}{，{一用就坏|也好意思卖|还敢卖这么贵|跟描述完全不一样|}|}
 {收到|买|寄来|发来}的{$goods|东西}{是坏的|是二手的|是假的|有问题|跟图片不一样|都烂了|破了|脏的|别人用过的|少了一半}{，{太过分了|你们怎么发货的|什么意思|给个说法|怎么检查的|}|}
 {质量|做工|服务|物流|售后|体验|信号|网速|味道}{太差|很差|真差|差得要命|不行|一塌糊涂|越来越差|差到极点|堪忧}{，{失望|差评|不会再来了|后悔买了|没有下次|}|}
 {修了|换了}{$n次|好几次|两次}{了|}{，|}{还是|又|依然}{坏|不行|一样|有问题|不能用|漏水}
 {越用越|真的}{卡|慢|差|烂|难用}{，|}{后悔|早知道不买|浪费钱|想退|太失望}
 {又|怎么又|三天两头|动不动就}{坏了|断网|出问题|死机|扣费|漏水|闪退|掉线|停了}{，|}{烦死了|什么破东西|能不能修好|受够了|没法用|}
zh_attitude: {$who|客服|快递员|师傅}{态度|服务态度|说话}{真差|太差|恶劣|极差|很不好|不耐烦|爱理不理|什么东西|像谁欠他钱一样|冷冰冰的}
 {这就是|这|就这}{你们的|}{服务|态度|服务态度|售后|处理方式|效率}{？|吗|，真行|，呵呵|，服了}
 {$who}{骂人|挂我电话|凶我|吼我|敷衍我|糊弄我|不讲理|推卸责任|说话难听|一问三不知|把我当傻子}
 {能不能|可不可以|麻烦}{专业一点|负责一点|有点责任心|认真看问题|别复制粘贴|别敷衍|正面回答|说点有用的|不要答非所问}
 {真|太|实在是|也太}{让人失望|寒心|无语|不负责|不像话|过分|离谱|气人|不靠谱|敷衍|搞笑}{了|了吧|}
 {你们|$who}{就是这样|就这么|都这么}{对待{顾客|客户|消费者|老客户}|做生意|办事|服务}的{吗|？|}
zh_cheat: {骗人|骗子|欺骗消费者|虚假宣传|忽悠人|坑人|套路|霸王条款|黑店|店大欺客}{，|}{说好的{免费|包邮|七天退|赠品|保修|优惠}{没有|不算数|不认账|变收费}|退钱|我要举报|没一句实话|}
 {莫名其妙|无缘无故|没经我同意|偷偷|乱}{扣了我|扣我|收我|扣}{$n十块|$n百|会员费|话费|手续费|钱}{，|}{凭什么|怎么解释|退给我|太过分|抢钱啊|}
 {凭什么|为什么}{不给我{退|换|修|赔|处理}|要我{出运费|承担|自己修|付钱}|扣我{钱|押金|费用}|取消我的订单}{，{明明是你们的问题|又不是我的错|我没有责任|太霸道了|}|}
 {刚买|刚下单|昨天买|前天买}{完|}就{降价|便宜了}{$n百|$n十块|这么多}{，|}{还不给{补差价|价保}|坑老客户|什么意思|太坑了|耍人吗}
 {明明|页面|当时|宣传}{写着|说了|写的}{包邮|免费安装|有货|当天发|送赠品|可以退}{，|}{现在又说没有|结果不认|却要收钱|却说不行|骗人}
 {下单|付款|付了钱}{了|$n天了}{说没货|给我取消|说发不了|又要加钱}{，|}{没货卖什么|耍我呢|玩我|什么意思|浪费时间}
zh_rage: {气死我了|真是气人|烦死了|无语|真的服了|受够了|恶心|太过分了|忍不了了|火大|要疯了|崩溃}{，{再也不买了|给我退钱|我要投诉|什么平台|一群废物|没见过这么差的|}|}
 {垃圾|什么垃圾|真垃圾|破}{公司|平台|客服|服务|软件|快递|商家|售后|产品|银行|APP}{，{倒闭吧|谁用谁后悔|再也不来了|骗钱的|退钱|}|}
 {我要|直接|再不{处理|解决|退|回复}我就|马上|准备}{投诉{你们|到底|到总部|12315|银监会|消协}|打12315|曝光你们|起诉你们|报警|找媒体|发微博曝光|差评}
 {你们|}{是不是}{有病|傻|聋|瞎|故意的|欺负人|想吞我的钱|不想干了|拿我当猴耍|听不懂人话}
 {你|你们}{他妈|tmd|特么|妈的}{到底|还|}{退不退|发不发|管不管|解决不解决|会不会办事|想怎样}
zh_push: {赶紧|赶快|马上|立刻|立即|快点|必须今天}{给我|}{退款|退钱|发货|处理|解决|回复|答复|安排|一个说法|送来|换新的}
 {给我|必须给|你们要给}{个|一个}{说法|交代|解释|答复|准确时间|合理的解释}
 {能不能|可不可以}{快点|快一点|给个准话|给个准信|不要再拖|别让我等了|解决一下|别再踢皮球}{，|}{等{$span|不起|太久}了|急死了|我都急死了|真的很急|}
 {还|到底}{想|要|打算}{拖|等|让我等}{到什么时候|多久|几天}
 {不想|懒得|没时间}{跟你们|再跟你|和机器人}{废话|浪费时间|扯|耗}{，|}{退钱|找你们领导|直接退|给我解决|}
 {催了|催过|打电话催了}{$n次|好几次|好几遍|无数次}{，|}{没有用|还是不发|就是不动|每次都说快了|没人管|}
 {你们|}{耽误|误了|浪费}{我{的事|多少时间|$span|工作|结婚|出差|生日}}{，|}{谁负责|怎么赔|你们赔吗|真是够了}
zh_fin_cross: {$loan|$bank}{乱扣费|莫名其妙扣钱|利息高得离谱|天天打骚扰电话|暴力催收|冻结我的钱不给解释|额度说没就没|用着用着就不能用了|套路太深}{，|}{太坑了|我要投诉|凭什么|什么破银行|}
 {还了|还清|还款}{$span|好几天}{了|}还{在催|显示逾期|上征信|打电话骚扰|扣我钱}{，|}{有没有搞错|凭什么|谁负责|什么系统|太过分了}
 {天天|每天|一天$n个}{电话|短信}{骚扰|轰炸|推销}{，|}{烦不烦|说了不要还打|再打就投诉|没完没了}
 {理赔|退保|提现|解冻|审核}{拖了$span|推三阻四|各种理由不给|要这要那|还没下来}{，|}{当初卖的时候怎么说的|骗子公司|没有诚信|到底赔不赔|什么时候是个头}
zh_irony: {呵呵|真棒|厉害了|真行|可以|牛|哇}{，|}{又{取消|延迟|坏|没货|让我等}了|等了$span就等来这个|你们速度真"快"|这服务真是"好"|真会做生意|收钱的时候怎么那么快}
 {谢谢|感谢|多亏}{你们|贵公司|贵平台}{让我|，让我}{白等{$span|一天}|浪费{一上午|时间|钱}|长见识了|过不好年|见识了什么叫服务}
 {收钱|扣款|卖货}的时候{挺快|比谁都快|态度那么好}{，|}{退款|售后|解决问题}{就|}{拖|没人了|装死|变脸|慢得要死}
 {你们|}{是|}{用{蜗牛|爬|走路}送{的|货}吗|在{月球|火星}发货吗|{乌龟|蜗牛}都比你们快|等{收到|到了}{黄花菜都凉了|孩子都大了|我都不需要了}}
""")

rules("""
item: {order|package|parcel|phone|laptop|headphones|jacket|shoes|tv|charger|tablet|watch|blender|mattress|bike|camera|printer|sofa|refund|replacement|card|ticket|luggage|bag|invoice|gift card}
biz: {flight|booking|reservation|order|account|subscription|delivery|payment|transfer|appointment|bill|plan|seat|upgrade|claim|application|connection|trip}
en_n: {2|3|4|5|6|7|8|two|three|four|five|six|10|12|20|45}
en_span: {$en_n days|$en_n hours|$en_n weeks|over an hour|an hour|a week|a month|two months|half a day|all day|all morning|$en_n hrs|over $en_n hours|almost a week|days|hours|weeks}
ty: {||||, thanks|. thank you|, please| please| thx|. Thanks!}
hey: {|||||hi, |hello, |hi there, |hey |quick question, |@user |@user |@user hi, |good morning, }
tag: {||||@user |@user |@user |@user @user |wow @user |hey @user }
xx: {||||!|!!|.|...|!!!| #fail| 😡| 😠| 🙄| #badservice| smh| wtf|?!}
en_calm: $hey$en_ask$ty
 $hey$en_ask$ty
 $hey$en_trouble$ty
 $hey$en_trouble$ty
 $hey$en_travel$ty
 $hey$en_travel$ty
 $en_short
 $hey$en_state
en_ask: {how do i|how can i|where do i|can i|could i|is it possible to|i want to|i'd like to|i need to}{ cancel| return| track| change| update| check| refund| exchange| pay for| delete| reactivate| dispute| upgrade| confirm| reschedule} {my|the|this|an} {$item|$biz}
 {when|what time}{ will| does| is| should}{ my| the| this} {$item|$biz}{ arrive| ship| be delivered| leave| be ready| be processed| come| get here}
 {what is|what's|do you know}{ the| your}{ return policy| refund policy| shipping fee| late fee| phone number| warranty| exchange rate| limit| status of my $item| baggage allowance| cancellation fee| complaint address}
 {do you|can you|will you|could you}{ ship to canada| sell trash bags| price match| accept paypal| offer student discounts| deliver on sundays| have this in black| restock this| send me the invoice| resend the code| check my $item| dm me the number| follow me back so i can dm}
 {why was|why is}{ my} {card|payment|order|account|application|claim|transfer}{ declined| cancelled| charged twice| suspended| on hold| pending| rejected| locked| blocked| still pending| delayed}
 {is|are}{ the store| the office| customer service| the fraud department| the gate| your lines}{ open today| open on sunday| closed now| available at night}
 {how much|how long}{ is| does|}{ shipping| a replacement card| a refund take| the warranty last| delivery to texas take| it take to get the $item| the upgrade| does the transfer take}
 {where is|where's|can you locate|what's the status of}{ my} {$item|$biz}
en_trouble: {my|the} {$item|phone|screen|app|website|card|charger|washer}{ is broken| doesn't work| stopped working| arrived damaged| is missing a part| was stolen| got lost| won't turn on| is leaking| has an error| is the wrong size| crashed}{, what should i do|. how do i get it replaced|, can i return it|, where can i get it fixed|. is it under warranty|, how do i report it|. can you help}
 i {lost|forgot|can't find|can't reset|locked}{ my} {password|card|pin|receipt|order number|confirmation|phone|bag|boarding pass}{, how do i get a new one|, what should i do|. can you help|, where do i report that}
 i {haven't received|didn't get|don't see|am missing|never got}{ my| the} {$item|confirmation email|code|receipt|refund}{, can you check|. what are the next steps|, when should i expect it|. could you look into it}
 there is a {charge|payment|transaction|withdrawal}{ i don't recognize| i didn't make| that looks wrong| from a shop i don't know}{, how do i dispute it|, what can i do|. please check|}
 {someone|i think somebody}{ stole my card| used my account| hacked my email| took my package}{, how do i block it|, what do i do|. please freeze it|. who do i call}
 i {ordered|bought|booked} the wrong {size|color|date|item|seat|ticket}{, can i change it|, how do i exchange it|. is a refund possible}
 {what happens if|will i be charged if|is there a penalty if}{ i miss a payment| i pay late| i cancel early| my card gets stolen| the item is damaged| i lose my ticket| my flight is cancelled| i die abroad}
 i need to {kill|terminate|cancel|stop|abort}{ the| my| this} {subscription|process|order|payment|job|membership}{ before friday, how| today| right away|. how}
en_travel: {is|has}{ flight $en_n$en_n| the flight to denver| my flight| my connection}{ on time| been delayed| been cancelled| departing from gate $en_n| boarding yet}
 {do you|does this flight|will you}{ fly to tokyo| have wifi| serve meals| allow pets| allow carry ons| have any award seats| resume flights tomorrow}
 {can i|how do i|is it possible to}{ change my flight to tomorrow| fly standby| add a checked bag| select a seat| use my miles| add my known traveler number| bring a stroller| get a receipt for my flight| rebook online}
 {my baggage|my bag|my suitcase|my stroller}{ did not arrive, where do i file a claim| is delayed, who do i call| was left on the plane, what number can i call| is overweight, what is the fee}
 {sent you a dm|just sent a dm|i sent you a message|i'll dm you the details|following you now|dm sent|flight $en_n$en_n from boston to chicago|record locator sent|yes, from newark to dallas|it was flight $en_n$en_n|just checked in for my flight|at the airport now, gate $en_n}
en_short: {ok|okay|yes|no|sure|got it|hello|hi|are you there|agent|human|agent please|representative|talk to a human|nope|not yet|maybe|one moment|let me check|the second one|that's all|never mind|i see|done|not working|it doesn't work|no luck|no idea|wrong one|refund|cancel|track order|black|tomorrow|this one|both|sorry|my bad|no problem|bye}
en_state: i {placed an order|sent it back|paid by card|filled in the form|called yesterday|uploaded the documents|submitted a claim|got the email|updated my address}{ yesterday| last week| on monday| this morning|}
 {my order number is|the reference is|my name is|my email is} {$en_n$en_n$en_n$en_n|john|a@b.com}
 i {rejected the delivery|returned the item|cancelled the order|changed my mind}{, when do i get the refund|. is that ok|, what happens next}
en_glad: $tag{thank you|thanks|thx|thank you so much|many thanks}{ for the| for such a| for your}{ quick response| great service| help| fast delivery| excellent flight| easy refund| smooth flight| amazing crew| upgrade| support}{!|!!| :)| ❤️||, you guys rock}
 $tag{great|awesome|amazing|excellent|fantastic|best|wonderful|outstanding}{ service| flight| crew| experience| customer service| app| support| staff}{ today| as always| on flight $en_n$en_n| from your team|}{!|, thank you|. will be back|. keep it up||!!}
 $tag{i love|love|loving|really like|so happy with}{ the new app| this airline| my new $item| your service| how easy that was| the new seats| flying with you| it}{!|. 5 stars|, thanks| 😍||!!!}
 $tag{not bad at all|no complaints|never had a problem|never disappoints|couldn't be happier|you made my day|that was fast|problem solved|it works now}{, thanks|! thank you|, great job|!}
 $tag{shout out|kudos|props|big thanks|hats off}{ to}{ agent| your agent|| the crew|}{ maria| james| in denver| at gate $en_n| on flight $en_n$en_n}{ for being so helpful| for going above and beyond| who fixed everything| for getting us home|!}
en_cross: $tag$en_late$xx
 $tag$en_late$xx
 $tag$en_late$xx
 $tag$en_fly$xx
 $tag$en_fly$xx
 $tag$en_fly$xx
 $tag$en_nobody$xx
 $tag$en_nobody$xx
 $tag$en_bad$xx
 $tag$en_bad$xx
 $tag$en_rage$xx
 $tag$en_irony$xx
 $tag{$en_late|$en_nobody|$en_bad|$en_fly}. {$en_rage|$en_push|$en_bad|$en_nobody}$xx
 $tag{$en_late|$en_nobody|$en_bad|$en_fly}, {$en_rage|$en_push|$en_bad|$en_nobody}$xx
 $tag$en_push$xx
en_late: {been waiting|i've been waiting|still waiting|we have been waiting|i waited|waited}{ for| on} {$en_span|my $item for $en_span}{ and nothing| and no reply| and still no answer| with no update| for nothing| now| already|}
 {it's been|it has been|already}{ $en_span}{ and my| and still my| since i paid and my} {$item|$biz|refund}{ has not arrived| is still not here| still hasn't shipped| is nowhere to be found| is still pending}
 {why is|how come}{ this| it| my $item| the refund}{ taking so long| still not here| taking forever| late again| delayed again}
 {how many times|how many more times|how often}{ do i have to| must i| do i need to}{ call| explain this| ask| email| repeat myself| send the same documents}
 {how much longer|how long do we have to|how long am i supposed to}{ wait| sit here| stay on hold| be ignored| wait for a simple answer}
 {you keep|they keep|your agents keep}{ delaying my $item| cancelling my order| transferring me| telling me to wait| giving me different answers| changing the date| charging me| hanging up}
 {you said|you promised|was told|i was told}{ $en_n days| by friday| next day delivery| 24 hours| it would be here yesterday| a call back}{, it's been $en_span| and nothing happened| and still nothing| and it's a lie|. where is it}
 {on hold|i've been on hold|was on hold}{ for $en_span}{ and counting| and then got disconnected| and nobody picked up| just to be hung up on| trying to reach a person|}
en_fly: {my|our|this} flight{ has been|'s been| was| is}{ delayed| cancelled| pushed back| late}{ $en_span| again| three times| for the third time today| twice| with no explanation}{ and no one will tell us why| and you won't rebook me| and no hotel| and i missed my connection| with no compensation||, unbelievable}
 {stuck|sitting|stranded|been sitting}{ on the tarmac| on the plane| at the gate| in charlotte| at ord| in phoenix| on the runway}{ for $en_span}{ with no info| because no crew| waiting for a gate| no water no food| and nobody knows anything||, ridiculous}
 {you lost|they lost|your airline lost|still no sign of}{ my bag| my luggage| our bags| my suitcase}{ and no one can find it| again| and nobody answers the phone| and i have no clothes| for $en_span|, $en_span later nothing}
 {missed|will miss|about to miss|made me miss}{ my connection| my connecting flight| a wedding| my meeting| a funeral| the birthday}{ because of you| thanks to your delay| because you couldn't find a pilot| due to mechanical issues again| and now stuck overnight}
 {no gate agent|no pilot|no crew|no overhead space|broken seat|dirty plane|no wifi|no power outlets|no entertainment|tiny seats|no food}{ on a $en_n hour flight| for $en_span| again| and you charge extra for it|. unacceptable| and nobody cares}
 {your|the}{ gate agent| flight attendant| agent at the counter| phone rep| crew| customer relations}{ was so rude| was rude and unhelpful| yelled at us| lied to me| hung up on me| couldn't care less| refused to help| has no clue}
 {can't|cannot|won't} {get through|reach anyone|rebook online|change my flight|check in|get a human}{ on the phone| on your site| because your system is down| after $en_span|}{, what a mess|, useless|. this is bad|, please fix}
 {charged|you charge|charging me}{ $200| $en_n$en_n dollars| twice| extra}{ for a bag you lost| to change a flight you cancelled| for a seat i didn't get| for nothing}{. seriously|, what a rip off|. disgraceful|}
en_nobody: {nobody|no one|not one person}{ answers| is answering| replies to| responds to| picks up| returns}{ my calls| the phone| my emails| the chat| my messages| dms}
 {i called|i emailed|called|i have contacted you|i've written}{ $en_n times| five times| every day| twice| over and over}{ and nothing| and got no answer| and no one helped| and each time a different story| and you still haven't fixed it}
 {your|the} {support|customer service|chat bot|bot|help line|agent|team}{ is useless| is a joke| is terrible| does not help at all| just repeats the same thing| keeps sending me in circles| never answers| doesn't know anything| can't solve anything}
 {is anyone|does anybody|will anyone}{ there| even read these| going to help me| care| ever answer}{ or what| at all||, waiting for $en_span}
 {i am|i'm|getting}{ tired of| sick of| done with| fed up with}{ being ignored| the excuses| this| waiting| being passed around| your bot| the runaround}
 {stop|quit}{ sending me canned responses| copy pasting| giving me the runaround| transferring me| telling me you're sorry| asking me the same questions}
en_bad: {my|the|this} {$item|product|thing|app}{ broke| died| fell apart| stopped working}{ after $en_n days| after one use| on day one| again| for the second time}{. poor quality|. what garbage|, not worth the money| and you won't replace it|}
 {this is|that's|it is}{ not what i paid for| not what i ordered| completely unacceptable| so frustrating| really disappointing| a terrible experience| the worst service| ridiculous| not ok| false advertising| a waste of time}
 {very|so|extremely|really|beyond}{ disappointed| frustrated| unhappy| annoyed| upset| angry}{ with the quality| with your service| right now| about this| with how this was handled| by your response|}
 {poor|terrible|horrible|awful|bad|worst|pathetic}{ service| customer service| quality| experience| communication| app| packaging| attitude}{ ever| again| today| from your staff| and no apology|, not coming back|}
 {you sent|i got|they sent|received}{ the wrong $item again| a broken $item| a used $item| an empty box| half my order| someone else's $item}{. how hard is it| and you want me to pay for shipping|, unbelievable|. fix this|}
 {you|they|your company}{ charged me twice| took money without asking| raised the price without notice| won't give my money back| refuse to refund me| cancelled my order without telling me| deleted my account for no reason}{ and won't explain| and nobody cares|. that's theft| and i want it back|}
 {the new update|your app|your website|the site|your system}{ is garbage| keeps crashing| is down again| ruined everything| is a mess| never works| logs me out every time| ate my order}
en_rage: {i am furious|i'm so mad|this is outrageous|absolutely disgusting|you are thieves|what a scam|shame on you|you people are liars|never again|i hate this company|screw you|worst company ever|are you kidding me|get your act together|you should be ashamed|i want to speak to your supervisor now|go to hell|total rip off|you guys suck|wtf is wrong with you}
 {i will|i'm going to|i'll}{ never fly with you again| never buy here again| take my business elsewhere| report you| cancel everything| sue you| tell everyone| switch to a competitor| dispute the charge with my bank}
 {you just|congratulations, you|you have}{ lost a customer| lost my business| lost a loyal customer| ruined my trip| ruined our holiday| wasted my whole day}
en_push: {give me|i want|i demand|just give me}{ my money back| a refund now| a full refund| an explanation| compensation| an answer| a manager right now}
 {fix|sort|solve|resolve|deal with}{ this| it| your app| my account| your mess}{ now| immediately| today| already| asap or i'm leaving}
 {do something|do better|answer me|respond already|hurry up|get it together|stop wasting my time|where the hell is my $item|what is taking so long|explain yourselves}
en_irony: {great|oh great|awesome|nice|fantastic|lovely|wow}{, |. }{another delay| another hour on hold| the bot again| cancelled again| you lost my bag again| late as always| another lost package| now my $item is missing}
 {thanks|thank you|thanks a lot}{ for}{ nothing| ruining my vacation| losing my bag| the $en_n hour delay| hanging up on me| wasting my day| making me miss my flight| another cancelled flight}
 {love|i just love|gotta love|i really enjoy}{ sitting on the tarmac| being on hold for $en_span| paying extra for nothing| waiting $en_span for a bag| talking to a bot| when you cancel my flight}
 {so glad i|good thing i|happy i}{ paid extra for next day delivery that takes a week| bought the warranty you won't honor| upgraded to get worse service| waited $en_span for that}
""")

CHOICE = re.compile(r"\{([^{}]*)\}")
NAME = re.compile(r"\$([a-z_]+)")


def expand(text, rng):
    """Replaces $names, then {choices} from the inside out."""
    for _ in range(40):
        # A choice is made before the names in it: only what is chosen is expanded.
        found = CHOICE.search(text)
        if found:
            text = text[:found.start()] + rng.choice(found.group(1).split("|")) + text[found.end():]
            continue
        found = NAME.search(text)
        if not found:
            break
        name = found.group(1)
        while name not in RULES:  # "$en_n days" and "$span了": the longest name that is a rule
            name = name[:-1]
        text = text[:found.start()] + rng.choice(RULES[name]) + text[found.start() + 1 + len(name):]
    return text


def write(label, rule, count, rng, out, seen):
    made = tries = 0
    while made < count and tries < 40 * count:
        tries += 1
        text = expand(rng.choice(RULES[rule]), rng)
        text = re.sub(r" +", " ", text).strip().lstrip("，, ")
        if rule.startswith("en_"):
            if rng.random() < 0.4:
                text = text[:1].upper() + text[1:]
            if rule == "en_cross" and rng.random() < 0.05:
                text = text.upper()
            if rng.random() < 0.25 and rule == "en_calm" and not text.endswith((".", "!", "?")):
                text += "?"
        if text and (label, text) not in seen:
            seen.add((label, text))
            out.write(label + "\t" + text + "\n")
            made += 1


def main():
    if len(sys.argv) != 3 or not sys.argv[1].isdigit() or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    count, rng, seen = int(sys.argv[1]), random.Random(int(sys.argv[2])), set()
    for language in ("zh", "en"):
        write("neutral", language + "_calm", 2 * count, rng, sys.stdout, seen)
        write("negative", language + "_cross", count, rng, sys.stdout, seen)
        write("positive", language + "_glad", count // 4, rng, sys.stdout, seen)


if __name__ == "__main__":
    main()
