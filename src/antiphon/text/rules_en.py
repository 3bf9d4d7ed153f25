"""What is rewritten in English before its digits and symbols are read."""

from __future__ import annotations

import re

from antiphon.text.rules import Rule, file_name, plain

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first"
    " twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh"
    " twenty-eighth twenty-ninth thirtieth thirty-first"
).replace("-", " ")
_FULL_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_MONTHS = rf"({'|'.join(_FULL_MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
_SIGNS = {">": "is greater than", "<": "is less than", "²": "squared", "³": "cubed", "×": "times"}
_SIGNS |= {"÷": "divided by", "±": "plus or minus", "~": "about", "～": "about", "≈": "about"}
_SIGNS |= {"≤": "is at most", "≥": "is at least", "≠": "is not equal to", "√": "the square root of"}
_SIGNS |= {"∞": "infinity"}
_SIGN = (
    r"\s?[×÷√]\s?|\s?[~～≈±]\s?(?=[-$€£¥\d])|(?<=[\w)])\s?[><]\s?(?=[-$]?\d)|(?<![mM])[²³]"
    r"|(?<=[\w)])\s?[≤≥≠]\s?|∞"
)
_PAID = {"": "", "$": " dollars", "€": " euros", "£": " pounds"}
_COINS = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny")}
_ABROAD = {"HK": "Hong Kong", "US": "US", "A": "Australian", "C": "Canadian", "S": "Singapore"}
_ABROAD |= {"NT": "New Taiwan", "NZ": "New Zealand"}
_LINKED = {".": " dot ", "/": " slash ", "-": " dash "}
_DECADES = "hundreds tens twenties thirties forties fifties sixties seventies eighties nineties"
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρστυφχψω",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "omicron",
            "pi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "chi",
            "psi",
            "omega",
        ],
        strict=True,
    )
)
# Of 1,200 and $1200 the leading "one" would be left out.
_THOUSAND = r"(?<![\d,.])([$€£]?)1(?:,|(?=\d{3}\.\d)|(?<=[$€£]1))(\d{3}(?:\.\d+)?)(?![,\d])"
_VERSION = r"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}(?!\.?\d)"
_YEAR = r"(?<![\d.,$-])((?:1[1-9]|20)\d\d)"
_KINGS = (
    "Alexander|Benedict|Catherine|Charles|Christian|Clement|Constantine|Edward|Elizabeth|Ferdinand"
    "|Francis|Frederick|George|Gregory|Gustav|Haakon|Harald|Henry|Innocent|Ivan|James|John|Joseph"
    "|Leo|Leopold|Louis|Mary|Napoleon|Nicholas|Otto|Paul|Peter|Philip|Pius|Ptolemy|Ramesses"
    "|Richard|Robert|Urban|Victoria|Wilhelm|William|Xerxes"
)
_PARTS = (
    "Act|Annex|Appendix|Article|Book|Chapter|Class|Figure|Grade|Level|Mark|Part|Phase|Scene|Section"
    "|Stage|Table|Title|Type|Unit|Vol\\.|Volume|War"
)
_MODEL = (
    r"\b(?!USD|EUR|GBP|CNY|RMB)([A-Z]{1,5}-?|[A-Z]{2,5} )"
    r"(?!(?<= )(?:19|20)\d\d\b)(\d{3,6})(?![\w.,%-])"
)
_PLACE = (
    r"((?:[Rr]oom|[Ss]uite|[Aa]pt\.?|[Aa]partment|[Ff]light|[Bb]us|[Rr]oute|[Ee]xt\.|[Ee]xtension"
    r"|[Bb]ox|Boeing|Airbus|PIN|[Ff]lat|[Cc]all|[Dd]ial|[Hh]ighway) "
    r"(?:[A-Z]{2} ?)?)(\d{3,4})(?![\d.,:%-])"
)


def _one_by_one(digits: str) -> str:
    return " ".join(_ONES[int(each)] for each in digits)


def _code(found: re.Match[str]) -> str:
    return f"{found[1].rstrip(' -')} {_one_by_one(found[2])}"


def _place(found: re.Match[str]) -> str:
    return found[1].rstrip() + " " + _one_by_one(found[2]).replace("zero", "oh")


def _month(name: str) -> str:
    return next((each for each in _FULL_MONTHS if each.startswith(name[:3])), name)


def _roman(letters: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[each] for each in letters]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-one if one < two else one for one, two in pairs)


def _day(number: str) -> str:
    """The ordinal of a day, or the number when no month has it."""
    days = _named_ordinals()
    return days[int(number) - 1] if 1 <= int(number) <= 31 else number


def _named_ordinals() -> list[str]:
    found = list[str]()
    for word in _ORDINALS.split():
        if found and found[-1] in ("twenty", "thirty"):
            found[-1] += " " + word
        else:
            found.append(word)
    return found


def _decade(found: re.Match[str]) -> str:
    year, names = found[0], _DECADES.split()
    return "2 thousands" if year == "2000s" else f"{year[:2]} {names[int(year[2])]}"


def _coins(found: re.Match[str]) -> str:
    """Of $12.50: 12 dollars and 50 cents."""
    large, small = _COINS[found[1]]
    whole, part = found[2], found[3].lstrip("0")
    coins = ("pence" if small == "penny" and part != "1" else small + "s" * (part != "1")) * bool(
        part
    )
    notes = f"{whole} {large}{'s' * (whole != '1')}" if whole.strip("0") or not part else ""
    return " and ".join(each for each in (notes, f"{part} {coins}".strip()) if each)


