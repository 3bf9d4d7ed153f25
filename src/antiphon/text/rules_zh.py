"""What is rewritten in Chinese before its digits and symbols are read."""

from __future__ import annotations

import re

from antiphon.text.rules import Rule, file_name, plain

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_CODE = str.maketrans("0123456789", "零幺二三四五六七八九")  # said one by one, 1 is yāo
_MONEY = {"¥": "元", "$": "美元", "€": "欧元", "£": "英镑", "₩": "韩元", "₽": "卢布", "₹": "卢比"}
_MONEY |= {"HK$": "港元", "US$": "美元", "NT$": "新台币", "A$": "澳元", "C$": "加元", "S$": "新元"}
_TIMES = {"": 1, "k": 10**3, "m": 10**6, "bn": 10**9, "b": 10**9}
_PRICE = (
    r"((?:HK|US|NT|A|C|S)?[¥$€£₩₽₹])(\d+(?:\.\d+)?(?:[-~][¥$€£]?\d+(?:\.\d+)?)?[万亿]?)"
    r"(?:(k|m|bn?)(?![A-Za-z])|[元块]|美元|欧元)?"
)
_SIGNS = {">": "大于", "<": "小于", "²": "的平方", "³": "的立方", "÷": "除以", "×": "乘", "+": "加"}
_SIGN = (
    r"(?<=\d)\s?[÷×]\s?(?=\d)|(?<=[\w℃%])\s?[><]\s?(?=-?\d)|(?<![mM])[²³]"
    r"|(?<=[A-Za-z+²³㐀-鿿])\s?\+|(?<=\d)\+(?!\d)"
)
_UNITS = {"Hz": "赫兹", "kHz": "千赫兹", "MHz": "兆赫兹", "GHz": "吉赫兹", "V": "伏", "kV": "千伏"}
_UNITS |= {"W": "瓦", "kW": "千瓦", "kWh": "千瓦时", "mAh": "毫安时", "dB": "分贝", "Ω": "欧姆"}
_UNITS |= {"kbps": "千比特每秒", "Mbps": "兆比特每秒", "Gbps": "吉比特每秒", "kcal": "千卡"}
_UNIT = rf"(?<=\d)\s?({'|'.join(_UNITS)})(?![A-Za-z])"
_GREEK = dict(
    re.findall(
        r"(\W?[α-ω])([^α-ω]+)",
        "α阿尔法β贝塔γ伽马δ德尔塔ε艾普西隆ζ泽塔η伊塔θ西塔ι约塔κ卡帕λ拉姆达μ缪ν纽ξ克西ο奥密克戎π派ρ柔"
        "ς西格马σ西格马τ陶υ宇普西隆φ斐χ希ψ普西ω欧米伽",
    )
)
_SIGNED = {"√": "根号", "∞": "无穷大", "≠": "不等于", "≈": "约等于", "∑": "西格马", "∆": "德尔塔"}
_MEASURE = (
    r"\s?(?:[kcm]?[mg]|km|°C|[℃%])(?![A-Za-z])|公斤|公里|千克|厘米|毫米|平方|[斤克吨米元块岁度倍]"
)
_FROM_TO = r"(?<![\w.-])([1-9]\d{0,8})\s?-\s?([1-9]\d{0,8})(?![\d.月日号/-])"
_VERSION = r"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}(?!\.?\d)"
# A number after one of these is a name, and its digits are said one by one.
_NAMED = (
    r"((?:电话|手机|热线|传真|拨打|致电|QQ|微信|验证码|邮编|密码|口令|账号|卡号|学号|工号|单号|编号|尾号|代码"
    r"|分机|身份证|波音|空客)(?:号码?)?[是为:：\s]{0,3})(\d{3,})(?![\d.,万亿元个块人-])"
)
_COUNTED = r"(?![\d.,:年月个人元块万亿%-])"
_PLATE = (
    r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z])"
    r"[·\s]?([A-Z\d]{5,6})(?!\w)"
)


def _code(found: re.Match[str]) -> str:
    """All groups but the last as they are, and the digits of that one by one."""
    kept = [each for each in found.groups()[:-1] if each]
    return "".join(kept) + found[found.re.groups].translate(_CODE)


def _price(found: re.Match[str]) -> str:
    amount = found[2].replace(found[1][-1], "").replace("-", "~")
    if found[3]:
        value = float(re.split("[~万亿]", amount)[0]) * _TIMES[found[3]]
        amount = f"{value:.0f}"
    return amount + _MONEY.get(found[1], _MONEY[found[1][-1]])


def _less(found: re.Match[str]) -> str:
    """Of 10-5, which is no range and would be taken for a day in October; 50-60公斤 is one."""
    if int(found[1]) > int(found[2]) or found[3]:
        return f"{found[1]}减{found[2]}{found[3] or ''}"
    return f"{found[1]}到{found[2]}" if found[4] else found[0]


def _clock(found: re.Match[str]) -> str:
    half = "上午" if found[2].lower() == "a" else "下午"
    return f"{half}{found[1]}" + ("" if ":" in found[1] else "点")


