"""How Chinese characters are read, and how engines are told."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.errors import BadSetting
from antiphon.text.homophones import homophones
from antiphon.text.lexicon import Lexicon, tones
from antiphon.text.normalization import Spoken, unchanged
from antiphon.text.polyphones import pinyin
from antiphon.text.pronunciation import respelled, spelled, syllables

TABLE = Path(__file__).with_name("pronunciations.txt").read_text("utf-8").splitlines()
IS_HAN = re.compile("[々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@pytest.mark.parametrize("row", [row for row in TABLE if not row.startswith("#")])
def test_reading_in_context(row: str) -> None:
    """A character with several readings has the one that its sentence asks for."""
    marked = re.findall(r"(.)(?:\[(\w+)\])?", row)
    read = iter(pinyin("".join(char for char, _ in marked)))
    heard = [(char, next(read) if IS_HAN.match(char) else "") for char, _ in marked]
    wanted = [(char, asked) for char, asked in marked if asked]
    given = [pair for pair, (_, asked) in zip(heard, marked, strict=True) if asked]
    assert given == wanted


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        ("abc, 123!", ()),
        ("我用iPhone打给你。", ("wo3", "yong4", "da3", "gei3", "ni3")),
        ("女儿\n绿", ("nü3", "er2", "lü4")),
        ("玩儿", ("wan2", "er5")),
        ("一个不错", ("yi1", "ge4", "bu4", "cuo4")),
        ("𠀀", ("he1",)),
    ],
)
def test_pinyin(text: str, read: tuple[str, ...]) -> None:
    """Only Chinese characters are read, without the change of tone that neighbours cause."""
    assert pinyin(text) == read


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("chong2 qing4", ("chong2", "qing4")),
        ("chong2qing4", ("chong2", "qing4")),
        ("chóngqìng", ("chong2", "qing4")),
        ("Xī'ān", ("xi1", "an1")),
        ("lv4", ("lü4",)),
        ("lu:4", ("lü4",)),
        ("lǜ", ("lü4",)),
        ("nüè", ("nüe4",)),
        ("nue4", ("nüe4",)),
        ("ma0", ("ma5",)),
        ("mā ma", ("ma1", "ma5")),
        ("wan2 r5", ("wan2", "er5")),
        ("ma", ()),
        ("jif", ()),
        ("mp3", ()),
        ("café", ()),
        ("nineteen eighty four", ()),
        ("", ()),
    ],
)
def test_syllables(written: str, spoken: tuple[str, ...]) -> None:
    """Pinyin is known by its tones, however they are written."""
    assert syllables(written) == spoken


@pytest.mark.parametrize(
    ("written", "spoken", "given"),
    [
        ("重", "chong2", "虫"),
        ("重庆", "chong2 qing4", "虫庆"),
        ("重庆", "chóngqìng", "虫庆"),
        ("西", "xi5", "西"),
        ("行", "hang2 hang2", "航航"),
        ("重庆", "chong2", "虫"),
        ("GIF", "jif", "jif"),
        ("GIF", "ji1 fu2", "ji1 fu2"),
        ("重庆", "that city", "that city"),
        ("1984", "nineteen eighty four", "nineteen eighty four"),
    ],
)
def test_spelled(written: str, spoken: str, given: str) -> None:
    """Pinyin becomes characters that are read so; a respelling stays as it is."""
    assert spelled(written, spoken) == given


def test_homophones() -> None:
    """Each syllable has one character, and by itself that character is read so."""
    nearest = {"xiong", "qiong", "jiong"}  # espeak-ng cannot say them
    assert len(homophones()) > 1100
    for syllable, character in homophones().items():
        assert len(character) == 1
        assert syllables(syllable) == (syllable,)
        if syllable[-1] != "5" and syllable[:-1] not in nearest:
            assert syllable in _readings(character), (syllable, character)


def _readings(character: str) -> set[str]:
    import pypinyin

    found = pypinyin.pinyin(character, pypinyin.Style.TONE3, heteronym=True, v_to_u=True)
    return set(found[0])


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Hello, 你好！", "Hello, 你好！"),
        ("重要", "重要"),
        ("我们重新开始。", "我们虫新开始。"),
        ("他明天还钱。", "他明天环钱。"),
        ("他是英雄。", "他是英循。"),
        ("去玩儿吧", "去玩而吧"),
        ("不是一个", "不是一个"),
        ("东西", "东西"),
    ],
)
def test_respelled(text: str, given: str) -> None:
    """What is read as usual stays; of the rest each character has a stand-in at its place."""
    assert respelled(text) == Spoken(given, tuple(range(len(text) + 1)))


TEXTS = st.text(st.sampled_from("重庆长大了的地得着儿一不为𠀀a1 ，。\n[]|") | st.characters())


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text: str) -> None:
    """Every Chinese character has a reading, and a stand-in never changes anything around it."""
    assert len(pinyin(text)) == sum(1 for char in text if IS_HAN.match(char))
    given = respelled(text)
    assert given.origins == unchanged(text).origins
    changed = [(a, b) for a, b in zip(text, given.text, strict=True) if a != b]
    assert all(IS_HAN.match(a) and IS_HAN.match(b) for a, b in changed)


@given(TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_anything_may_be_asked(written: str, spoken: str) -> None:
    """A pronunciation that makes no sense raises nothing."""
    assert spelled(written, spoken) is not None
    assert tones(written) is not None


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(line + "\n" for line in lines), "utf-8")
    return path


def test_lexicon_words(tmp_path: Path) -> None:
    """The longest word is found first, and of two rows for one word the later one counts."""
    path = write(
        tmp_path / "G2P_replace_dict.jsonl",
        '{"弦": "<|X|><|IAN1|>"}',
        '{"弈": "<|I4|>"}',
        "",
        '{"乡音无改鬓毛衰": "乡音无改鬓毛<|C|><|UEI1|>"}',
        '{"衰": "<|SH|><|UAI1|>", "弦": "<|X|><|IAN2|>"}',
    )
    lexicon = Lexicon.load(path)
    found = list(lexicon.phonemes("弦，乡音无改鬓毛衰。衰"))
    assert found == [
        (0, 1, "<|X|><|IAN2|>"),
        (2, 9, "乡音无改鬓毛<|C|><|UEI1|>"),
        (10, 11, "<|SH|><|UAI1|>"),
    ]


def test_lexicon_replacements(tmp_path: Path) -> None:
    """Plain replacements are made in the order of the file, each everywhere."""
    path = write(
        tmp_path / "custom_replace.jsonl",
        '{"origin": "噢", "new": "哦"}',
        '{"origin": "AI", "new": "人工智能"}',
        '{"origin": "工智", "new": "X"}',
    )
    lexicon = Lexicon.load(None, path)
    assert lexicon.replaced("噢AI!") == Spoken("哦人X能!", (0, 1, 1, 1, 3, 4))
    assert lexicon.replaced("你好") == unchanged("你好")
    assert Lexicon.load().replaced("噢") == unchanged("噢")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("nonsense", "line 2: not JSON"),
        ('["弦"]', "line 2: write an object"),
        ('{"弦": 1}', "line 2: write an object"),
        ('{"弦": ""}', "line 2: '弦' has no readable phonemes"),
        ('{"弦": "<|X"}', "line 2: '弦' has no readable phonemes"),
        ('{"": "<|X|>"}', "line 2: '' has no readable phonemes"),
        ('{"弦": "' + "x" * 5000 + '"}', "line 2: a line has at most 4096 bytes"),
    ],
)
def test_bad_lexicon(tmp_path: Path, line: str, complaint: str) -> None:
    """A file that cannot be read is named with the line and what to write instead."""
    path = write(tmp_path / "words.jsonl", '{"弈": "<|I4|>"}', line)
    with pytest.raises(BadSetting, match=re.escape(complaint)) as raised:
        Lexicon.load(path)
    assert str(path) in str(raised.value)


def test_bad_replacements(tmp_path: Path) -> None:
    """A replacement without its two names, and a file that is not there, are complained about."""
    path = write(tmp_path / "custom.jsonl", '{"from": "噢", "to": "哦"}')
    with pytest.raises(BadSetting, match="line 1: a replacement is written as"):
        Lexicon.load(None, path)
    with pytest.raises(BadSetting, match="cannot be read"):
        Lexicon.load(tmp_path / "none.jsonl")


def test_lexicon_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file has at most so many lines."""
    monkeypatch.setattr("antiphon.text.lexicon.MOST_ROWS", 2)
    path = write(tmp_path / "words.jsonl", *['{"弈": "<|I4|>"}'] * 3)
    with pytest.raises(BadSetting, match="line 3: at most 2 lines"):
        Lexicon.load(path)


