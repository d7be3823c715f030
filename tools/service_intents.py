#!/usr/bin/env python3
"""Writes what customers ask a service desk for, Chinese and English, as "intent<TAB>text" lines.

No licensed set names the intents of a shop's, a carrier's or a bank's service desk in Chinese, so
this grammar was written for this project; its rows are free to use. A rule is text with {a|b|}
choices and $names of other rules, of this file and of service_turns.py.

    service_intents.py ROWS_PER_INTENT SEED [DATA_DIR] > intents.tsv

Rows that stand in tests/routing_text/data/intent_turns.tsv are left out: those measure. With
DATA_DIR the rows of three licensed sets are added whose own labels mean the same (SOURCES).
"""
import os
import random
import re
import sys

from service_turns import RULES, expand, rules

# ---- words -------------------------------------------------------------------------------------

rules("""
d: {0|1|2|3|4|5|6|7|8|9}
zpre: {|||||||你好，|您好，|在吗，|请问|请问一下，|麻烦问一下|亲，|我想问下|那个，|客服，|咨询一下|老板，|hi，|哈喽 |不好意思问一下，|再问一下|对了，|还有，}
zpost: {||||||||，谢谢|，急|，麻烦了|？|?|。|~|呢|啊|呀|，帮看下|，在线等|谢谢啦|哈|！|，谢谢你| thanks|呗|哦|噢}
epre: {|||||||hi, |hello, |hey |hi there, |excuse me, |quick question, |good morning, |please, |sorry, |so |um |also, |one more thing, |can you tell me |i was wondering, |just checking, }
epost: {||||||||?|?|.|!| please| pls| thanks| thank you| thx| asap| today|, can you help?| :)|...| lol| plz help}
parcel: {快递|包裹|货|东西|订单|我的货|我的快递|我买的东西|宝贝|件|商品|我那单|这一单|那个快件|我的订单|$goods|我买的$goods|外卖|餐|补发的|换的那件}
eparcel: {package|parcel|order|delivery|stuff|item|shipment|$egoods|new $egoods|things i ordered|$egoods i bought|replacement}
egoods: {shoes|phone|laptop|headphones|jacket|dress|watch|tablet|charger|tv|fridge|washing machine|book|keyboard|coffee maker|vacuum|sofa|desk|mattress|toy|camera|router|printer|bike|lamp|blender|backpack|ring|sweater|jeans}
day: {今天|昨天|前天|大前天|上周|周一|星期三|上个月|$d号|$d天前|刚才|早上|昨晚|中午}
eday: {today|yesterday|last week|on monday|two days ago|last friday|this morning|a week ago|on the 5th|last month|just now}
app: {app|软件|小程序|网站|网页|页面|系统|客户端|公众号|你们的app|手机端|后台|官网}
eapp: {app|website|site|web page|page|software|mobile app|portal|dashboard|mini program}
bk: {支付宝|微信|银行卡|信用卡|花呗|云闪付|数字人民币|paypal|visa|储蓄卡|分期|白条|货到付款|余额|apple pay|京东支付|街口支付|八达通|line pay}
ebk: {paypal|credit card|visa|mastercard|apple pay|google pay|debit card|bank transfer|gift card|cash on delivery|amex|alipay|wechat pay|klarna|installments|crypto}
sz: {S|M|L|XL|大一号|小一号|大一码|小一码|38码|42码|165|xxl|均码|36|大号|中号|加大码}
col: {黑色|白色|红色|蓝色|粉色|灰色|绿色|米色|银色|金色|黑的|白的|别的颜色|深色|浅色}
esz: {small|medium|large|xl|size 8|size 10|bigger size|smaller size|size 42|xs|larger one}
ecol: {black|white|red|blue|pink|grey|green|silver|navy|another colour|different color}
prov: {新疆|西藏|内蒙古|海南|香港|澳门|台湾|国外|海外|美国|日本|加拿大|乡镇|农村|学校|村里|离岛|偏远地区|$city|青海|马来西亚|新加坡}
eprov: {canada|the uk|australia|germany|alaska|hawaii|po boxes|mexico|france|overseas|my country|ireland|japan|puerto rico|internationally|rural areas|india|brazil}
courier: {顺丰|中通|圆通|韵达|申通|邮政|京东|极兔|菜鸟|EMS|德邦|黑猫|百世}
num: {$d$d$d$d$d$d|$d$d$d$d$d$d$d$d|2023$d$d$d$d$d|A$d$d$d$d|$d$d$d$d-$d$d$d$d|JD$d$d$d$d$d|SF$d$d$d$d$d$d}
enum: {#$d$d$d$d|$d$d$d$d$d$d|$d$d$d-$d$d$d$d|A$d$d$d$d|number $d$d$d$d|no. $d$d$d$d$d}
ecan: {can you|could you|please|would you|i need you to|i want you to|will you|i'd like you to|kindly|can u|could someone}
ewant: {i want to|i'd like to|i need to|how do i|how can i|can i|is it possible to|i wish to|how to|where can i|could i|help me|trying to|i would like to|need to|want to|i wanna|what do i do to|what's the way to|may i}
zwant: {我想|我要|想|要|怎么|如何|能|能不能|可以|可不可以|怎样|帮我|麻烦帮我|我想要|在哪里|请帮我|帮忙|给我|我需要|可否|咋|咋样|怎麼}
zq: {吗|么|不|吗？|嘛|不？|吗亲|没|？|呢}
""")

# ---- what is asked for, one rule an intent, z... Chinese, e... English --------------------------

