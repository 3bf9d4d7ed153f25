"""For each Mandarin syllable one common character that is hardly ever read otherwise."""

from __future__ import annotations

import re
from functools import cache

# A syllable, then its tones, each with its character; 5 is neutral. Chosen from pypinyin's readings
# (MIT) and GB 2312: of the characters with one reading, or one that nearly all words have, the
# most frequent that espeak-ng reads so. espeak-ng has no iong after j, q and x: there stands the
# nearest syllable that it can say.
_TABLE = """
a1锕5啊 ai1哀2皑3矮4爱 an1安3俺4案 ang1肮2昂4盎 ao1凹2翱3袄4奥 ba1疤2拔3靶4坝5吧
bai1掰2白3摆4败 ban1班3板4办 bang1帮3绑4棒 bao1褒2雹3保4报 bei1悲3北4备 ben1锛3苯4笨
beng1崩2甭4蹦 bi1逼2鼻3笔4必 bian1编3贬4变 biao1标3表4鳔 bie1鳖2别3瘪 bin1宾4摈
bing1兵3饼4病 bo1拨2博3跛4檗 bu1逋2醭3补4步 ca1擦3礤 cai1猜2财3彩4菜 can1餐2残3惨4灿
cang1苍2藏 cao1操2曹3草 ce4测 cen2岑 ceng1噌2层4蹭 cha1插2茶3镲4岔 chai1拆2豺4虿
chan1搀2蝉3产4羼 chang1猖2肠3厂4唱 chao1钞2潮3炒4耖 che1车3扯4彻 chen1郴2尘3碜4衬
cheng1撑2成3骋4秤 chi1痴2持3齿4赤 chong1充2虫3宠4铳 chou1抽2筹3丑4臭 chu1出2锄3储4触
chuan1川2船3喘4串 chuang1疮2床3闯4怆 chui1炊2锤 chun1椿2纯3蠢 chuo1戳4辍 ci1疵2词3此4赐
cong1聪2丛 cou4凑 cu1粗2徂4醋 cuan1蹿4窜 cui1催3璀4翠 cun1村2存3忖4寸 cuo1磋2痤3脞4错
da1搭2达3打4大5瘩 dai1呆3傣4带 dan1丹3胆4旦 dang1裆3党4荡 dao1刀3导4到 de2德5的
deng1灯3等4瞪 di1低2涤3底4帝 dian1颠3点4电 diao1雕4吊 die1爹2叠 ding1叮3顶4定 diu1丢
dong1东3懂4动 dou1兜3抖4豆 du1督2独3睹4妒 duan1端3短4断 dui1堆4对 dun1墩3趸4钝
duo1多2夺3躲4舵 e1屙2额4饿 ei2诶 en1恩4摁 er2而3尔4二5而 fa1发2罚3法4珐 fan1翻2凡3返4饭
fang1芳2防3访4放 fei1飞2肥3诽4费 fen1纷2坟3粉4愤 feng1风2逢3讽4凤 fou3缶 fu1肤2浮3府4复
ga1旮2噶3尕4尬 gai1该3改4钙 gan1肝3敢4赣 gang1刚3港4杠 gao1糕3稿4告 ge1歌2阁3舸4铬 gei3给
gen1根2哏3艮4亘 geng1耕3梗4更 gong1公3汞4贡 gou1钩3狗4垢 gu1孤3鼓4顾 gua1瓜3寡4挂
guai1乖3拐4怪 guan1关3管4贯 guang1光3广4逛 gui1归3鬼4贵 gun3滚4棍 guo1锅2国3裹4过 ha1铪2蛤
hai1嗨2孩3海4骇 han1憨2寒3喊4汉 hang1夯2航4沆 hao1薅2毫3郝4耗 he1诃2河4鹤 hei1黑
hen2痕3很4恨 heng1亨2衡 hong1轰2鸿3哄 hou2猴3吼4后 hu1忽2胡3虎4户 hua1花2猾4话 huai2槐4坏
huan1獾2环3缓4换 huang1荒2黄3谎 hui1灰2回3悔4汇 hun1婚2魂4诨 huo1锪2活3火4货 ji1鸡2极3挤4计
jia1加2颊3甲4架 jian1坚3简4建 jiang1江3奖4酱 jiao1交3搅4较 jie1街2竭3姐4界 jin1今3锦4进
jing1京3警4镜 jiong1军3峻4峻 jiu1纠3酒4就 ju1驹2局3举4聚 juan1娟3锩4倦 jue1噘2绝4倔 jun1军4峻
ka1喀3佧 kai1开3慨4忾 kan1刊3砍4瞰 kang1糠2扛4抗 kao1尻3考4靠 ke1柯2壳3可4克 ken3肯4裉
keng1坑 kong1崆3孔4控 kou1抠3口4扣 ku1哭3苦4库 kua1夸3垮4跨 kuai3蒯4快 kuan1宽3款
kuang1筐2狂3夼4矿 kui1窥2葵3傀4愧 kun1坤3捆4困 kuo4阔 la1拉2旯3喇4辣5啦 lai2来4赖
lan2兰3懒4烂 lang1啷2廊3朗4浪 lao1捞2劳3老4涝 le4泐5了 lei2镭3磊4类5嘞 leng2塄3冷4愣
li2璃3理4力5哩 lian2连3脸4练 liang2梁3两4谅 liao2疗3钌4撂 lie4烈 lin1拎2林3凛4吝
ling2灵3领4另 liu1熘2流3柳4六 long2龙3拢 lou2楼3篓4陋 lu1噜2炉3鲁4录5氇 luan2峦3卵4乱
lun2轮4论 luo2螺3裸4骆 lü2驴3履4律 lüe4略 ma1妈2麻3马4骂5吗 mai2霾3买4卖 man1颟2瞒3满4漫
mang2盲3莽 mao1猫2茅3卯4帽 me5么 mei2眉3美4媚 men2门4焖5们 meng2檬3猛4梦 mi1咪2弥3米4密
mian2棉3勉4面 miao1喵2苗3渺4庙 mie1咩4灭 min2民3敏 ming2鸣3酩4命 miu4谬 mo1摸2魔3抹4默
mou1哞2谋3某 mu2毪3亩4目 na2拿3哪4纳5哪 nai3奶4奈 nan1囡2男3赧 nang1囔2囊3攮 nao1孬2挠3脑4闹
ne4讷5呢 nei3馁4内 nen4嫩 neng2能 ni1妮2霓3你4逆 nian1拈2年3碾4念 niang2娘4酿 niao3鸟4脲
nie1捏4啮 nin2您 ning2凝4泞 niu1妞2牛3纽 nong2农4弄 nou4耨 nu2奴3努4怒 nuan3暖 nuo2挪4诺
nü3女4恧 nüe4虐 ou1欧3偶4怄 pa1啪2琶4怕 pai1拍2牌4派 pan1攀2盘4判 pang1乓2庞3耪4胖
pao1抛2咆3跑4疱 pei1胚2陪4配 pen1喷2盆 peng1烹2棚3捧4碰 pi1披2皮3匹4僻 pian1篇2骈4骗
piao1飘2瓢3殍4票 pie1瞥3苤 pin1拼2贫3品4聘 ping1乒2评 po1坡2婆3笸4破 pu1扑2蒲3普4瀑
qi1欺2旗3起4器 qia1掐4恰 qian1千2钱3谴4欠 qiang1枪2墙3羟4呛 qiao1敲2桥3巧4窍 qie3且4窃
qin1钦2琴3寝4沁 qing1轻2情3请4庆 qiong1逡2群 qiu1秋2求3糗 qu1趋2渠3龋4去 quan1悛2权3犬4劝
que1缺2瘸4确 qun1逡2群 ran2然3染 rang2瓤3壤4让 rao2饶3扰4绕 re3惹4热 ren2人3忍4认 reng1扔2仍
ri4日 rong2荣3冗 rou2柔4肉 ru2如3辱4入 ruan3软 rui2蕤3蕊4锐 run4润 ruo4弱 sa1仨3洒4萨
sai1腮4赛 san1三3伞4散 sang1桑3嗓4丧 sao1骚3嫂4瘙 se4瑟 sen1森 sha1杀2啥3傻4霎 shai1筛4晒
shan1山3闪4善 shang1商3赏4上 shao1烧2韶3少4绍 she1奢2蛇3舍4社 shen1深2神3审4肾
sheng1生2绳3眚4剩 shi1师2时3使4世 shou1收3手4瘦5扌 shu1书2赎3鼠4树 shua1刷3耍 shuai1摔3甩4帅
shuan1栓4涮 shuang1霜3爽 shui2谁3水4睡 shun3吮4顺 shuo1说4硕 si1丝3死4四 song1松3耸4送
sou1艘3擞 su1苏2俗4素 suan1酸4算 sui1虽2随3髓4岁 sun1孙3损 suo1缩3所 ta1他3獭4挞
tai1胎2台4泰 tan1贪2谈3坦4炭 tang1羰2堂3躺4烫 tao1滔2逃3讨4套 te4特 teng2藤 ti1锑2题3体4替
tian1天2田3腆4掭 tiao1祧2条3窕4眺 tie1贴3铁4餮 ting1厅2庭3艇 tong1通2铜3统4痛 tou1偷2投4透
tu1突2图3土4兔 tuan1湍2团3疃4彖 tui1推2颓3腿4退 tun1吞2臀3氽 tuo1托2鸵3妥4唾
wa1挖2娃3瓦4袜5哇 wai1歪4外 wan1弯2玩3晚4腕 wang1汪2王3网4望 wei1微2维3伪4未 wen1温2文3稳4问
weng1翁3蓊4瓮 wo1窝3我4卧 wu1屋2芜3五4物 xi1西2席3洗4细 xia1瞎2霞4下 xian1先2贤3险4线
xiang1香2详3想4向 xiao1消2崤3小4笑 xie1些2协3写4屑 xin1心4衅 xing1星2形3醒4性 xiong1勋2循4训
xiu1修3朽4秀 xu1虚2徐3许4序5蓿 xuan1宣2悬3选4绚 xue1靴2学3雪4谑 xun1勋2循4训
ya1鸭2涯3雅4亚5呀 yan1阉2颜3眼4艳 yang1殃2羊3养4漾 yao1腰2摇3舀4药 ye1椰2揶3冶4业
yi1伊2仪3蚁4义 yin1音2银3引4印 ying1鹰2营3影4硬 yong1拥2喁3勇4用 you1幽2尤3友4右
yu1淤2鱼3宇4玉 yuan1冤2原3远4院 yue1曰3哕4岳 yun1氲2云3陨4韵 za1匝2砸 zai1灾3宰4在
zan1簪2咱3昝4赞 zang1赃3驵4葬 zao1遭2凿3早4皂 ze2泽4昃 zei2贼 zen3怎4谮 zeng1憎4赠
zha1渣2闸3眨4诈 zhai1摘2宅3窄4债 zhan1瞻3展4战 zhang1张3掌4丈 zhao1招3沼4照
zhe1遮2辙3者4浙5着 zhen1真3诊4阵 zheng1争3整4证 zhi1织2直3止4制 zhong1终3肿4仲
zhou1周2妯3肘4骤 zhu1珠2竹3瞩4住 zhua1抓 zhuan1专3转4篆 zhuang1装4状 zhui1锥4坠 zhun1谆3准
zhuo1捉2浊 zi1资3紫4自5子 zong1宗3总4纵 zou1邹3走4奏 zu1租2足3组 zuan1躜3纂4攥 zui3嘴4罪
zun1尊3撙 zuo2昨3左4坐
"""


@cache
def homophones() -> dict[str, str]:
    """The character of each syllable, such as `{"chong2": "虫"}`."""
    return {
        syllable[1] + tone: character
        for syllable in re.finditer(r"([a-zü]+)((?:\d\D)+?)(?=\s)", _TABLE)
        for tone, character in re.findall(r"(\d)(\D)", syllable[2])
    }
