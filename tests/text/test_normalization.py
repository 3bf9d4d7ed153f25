"""The facts of `normalization`."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.text.normalization import (
    Spoken,
    needs_normalizing,
    normalize,
    unchanged,
)


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("zh", "今天是2024年1月5日，星期五。", "今天是二零二四年一月五日，星期五。"),
        ("zh", "2024-01-05 10:30开会", "二零二四年一月五日 十点三十分开会"),
        ("zh", "2024.1.5", "二零二四年一月五日"),
        ("zh", "下午3:30开会", "下午三点三十分开会"),
        ("zh", "会议3：30开始", "会议三点三十分开始"),
        ("zh", "营业8:00-20:00", "营业八点到二十点"),
        ("zh", "¥12.50", "十二点五零元"),
        ("zh", "苹果￥12.50一斤", "苹果十二点五零元一斤"),
        ("zh", "卖了¥5万", "卖了五万元"),
        ("zh", "市值$1.5亿", "市值一点五亿美元"),
        ("zh", "¥100~200", "一百到两百元"),
        ("zh", "¥100-¥200", "一百到两百元"),
        ("zh", "-5℃", "负五摄氏度"),
        ("zh", "气温-5°C到10℃", "气温负五摄氏度到十摄氏度"),
        ("zh", "−5度", "负五度"),
        ("zh", "增长了15%", "增长了百分之十五"),
        ("zh", "增长了15％", "增长了百分之十五"),
        ("zh", "10%-20%", "百分之十到百分之二十"),
        ("zh", "电话13812345678", "电话幺三八幺二三四五六七八"),
        ("zh", "请拨打010-12345678", "请拨打零一零一二三四五六七八"),
        ("zh", "客服400-800-8888", "客服四零零八零零八八八八"),
        ("zh", "身份证110101199001011234", "身份证一一零一零一一九九零零一零一一二三四"),
        ("zh", "v1.2.3版本", "v一点二点三版本"),
        ("zh", "192.168.1.1", "一九二点一六八点一点一"),
        (
            "zh",
            "访问https://example.com/a1。",
            "访问HTTPS colon slash slash example dot com slash a one。",
        ),
        ("zh", "写信给me@example.com吧", "写信给me at example dot com吧"),
        ("zh", "长3.5km，重20kg", "长三点五公里，重二十千克"),
        ("zh", "500mL水", "五百毫升水"),
        ("zh", "10㎡", "十平方米"),
        ("zh", "10m²", "十平方米"),
        ("zh", "60公里/小时", "每小时六十公里"),
        ("zh", "共1,000,000人", "共一百万人"),
        ("zh", "3,000.15元", "三千点一五元"),
        ("zh", "3/4的人", "四分之三的人"),
        ("zh", "2½杯", "二又二分之一杯"),
        ("zh", "比分3:2", "比分三比二"),
        ("zh", "3—5天", "三到五天"),
        ("zh", "第3-5章", "第三到五章"),
        ("zh", "①苹果②梨", "一 苹果二 梨"),
        ("zh", "x²+y²", "x的平方加y的平方"),
        ("zh", "x>5", "x大于五"),
        ("zh", "12÷3=4", "十二除以三等于四"),
        ("zh", "α粒子有2个", "α粒子有两个"),
        ("zh", "GPT-4o发布", "GPT 四o发布"),
        ("zh", "iPhone 15 Pro Max", "iPhone 十五 Pro Max"),
        ("zh", "用Python 3.11.7写", "用Python 三点十一点七写"),
        ("zh", "C++ 20标准", "C加加 二十标准"),
        ("zh", '我说"1"和\\2', '我说"一"和\\二'),
        ("zh", "今天 3 个 苹果", "今天 三个 苹果"),
        ("zh", "1990s", "一九九零年代"),
        ("zh-CN", "2号线", "二号线"),
        ("en", "The price is $12.50, please.", "The price is twelve point five dollars, please."),
        ("en", "It costs $5 million.", "It costs five million dollars."),
        ("en", "$1,234.56", "one thousand two hundred and thirty four point five six dollars"),
        ("en", "1,000 people", "one thousand people"),
        ("en", "100€ and €5", "one hundred euros and five euros"),
        ("en", "Dr. Smith has 3 dogs.", "Dr. Smith has three dogs."),
        ("en", "It is -5℃ today", "It is negative five degrees Celsius today"),
        (
            "en",
            "on January 5, 2024 at 3:30 pm",
            "on the fifth of january, twenty twenty four at three thirty PM",
        ),
        ("en", "2024-01-05", "the fifth of january twenty twenty four"),
        ("en", "15% off, 5%–10%", "fifteen percent off, five to ten percent"),
        ("en", "call 555-123-4567", "call five five five, one two three, four five six seven"),
        (
            "en",
            "call +1 (555) 123-4567",
            "call plus one, five five five, one two three, four five six seven",
        ),
        ("en", "v1.2.3 and v1.2", "v one point two point three and v one point two"),
        (
            "en",
            "visit https://example.com/a1.",
            "visit HTTPS colon slash slash example dot com slash a one.",
        ),
        ("en", "mail me@example.com", "mail me at example dot com"),
        (
            "en",
            "3.5km and 20 kg, 3.3V",
            "three point five kilometers and twenty kilograms, three point three V",
        ),
        ("en", "5–10 km, 100m", "five to ten kilometers, one hundred meters"),
        ("en", "3/4 of them, 2½ cups", "three quarters of them, two and a half cups"),
        ("en", "24/7 support", "twenty four seven support"),
        ("en", "the 1990s and 2000s", "the nineteen nineties and two thousands"),
        ("en", "1.5M users", "one point five million users"),
        ("en", "#1 fan, No. 5", "number one fan, number five"),
        ("en", "~5, ±5, +5", "about five, plus or minus five, plus five"),
        ("en", "4×6, 6÷2", "four times six, six divided by two"),
        ("en", "x > 5", "x is greater than five"),
        ("en", "10²", "ten squared"),
        ("en", "A&B, C++", "A and B, C plus plus"),
        ("en", 'say "1" [5] \\6', 'say "one" [five] \\six'),
        ("en", "He's 1st, I'm 2nd", "He's first, I'm second"),
        ("en", "don't 1 naïve 😀 3", "don't one naïve 😀 three"),
        ("en-GB", "10:30", "ten thirty"),
        (None, "iPhone15发布了", "iPhone十五发布了"),
        (None, "I love 北京 5 times", "I love 北京 five times"),
        (None, "我有3个apples and I have 4 dogs here", "我有三个apples and I have four dogs here"),
        (None, "Call me at 5 or 我在3点", "Call me at five or 我在三点"),
        (None, "2024", "twenty twenty four"),
    ],
)
def test_reading(language: str | None, written: str, said: str) -> None:
    """Digits and symbols are written out as they are spoken, and nothing around them changes."""
    assert normalize(written, language).text == said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "今天天气很好，Hello “World”！\n"),
        ("zh", "哪儿呢？嗯，這是ＡＢＣ……"),
        ("zh", "好呀~"),
        ("en", "Mr. MiXeD CaSe, don't — etc. \\"),
        ("en", "and/or"),
        ("fr", "J'ai 3 chats et 2,5 €"),
        ("de", "Um 15:30 Uhr"),
        ("ja", "東京2020"),
        (None, "東京タワーは333mです"),
        ("ru", "Windows 10 и 5 котов"),
        ("yue", "我有3個"),
        (None, "नमस्ते १२३"),
        ("en", "5" * 5000),
        ("zh", ""),
    ],
)
def test_left_alone(language: str | None, text: str) -> None:
    """Plain prose, other languages and what cannot be read come back as they were written."""
    assert normalize(text, language) == unchanged(text)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("你好，Hello! 一二三", False),
        ("– “quoted” … (x) don't", False),
        ("α βγ", False),
        ("α粒子", True),
        ("5", True),
        ("٣", True),
        ("①", True),
        ("x²", True),
        ("A&B", True),
        ("100％", True),
    ],
)
def test_needs_normalizing(text: str, needs: bool) -> None:
    """Only digits and symbols that are read aloud need normalizing."""
    assert needs_normalizing(text) is needs


def test_origins() -> None:
    """Every spoken character knows where it stands in the source, a number as a whole."""
    spoken = normalize("共1,000人，hi", "zh")
    assert spoken == Spoken("共一千人，hi", (0, 1, 1, 6, 7, 8, 9, 10))
    spoken = normalize("I paid $12.50 today", "en")
    start = spoken.text.index(" twelve")
    end = spoken.text.index(" today")
    assert spoken.text[start:end] == " twelve point five dollars"
    assert set(spoken.origins[start:end]) == {len("I paid")}
    assert spoken.origins[end] == len("I paid $12.50")


TEXTS = st.lists(
    st.sampled_from(
        [
            *"0159 %℃¥$€+=<>/@#&×÷~-.,:;'\"\\[](){}|^*_²½①㎡αΩ。，！\n\t",
            *re.split(
                " ", "你好 今天 hello World don't Dr. 3.5 1,000 3:30 2024-01-05 5km привет かな"
            ),
        ]
    )
    | st.characters(),
    max_size=24,
).map("".join)


@given(TEXTS, st.sampled_from([None, "zh", "en", "fr"]))
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost(text: str, language: str | None) -> None:
    """Any text is normalized; words that touch no digit or symbol survive, in their order."""
    spoken = normalize(text, language)
    assert len(spoken.origins) == len(spoken.text) + 1
    assert spoken.origins[-1] == len(text)
    assert all(0 <= one <= two <= len(text) for one, two in pairwise(spoken.origins))
    words, at = ["", *text.split(), ""], 0
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        if not needs_normalizing(f"{before} {word} {after}"):
            at = spoken.text.index(word, at) + len(word)


def test_the_import_is_light() -> None:
    """Importing the module loads neither wetext nor what starts processes."""
    script = (
        "import sys, antiphon.text.normalization\n"
        "print(*{'wetext', 'kaldifst', 'multiprocessing'} & set(sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=15, check=True
    )
    assert ended.stdout.strip() == ""