rules("""
z_order_status: $parcel{到哪了|到哪里了|到哪儿了|走到哪了|现在在哪|什么情况了|在哪呢|到了没|到没到|发了没|发了吗|发货了吗|发货没|寄了吗|寄出了没|出库了吗|还没发货|还没到|还没送|没动静|没收到}
 $parcel{什么时候|啥时候|几时|几号|哪天|大概什么时候|多会儿|多久|今天|明天|周末前|今晚}{能到|到|能收到|送到|能送到|发货|能发|会发|发出来|寄出|可以到|派送|到货}{$zq|}
 {物流|快递|单号|订单|物流信息|运单}{怎么|为什么|一直|$d天|好几天|}{不更新|没更新|不动|没动过|停住了|还是待揽收|显示待发货|查不到|没有信息|一动不动|停在$city|卡在$city|显示派送中}
 {帮我|麻烦|请|能帮我|给我|}{查|看|查一下|看一下|查查|看下|跟进一下}{物流|$parcel到哪|发货时间|快递|$num|运单号|这个订单|配送情况|什么时候发货|订单状态|发货进度|物流单号}
 {$day}{下的单|买的|付的款|拍的|订的}{，|}{怎么|为什么|为啥|}{还没|还不|没有}{发货|到|发|寄|送|动静|物流|单号}
 {还要|还得|需要|要}{多久|几天|多长时间}{能|才|才能}{到|发货|收到|送来|寄到}
 {快递|物流}{单号|运单号|查询号码}{是多少|发我一下|有吗|给我|多少|没看到}
 {快递员|骑手|配送员|师傅}{到哪了|什么时候来|还没来|联系不上|给我打电话了吗|没给我打电话}
 {显示|物流显示|写着|说}{签收了|已送达|已签收|派送中|送到驿站}{，|}{可|但|但是|怎么|}{我没收到|没收到货|没看到|人都没见着|驿站没有|谁签的|放哪了|在哪取}
 {取件码|提货码|驿站|快递柜}{是多少|没收到|在哪|发我一下}
 {where's|track|tracking|查一下|update}{我的|这个|}{order|package|快递|包裹|parcel|物流}{到哪了||在哪|status|什么时候到}
 {預計|预计}{多久|幾天|什麼時候}{會到|到貨|出貨|寄出}
e_order_status: {where is|where's|wheres|what happened to|any update on|any news on|what's the status of|whats going on with|can i get an update on|i need the status of|status of|track|tracking for|locate}{ my| the| our| this}{ $eparcel}{| $enum}
 {when will|when is|when does|when's|what day will|what time will|how soon will} {my|the|this|our} $eparcel {arrive|come|get here|be delivered|ship|be here|be shipped|show up|reach me|going to arrive|coming|leave the warehouse}
 {has|did} {my|the|this} {order|$eparcel|order $enum} {shipped|ship|been sent|been shipped|left yet|gone out|been dispatched|arrive}{| yet| already}
 {my|the} $eparcel {hasn't arrived|has not arrived|didn't arrive|never came|still isn't here|is late|hasn't shipped|has not been delivered|is still processing|still says pending|is stuck in transit|still hasn't come|was supposed to arrive $eday|should have been here $eday}
 {tracking|the tracking|tracking number|tracking info|the courier} {hasn't updated|isn't updating|says delivered but i don't have it|is not working|shows no movement|says it was delivered but nothing came|hasn't moved for $d days|doesn't work|says out for delivery|shows delayed}
 {i ordered|i bought|i placed an order|ordered|purchased} {something|a $egoods|it|this} $eday {and it's not here|where is it|when will it come|and no shipping email|has it shipped|and i haven't heard anything|still nothing|any idea when it arrives}
 {what's|what is|can i get|send me|where do i find|i don't have} {my|the|a} tracking {number|info|link|code|details}
 {how long|how much longer|how many more days} {until|till|before} {my|the} $eparcel {arrives|ships|gets here|comes|is delivered}
 {i didn't|i haven't|havent|did not|have not} {receive|received|gotten|got|get} {my|the} $eparcel{| yet| still}
 {check|look up|find|see} {order|my order|the order} {$enum|status|status for me}
z_delivery_info: {你们|一般|默认|店家|现在|}{发|用|走}{什么|哪个|哪家|啥}{快递|物流|快递公司}{$zq|}
 {可以|能|能不能|可不可以|支持}{发|走|指定|用}{$courier|别的快递|快一点的快递}{$zq|}
 {$prov}{能送|送|发货|能寄|包邮|可以寄|到得了|配送|有运费|送得到|发}{吗|不|么|不送|？}
 {运费|邮费|快递费|配送费|運費}{多少|怎么算|是多少|贵吗|要多少|多少钱|谁付|可以免}{$zq|}
 {满|买}{多少|几件|$d件}{包邮|免运费|免邮}
 {包邮|免邮|免運}{吗|么|不|？|嗎}
 {周末|节假日|过年|晚上|国庆|春节|周日|假期}{送货|送|派送|发货|发不发货|配送|会送}{吗|不|么|？}
 {支持|可以|有|能}{自提|送货上门|同城配送|次日达|定时送|加急|超商取货|货到付款送货|预约送货|送上楼|当日达}{$zq|}
 {一般|正常|通常}{几天|多久}{发货|能到|到$prov|到|寄到}
 {到|寄到|发到|发}{$city|$prov}{要|需要|大概|}{几天|多久|多少运费|多少钱}
 {从哪里|哪里|什么地方|哪个仓}{发货|发的货|寄出|发}
 do you {发|ship到|送到}{$prov}
e_delivery_info: {do you|can you|will you|do u} {ship|deliver|send} {to $eprov|on weekends|on sunday|to a po box|at night|to hotels|same day|overnight|internationally}
 {how much|what} {is|does|are} {shipping|delivery|postage|express shipping|next day delivery|international shipping}{| cost| to $eprov}
 {is shipping|is delivery|do you offer|do you have|is there} {free|free shipping|free delivery|express|same day delivery|next day delivery|overnight shipping|store pickup|click and collect|weekend delivery|any delivery options}
 {what|which} {courier|carrier|shipping company|delivery service|delivery options|shipping methods|shipping options} {do you use|are there|do you have|are available|do you offer}
 {how long|how many days} {does|do} {shipping|delivery|standard delivery|you} {take|usually take|take to $eprov|need to deliver}
 {what's|what is} {the minimum for free shipping|your shipping policy|the shipping cost|the delivery time|the delivery fee|the usual delivery time|your delivery area}
 where do you ship from
 {can i|could i} {pick it up|collect|pick up in store|choose a delivery time|pick the delivery slot|schedule delivery|choose the courier}
z_change_address: {$zwant|}{改|修改|换|变更|更改|换一下|改一下|更換}{收货|收件|寄货|邮寄|配送|}{地址|收货人|收件人|电话|手机号码|联系方式|送货地址|门牌号}
 {地址|收货地址|收件人|收货电话|楼号|门牌|电话号码|名字|联系电话}{写错|填错|弄错|选错|打错|输错|留错|填成老家}{了|}{，|}{能改|怎么改|帮我改|帮改下|改一下|可以改|怎么办|咋办}{$zq|}
 {能|可以|麻烦|能不能|帮我}{改成|改到|改寄|换成|改送|寄到|送到|转寄到}{公司|学校|家里|新地址|另一个地址|$city|我妈家|单位|老家|门卫|菜鸟驿站|便利店}{$zq|}
 {我搬家了|换地方了|不在$city了|出差了|人不在家|放假回家了}{，|}{收货地址|地址|快递|订单}{能换|换一个|改一下|要改|寄到别处|怎么改}
 {地址|收货地址}{改成|换成|要改为|应该是}{$city|$city市|人民路$d号|$d栋$d单元|公司|新的}
 {change|update|修改}一下{address|地址|收货address|shipping address}
e_change_address: {$ewant|$ecan} {change|update|edit|correct|fix|modify|switch} {my|the} {address|shipping address|delivery address|shipping info|recipient name|delivery location|phone number on the order|postal code|zip code|apartment number}{| for order $enum| on my order| before it ships| to my work}
 {i|we} {put|entered|typed|gave|used|wrote} {the wrong|an old|a wrong|my old|the incorrect} {address|street number|zip code|apartment|house number|delivery address|postcode|recipient}{| on my order| when ordering| by mistake}
 {i moved|i've moved|i'm moving|i just moved|we moved house}{, | and }{can you|need to|please} {send it|change it|ship it|update the address|deliver it|redirect it}{ to my new place| to another address| somewhere else| elsewhere|}
 {send|ship|deliver|redirect} {it|my order|the package|this} to {my office|a different address|my work|my mom's house|another address|a friend|my new address|the neighbour}{ instead|}
 {wrong address|address is wrong|the address is incorrect|delivery address is wrong|my address changed}{| on the order|, can you fix it|, please change}
 {set up|add|save} {a|another|a new|my} {shipping|delivery} address
z_cancel_order: {$zwant|}{取消|撤销|撤回|退订|取消掉|撤单}{订单|这个订单|$num|刚才那单|昨天的单|预约|订的|这一单|机票|酒店|订购|它|那笔订单|预订|行程}
 {不想要|不要|不买|拍错|买错|买重复|重复下单|下错单|点错|买多|拍多|下重了|下错}了{，|}{帮我取消|能取消吗|取消一下|怎么取消|可以撤|给我取消|麻烦取消|取消订单|还没发货|别发了|不用发了|能撤吗|}
 {还没发货|没发货的话|趁没发货|要是还没发}{，|}{就取消|取消吧|能取消|就别发了|不要了|给我撤了|退了}{吧|吗|}
 {别|不用|先别|不要}{发货|发|寄|送}了{，|}{不要了|我取消|取消|不想要|不买了}
 {订单|单子|这单|预约}{取消|怎么取消|能取消吗|取消不了|如何取消|为什么取消不了|点不了取消|可以取消嗎}
 {cancel|取消}{一下|掉|}{我的|这个|那个|}{order|订单|booking|预订}
 {取消订单|取消预订|取消}{要|会|有|需要}{手续费|扣钱|收费|违约金|什么费用}{$zq|}
e_cancel_order: {$ewant|$ecan|just|please} {cancel|call off|revoke|stop} {my|the|this|an} {order|purchase|booking|reservation|last order|order from $eday|order $enum|appointment|preorder|flight}
 {i|we} {don't want|no longer want|dont need|changed my mind about|don't need} {it|the order|this order|my order|the $egoods|that} {anymore|any more|now|after all}{, cancel it|, please cancel|, how do i cancel|}
 {i ordered|i bought|i placed the order|ordered} {by mistake|by accident|the wrong thing|twice|accidentally|two by accident|it twice}{, cancel| one| please cancel|, can i cancel|, don't send it|}
 {don't|do not|dont|stop|please don't} {ship|send|process|dispatch} {it|my order|the order|the package}{, i changed my mind|, cancel it| anymore|, i don't want it}
 {can|could|is it possible for} {the|my} order {be cancelled|be canceled|get cancelled|still be cancelled}
 {is there|what's|how much is|what is|do you charge} {a|the} {cancellation fee|fee for cancelling|penalty for cancelling|charge to cancel|cancellation charge|early cancellation fee}
 cancel {order|it|that|everything|it please|purchase $enum|my order now}
z_change_order: {$zwant|}{改|修改|更改|变更}{订单|一下订单|下单的数量|数量|规格|款式|口味|预约时间|日期|订单内容}
 {我想|想|能|能不能|可以|帮我}{把|}{$col|$sz|$goods|这件|那个}{换成|改成|换为}{$col|$sz|别的|另一款|两个}{，|}{还没发货|没发货|刚下的单|刚拍的|趁还没发|}{$zq|}
 {能|可以|帮我|想|能不能}{再加|多加|加|减|去掉|少}{一件|两个|一个|$d件|一份|那件}{，|}{一起发|一块寄|还没发货呢|到订单里|进这单|}{$zq|}
 {两个|几个|$d个|我的}订单{能|可以|帮我|想}{合并|一起发|一起寄|拆开|合并发货|分开发}{$zq|}
 {尺码|颜色|型号|数量|规格|款式}{选错|拍错|选小|买小|点错|选成$col|拍成$sz}了{，|}{还没发货|能改|帮改|备注一下|改成$sz|改成$col|可以改}{$zq|}
 {订单|给订单|帮我|能不能}{备注|加个备注|加备注|写贺卡|备注一下}{$col|送礼|包装好点|尽快|不要葱|易碎}{$zq|}
 {改签|改期|改时间|预约改到$when|改到$when}{怎么弄|可以吗|要钱吗|行不行|}
e_change_order: {$ewant|$ecan} {change|modify|edit|update|amend|alter} {my|the|an|this} {order|order $enum|purchase|existing order|order quantity|quantity|colour on my order|size on my order|booking date|reservation}
 {$ewant|$ecan} {add|include} {one more|another|a|an extra} {item|$egoods|thing} to {my|the|an existing} order{| before it ships}
 {$ewant|$ecan} {remove|take off|delete|drop} {an item|one item|the $egoods|something|one thing} from {my|the} order
 {$ewant|$ecan} {switch|swap|change} {the|my} {$egoods|colour|color|size|item} {to|for} {$ecol|$esz|another one}{ before it ships| on the order i just placed| on my order}
 {i made a mistake|i chose the wrong size|i picked the wrong colour|i selected the wrong item|i got the quantity wrong} {on|in|with} my order{, can i change it|, please change to $esz|}
 {combine|merge} {my|the|these} two orders{| please| into one}
 {reschedule|move|change} {my|the} {appointment|booking|flight|reservation}{ to next week| to another day| please|}
z_place_order: {怎么|如何|在哪|在哪里|哪里|咋}{下单|购买|买|订购|下订单|订|拍|付款下单|预订|报名|办理}{呢|啊|}
 {我要|我想|给我|我想要|想|帮我|要}{买|订|来|下单|订购|拍|预订|预定|办}{一个|两箱|一份|$d件|这款|这个|一台$goods|一套|一张票|个套餐|一间房|那款$goods}
 {这个|这款|这件|$goods}{怎么买|在哪买|怎么下单|哪里可以买|怎么拍|可以买吗|有链接吗|发个链接|链接发我}
 {能|可以|怎么|支持}{电话订购|代下单|批发|团购|预定|预约|帮我下单|批量购买|大量采购|企业采购}{$zq|}
 {下单|提交订单|购物车|结算}{不了|在哪|流程|怎么弄|怎么操作|步骤|怎么选}
 {想|我要|怎么}{order|下order|buy}{一个|这款|一份}
e_place_order: {$ewant} {place an order|buy this|order|purchase|buy a $egoods|order a $egoods|buy several items|make a purchase|order two of these|get one of these|preorder|place a bulk order|order online|check out}
 {i'll take|give me|i want|i'd like|get me|put me down for} {two|three|one|a dozen|a couple} {of these|of those|$egoods|boxes|please|of the $ecol ones}
 {how do i|where do i|where can i|how can one} {buy|order|purchase|get|checkout|check out|pay and order} {it|this|one|these|the $egoods|your products}
 {help|assist|guide} me {place|with placing|to place|making} an order
 {send me|do you have|what's} {the|a} link {to buy|to order|for the $egoods}
z_return_refund: {$zwant|}{退货|退款|退了|退掉|退|退货退款|办退货|申请退款|申请退货|把它退了|退钱|退回去|寄回去退|全额退款|退票|退订金|退押金}{$zq|}
 {不合适|不喜欢|不想要了|买大了|买错了|质量不行|效果不好|不满意|色差大|穿着不好看|跟描述不符|用不上|七天内|没拆封|拆了包装|洗过一次}{，|}{能退|想退|可以退|怎么退|退了|要退货|申请退款|退钱|可以退货|给我退}{$zq|}
 {七天无理由|7天无理由|十五天|鉴赏期|收货$d天|过了七天|签收后|激活后|试用过}{还|}{能退|可以退|退得了|支持|怎么退|支持退货}{$zq|}
 {退货|退款}{流程|怎么操作|地址|步骤|怎么申请|入口在哪|政策|规定|条件|要什么条件|怎么寄|运费谁出|运费|邮费谁付|地址发我|地址是什么|单号填哪}
 {寄回|退回|退回去|寄回去}{的|}{地址|运费|邮费}{是|谁出|发我|多少|怎么算|给我一下|谁承担}
 {把钱|钱|全款|定金|押金|运费}{退给我|还给我|退一下|退回来|给我退了|退我}{吧|，|}
 {可以|能不能|能|我要}{仅退款|部分退款|只退一件|退一半|只退不寄回|上门取退件|退差额}{$zq|}
 {return|refund|退货return|退}{一下|这个|这件|}{怎么弄|怎么操作|可以吗|policy是什么|可以return吗}
e_return_refund: {$ewant|$ecan} {return|send back|give back|refund|get a refund for|get my money back for|return and refund} {this|it|my order|the $egoods|an item|these $egoods|order $enum|a purchase|something i bought $eday}
 {$ewant} {get|have|request|ask for|receive|claim} {a refund|my money back|a full refund|my money refunded|reimbursed|a return label|the return form}
 {what's|what is|tell me|explain|where is|let me see} {your|the} {return policy|refund policy|returns process|return address|return window|money back guarantee|return label}
 {i|we} {don't like|am not happy with|am not satisfied with|don't need} {it|the $egoods|this|my purchase}{, can i return it| and want to return it|, refund please| and would like my money back|. how do i send it back}
 {it|the $egoods|this} {doesn't fit|is too small|is too big|isn't what i expected|doesn't suit me|is not as described|is the wrong colour}{, i want to return it| and i want a refund|, how do i return|, can i send it back}
 {do i|who} {have to pay for|pays for|pay for} return shipping
 {can i|is it possible to|am i able to} return {an opened|a used|a worn|a sale|an unopened} item{| after 30 days| without a receipt| after $d days}
 {how long|how many days} do i have to {return|send back} {it|an item|something}
 {refund|return} {me|please|it|my order|this}{| now| please| asap}
 {give me|i want|i need|send} {my money|my money back|a refund|my deposit back}{| please| now}
 {in which cases|when|under what conditions} can i {get|request} {a refund|my money back|reimbursement}
z_refund_status: {退款|退的钱|钱|退货的钱|押金|退款的钱|運費退款|退回的款|定金}{什么时候|几天|多久|啥时候|为什么|怎么|咋}{到账|退|能退|到|没到|还没到账|还没到|没收到|没退|还不退|退回来|回来|没有到|入账}
 {东西|货|商品|退货}{都|已经|早就|}{退回|寄回|退|签收|收到}{去|了|}{$d天|一周|好几天|半个月|}了{，|}{钱呢|怎么还没退款|退款呢|还没退钱|钱还没到|怎么不退款|啥时候给退}
 {帮我|麻烦|请|}{查|看|查一下|看下}{退款|退款进度|退款到哪了|退款状态|钱退了没|退款情况|有没有退款|售后进度|退货审核}
 {退款|售后|退货申请|退货}{进度|审核|状态|处理}{怎么样了|到哪了|在哪看|还在审核|多久|要多久|一直处理中|通过了没|怎么还没好}
 {同意退款|显示退款成功|说已退款|退款完成|申请通过}了{，|}{怎么没收到钱|没到账|卡里没有|钱没看到|账户没有|余额没变}
 {退款|钱}{退到|退去|原路退|会退到|返回}{哪里|哪张卡|微信还是银行卡|原账户|哪了}
 {refund|退款}{status|到账没|还没收到|怎么还没到|进度|几天到}
e_refund_status: {where is|where's|what's the status of|any update on|what happened to|when will i get|when do i get|when can i expect|check|track|status of|is there news on|see the status of|how is} my {refund|money|reimbursement|refund for order $enum|restitution}{| please| for the return}
 {my|the} refund {hasn't arrived|is not showing|isn't showing up|hasn't come|has not been processed|never came|is late|still hasn't shown|is still pending|didn't go through|is taking too long|isn't in my account}
 {i|we} {returned|sent back|shipped back} {it|the $egoods|my order|the item} $eday{, where is my refund| and still no refund|, when do i get my money|, any refund yet| but no money yet}
 {how long|how many days} {does a refund|do refunds|will my refund|does it|until the refund|till the reimbursement} {take|take to process|be processed|take to show up|arrive}
 {has|did} my {refund|return} {been processed|go through|been received|been approved|get approved|been issued|been sent}
 {you|they} {said|told me|confirmed} {the|my} refund {was sent|was processed|is on its way|was approved} {but|and} {i don't see it|nothing arrived|it isn't in my account|i got nothing}
z_exchange: {$zwant|}{换货|换一个|换一件|调换|换新的|换个新的|换同款|申请换货|换一双|调货}{$zq|}
 {能|可以|想|我要|帮我|能不能|可不可以}{换|换个|换成|调成|换一件|调个}{$sz|$col|大一点的|小一点的|别的款|另一个颜色|大的|小的|同款新的}{的|}{$zq|}
 {收到的|买的|这件|衣服|鞋子|裤子|尺码|穿着}{太小|太大|偏大|偏小|不合身|紧了|大了|小了|不合脚|有点挤脚}{了|}{，|}{想换|换|给我换|能换|要换|调|换成}{个大的|$sz|一码|大一号|小一号|一件|货}{$zq|}
 {换货|换|调换}{流程|怎么操作|要几天|邮费谁出|怎么弄|运费|地址|多久|怎么申请|要补差价吗}
 {尺寸|尺碼|颜色|款式}{不对|不合|不喜欢}{，|}{可以换|能换|换货|想换一个}{吗|嗎|}
 {exchange|换}{一个|个|成}{size|$sz|color|别的color|大一号的size}{可以吗|怎么弄|}
e_exchange: {$ewant|$ecan} {exchange|swap|switch|trade|replace} {it|this|the $egoods|these|my $egoods|them} for {a $esz|a $ecol one|another one|a different size|a new one|a different colour|another model|something else}
 {$ewant} {exchange|swap|do an exchange for} {it|an item|this|the $egoods|these $egoods|my order}
 {it's|they're|the $egoods is|this is|it is} too {small|big|tight|large|loose}{, can i exchange it|, i need a $esz|, can i get a $esz instead|. exchange please|, could you swap it}
 {what's|what is|how does} {your exchange policy|the exchange process|an exchange work|exchanging work|the procedure to exchange}
 {do you|can you} {do exchanges|exchange sizes|offer exchanges|send a different size}
 {i got|i bought|i have} {the wrong size|a $esz|a size too small}{ and want to exchange|, can i swap| but need a $esz|, exchange for a $esz}
z_faulty_item: {收到|打开|拿到|拆开|快递到了}{就是|就|发现|是|一看}{坏的|碎的|破的|烂的|漏的|空的|少了一个|脏的|旧的|有划痕|裂了|变质了|用过的|压扁了|都碎了|化了|少配件|颜色不对|不是我要的}
 {少发|漏发|发错|寄错|少寄|错发|漏寄|少给}了{一件|一个|一包|颜色|尺码|型号|配件|赠品|两瓶|东西|我的东西|}{，|}{怎么办|怎么处理|能补发|补给我|帮我补寄|给补吗|}
 {我|}{买的|订的|要的|拍的}{是|}{$col|$sz|两件|$goods|三个}{，|}{你们|}{发来|寄的|收到|发的|给我发}{是|的是|了}{$col|$sz|一件|别的|另一个|只有一个}
 {水果|蛋糕|鸡蛋|牛奶|玻璃杯|面膜|花|菜|肉|海鲜|杯子}{烂|碎|坏|臭|漏|枯|化|裂|馊}了{一半|好几个|$d个|一个|不少|}{，|}{怎么赔|能赔|怎么办|补发吗|}
 {包装|盒子|外箱|箱子|封口}{破了|烂了|被拆过|压坏了|湿了|瘪了|开了}
 {东西|商品|$goods|收到的货}{有瑕疵|是次品|有破损|有质量问题|不对板|和图片不一样|缺件|缺零件|少个螺丝|掉色|有味道|开线|有污渍|是假的}
 {缺|少|没有|没收到|漏了}{配件|赠品|说明书|充电器|螺丝|一只|遥控器|送的礼品|一本书}
e_faulty_item: {my|the|this} {$egoods|order|item|package|box} {arrived|came|showed up|was delivered} {broken|damaged|smashed|cracked|crushed|open|empty|dirty|wet|used|defective|scratched|incomplete|with missing parts|in pieces|torn}
 {i|we} {received|got|was sent|were sent|have been sent} {the wrong|a different|a damaged|a broken|a defective|someone else's|a used|an incomplete} {item|$egoods|size|colour|order|product|model}
 {there's|there is|i'm|i am} {missing|a missing|an item missing|one item missing|parts missing|missing parts|a crack|a scratch|a hole}{ from my order| in the box| in the package| on the $egoods|}
 {only|i only} {got|received} {one|two|half|part|some} of {my|the|$d} {items|order|things|$egoods}
 {this|it|that} {isn't|is not} {what i ordered|the one i ordered|the right item|the size i ordered|the colour i picked|like the picture}
 {you|they} {sent|shipped|delivered|gave} {me|us} {the wrong $egoods|the wrong size|the wrong thing|an empty box|only one|a broken one|a $ecol one instead of $ecol}
 {the|my} {food|milk|cake|fruit|flowers} {was|were|is|are} {rotten|spoiled|cold|melted|missing|dead|expired}
z_repair_warranty: {$goods|机器|我的$goods|这个|屏幕|电池|主板}{坏了|不制冷|不加热|漏水|不通电|有异响|摔坏|碎屏|不转|进水|修|老化}{了|}{，|}{能修|怎么修|可以保修|上门修|去哪修|报修|维修|找谁修|修一下|能保修|帮我派人修|维修多少钱}{$zq|}
 {保修|质保|三包|保固|售后}{多久|几年|期|期多长|过了没|过期了怎么办|包括什么|怎么查|范围|是几年|还在吗|期内吗|怎么算}
 {还在|过了|在}{保修|质保|保固|三包}期{内|}{吗|了|，能修吗|，怎么收费|还能修吗}
 {$zwant|}{报修|维修|预约维修|预约安装|上门安装|上门维修|安装|送修|换屏|换电池|申请售后维修|清洗|检测|派师傅}{$zq|}
 {维修|安装|修|换屏|换电池|上门|检测}{要|}{多少钱|收费吗|怎么收费|多久|几天|费用|要钱吗|费怎么算|进度}
 {维修点|服务网点|售后点|维修中心|維修站|售后网点|安装师傅}{在哪|地址|电话|最近的|哪里有|附近有吗|什么时候来}
 {师傅|安装师傅|维修师傅|工程师}{什么时候|几点|今天|还没}{上门|来|联系我|到|来装}
 {修好了吗|维修进度|修到哪一步了|寄修的机器|送修的$goods}{|什么时候寄回|怎么样了|好了没|多久能好}
 {warranty|保修}{多久|还在吗|怎么claim|cover吗|过期没}
e_repair_warranty: {is|are} {it|this|my $egoods|the $egoods|a cracked screen|the battery|water damage} {covered|still covered|still under warranty|under warranty|covered by the warranty|covered under guarantee}
 {how long|what} is {the|your} {warranty|guarantee|warranty period|warranty policy|guarantee period}{| on this| on the $egoods}
 {$ewant} {get|have} {my|the|this} {$egoods|screen|battery|device|machine} {repaired|fixed|serviced|looked at|replaced under warranty}
 {$ewant} {make a warranty claim|claim warranty|claim the guarantee|book a repair|schedule a repair|arrange a repair|book a technician|register my warranty|extend the warranty|book an installation|schedule an installation|send it in for repair}
 {my|the} $egoods {broke|died|stopped working|is broken|broke down|is leaking|is making a noise}{ after $d months|, can you repair it|, is it under warranty| and needs repair|, how do i get it fixed|, where can i get it repaired}
 {how much|what} {does|is} {a repair|the repair|fixing the screen|a battery replacement|a new screen|the service|installation} {cost|going to cost|price|charge}
 {where is|where's|is there} {the nearest|a|your} {repair shop|service center|service centre|repair center|service point}{| near me}
 {how long|when} {does|will} {the repair|my repair|the technician|fixing it} {take|be done|be finished|come|arrive}
z_technical_problem: $app{打不开|闪退|卡死|进不去|崩溃|一直转圈|加载不出来|白屏|黑屏|报错|没反应|用不了|更新不了|下载不了|很卡|死机|老是退出|显示错误|提示系统异常|加载失败|開不了|一直轉圈|当机}{了|}
 {怎么|}{连不上|连接不上|搜不到|配对不了|匹配不上|断开|老掉线|总是断}{wifi|蓝牙|网|网络|设备|手机|电视|电脑|耳机|打印机|了|}
 {$goods|设备|机器|手机}{开不了机|充不进电|没反应|不亮|没声音|死机|黑屏|重启|卡|发热|连不上|用不了|怎么重置|怎么恢复出厂|固件怎么升级|提示错误|一直闪|无法识别}
 {网络|宽带|信号|网速|流量|网}{断了|没有|很慢|上不了|不好|连不上|用不了|一直断|没网}
 {点|按|点击|我点}{了|}{提交|保存|按钮|确定|上传|图标|链接}{没反应|没用|报错|没有反应|提示失败|出不来|无效}
 {图片|视频|照片|文件|附件}{上传|发送|打开|下载}{不了|失败|报错|不出来|一直失败}
 {提示|报|显示|出现|弹出}{错误|错误代码$d$d$d|404|502|系统繁忙|网络异常|参数错误|系统错误|异常|服务器错误}
 {怎么|如何|咋}{设置|配置|重置|升级|安装驱动|恢复出厂|更新系统|连接|调试|调出|关闭通知}{路由器|$goods|$app|蓝牙|固件|插件|api|打印机|}
 {app|系统|website}{crash了|有bug|挂了|down了|一直loading|error|login不了报错}
e_technical_problem: {the|your|this|my} $eapp {is down|keeps crashing|crashes|won't load|won't open|isn't working|doesn't work|is frozen|is stuck|freezes|is not loading|gives an error|shows a blank screen|is so slow|keeps logging me out|has a bug|won't update|doesnt open}
 {my|the} {$egoods|device|machine|speaker|remote} {won't turn on|won't charge|won't connect|isn't working|is frozen|keeps restarting|doesn't respond|won't pair|has no sound|is overheating|stopped responding|won't start|has a black screen}
 {i|we} {can't|cannot|am unable to|can not|cant} {connect to wifi|connect to bluetooth|open the $eapp|load the page|upload a photo|download the app|install the update|pair it|sync my data|submit the form|open the link|see the video|hear anything}
 {i|i'm|i keep|i am} {getting|get|see|receiving} {an error|error $d$d$d|error code $d$d|a 404|a server error|a blank page|an error message|a 500 error}{| when i log in| when i click submit| every time| on the site}
 {there's|there is|found|i found} {a bug|an error|a problem|a glitch|something wrong|a technical issue} {in|with|on} {the|your} $eapp
 {how do i|how to|help me} {reset|set up|configure|connect|update|install|restart|sync|pair|reinstall} {the|my|this} {$egoods|device|$eapp|wifi|bluetooth|firmware|router|api|plugin|printer}
 {no|my|the} {internet|signal|wifi|connection|network|sound} {is down|is slow|not working|keeps dropping|since $eday|at all|connection}
 {the|a} {button|link|form|checkout page|video|page} {does nothing|doesn't work|is broken|won't click|is not responding}
z_payment: {付不了款|支付失败|付款失败|支付不了|付款不成功|没法付款|刷不了卡|扣款失败|支付不成功|付款报错|付款一直转圈|支付页面打不开}{|怎么办|是怎么回事|，什么原因|了|，咋回事}
 {可以|能|支持|能不能|接受|收|可否}{用|使用|刷|}{$bk}{付款|支付|结账|付|}{$zq|}
 {钱|款|银行卡|余额|我的钱}{扣|划|付}{了|走了|掉了}{，|但是|可是|怎么}{订单|还|显示|}{未支付|没支付|没成功|待付款|还是未付款|没生成|不见了}
 {多扣|重复扣|扣了两次|扣了我|乱扣|多收|被扣了}{钱|费|$d$d块|一笔|款|两遍}{了|}{，|}{怎么回事|怎么退|查一下|为什么|帮我查下|}
 {怎么|如何|在哪}{付款|支付|缴费|交费|充值|还款|付尾款|交话费|绑卡|绑定银行卡|还信用卡|转账|付}
 {支持|可以|能}{分期|货到付款|对公转账|先用后付|代付|海外支付|几期|免息分期|分期付款}{$zq|}
 {有|都有|支持}{哪些|什么|几种}{付款|支付|缴费}{方式|方法|渠道}
 {转账|充值|汇款|还款|提现}{没到账|失败|多久到账|怎么没到|显示处理中|限额多少|被退回|手续费多少|没成功|被拒}
 {尾款|定金|账单|话费|欠费|月租|水电费}{怎么付|什么时候付|多少|在哪交|付不了|怎么交|怎么这么多|查一下}
 {payment|付款|card}{失败|被decline了|declined|不成功|可以用$bk吗}
e_payment: {my|the} {payment|card|transaction|transfer|top up|credit card|debit card|bank transfer} {failed|was declined|got declined|is pending|won't go through|didn't go through|keeps failing|was rejected|is not accepted|isn't working|is stuck|was refused|hasn't gone through}
 {do you|can you|do u} {accept|take} {$ebk|my card|cash|payments in euros|foreign cards}
 {can i|is it possible to|how do i|i'd like to} pay {with|by|using|via} $ebk
 {i was|i've been|i got|why was i|you} charged {twice|two times|double|the wrong amount|too much|extra|for something i didn't buy|a fee}{| for one order| for my order| on my card}
 {what|which} {payment methods|payment options|forms of payment|cards|payment modalities} {do you accept|are accepted|can i use|do you take|are available|do you offer}
 {i|my bank} {paid|was charged|took the money} but {the order|it} {says unpaid|isn't showing|didn't go through|wasn't confirmed|shows pending|is not placed}
 {$ewant} {pay my bill|make a payment|pay in installments|add a card|split the payment|pay the balance|update my card|change my payment method|top up|pay later|set up autopay|pay off my bill}
 {why|how come} {is there|do i have|was there|am i seeing} {a|an} {extra charge|fee|pending charge|unknown fee|additional charge|double charge}{| on my bill| on my card| on my statement}
 {problem|issue|trouble|error} {with|making|in} {my payment|a payment|paying|the payment|payments}
 {how much|when} {do i owe|is my bill|is my payment due|is the bill due}
z_invoice: {$zwant|}{开|开个|开具|补开|申请|要|索取|重开|打印|下载}{发票|电子发票|专票|增值税发票|增票|普票|收据|抬头是公司的发票|行程单|小票|纸质发票|对账单}{$zq|}
 {发票|电子发票|專票|专票|收据|發票|增值税专用发票}{怎么开|在哪开|什么时候开|没收到|什么时候寄|发到哪|开错了|抬头错了|抬头写错|能重开|可以改|怎么下载|寄到哪里|能开吗|内容可以改吗|发我邮箱|几天能开|税号错了|丢了|在哪看|怎么还没开|开公司抬头|載具怎麼設定|統編打錯}
 {抬头|税号|开票信息|公司名称|统编}{是|填|写|发你|怎么填|写错了|填错了|改成|要换}{$city科技有限公司|公司名|91$d$d$d$d$d$d|个人|}
 {能|可以|支持}{开|给开|提供}{发票|专票|增票|13%的票|三个点的票|收据|明细}{$zq|}
 {报销|公司报账|报税|报账}{要用|要|需要}{发票|票|收据|凭证|明细}{，|}{怎么开|能开吗|给我开一个|}
 {invoice|receipt|发票}{怎么开|发我email|可以issue吗|要公司抬头|send到我邮箱}
e_invoice: {$ewant|$ecan} {get|have|send me|download|see|print|find|request|email me|check|view|locate} {an|my|the|a copy of the|a copy of my} {invoice|receipt|vat invoice|tax invoice|bill|invoice for order $enum|invoice from $eday|invoices|proof of purchase}
 {i need|need|i want|please send|send|could i have} {an|a|the|my} {invoice|receipt|vat invoice|tax receipt|invoice with my company name|itemized bill|invoice for my taxes|invoice for expenses}{| for order $enum| for my company| for tax purposes| by email}
 {the|my} {invoice|receipt} {is wrong|has the wrong name|never came|is missing|hasn't arrived|has a mistake|doesn't show the vat|was not in the box|has the wrong company}
 {where is|where's|where are|where do i find} my {invoice|receipt|invoices|bill|vat receipt}
 {can you|could you} {put|add|change} {my company name|the vat number|our tax id|the company address|my name} {on|to} the {invoice|receipt|bill}
z_price_promotion: {还能|能|可以|能不能|可不可以}{便宜|优惠|打折|少|再少|便宜点|优惠点|再便宜点|少一点|抹零|打个折|算便宜}{点|些|一点|}{$zq|}
 {多少钱|什么价|怎么卖|价格多少|几多钱|啥价|多少錢|报个价|价位多少|怎么收费|多少一斤|一个多少|最低多少}{|啊|呀|？|一件|一套|一晚|一年}
 {$goods|这个|这款|套餐|会员|房间|门票}{多少钱|什么价格|怎么卖|怎么收费|价格|最低多少|报价|要多少|多少錢|一个月多少}
 {优惠券|优惠码|满减|红包|折扣码|代金券|券|折價券|消费券|津贴}{用不了|怎么用|在哪领|怎么领|不能用|过期了|没有了|领不到|可以叠加吗|没抵扣|找不到|还有吗|忘了用|怎么不减}
 {有|还有|有没有|最近有|现在有|啥时候有}{优惠|活动|折扣|优惠券|满减|促销|红包|打折|赠品|特价|学生优惠|新人优惠}{$zq|}
 {买完|刚买|昨天买|买了$d天|才买|下单后}{就|}{降价|便宜了|打折|降了$d$d|掉价}{了|}{，|}{能退差价|退差价|补差价|保价|价保|怎么办|给补吗|可以补吗}{$zq|}
 {保价|价保|差价|退差价|价格保护}{怎么申请|多少天|能申请吗|怎么退|期多久|规则}
 {双十一|618|双12|过年|国庆|周年庆|黑五}{会|有|还会|能}{便宜|优惠|活动|降价|打折|更便宜}{$zq|}
 {买|拍}{两件|多件|三个|$d个|一箱}{有|能|会}{优惠|便宜点|打折|少点|折扣|送什么}{$zq|}
 {price|discount|coupon|promo code}{多少|怎么用|用不了|有吗|还能给点吗}
e_price_promotion: {is there|do you have|are there|any|got any|can i get} {a discount|a promo code|any discounts|any coupons|a coupon|any deals|a student discount|a sale|any promotions|a voucher|an offer|a military discount}{| right now| for new customers| today| on the $egoods| available}
 {my|the|this} {coupon|promo code|discount code|voucher|discount|code|gift code} {doesn't work|isn't working|won't apply|is invalid|expired|wasn't applied|is not accepted|didn't work|won't go through|says expired}
 {how much|what} {is|does|are|would} {this|it|the $egoods|that|these|your $egoods|the plan|a subscription|the monthly plan} {|cost|the price|going for|in total|each|per month}
 {what's|what is|tell me|whats} {the|your} {price|best price|lowest price|price of the $egoods|cost|rate|cheapest option|monthly price|pricing}
 {can you|could you|any chance you can} {give me|do|offer} {a discount|a better price|a deal|cheaper|a lower price|10% off|something off}
 {the price|it} {dropped|went down|is cheaper now|is on sale now} {after i bought it|since i ordered|a day after i bought}{, can i get the difference|, price match please|, refund the difference|}
 {do you|will you|can you} {price match|match prices|do price adjustments|match amazon|give bulk discounts}
 {when|what date} {is|does|will} {the next sale|the sale end|the sale start|black friday start|the promotion end|it go on sale}
z_product_question: {这个|这款|$goods|它|那款|宝贝|这件|你们家的$goods}{是|}{什么材质|什么面料|纯棉的吗|真皮的吗|防水吗|几寸|多大|多重|什么牌子|哪里产的|国产的吗|正品吗|有几个颜色|多少瓦|尺寸多少|什么味道|容量多大|保质期多久|怎么用|会掉色吗|起球吗|有味道吗|甜吗|辣吗|是新款吗|能放几年|会不会缩水|有认证吗|含酒精吗|有色差吗|噪音大吗|续航多久}
 {孕妇|小孩|宝宝|老人|敏感肌|油皮|干皮|男的|糖尿病|猫|狗|学生|$d岁孩子|哺乳期}{能用|可以用|能吃|可以吃|能喝|适合|能穿|可以戴}{$zq|}
 {身高|我|}{1$d$d|一米七|165|170|180}{，|}{体重|}{$d$d斤|110斤|$d十公斤|60kg|130}{，|}{穿|选|买|拍}{多大|什么码|几码|哪个码|多大码|M还是L|什么尺码}
 {$goods}{和|跟}{上一代|$goods|pro版|普通款|旧款|另一款}{哪个好|有什么区别|有啥不同|差在哪|有什麼差別|有什么不一样}
 {有|带|支持|能|可以|适用}{快充|蓝牙|遥控|无线充电|5G|定时|加热|苹果手机|安卓|电脑用|车载|机洗|微波炉加热|洗碗机|双卡}{$zq|}
 {推荐|求推荐|帮我推荐|哪款|哪个}{一款|}{适合送人|适合老人|性价比高|好用|卖得好|送女朋友|适合小户型|更好|保暖}{的|}
 {怎么|如何}{使用|清洗|保养|搭配|吃|安装|充电|存放|食用|操作}{这个|$goods|比较好|}
 {尺码|尺寸|码数}{标准吗|偏大吗|偏小吗|准不准|怎么选|正常吗|有表吗|表发我}
 {房间|酒店|套餐|这个险|这张卡|课程|景点}{含早餐吗|有窗吗|包含什么|多少流量|能带宠物吗|有停车位吗|赔哪些|有效期多久|几点入住|有年费吗|要带什么}
 {material|size|尺寸|规格|spec}{是什么|多大|怎么选|发我看下}
e_product_question: {is|are} {this|it|the $egoods|these|they|your $egoods} {waterproof|machine washable|real leather|compatible with iphone|gluten free|vegan|safe for kids|made of cotton|true to size|unlocked|suitable for beginners|dishwasher safe|wireless|genuine|organic|refurbished|heavy|noisy|good for sensitive skin|easy to assemble}
 {does|do|will} {it|this|the $egoods|these} {come with|have|support|include|fit|work with|need|run on} {a charger|bluetooth|batteries|usb c|my laptop|a 13 inch laptop|an iphone|wireless charging|a case|a manual|android|wide feet|a warranty card|a mac|instructions|mac and windows}
 {what|which} {size|model|version|colour|one|type|color} {should i get|do you recommend|is best for me|would fit me|is better|should i choose|is best for a beginner}
 {what|how} {is it made of|material is it|big is it|long does the battery last|heavy is it|does it weigh|are the dimensions|are the ingredients|long is the cable|many colours does it come in|is the difference between these two|fast is it|are the specs}
 {what's|what is} the {difference between the two|size of the $egoods|material|battery life|weight of the $egoods|expiry date|country of origin|screen size|capacity|best $egoods for travel}
 {how do i|how do you|how to} {use|wash|clean|assemble|wear|store|charge|cook} {it|this|the $egoods|these}
 {can you|could you} {recommend|suggest|tell me more about|compare|describe} {a $egoods|the $egoods|something for my dad|a gift|these two models|this product|the features}
 {i'm|i am} {5 foot $d|180cm|6ft|$d$d kg|150 pounds}, what size {should i get|do i need|fits me|would you suggest}
z_stock: {还有|有没有|有|现在有|仓库有|店里有|請問有|还剩}{货|现货|$sz|$col的|$col|存货|库存|现货吗|$goods|这款|大码|同款|現貨}{$zq|}
 {什么时候|啥时候|多久|几号|会不会|还会|何时|什麼時候}{补货|有货|上架|到货|上新|再进货|重新上架|補貨|来货}{$zq|}
 {怎么|为什么|一直|显示}{显示缺货|没货|无货|断货|缺货|卖完了|售罄|抢不到|下架了|没库存}{了|}{，|}{还补吗|什么时候有|还会有吗|怎么买|}
 {$sz|$col|这款|$goods|那个颜色}{卖完了|没货了|缺货|断码|没了|选不了|灰色的选不了|下架了}{，|}{还有吗|什么时候有|还补货吗|能预定吗|}
 {到货|有货|补货}{通知|提醒|了告诉|叫}{我|一下|怎么设|我一声}
 {in stock|stock|有货}{吗|没|还有吗|什么时候}
e_stock: {is|are} {this|it|the $egoods|these|the $ecol one|$esz|the $esz} {in stock|available|sold out|still available|back in stock|out of stock|available in $ecol|available in store}
 {when will|when do you expect|will} {it|this|the $egoods|the $ecol one|you} {be back in stock|be restocked|be available again|restock|get more in|come back|be available}
 {do you|you guys|do u} {have|still have|carry|got} {this|it|any|the $egoods|these|any $egoods} {in stock|in $ecol|in $esz|left|available|in $esz $ecol|in the store}
 {why|how come} {is|does} {it|this|the $egoods} {out of stock|sold out|say out of stock|unavailable|always sold out|say sold out}
 {notify me|let me know|email me|tell me} when {it's|it is|this is|the $egoods is} {back|in stock|available|restocked|back in stock}
 {how many|any} {do you have left|are left|$egoods left|left in stock}
z_membership: {积分|会员|等级|成长值|优惠点数|里程|點數|金币|vip|集分宝|会员卡|礼品卡|购物金}{怎么用|怎么兑换|怎么换|到期了|过期吗|什么时候过期|有什么用|没到账|在哪看|清零吗|能抵钱吗|怎么升级|有什么权益|没了|怎么查|可以转吗|少了|能换什么|降级了|余额多少|怎麼折抵|怎么加入}
 {怎么|如何|我想|想|在哪}{开通|办|续费|取消|关闭|退|加入|升级|注册}{会员|vip|自动续费|会员卡|包月|连续包月|订阅|年卡|88vip|套餐}
 {自动续费|连续包月|会员自动扣费|订阅}{怎么关|关不掉|怎么取消|取消不了|能退吗|给我关了|被扣了}
 {我|帮我查|查下|看看}{有多少|还有多少|还剩多少|的}{积分|里程|点数|会员到期时间|会员等级|流量|话费余额|次数}
 {会员|vip|套餐}{有什么|有哪些|什么}{权益|好处|优惠|区别|福利}
 {退订|取消}{短信|邮件|推送|订阅|营销短信|通知|newsletter}
 {membership|points|subscription}{怎么cancel|怎么用|到期了|可以redeem吗|还有多少}
e_membership: {how many|how do i check|where do i see|check|what are} {points|my points|reward points|my rewards|my points balance|miles|my loyalty points}{| do i have| left| have i got|}
 {$ewant} {redeem|use|transfer|spend|earn|get} {my|reward|some|loyalty} {points|rewards|miles|gift card|bonus points}
 {$ewant} {cancel|renew|pause|upgrade|downgrade|stop|end} {my|the} {subscription|membership|plan|auto renewal|premium|monthly plan|newsletter subscription|trial}
 {what|which} {are the benefits of|do i get with|perks come with|does} {membership|premium|the vip plan|being a member|the membership include}
 {my} {points|membership|rewards|gift card|miles|subscription} {expired|are missing|didn't show up|disappeared|won't work|haven't been added|is not active|were not credited|renewed without asking}
 {$ewant|} {unsubscribe|sign up|subscribe|opt out|join} {from|to|of|for} {the|your} {newsletter|mailing list|emails|loyalty program|rewards program|corporate newsletter}
 {when does|does|how long until} my {membership|subscription|trial|plan} {expire|renew|end|run out}
z_account_login: {登录|登|登陆|登錄|账号登|我登}{不上|不了|不上去|失败|不进去|提示密码错误|不上了|异常|总是失败|要验证}{，|}{怎么办|怎么回事|帮看看|}
 {密码|登录密码|支付密码|帐号密码|账号|密碼}{忘了|忘记了|忘记|不对|错误|怎么找回|怎么重置|输错了|被锁|改不了|找不回来|怎么改}{，|}{怎么办|怎么找回|帮我重置|}
 {收不到|没收到|一直收不到|接不到|不发}{验证码|短信验证码|登录短信|校验码|動態碼|邮箱验证|验证邮件}
 {账号|帐户|账户|帐号|帳號|我号}{被锁|被封|被冻结|锁住|冻结|封了|异常|停用}了{，|}{怎么解|怎么解封|怎么办|为什么|帮我解一下|申诉|}
 {怎么|如何}{找回|重置|修改|改}{密码|账号|登录密码|支付密码|用户名|pin}
 {换手机|手机丢|原手机号不用|手机号停机}了{，|}{登不上|登录不了|验证不了|怎么登录|收不到验证码}
 {account|密码|login}{登不上|reset一下|被lock了|forgot了|verify不了|login不了}
e_account_login: {i|we} {can't|cannot|am unable to|cant|couldn't|still can't} {log in|login|sign in|access my account|get into my account|log into my account|log on|get in|sign into the app}
 {i|i've} {forgot|forgotten|lost|don't remember|can't remember} my {password|username|pin|login|passcode|email for the account|user id}
 {$ewant|$ecan} {reset|recover|retrieve|change|unlock} my {password|pin|passcode|login|account password|login details|user pin|pw}
 {my} account {is locked|has been locked|got blocked|was suspended|is blocked|was disabled|is frozen|has been deactivated|got banned}
 {i|i'm} {didn't get|never got|not receiving|not getting|don't receive} {the|a|my} {verification code|code|otp|reset email|login code|confirmation email|2fa code|sms code}
 {login|sign in|password reset|the reset link|verification|two factor} {isn't working|doesn't work|fails|failed|keeps failing|says wrong password|expired|says invalid|loops}
 {wrong password|invalid password|account locked|locked out of my account|it says my password is wrong}
z_account_change: {怎么|如何|我想|我要|帮我|能|想}{注销|删除|改|换|修改|更换|解绑|绑定|合并|注册|申请|实名}{账号|帐户|绑定的手机号|手机号|邮箱|昵称|用户名|头像|个人信息|实名|实名认证|微信绑定|身份证信息|账户|生日|会员名|银行卡|一个新号}
 {换|改|变更}{手机号|号码|邮箱|名字|手机}了{，|}{怎么改绑定|怎么换绑|绑定怎么改|账号怎么弄|要更新|资料怎么改}
 {实名|实名认证|认证|身份验证|人脸}{怎么弄|怎么改|通不过|失败|审核多久|不成功|可以换人吗|要什么资料|名字不对|过不去}
 {账号|账户|帳號}{怎么|可以|能}{注销|转让|给别人|改名|合并|删除|注册|换绑}{$zq|}
 {注册|开户}{不了|失败|一个账号|怎么弄|流程|提示已注册|要什么材料|企业账号}
 {个人资料|个人信息|资料|昵称|暱稱}{在哪改|怎么修改|改不了|填错了|想改}
 {account|账号}{delete掉|注销|怎么change|换email|改name}
e_account_change: {$ewant|$ecan} {delete|close|remove|deactivate|terminate|erase|shut down} my {account|profile|data|account permanently|user account|standard account}
 {$ewant|$ecan} {change|update|edit|modify|correct} {my|the} {email|email address|phone number|username|name|profile|personal details|personal information|profile picture|date of birth|account details|last name|account info|mobile number}{| on my account| on file| in my profile}
 {$ewant} {create|open|set up|register|make|sign up for} {an|a|a new|another|a second|a premium} {account|profile|user account|business account|account for my son}
 {$ewant} {verify my identity|verify my account|link my phone|link my wechat|merge two accounts|switch accounts|use another account|switch to the premium account|upgrade my account type|upload my id|unlink my card}
 {i|we} {changed|got|have} {my|a new} {phone number|email|name|last name|number} {and need to update it|, how do i update my account|and want to update my profile|, please update}
 {registration|sign up|verification of my id|identity check|creating an account} {fails|isn't working|gives an error|failed|doesn't work|was rejected|problem}
z_fraud_security: {我|我好像|好像|可能}{被骗|被诈骗|上当|遇到骗子|被盗刷|被盗号|被钓鱼}了{，|}{怎么办|钱能追回来吗|帮帮我|怎么报警|$d$d$d块|}
 {有人|谁|别人|陌生人|不知道谁}{盗刷|盗用|用|登录|登了|冒用|绑定|改了}{了|}{我的|我}{卡|账号|信用卡|身份证|账户|银行卡|支付宝|密码}
 {我的|}{卡|银行卡|信用卡|手机|身份证|钱包|存折|账号}{丢|被偷|不见|被盗|掉|遗失}了{，|}{要挂失|怎么挂失|挂失|冻结一下|先冻结|怎么办|帮我冻结|}
 {收到|接到|有个|有人}{一个|}{自称|冒充|假冒|假的|說是}{你们|客服|官方|平台|银行}{客服|工作人员|的电话|的短信|的链接|}{，|}{是真的吗|让我转账|要验证码|是不是骗子|要我下载软件|说给我退款}
 {不是我|非本人|我没有|没经我}{操作|买的|消费|付的款|登录|同意|下的单|转的}{的|}{，|}{有一笔|扣了|怎么扣|查一下|被盗了吧|}
 {这个|这条}{短信|链接|电话|网站|二维码|邮件}{是你们发的|是真的|安全|是诈骗|可信|靠谱}{吗|么}
 {$zwant|}{挂失|冻结账户|冻结银行卡|紧急止付|举报诈骗|举报骗子|举报卖假货}
e_fraud_security: {someone|somebody|a hacker|i think someone} {stole|used|hacked|is using|got into|has access to|cloned|logged into} my {card|account|identity|credit card|phone|email|bank account|details}
 {my} {account|card|email|phone|wallet|identity|card details} {was|has been|got|may have been|might be|were} {hacked|stolen|compromised|cloned|lost|used without permission|breached}
 {i|we} {see|have|found|noticed|don't recognize|did not make|didn't authorize|never made} {a|this|an unknown|a suspicious|a strange|a fraudulent} {charge|transaction|payment|withdrawal|login|purchase|order}{| on my card| on my account| i didn't make|}
 {i|we} {lost|can't find|misplaced} my {card|wallet|phone|credit card|debit card}{, please block it|, freeze my account| and need it blocked|, what do i do|}
 {i|i think i} {was|got|have been|'ve been} {scammed|tricked|phished|defrauded|a victim of fraud}{| by someone pretending to be you| by a fake site| out of $d$d$d dollars|}
 {is this|i got a|got a weird|received a} {email|call|text|link|sms|message} {from you|really from you|claiming to be you|asking for my password|a scam|asking for a code|saying i won a prize}
 {freeze|block|lock|report} {my|a|the} {card|account|stolen card|fraud|lost card|fraudulent charge|scam|phishing email}{| please| immediately| right now}
z_complaint: {我要|我想|要|想|怎么|在哪|如何}{投诉|举报|反映|去12315投诉|曝光}{你们|客服|商家|快递员|店家|这家店|卖家|}
 {你们|这|这个|什么|就这|你家|贵司}{服务|态度|客服|质量|平台|破店|垃圾公司|店|效率}{太差|真差|太烂|垃圾|差劲|恶劣|无语|真恶心|太让人失望|什么玩意|烂透了|越来越差|太离谱}{了|}
 {太失望了|气死我了|垃圾|骗子|无良商家|再也不来了|以后不会再买了|差评|什么破东西|太坑了|坑人|欺骗消费者|虚假宣传|卖假货|店大欺客|霸王条款|不要脸|没见过这么差的|太不负责任|推卸责任|爛透了|有夠爛}{！|，|。|！！|}{给个说法|我要投诉|退钱|差评|等着|}
 {客服|快递员|师傅|商家|店员|司机|卖家|你们的人}{骂人|态度恶劣|不理人|爱理不理|骗我|乱收费|不讲理|推来推去|踢皮球|挂我电话|很凶|说话难听|敷衍|不解决问题}
 {说好|承诺|答应|写着}{的|}{$d天到|有赠品|包退|免费|全新|保修|赔付}{，|}{结果|却|根本|现在}{没有|不认|不给|是骗人的|变卦|不兑现}
 {赔偿|赔钱|给我赔偿|要求赔偿|怎么赔我|三倍赔偿|退一赔三|精神损失费|我要一个说法|让你们领导道歉}
 {质量|东西|产品}{太差|垃圾|烂|真不行|一分钱一分货都不值|用两天就坏|劣质|粗制滥造}{了|，差评|，后悔买了|，失望|}
 {非常|很|太|极其}{不满意|失望|生气|恼火|糟糕的体验|无语|气愤|差的体验}
 {service|态度|quality}{太差了|so bad|真的terrible|unacceptable|太disappointed}
e_complaint: {i want to|i'd like to|how do i|i need to|i wish to|i have to|where can i|help me} {file a complaint|make a complaint|complain|lodge a complaint|report your agent|report bad service|complain about the driver|submit a complaint|make a claim against your company|make a consumer complaint}
 {this is|that is|your service is|your company is|you guys are|your support is|what a} {terrible|awful|the worst|unacceptable|ridiculous|a joke|horrible|a disgrace|pathetic|a scam|useless|so bad|disappointing|a waste of time|a rip off|disgusting}
 {i am|i'm|we are} {very|so|extremely|really} {disappointed|unhappy|angry|upset|frustrated|dissatisfied|fed up|annoyed} {with|about|by} {your service|this|your company|the quality|the product|how i was treated|your support}
 {your} {driver|agent|staff|employee|rep|customer service|delivery guy} {was rude|was so rude|hung up on me|lied to me|ignored me|was very unprofessional|yelled at me|never helped|is useless|insulted me}
 {worst|terrible|awful|horrible|bad|poor} {service|experience|company|quality|customer service|support|product}{| ever| i have ever had|, never again|, i want compensation}
 {i will|i'm going to|i'll} {never buy here again|leave a bad review|report you|tell everyone|sue you|post this online|take you to court|switch to another company}
 {you promised|you said|i was told|the ad said} {free shipping|a gift|two day delivery|a full refund|a call back} {but|and} {that was a lie|nothing happened|it's not true|you didn't deliver|no one did anything}
 {the quality|this product|this $egoods|it} {is terrible|is garbage|is trash|broke after one day|is so cheap|fell apart|sucks|is junk|is a complete waste of money}
z_human_request: {转|接|找|要|叫|请|换|给我转|帮我转|我要|我想找|麻烦转|可以转|能不能转|给我接|转接|切}{人工|人工客服|人工服务|真人|客服|真人客服|人工坐席|专员|主管|经理|人|活人|值班经理|你们领导|專員|客服人員}{$zq|}
 {人工|人工客服|真人|活人|人工服务|人工人工|客服人工}{|！|在吗|呢|服务|啊|快点|？}
 {别|不要|我不要|不想|少}{用|跟|和|拿}{机器人|ai|智能客服|自动回复}{回复我|说话|聊|糊弄我|了|敷衍我}
 {你|这}{是|不是|是不是}{机器人|ai|真人|人工|自动回复}{吧|吗|？|，我要人工|，给我转人工}
 {打电话|回电|电话联系|语音}{给我|我|}{，|}{打字说不清|叫人|安排人|让你们经理|找个人}{打|联系我|}
 {听不懂|答非所问|说了不是这个|解决不了}{，|}{转人工|叫人来|给我人工|换人}
 {有|有没有}{人工|真人|活的客服|能说话的人|人工客服}{$zq|}
 {human|人工|agent|real person}{please|谢谢|转一下|客服|在吗}
e_human_request: {$ewant|let me|please let me|i demand to} {speak|talk|chat|be connected} {to|with} {a human|a person|an agent|a real person|someone|a representative|customer service|a manager|your supervisor|a live agent|an operator|somebody|support|a specialist|a human agent|one of your agents}
 {transfer|connect|put|forward|escalate} me {to|through to} {a human|an agent|a person|someone|a real person|your manager|a representative|customer care|a supervisor|support}
 {human|agent|representative|operator|live agent|real person|live chat|a human|supervisor|a person|manager|customer service rep|live person}{| please| now| pls| human human}
 {i don't want|stop with|enough with|no more|i hate|not} {to talk to|talking to|}{ a bot| the bot| bots| this bot| robots| ai}{, give me a person|, get me a human|, human please|}
 {are you|is this|am i talking to} {a bot|a robot|human|a real person|an ai|a machine}{, i want a human|? get me a person|}
 {have|get|can|could} {someone|somebody|an agent|a person|a manager|your manager} {call me|contact me|call me back|phone me|reach out to me|get in touch}
 {you don't|you're not|bot doesn't|this bot doesn't} {understand|getting it|understanding me|help}{, agent please|, i want a human|, transfer me|}
 {is there|are there|can i get|i need|i want} {a human|a real person|anyone real|a live agent|a person|a human being|an actual person|someone real}{| there| i can talk to| here|}
z_store_info: {你们|店里|门店|营业厅|客服|门市|人工|专柜|柜台|銀行|网点|}{几点|什么时候|多晚|周末|今天|节假日|国庆|周日}{开门|关门|上班|下班|营业|开店|休息|开到几点|開門|打烊|开始营业}{吗|啊|？|}
 {你们|实体店|门店|最近的店|营业厅|体验店|店|门市|公司|工厂|总部|网点}{在哪|在哪里|地址|地址在哪|怎么走|在什么位置|位置发我|地址发一下|在$city哪里|有停车位吗}
 {$city|附近|这边|我们这|本地|香港}{有|有没有}{实体店|门店|店|网点|营业厅|分店|体验店|专柜|门市}{$zq|}
 {你们|客服|门店|店里|售后|官方|投诉}{电话|联系电话|热线|号码|微信|邮箱|联系方式|电话号码}{是多少|多少|给我一下|发我|有吗|打不通}
 {营业|上班|服务|客服|工作|人工}时间{是|是几点|到几点|多少|？|呢|是什么时候}
 {你们|这个|这}{是|是不是}{官方店|旗舰店|直营|自营|总店|哪个公司的|个人店}{吗|？|}
 {可以|能}{去店里|到店|上门}{看看|取|体验|试|自取|参观}{$zq|}
e_store_info: {what|when} {are your|time do you|time does the store|are the store|are your customer service|time does customer support} {opening hours|open|close|hours|business hours|working hours|open tomorrow|open on sunday|available}
 {are you|is the store|will you be|is your shop|is customer service} {open|closed} {today|on sunday|on christmas|tomorrow|on weekends|on holidays|now|right now|late}
 {where|in which city} {are you|is your store|is the nearest store|is your office|are you located|is the shop|can i find your stores|is your headquarters|is your showroom}
 {what's|what is|give me|can i have|do you have|i need|where do i find} {your|the|a} {phone number|address|email address|customer service number|hotline|whatsapp|contact number|support email|store address|contact details}
 {do you have|is there|are there} {a store|a shop|any stores|a physical store|a branch|an office|any locations} {in $eprov|near me|in london|downtown|in my city|around here}
 {how can i|how do i|what's the best way to} {contact|reach|call|email|get in touch with} {you|your support|customer service|the store|your office|customer support}
z_greeting: {你好|您好|在吗|在么|有人吗|哈喽|嗨|hello|hi|早|早上好|晚上好|下午好|亲|亲在吗|在不在|客服在吗|你好啊|您好在吗|喂|哈囉|中午好|早安|老板在吗|在嘛|你好呀|有客服吗|嗨喽|妳好|客服你好|亲亲|在|老板|美女|小姐姐在吗|请问在吗|有人在吗}{|～|！|。|？|~~|👋|呀| }
e_greeting: {hi|hello|hey|hi there|hey there|good morning|good afternoon|good evening|hiya|yo|greetings|howdy|hello there|morning|helo|heyy|hii|sup|hi team|hello team|hey guys|hi everyone|evening|hello again|hi, how are you|hello how are you doing|hey you there|anybody home|are you there}{|!|.| :)|!!| 👋}
z_thanks: {谢谢|多谢|感谢|谢谢你|谢谢您|谢了|谢啦|非常感谢|太感谢了|好的谢谢|ok谢谢|谢谢亲|辛苦了|麻烦您了|麻烦你了|有劳了|感恩|3q|蟹蟹|十分感谢|谢谢帮忙|谢谢客服|好谢谢|唔该|感謝您|謝謝|谢谢啊|thank you|辛苦你啦|感激不尽|多謝晒|好的，多谢|嗯谢谢|明白了谢谢|知道了，谢谢}{|！|～|。|🙏|哈|啦|了|！！}
e_thanks: {thanks|thank you|thx|ty|thanks a lot|thank you so much|many thanks|much appreciated|thanks for your help|thank you very much|cheers|thanks for the info|appreciate it|tysm|thanks so much|ok thanks|great, thank you|got it, thanks|thank u|thanks for the quick reply|thanks a bunch|i appreciate your help|thankyou|alright thanks|perfect thanks|thanks mate|thank you for explaining}{|!|.| :)|!!| 🙏| 😊}
z_goodbye: {再见|拜拜|88|拜|下次聊|先这样|没事了|没有了|没别的问题了|我没问题了|先下了|晚安|回头见|再联系|就这些|没其他的了|那先这样|好的再见|bye|bye bye|拜了|我先忙了|下次再说|不打扰了|没有别的了|暂时没有了|回聊|掰掰|就先这样吧|那就这样|没其他问题}{|！|～|。|了|啦|哈|👋}
e_goodbye: {bye|goodbye|bye bye|see you|see ya|have a good day|have a nice day|that's all|that's it|nothing else|no more questions|talk later|good night|take care|that will be all|later|cya|i'm done|i gotta go|ok bye|that's everything|nope that's all|no that's it|catch you later|until next time|have a great weekend|all good, bye}{|!|.| :)| 👋|!!}
z_praise: {服务|态度|质量|东西|物流|速度|客服|师傅|宝贝|产品|效率|快递|售后}{真|很|非常|特别|太|超|超级|真的}{好|棒|快|赞|满意|给力|不错|贴心|耐心|专业|喜欢|讚}{了|！|，好评|，五星|，下次还来|，推荐|}
 {很满意|好评|五星好评|给你点赞|太喜欢了|非常好用|物超所值|爱了爱了|点个赞|必须好评|下次还来|会回购|强烈推荐|非常棒|你真厉害|帮大忙了|太贴心了|比想象的好|给五星|好用|大赞|推推|讚讚|好看，很喜欢|味道很好|老婆很喜欢|穿着很舒服}{|！|👍|❤️|～|，谢谢|😊}
 {没想到|居然|竟然}{这么快就到了|处理得这么快|质量这么好|客服这么耐心|一下就解决了}
 {你们|这家店|客服小姐姐|你}{真不错|太好了|好有耐心|服务最好|真靠谱|人真好|是我用过最好的}
 {service|客服}{太好了|very good|真nice|超级nice|perfect}
e_praise: {great|excellent|amazing|awesome|fantastic|wonderful|outstanding|superb|good} {service|job|work|product|quality|support|experience|app|help}{|!|, thanks|, keep it up|, five stars|, highly recommend}
 {i|we|my wife|my kids} {love|really like|am very happy with|absolutely love|really enjoy|adore|loved} {it|this|the $egoods|your service|the product|your app|my new $egoods}
 {you|your team|the agent|your support|the driver} {guys are|was|is|has been|were} {great|awesome|amazing|so helpful|the best|very kind|wonderful|fantastic|super fast|very patient}
 {works|fits|looks|feels} {perfectly|great|amazing|really well|exactly as described|better than expected}
 {five stars|10/10|best purchase ever|highly recommended|very satisfied|so happy with it|best customer service ever|exceeded my expectations|super fast delivery, love it|well done|excellent, very pleased|i want to leave a good review|you made my day}
z_confirm: {好的|好|可以|行|嗯|嗯嗯|是的|对|是|没错|对的|ok|OK|要的|需要|确认|同意|可以的|没问题|好呀|行吧|好吧|就这个|嗯呐|中|得|对啊|好滴|好嘞|收到|明白了|知道了|就这样|试了可以了|已解决|解决了|可以了|好了|恩|恩恩|对对对|是我本人|是本人|就按这个|可以，你弄吧|行，就这样办|好喔|沒問題|必须的|当然}{|。|！|～|，可以|吧|，好}
e_confirm: {yes|yeah|yep|sure|ok|okay|correct|right|that's right|yes please|sounds good|of course|exactly|i agree|confirmed|go ahead|please do|fine|alright|yup|absolutely|perfect|that works|y|got it|i understand|understood|yes it is|that is correct|works now|it's fixed|solved|done|k|sure thing|that's the one|yes i did|indeed|makes sense}{|.|!| sure| please|, do it}
z_deny: {不是|不用|不要|不|不行|不用了|不需要|没有|不对|不可以|算了|还是不行|不了|没|不是这个|不是这个问题|还没有|没用|不同意|没解决|试了不行|不好|拒绝|先不用|算了吧|暂时不用|都不是|不是我|没有啊|没有弄过|别|不成|不想|不必了|另外一个|不，是另一个|不接受|否|没有解决|不需要谢谢}{|。|！|了|的|啊|，不是}
e_deny: {no|nope|not really|no thanks|no thank you|not that|wrong|that's not it|i don't think so|not yet|never mind|nah|that didn't help|not this one|no i don't|i don't want that|didn't work|still not working|negative|no way|n|no it isn't|that's wrong|incorrect|i didn't|no not that one|don't|i disagree|no need|not at all|none of those|doesn't help|not now|the other one}{|.|!|, sorry|, no| please}
z_provide_info: {|订单号|单号|订单号是|订单编号：|单号：|运单号|快递单号是}{$num|$num|$d$d$d$d$d$d$d$d$d$d$d$d}
 {|电话|手机号|手机|我的电话是|电话是|手机号：}{1$d$d$d$d$d$d$d$d$d$d|138$d$d$d$d$d$d$d$d|186 $d$d$d$d $d$d$d$d}
 {我|}{姓|叫|名字是|收件人}{王|李|张小明|刘芳|陈先生|陈|赵女士|李雷|周|吴|黃小姐|林}{，|}{电话|尾号|手机|住$city|}{$d$d$d$d|}
 {$city|$city市|广东省$city|北京市|浙江省}{朝阳区|高新区|天河区|西湖区|某某区}{人民路|建设路|中山路|望京街|文一路|解放大道}$d$d号{$d栋|$d单元$d$d$d$d|小区|}
 {是|}{$day}{下午|上午|晚上|}{买的|下的单|付的款|收到的|申请的|打的电话|$d点左右}
 {邮箱|email|我的邮箱是}{|是|：} {abc|xiaoming|test$d|li.wei|wang}{@qq.com|@163.com|@gmail.com|@example.com}
 {用|我用|是}{微信|支付宝|信用卡|安卓|苹果手机|iphone|华为|小米手机|电脑}{付的|登录的|买的|操作的|的}
 {型号|尺码|颜色|身份证号|会员号|房号|税号|账号|卡号}{是|：|}{$d$d$d$d|A$d$d|$col|$sz|$d$d$d$d$d$d}
e_provide_info: {|it's|my order number is|order|the number is|order number|order no|here it is:|tracking number} {$enum|$d$d$d$d$d$d|$d$d$d$d-$d$d$d$d}
 {|my phone is|phone|my number is|call me at} {555-$d$d$d$d|+1 $d$d$d $d$d$d $d$d$d$d|07$d$d$d $d$d$d$d$d$d}
 {my name is|i'm|name's|the name is|this is|under the name} {john smith|anna|maria lopez|tom brown|mr lee|sarah jones|david|kim|emma wilson}
 {my email is|email|it's|here's my email} {john|anna.b|tom$d|info|sarah}{@gmail.com|@example.com|@outlook.com|@yahoo.com}
 {$d$d|$d$d$d|1$d} {main street|oak avenue|park road|king street|5th ave}, {london|new york|boston|apt $d|chicago|leeds}
 {i bought it|i ordered it|i paid|it was delivered|i called} {$eday|on march $d|in june|around $d pm}
 {the model is|model|size is|it's a|the colour is|i have} {x$d$d$d|$esz|$ecol|an iphone 1$d|a samsung|windows 1$d|version $d.$d}
 {i paid with|i used} {$ebk|my visa|my husband's card}
z_urge: {快点|快点啊|快一点|赶紧|赶紧的|抓紧|催一下|帮催下|能快点吗|快快快|加急|急急急|十万火急|速度|搞快点|尽快|尽快处理|麻烦快点|催催|快回复|快处理|快些|可以快点吗|動作快點|趕快}{|！|啊|吧|行不行|，等着呢|，很急}
 {人呢|人去哪了|怎么不说话|怎么不回|回话啊|说话|说句话|在不在啊|怎么还不回复|怎么没人理|怎么没人回|没人吗|还在吗|回一下|理我一下|为什么不回复|不回我消息|已读不回}{|？|！|？？|啊|呀}
 {等|我等|都等}了{半天|好久|$d分钟|一个小时|一上午|大半天|很久}了{|，还没好吗|，怎么样了|，没人回|，好了没|，什么情况}
 {处理|弄|查|问|解决|核实}{好了没|好了吗|得怎么样了|到哪一步了|完了没|出来没|多久啊|了没有|要多久}
 {怎么样了|有结果了吗|有消息了吗|有进展吗|好了没有|还没好吗|进度呢|还要等多久|还要多久|然后呢|到底要多久|什么时候给答复|什么时候处理}
e_urge: {hurry|hurry up|quickly please|faster please|asap|come on|can you speed it up|please be quick|i'm in a hurry|this is urgent|it's urgent|urgent|make it quick|speed up please|i need this now|can you rush|quick please}{|!|!!|.|, i'm waiting| please}
 {hello??|hello?|are you there|still there|anyone there|anybody there|is anyone there|you there|where did you go|why no reply|why aren't you answering|answer me|please reply|are you ignoring me|no response|did you forget me|helloooo}{|?|??|!| please}
 {i've been|i have been|been|still} waiting {for $d minutes|for an hour|forever|for ages|for a reply|for an answer|so long|all day|for so long|here}{|!|, any update|, hello|...}
 {any update|any news|any progress|so|well|what's taking so long|how much longer|how long will this take|is it done yet|did you find anything|have you checked|are you still checking|following up on this|just following up|any word on my case}{|?|??| please}
zo_topic: {$topic|周杰伦|梅西|世界杯|哈利波特|量子力学|唐朝|太阳系|比特币|股票|人工智能|相对论|python|原神|抖音|明星|总统|奥运会|恐龙|长城}
z_out_of_scope: $zh_life
 $zh_life
 {今天|明天|后天|周末|$city|现在}{天气|气温|会下雨吗|空气质量|热不热|多少度}{怎么样|如何|呢|预报|}
 {讲个|说个|给我讲|来个|唱个|写个|写首|背个}{笑话|故事|歌|谜语|绕口令|诗|段子|作文|脑筋急转弯|情书|检讨}
 {$d$d|$d|12}{加|乘|减|除以|+|*}{$d$d|$d}{等于|是|得}{多少|几}
 {你|机器人你|小助手你}{几岁|是男是女|叫什么|多大了|喜欢我吗|吃饭了吗|会唱歌吗|爱我吗|结婚了吗|住哪|有女朋友吗|会做饭吗|无聊吗|是谁发明的|能陪我聊天吗|喜欢什么颜色|聪明吗|睡觉吗}
 {现在|北京时间|纽约|今天}{几点|几点了|几号|星期几|农历几号}
 {播放|放|来一首|我想听|打开}{$zo_topic的歌|音乐|周杰伦的歌|新闻|电影|收音机|电视剧}
 {$zo_topic}{是谁|是什么|怎么回事|有多大|哪年开始|为什么这么火|好看吗|怎么玩|谁赢了|的作者是谁|什么时候上映}
 {翻译|帮我翻译|英语|日语}{一下|怎么说|}{我爱你|苹果|这句话|谢谢你的帮助|早上好}
 {设|定|设置|帮我设}{个|一个|}{闹钟|明天$d点的闹钟|提醒|$d分钟倒计时}
 {我|今天|心情|最近}{心情不好|好无聊|想女朋友了|失恋了|失眠|好困|考试没过|好饿|感冒了|不想上班|想辞职|跟老婆吵架了}
 {去|从$city到}{$city}{怎么走|坐几号线|有多远|开车多久|有什么好玩的|旅游攻略|哪里好吃}
 {股市|大盘|比特币|房价|彩票|黄金|汇率}{会涨吗|怎么样|明天跌吗|买哪个好|今天多少|预测}
 {哈哈|呵呵|哈哈哈|嘿嘿|啊啊啊|额|呃|111|asdf|。。。|？？？|666|哦豁|test|测试|dsfsdf|qwer|嘻嘻|略略略|乌拉}
 {你|}{帮我|能帮我}{写代码|写作业|写论文|算命|订外卖|叫滴滴|写简历|取名字|做ppt|查成绩|解方程|看手相}
 {感冒|发烧|牙疼|胃疼|头痛|失眠|拉肚子}{吃什么药|怎么办|要去医院吗|吃什么好|几天好}
e_out_of_scope: {what's|what is|how is|tell me} the {weather|weather like today|temperature|forecast|weather in $eprov|capital of $eprov|meaning of life|population of china|tallest mountain|time in tokyo|news today|score of the game|speed of light|square root of $d$d|best movie of the year}
 {tell me|say|write|sing|give me} {a joke|a story|a poem|a song|a riddle|an essay about cats|something funny|a fun fact|a haiku|a love letter}
 {play|put on|i want to hear|turn on} {some music|jazz|a song by queen|the radio|rock music|the lights|my playlist|the news}
 {who|when|where} {won the world cup|is the president|invented the telephone|was einstein born|is elon musk|wrote hamlet|painted the mona lisa|is the eiffel tower|did the titanic sink|won last night}
 {set|create|start} {an alarm for $d am|a timer|a reminder|a reminder to call mom|a calendar event|a $d minute timer}
 {how do i|how to|how do you} {cook rice|make pasta|lose weight|learn piano|tie a tie|change a tire|bake a cake|boil an egg|fix my marriage|train a dog|say hello in french|grow tomatoes|write a resume|get rich|sleep better}
 {do you|are you|can you|will you} {love me|have feelings|like pizza|married|sing|dance|dream|have a girlfriend|know any jokes|believe in god|my friend|smart|play chess|do my homework|write code}
 {what's|what is} $d$d {plus|times|minus|divided by} $d$d
 {asdf|qwerty|lol|haha|lmao|test|testing|blah blah|hmm|whatever|sdfsdf|1234 abc|zzz|xyz|idk|uh|test test|foo bar}{||!|..}
 {should i|is it good to} {invest in bitcoin|buy stocks|quit my job|break up|get a dog|learn python|go vegan|move to $eprov}
 {book|find|call|order} me {a taxi|a restaurant|a flight to $eprov|a hotel in paris|a pizza|an uber|my mom|a dentist}
 {translate|spell|define|what does} {hello to spanish|necessary|entropy|this into german|good morning in chinese|serendipity mean|ubiquitous mean}
 {i'm|i feel|i am} {bored|lonely|sad|hungry|sleepy|in love|sick today|stressed about exams|having a headache|going on a date}
""")