RULES: tuple[Rule, ...] = (
    (r"(?<=\d)[–—](?=\d)", "~"),
    (r"(?<=\d),(?=\d{3}(?!\d))", ""),
    (r"(?<=\d)(?=[¼½¾⅐-⅞])", "又"),
    (r"[¼½¾⅐-⅞]", plain),
    file_name("点", "下划线"),
    (r"\+86[\s-]?(?=1[3-9]\d)", "加八六 "),
    (
        r"\+(\d{1,3})((?:[\s-]\d{2,4}){2,4})(?!\d)",
        lambda m: f"加{m[1].translate(_CODE)} " + re.sub(r"\D", "", m[2]).translate(_CODE),
    ),
    (r"(?<=[零幺二三四五六七八九]转)(\d{1,5})(?!\d)", lambda m: m[1].translate(_CODE)),
    (r"\+(\d{1,3})[\s-](?=\d[\d\s-]{6})", lambda m: f"加{m[1].translate(_CODE)} "),
    (r"(?<!\d)(1[3-9]\d[\s-]\d{4}[\s-]\d{4})(?!\d)", lambda m: m[1].translate(_CODE)),
    (
        r"(?<!\d)([48]00)-?(\d{3,4})-?(\d{3,4})(?![\d.])",
        lambda m: "".join(m.groups()).translate(_CODE),
    ),
    (_NAMED, _code),
    (_PLATE, _code),
    (
        r"(?<![A-Za-z])(?!USD|EUR|CNY|RMB|NO)([A-Z]{1,5})-?(\d{3,8})(?!\w*[A-Za-z_])" + _COUNTED,
        _code,
    ),
    (r"(?<![A-Za-z])(?!USD|EUR|CNY|RMB|NO)([A-Z]{2,5}\s)(\d{4})(?![A-Za-z])" + _COUNTED, _code),
    (r"(?<![\d.])(\d{3,4})(?=号?(?:室|房间|房(?!间|屋|产)|包厢|教室))", _code),
    (r"(?<!\d)(985|211)(?=高校|工程|大学|院校|[、和/])", _code),
    (r"(?<!\d)(2)(?=单元|栋|幢|号楼)", lambda m: m[0].translate(_DIGITS)),
    (r"时速(\d[\d.]*)\s?(?:km|公里)/(?:h|小时)", r"时速\1公里"),
    (r"(?i)(?<!\d)(\d{1,2}(?::\d\d)?)\s?([ap])\.?m\.?(?![A-Za-z])", _clock),
    (r"(?<!\d)(\d{1,2})['′](\d{1,2})[\"″]", r"\1分\2秒"),
    (r"(?<=\d)°(\d{1,2})['′]", r"度\1分"),
    (r"(?<=\d)[xX](?=\d)", "×"),
    (r"(?<![A-Za-z\d])(\d+)(?:st|nd|rd|th)(?![A-Za-z])", r"第\1"),
    (r"(?i)(?<![A-Za-z])no\.\s?(?=\d)|№\s?(?=\d)", "第"),
    (r"(\d[\d.]*)[~-](\d[\d.]*)%", r"\1%到\2%"),
    (r"(?<!\d)(1[12]\d{3})(?=网站|热线|平台|客服|投诉)", _code),
    (r"(?<=\d)\+(?=[人个家名次项款种位年天])", "多"),
    (r"(?<![\d:比])0:([0-5]\d)(?![\d:])", r"零点\1分"),
    (r"(?<=第)2(?!\d)", "二"),
    (r"(?<=公元前)\d{2,4}(?=年)", lambda m: m[0].translate(_DIGITS)),
    (r"(\d:\d\d)\s?[-~～]\s?(?=\d{1,2}:\d\d)", r"\1到"),
    (r"(?<=[A-Za-z]_)\d{3,}(?![\dA-Za-z_])", lambda m: m[0].translate(_CODE)),
    (r"(\d+(?:\.\d+)?)‰", r"千分之\1"),
    (r"#(\d+)", r"\1号"),
    (r"@(?=[㐀-鿿])", "艾特"),
    (r"(?<=\w)\s?&\s?(?=\w)", "和"),
    (r"(?<=[歼轰运直强风])-(?=\d)", ""),
    (r"\^(-?\d+)", r"的\1次方"),
    (r"\s?([√∞≠≈∑∆])\s?", lambda m: _SIGNED[m[1]]),
    (_UNIT, lambda m: _UNITS[m[1]]),
    (r"(?:(?<=[A-Za-z])|(?<=[A-Za-z]\d))-(?=\d)", " "),
    (r"(?<=\d%)-(?=\d)|(?<=\d)-(?=\d+[章节页条楼层号期届集回班级])", "到"),
    (r"(?<![\d.-])(\d{1,3})-(\d{1,3})(?=获?胜|战胜|险胜|击败|取胜|领先|落后|告负|战平)", r"\1比\2"),
    (
        r"(?<=[分以])([是为]|一度|曾|曾经)?(\d{1,3})-(\d{1,3})(?!\d)",
        lambda m: f"{m[1] or ''}{m[2]}比{m[3]}",
    ),
    (
        rf"{_FROM_TO}(\s?=)?(?=({_MEASURE}))?",
        _less,
    ),
    (_PRICE, _price),
    # Else 12.5美元 is taken for a day in December.
    (
        r"(?<=\d)\.(\d+)(?=[万亿]?[美欧港日韩]元|[万亿]?英镑)",
        lambda m: "点" + m[1].translate(_DIGITS),
    ),
    (_VERSION, lambda m: m[0].replace(".", "点")),
    (r"\d{13,}", lambda m: m[0].translate(_DIGITS)),
    (r"(?<!\d)(\d{3}0)s(?![A-Za-z])", r"\1年代"),
    (r"(?<=\d)mL(?![A-Za-z])", "ml"),
    (r"(?<=\w)\s?=\s?(?=\w)", "等于"),
    (_SIGN, lambda m: _SIGNS[m[0].strip()]),
    (r"(?<![α-ω])[Α-Ωα-ω](?![α-ω])", lambda m: _GREEK.get(m[0].lower(), m[0])),
)