def _thousand(found: re.Match[str]) -> str:
    return f"1 thousand {found[2].lstrip('0')}".strip() + _PAID[found[1]]


def _site(found: re.Match[str]) -> str:
    return "WWW" + re.sub("[./-]", lambda m: _LINKED[m[0]], found[1])


RULES: tuple[Rule, ...] = (
    (r"(?<=\d)(%?)\s?[~～]\s?(?=[$€£]?\d)", r"\1 to "),
    (r"(?<![\w/])www((?:\.[\w-]+)+(?:/[\w-]+)*)", _site),
    file_name(" dot ", " underscore "),
    (
        rf"\b({_KINGS}) ([IVX]{{1,5}})\b(?!\s?\.|')",
        lambda m: f"{m[1]} the {_day(str(_roman(m[2])))}",
    ),
    (rf"\b({_PARTS}) ([IVX]{{1,5}})\b(?!')", lambda m: f"{m[1]} {_roman(m[2])}"),
    (
        rf"\b{_MONTHS} (\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]?\d|%)",
        lambda m: f"{_month(m[1])} {_day(m[2])}",
    ),
    (
        rf"\b(\d{{1,2}})(?:st|nd|rd|th)? {_MONTHS}(?=[\s,.]|$)",
        lambda m: f"the {_day(m[1])} of {_month(m[2])}",
    ),
    (rf"{_YEAR}\s?[-–]\s?((?:1[1-9]|20)?\d\d)(?![\d/-])", r"\1 to \2"),
    (
        r"(?<![\d-])(?<!\) )(?<!\))(\d{3})-(\d{4})(?![\d-])",
        lambda m: f"{_one_by_one(m[1])}, {_one_by_one(m[2])}",
    ),
    (
        _MODEL,
        _code,
    ),
    (_PLACE, _place),
    (r"(?<![\w'])(\d)'\s?(\d{1,2})[\"”″]", r"\1 foot \2"),
    (
        r"\b(HK|US|A|C|S|NT|NZ)\$(\d[\d,.]*(?: (?:m|b|tr)illion)?)",
        lambda m: f"{m[2]} {_ABROAD[m[1]]} dollars",
    ),
    (r"([$€£])(\d[\d,.]*)\s?[-–~]\s?\1?(\d[\d,.]*)(?!\w)", r"\2 to \1\3"),
    (r"(?<![\w)\]])-(?=\d+\s?[+×÷*=-])", "minus "),
    (r"(?<=[AaPp][Mm])\s?[–-]\s?(?=\d)", " to "),
    (r"-\$(?=\d)|\$-(?=\d)", "minus $"),
    (r"([$€£])(\d[\d,]*)\.(\d\d)(?!\d|\s?(?:[kmb]\b|bn|[mbt]r?illion))", _coins),
    (r"(?<=\d)\s?[~～]\s?(?=\d)", "-"),
    (r"(?<![\d.])(\d+)\.0(?![\d.])", r"\1 point zero"),
    (
        r"\b((?:[Ii]n|[Ss]ince|[Yy]ear|[Bb]y|[Ff]rom|[Uu]ntil|[Oo]f) 1[1-9])0([1-9])(?![\d.,])",
        r"\1 oh \2",
    ),
    (r"\bpp\.\s?(?=\d)", "pages "),
    (r"(?<=\d%)\s?[-–]\s?(?=\d)", " to "),
    (r"(?<=\d)–(?=\d)", "-"),
    (r"#(?=\d)|№\s?(?=\d)|\b[Nn]o\.\s?(?=\d)", "number "),
    (_VERSION, lambda m: m[0].replace(".", " point ")),
    (r"\s?[¼½¾⅐-⅞]", lambda m: " " + plain(m).strip()),
    (r"(\d\.\d+)\s?M(?![\w²³/])", r"\1 million"),
    (r"(?<![\d.,$€£¥])(\d[\d.,]*)\s?m(?![\w²³/'’])", r"\1 meters"),
    (r"(\d\.\d+)(?=[A-Za-z])", r"\1 "),
    (r"([A-Za-z])(?=\d+\.\d)", r"\1 "),
    (r"(?<!\d)[12]\d{2}0s\b", _decade),
    (r"(?<![\d.,])(\d[\d,.]*)\s?([€£¥])(?!\d)", r"\2\1"),
    (_THOUSAND, _thousand),
    (r"(?<![\w)\]])\+(?=\d{1,3}(?![\d \-(]))", "plus "),
    (r"(?<=\d)\+(?=\s|$)", " plus"),
    (r"(?<![\w)] )(?<![\w)])≥\s?", "at least "),
    (r"(?<![\w)] )(?<![\w)])≤\s?", "at most "),
    (r"\^2(?!\d)", " squared"),
    (r"\^3(?!\d)", " cubed"),
    (r"\^(?=-?\w)", " to the power of "),
    (_SIGN, lambda m: f" {_SIGNS[m[0].strip()]} "),
    (r"(?<![α-ω])[Α-Ωα-ω](?![α-ω])", lambda m: _GREEK.get(m[0].lower(), m[0])),
)