INTENTS = sorted(name[2:] for name in RULES if name.startswith("z_"))

# Labels of the licensed sets that mean one of ours; the others are left out.
SOURCES = {
    "train-en-bitext27.tsv": (160, {
        "cancel_order": "cancel_order", "change_order": "change_order",
        "change_shipping_address": "change_address", "set_up_shipping_address": "change_address",
        "check_cancellation_fee": "cancel_order", "check_invoice": "invoice",
        "get_invoice": "invoice", "check_payment_methods": "payment", "payment_issue": "payment",
        "check_refund_policy": "return_refund", "get_refund": "return_refund",
        "track_refund": "refund_status", "complaint": "complaint",
        "contact_customer_service": "store_info", "contact_human_agent": "human_request",
        "create_account": "account_change", "delete_account": "account_change",
        "edit_account": "account_change", "switch_account": "account_change",
        "registration_problems": "account_change", "delivery_options": "delivery_info",
        "delivery_period": "order_status", "track_order": "order_status",
        "newsletter_subscription": "membership", "place_order": "place_order",
        "recover_password": "account_login"}),
    "train-en-banking77.tsv": (60, {
        "request_refund": "return_refund", "Refund_not_showing_up": "refund_status",
        "lost_or_stolen_card": "fraud_security", "compromised_card": "fraud_security",
        "lost_or_stolen_phone": "fraud_security",
        "card_payment_not_recognised": "fraud_security",
        "cash_withdrawal_not_recognised": "fraud_security",
        "direct_debit_payment_not_recognised": "fraud_security",
        "passcode_forgotten": "account_login", "pin_blocked": "account_login",
        "edit_personal_details": "account_change", "terminate_account": "account_change",
        "verify_my_identity": "account_change", "unable_to_verify_identity": "account_change",
        "declined_card_payment": "payment", "pending_card_payment": "payment",
        "transaction_charged_twice": "payment", "extra_charge_on_statement": "payment",
        "top_up_failed": "payment", "declined_transfer": "payment", "failed_transfer": "payment",
        "card_payment_fee_charged": "payment", "apple_pay_or_google_pay": "payment",
        "card_arrival": "order_status", "card_delivery_estimate": "order_status"}),
    "train-en-clinc150.tsv": (60, {
        "greeting": "greeting", "goodbye": "goodbye", "thank_you": "thanks", "yes": "confirm",
        "no": "deny", "order_status": "order_status", "report_fraud": "fraud_security",
        "report_lost_card": "fraud_security", "account_blocked": "account_login",
        "pin_change": "account_login", "card_declined": "payment", "pay_bill": "payment",
        "redeem_rewards": "membership", "rewards_balance": "membership",
        **dict.fromkeys("""
            alarm calculator calories change_accent change_ai_name cook_time date definition
            directions do_you_have_pets find_phone flip_coin fun_fact gas how_old_are_you
            ingredient_substitution ingredients_list meal_suggestion meaning_of_life
            measurement_conversion meeting_schedule mpg next_holiday next_song nutrition_info
            oil_change_how play_music pto_balance pto_request recipe reminder roll_dice
            schedule_meeting shopping_list smart_home spelling taxes tell_joke text timer timezone
            tire_change tire_pressure todo_list translate travel_suggestion uber update_playlist
            vaccines weather what_are_your_hobbies what_song where_are_you_from whisper_mode
            who_made_you""".split(), "out_of_scope")}),
}

