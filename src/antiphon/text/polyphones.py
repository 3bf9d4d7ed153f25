"""The reading of each Chinese character in its context: pypinyin's, and what it gets wrong."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

# What a character is read outside of any word, where pypinyin assumes another reading.
_ALONE = "长cháng 血xuè 降jiàng 切qiē 教jiāo 系xì 曾céng 担dān 单dān 结jié 数shù 调tiáo 吐tǔ 背bèi"
# A regex for the text; each reading stands after its character.
_CONTEXT = r"""
第[一二三四五六七八九十百千几两\d]{1,4}行{hang2}
[一二三四五六七八九十百几两\d]行{hang2}(?=[字诗代数文])
不得了{liao3}(?!奖|他|她|它|一)
[你我他她它们咱您谁也就总都还]得{dei3}(?=[早请去先赶马快把给多学想看回走买问等要在让用])
(?<=[跑说做写唱走飞学画玩过长住吃睡干变显弄讲读听笑哭忙累急美疼痛])得{de5}(?=[很好快慢更太真非特不这那像比多高清明远])
[慢静悄轻渐默偷狠紧牢深远匆细好白]{2}地{de5}
(?<=[兴心静烈极真快速意力然糊涂落])地{de5}(?=[说笑走跑看听做写唱哭喊站坐问答想工学生])
[穿衣]着{zhuo2}(?=很?[讲朴打得时])
没着{zhao2}
教{jiao1}(?=[我你他她它您谁会给小孩大学人书了过英中数语]|学生)(?<!主教)(?!学[室楼师员法材])
数{shu3}(?=一数|了数|数|到[一二三四五六七八九十百千\d]|不清|得清|着)
(?<=一)数{shu3}
[我你他她它们人要再了]为{wei4}(?=[你我他她它祖国人民大谁何自客])
[轮轴盘圈在]子?在?转{zhuan4}(?=[动着圈个悠])
姓曾{zeng1}
姓单{shan4}
姓任{ren2}
姓仇{qiu2}
姓解{xie4}
姓查{zha1}
姓朴{piao2}
姓盖{ge3}
姓区{ou1}
背{bei1}(?=着|起|上[书行包]|了?[书行背]包|不[动起])
负担{dan4}
(?<=树)结{jie1}(?=果|了|满|出)
结{jie1}(?=了?果[子实])
内蒙{meng3}古
(?<!内)蒙{meng3}古
调{tiao2}(?=整|节|高|低|好|料|皮|解|味|试)
流血{xue4}
降{jiang4}(?=[低温价落雨水噪级薪息])(?<!投降)
吐{tu4}(?=了|血|得|出来|个不停)
[空没有]空{kong4}(?=[，。！？、；\s]|$|吗|儿|闲|位|吧|的时)
[那这几一两二三四五六七八九十百千万]只{zhi1}(?=[手脚眼耳鸡鸭狗猫鸟羊猪船箱小大可老])
种{zhong4}(?=[树花菜地田下了过上着]|庄稼|粮|蔬|玉|小麦|水稻)(?<!一种)(?<!这种)(?<!那种)(?<!各种)(?<!品种)
还{huan2}(?=[给清钱书债款贷])(?<!还还)
(?<=[都已全没钱书债款未快要])还{huan2}(?=了|不[起清上]|得[起清])
(?<=[喝教演办穿坐站赢输])得{de5}(?=[很好快慢太真非不这那多])
长{zhang3}(?=得|相|个子|胖|高了)
(?<=[这那各某哪何此多几两每一])种{zhong3}
(?<=[难好能会在去来想])种{zhong4}(?=[。，！？]|$)
(?<=[火烧点睡])着{zhao2}(?=[了。，！？]|$)
弹{tan2}(?=吉他|琴|奏|唱|古筝|琵琶)
重{chong2}(?=[新复叠回返逢来做写启试读建修申组装庆阳播演置])(?!重来[往宾客])
绕.{1,6}转{zhuan4}
数{shu3}数{shu3}(?=有|几|看)
(?<=[时温落误偏反])差{cha1}
一行{hang2}(?=白|[字诗])
(?<=[玩哪这那花点事块会下边头劲味口份片圈空伙活馅门名词信样猫狗鱼脸])儿{er5}(?![子童女孙科歌])
落{la4}(?=在[后家车]|下[了你我他一])
(?<=[一二三四五六七八九])得{de2}(?=[一二三四五六七八九十])
长{zhang3}(?=了[一二三四五六七八九十几半两]+个?[米寸岁斤头]|了[一二三四五六七八九十几半两]+[厘公][米分斤])
数{shu3}数{shu4}数{shu3}(?=不清)
长{zhang3}长{chang2}(?=了)
教{jiao4}授
"""

# Their tone depends on the next one, and every engine knows how.
_UNCHANGED = {"一": "yi1", "不": "bu4"}


@cache
def _corrections() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Each context with its groups, and the reading of each group."""
    found = []
    for line in _CONTEXT.split():
        mark = re.compile(r"(.)\{([a-zü]+[1-5])\}")
        readings = tuple(each[2] for each in mark.finditer(line))
        found.append((re.compile(mark.sub(r"(\1)", line)), readings))
    return tuple(found)


@cache
def _pypinyin() -> Any:
    import pypinyin  # in the child alone: its import takes half a second

    pypinyin.load_single_dict({ord(each[0]): each[1:] for each in _ALONE.split()})
    return pypinyin


def pinyin(text: str) -> tuple[str, ...]:
    """The reading of each Chinese character as `lü4`, 5 for a neutral tone, in their order.

    A character that is not known stands for itself.
    """
    library = _pypinyin()
    read = library.lazy_pinyin(
        re.sub(f"[^{HAN}]", " ", text),
        style=library.Style.TONE3,
        neutral_tone_with_five=True,
        v_to_u=True,
        errors=list,
    )
    for context, readings in _corrections():
        for found in context.finditer(text):
            for group, reading in enumerate(readings, 1):
                read[found.start(group)] = reading
    read = [_UNCHANGED.get(char, reading) for char, reading in zip(text, read, strict=True)]
    return tuple(
        reading for char, reading in zip(text, read, strict=True) if re.match(f"[{HAN}]", char)
    )