@pytest.mark.parametrize(
    ("phonemes", "read"),
    [
        ("<|ZH|><|ONG4|>", "zhong4"),
        ("<|C|><|UEI1|>", "cui1"),
        ("<|SH|><|III4|>", "shi4"),
        ("<|Z|><|II5|>", "zi5"),
        ("<|L|><|IOU2|>", "liu2"),
        ("<|IOU3|>", "you3"),
        ("<|L|><|UEN2|>", "lun2"),
        ("<|UEN1|>", "wen1"),
        ("<|UEI4|>", "wei4"),
        ("<|L|><|V4|>", "lü4"),
        ("<|J|><|V2|>", "ju2"),
        ("<|X|><|VE2|>", "xue2"),
        ("<|Q|><|VAN2|>", "quan2"),
        ("<|VAN2|>", "yuan2"),
        ("<|VE4|>", "yue4"),
        ("<|I1|>", "yi1"),
        ("<|IAN2|>", "yan2"),
        ("<|ING1|>", "ying1"),
        ("<|U4|>", "wu4"),
        ("<|UANG2|>", "wang2"),
        ("<|UO3|>", "wo3"),
        ("<|X|><|IONG2|>", "xiong2"),
        ("<|IONG4|>", "yong4"),
        ("<|ER2|>", "er2"),
        ("<|AN4|>", "an4"),
    ],
)
def test_tones(phonemes: str, read: str) -> None:
    """Phonemes are spelled as pinyin spells them."""
    assert tones(phonemes) == (read,)
    assert syllables(read) == (read,)


def test_tones_among_characters() -> None:
    """Characters between phonemes stand for themselves."""
    assert tones("毛<|C|><|UEI1|>。") == ("毛", "cui1", "。")


def test_the_import_is_light() -> None:
    """pypinyin is loaded when a text is read, and not before."""
    script = (
        "import sys; from antiphon.text.pronunciation import spelled\n"
        "print(spelled('重', 'chong2'), 'pypinyin' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script],
        capture_output=True, text=True, encoding="utf-8", timeout=15, check=True,
    )  # fmt: skip
    assert ended.stdout.split() == ["虫", "False"]