# ---- how people type ---------------------------------------------------------------------------

SOUNDS_LIKE = [("的", "得"), ("吗", "嘛"), ("吗", "么"), ("在", "再"), ("账", "帐"), ("快递", "快弟"),
               ("怎么", "咋"), ("什么", "啥"), ("没有", "没"), ("了", "啦"), ("我的", "我滴"),
               ("发货", "发火"), ("订单", "定单"), ("物流", "五流"), ("退款", "退宽"), ("已经", "以经"),
               ("知道", "造"), ("这个", "这"), ("为什么", "为啥"), ("一下", "下"), ("登录", "登陆"),
               ("登录", "登入"), ("客服", "克服"), ("支付", "支府"), ("什么时候", "多会"), ("不", "8")]
CASUAL = [("you", "u"), ("are", "r"), ("please", "pls"), ("your", "ur"), ("i'm", "im"), ("to", "2"),
          ("can't", "cant"), ("don't", "dont"), ("what's", "whats"), ("where's", "wheres"),
          ("refund", "refnd"), ("receive", "recieve"), ("package", "pkg"), ("because", "cuz"),
          ("i have", "ive"), ("didn't", "didnt"), ("haven't", "havent"), ("want to", "wanna"),
          ("going to", "gonna"), ("order", "oder"), ("delivery", "delivry"), ("account", "acount")]
CONTEXT_ZH = ["我昨天买的，", "前两天下的单，", "是这样的，", "我在你们家买了东西，", "第一次买，", "帮别人问的，",
              "急，", "我这边", "老客户了，", "刚才断了，", "上次问过，", "不太会弄，", "我妈让我问，"]
CONTEXT_EN = ["i bought it last week. ", "so here is the thing, ", "my order is 4451. ",
              "i'm a new customer, ", "as i said before, ", "sorry to bother you, ",
              "my wife ordered this. ", "i was told to ask here, ", "not sure if you can help, "]
SHORT = {"greeting", "thanks", "goodbye", "confirm", "deny", "provide_info"}


def type_zh(text, rng):
    if rng.random() < 0.25:
        for right, typed in rng.sample(SOUNDS_LIKE, 6):
            if right in text and rng.random() < 0.5:
                text = text.replace(right, typed, 1)
                break
    if rng.random() < 0.1 and len(text) > 6:  # a character lost or doubled
        at = rng.randrange(1, len(text) - 1)
        text = text[:at] + (text[at] * 2 if rng.random() < 0.3 else "") + text[at + 1:]
    if rng.random() < 0.15:
        text = re.sub(r"[，。？！]", rng.choice(["", " "]), text)
    return text


def type_en(text, rng):
    if rng.random() < 0.25:
        for right, typed in rng.sample(CASUAL, 8):
            if re.search(r"\b" + right + r"\b", text) and rng.random() < 0.5:
                text = re.sub(r"\b" + right + r"\b", typed, text, count=1)
                break
    if rng.random() < 0.12:
        words = [m.start() for m in re.finditer(r"[a-z]{5,}", text)]
        if words:
            at = rng.choice(words) + rng.randrange(1, 4)
            kind = rng.randrange(3)
            if kind == 0:
                text = text[:at] + text[at + 1:]
            elif kind == 1:
                text = text[:at] + text[at + 1] + text[at] + text[at + 2:]
            else:
                text = text[:at] + text[at] + text[at:]
    if rng.random() < 0.15:
        text = re.sub(r"[,.?!]", "", text)
    return text


def row(intent, language, rng):
    text = expand(rng.choice(RULES[language + "_" + intent]), rng)
    chinese = language == "z"
    if intent not in SHORT and rng.random() < 0.6:
        edges = ("$zpre", "$zpost") if chinese else ("$epre", "$epost")
        text = expand(edges[0], rng) + text + expand(edges[1], rng)
        if rng.random() < 0.08:
            text = rng.choice(CONTEXT_ZH if chinese else CONTEXT_EN) + text
    text = type_zh(text, rng) if chinese else type_en(text, rng)
    return re.sub(r" +", " ", text).strip(" ，,")


def key(text):
    return re.sub(r"[\W_]+", "", text.lower())


def main():
    if len(sys.argv) not in (3, 4) or not sys.argv[1].isdigit() or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    count, rng, seen = int(sys.argv[1]), random.Random(int(sys.argv[2])), set()
    by_hand = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests",
                           "routing_text", "data", "intent_turns.tsv")
    with open(by_hand, encoding="utf-8") as file:
        kept_apart = {key(line.partition("\t")[2]) for line in file}

    def put(intent, text):
        if not text or key(text) in kept_apart or (intent, key(text)) in seen:
            return False
        seen.add((intent, key(text)))
        sys.stdout.write(intent + "\t" + text + "\n")
        return True

    for intent in INTENTS:
        # What nobody here answers is the widest of all.
        wanted = 4 * count if intent == "out_of_scope" else count
        for language in "ze":
            made = tries = 0
            while made < wanted and tries < 12 * wanted:
                tries += 1
                made += put(intent, row(intent, language, rng))
    if len(sys.argv) == 4:
        for name, (most, mapping) in SOURCES.items():
            rows = {}
            with open(os.path.join(sys.argv[3], name), encoding="utf-8") as file:
                for line in file:
                    label, _, text = line.rstrip("\n").partition("\t")
                    if label in mapping:
                        rows.setdefault(label, []).append(text)
            for label in sorted(rows):
                rng.shuffle(rows[label])
                for text in rows[label][:most]:
                    put(mapping[label], text)


if __name__ == "__main__":
    main()
