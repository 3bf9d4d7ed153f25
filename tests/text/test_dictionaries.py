"""Pronunciation dictionaries: read, kept, compared, and spoken as they tell."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.errors import BadDictionary
from antiphon.pipeline.phrased import Phrased
from antiphon.speech import Audio, Call, Utterance
from antiphon.text.dictionaries import (
    MOST_REASONS,
    Dictionary,
    applied,
    difference,
    explained,
)
from antiphon.text.dictionary_files import read_file, read_rules
from antiphon.text.normalization import unchanged
from antiphon.text.normalizer import Normalizer
from antiphon.text.pronouncing import Pronouncer, Told
from antiphon.text.spoken_form import spoken_form
from tests.speakers import CARD, Counting
from tests.text.espeak import phonemes, pinyin_phonemes

HERE = Path(__file__).parent
FILE = HERE / "polyphones.txt"
POLYPHONES = Dictionary("polyphones", read_file(FILE.read_bytes()).rows)
# No common character is read cen1, qia3 or lei1, so an engine that takes only text cannot be told.
UNSAYABLE = {"参差", "卡住", "勒紧"}
SAYABLE = [row for row in POLYPHONES.rows if row[0] not in UNSAYABLE]
CARRIERS = ("他昨天说到{}这个词。", "这本书写到了{}，他看了。", "今天又看到{}两个字")
SENTENCES = [line for line in (HERE / "pronunciations.txt").read_text("utf-8").split("\n") if line]


def said(text: str, *dictionaries: Dictionary) -> str:
    """What the default engine is given for a text."""
    told = Told.of(text, Pronouncer(applied(text, dictionaries)))
    return told.said(spoken_form(told.spoken.text, None, True), True).text


def by_espeak(pinyin: str) -> set[str]:
    """The phonemes of a word's pinyin: as syllables, and as one word."""
    return {pinyin_phonemes(pinyin), pinyin_phonemes(pinyin.replace(" ", ""))}


def test_there_are_enough_cases() -> None:
    """At least 200 words, each of which some reader gets wrong or could."""
    assert len(SAYABLE) >= 200


def heard_in_a_sentence(index: int, word: str, *dictionaries: Dictionary) -> tuple[str, str, str]:
    """The phonemes of a sentence with the word, and those before and after any word in it."""
    carrier = CARRIERS[index % len(CARRIERS)]
    before, _, after = phonemes(said(carrier.format("茶"))).partition(pinyin_phonemes("cha2"))
    return phonemes(said(carrier.format(word), *dictionaries)), before, after


@pytest.mark.parametrize("row", list(enumerate(SAYABLE)), ids=lambda row: row[1][0])
def test_a_polyphone_is_spoken_as_told(row: tuple[int, tuple[str, str]]) -> None:
    """The word has the phonemes of its pinyin, and the words around it those that they had."""
    index, (word, pinyin) = row
    heard, before, after = heard_in_a_sentence(index, word, POLYPHONES)
    assert heard in {before + each + after for each in by_espeak(pinyin)}


def test_the_cases_are_no_foregone_conclusion() -> None:
    """Without the dictionary 164 of the 221 words are read so, which is what the docs say."""
    right = 0
    for index, (word, pinyin) in enumerate(POLYPHONES.rows):
        heard, before, after = heard_in_a_sentence(index, word)
        right += heard in {before + each + after for each in by_espeak(pinyin)}
    assert (right, len(POLYPHONES.rows)) == (164, 221)


def test_a_reading_against_the_usual_one_is_spoken() -> None:
    """Told so, a bank is read as nobody reads it."""
    told = Dictionary("odd", (("银行", "yin2 xing2"), ("音乐", "yin1 le4")))
    heard = phonemes(said("银行放音乐", told))
    assert heard == pinyin_phonemes("yin2 xing2 fang4 yin1 le4")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_other_sentences_stay_as_they_were(sentence: str) -> None:
    """A sentence with no word of the dictionary is given to the engine letter for letter."""
    text = re.sub(r"\[\w+\]", "", sentence)
    others = Dictionary("others", tuple(row for row in POLYPHONES.rows if row[0] not in text))
    assert said(text, others) == said(text)
    assert applied(text, [others]) == ()


def test_numbers_stay_as_they_were() -> None:
    """No line of the table of numbers holds a word of the dictionary, or changes with it."""
    for line in (HERE / "normalization.tsv").read_text("utf-8").splitlines():
        text = line.split("\t")[-2] if "\t" in line else line
        told = Told.of(text, Pronouncer(applied(text, [POLYPHONES])))
        assert told.spoken.text == text


@pytest.mark.anyio
async def test_the_marks_point_at_what_is_written() -> None:
    """Through the whole step: what is asked for is respelled, the words heard are the source's."""
    engine, normalizer = Counting(), Normalizer()
    text = "尉迟去了六安的GIF大会，花了5元。"
    pairs = (("尉迟", "yu4 chi2"), ("六安", "lu4 an1"), ("gif", "jif"))
    async with Phrased(engine, normalizer, CARD).speak(
        Utterance(text, pronunciations=pairs), Call("a")
    ) as frames:
        heard = [frame async for frame in frames if isinstance(frame, Audio)]
    await normalizer.aclose()
    marks = [mark for frame in heard for mark in frame.marks]
    asked = "".join(one.whole for one in engine.asked)
    assert "jif" in asked
    assert "五元" in asked
    assert "尉迟" not in asked
    assert all(one.pronunciations == () for one in engine.asked)
    assert "".join(text[mark.start : mark.end] for mark in marks).startswith(
        "尉迟去了六安的GIF大会"
    )


@pytest.mark.anyio
async def test_text_that_arrives_is_pronounced_too() -> None:
    """However it is cut, the word is found in its clause."""

    async def letters() -> AsyncIterator[str]:
        for letter in "他去六安。":
            yield letter

    engine, normalizer = Counting(), Normalizer()
    utterance = Utterance(letters(), pronunciations=(("六安", "lu4 an1"),))
    async with Phrased(engine, normalizer, CARD).speak(utterance, Call("a")) as frames:
        async for _ in frames:
            pass
    await normalizer.aclose()
    assert phonemes(engine.asked[0].whole) == pinyin_phonemes("ta1 qu4 lu4 an1")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a gif, GIF and Gif", ["gif", "GIF", "Gif"]),
        ("gifs and agif", []),
        ("gif's", ["gif"]),
        ("NATO nato Nato", ["NATO"]),
        ("重庆市长", ["重庆", "市长"]),
        ("重庆市长江", ["重庆", "长江"]),
        ("我用GIF图", ["GIF"]),
        ("GPT-4 and GPT-45", ["GPT-4"]),
    ],
)
def test_which_words_are_found(text: str, found: list[str]) -> None:
    """Whole words in any case, unless written with capitals; the longest, from the left."""
    words = ["gif", "NATO", "重庆", "庆市长", "市长", "长江", "GPT-4"]
    if "江" in text:
        words.remove("市长")
    rows = Pronouncer((word, "x") for word in words)
    assert [text[one.start : one.end] for one in rows.found(text)] == found


def test_a_mark_of_the_writer_wins() -> None:
    """What stands for something else in the text is not looked up again."""
    told = Told.of("a jif b jif", Pronouncer([("jif", "gif")]), [(2, 5)])
    assert told.spoken.text == "a jif b gif"


@given(
    st.text(st.sampled_from("重庆长a1 ,.$5\n") | st.characters(), max_size=40),
    st.lists(
        st.tuples(
            st.text("重庆长a1$", min_size=1, max_size=4),
            st.sampled_from(["x y", "chong2", "<|C|><|UEI1|>", "九"]),
        ),
        max_size=6,
    ),
)
@settings(max_examples=300, deadline=None)
def test_places_are_kept(text: str, pairs: list[tuple[str, str]]) -> None:
    """For any text and any pairs the origins rise, and end with the text."""
    told = Told.of(text, Pronouncer(pairs))
    spoken = told.said(unchanged(told.spoken.text), True)
    assert len(spoken.origins) == len(spoken.text) + 1
    assert list(spoken.origins) == sorted(spoken.origins)
    assert spoken.origins[-1] == len(text)
    used = Pronouncer(pairs).used(text)
    assert Told.of(text, Pronouncer(used)).said(unchanged(told.spoken.text), True) == spoken


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        '{"重庆": "<|CH|><|ONG2|><|Q|><|ING4|>", "弦": "<|X|><|IAN2|>"}\n',
        '{"重庆": "<|CH|><|ONG2|><|Q|><|ING4|>"}\n\n{"弦": "<|X|><|IAN2|>"}\n',
        '{"origin": "噢", "new": "哦"}\n{"origin": "欸", "new": "诶"}',
        '{"word": "重庆", "say": "chong2 qing4"}\n{"word": "GIF", "say": "jif"}',
        '[{"word": "重庆", "say": "chóngqìng"}, {"string_to_replace": "GIF", "alias": "jif"}]',
        '{\n "rules": [{"word": "a", "say": "b"},\n {"word": "c", "say": "d"}]\n}',
        '{\n "重庆": "chong2 qing4",\n "GIF": "jif"\n}',
        "word\tsay\n# both\n重庆\tchong2 qing4\nGIF\tjif\n",
        '\ufeff重庆,chong2 qing4\r\n"a, b","c, d"\r\n',
    ],
)  # fmt: skip
def test_every_format_is_read(file: str) -> None:
    """GLM-TTS's two, JSON in its usual shapes, tables with tabs or commas."""
    read = read_file(file.encode())
    assert len(read.rows) == 2
    assert read.notes == ()


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (b"", "holds no words; write a row as"),
        (b"\xff\xfe1\x002", "byte 0 is not UTF-8; save"),
        (b"{}", "holds no words"),
        ("重庆\n".encode(), "line 1: write a row as"),
        ("重庆\tchong6 qing4".encode(), "line 1: 'chong6 qing4' is no pinyin; write"),
        ("一会儿\tyi2 huy4 er5".encode(), "is no pinyin"),
        ("重庆\tchong2".encode(), "has 2 characters and 'chong2' 1 syllables; write"),
        ("GIF\t/dʒɪf/".encode(), "in IPA, which no voice here reads; write"),
        (b"a\t", "'a' has no saying; write"),
        (b"\tb", "the word is empty; write"),
        (b"a\tb[c", "holds a bracket"),
        ("重\t<|CH".encode(), "no readable phonemes; write"),
        (b"a" * 200 + b"\tb", "at most 60 characters"),
        (b'{"a": 1}', "line 1: write a row as"),
        (b'[1, 2]', "rule 1: write a row as"),
        (b'{"a": "b"}\nnonsense', "line 2 is not JSON"),
        (b'[{"word": "a"', "the file is not JSON"),
        (b"[" * 100_000, "the file is not JSON"),
        (b'{"word": "a", "x": 1}', "line 1: write"),
        (b"a,b\n" * 30_000, "lines are too many"),
        ("".join(f"w{n}\tx\n" for n in range(10_001)).encode(), "10001 words are too many"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_lines(file: bytes, told: str) -> None:
    """Each says what is wrong, where, and what to write."""
    with pytest.raises(BadDictionary) as raised:
        read_file(file)
    assert told in str(raised.value)


def test_all_mistakes_are_told_at_once() -> None:
    """The first eight in full, the others counted."""
    with pytest.raises(BadDictionary, match=r"line 8.*and 12 more") as raised:
        read_file(b"x\n" * 20)
    assert len(raised.value.mistakes) == 20


@given(st.binary(max_size=200) | st.text('{}[]",:\t\nab重1<|>').map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_file_is_read_or_refused(data: bytes) -> None:
    """Nothing else can come of it."""
    try:
        rows = read_file(data).rows
    except BadDictionary:
        return
    assert rows
    assert len({word for word, _ in rows}) == len(rows)


def test_a_word_twice_is_told() -> None:
    """The later line counts, and the note says which two differ."""
    read = read_file("重\tchong2\n重\tzhong4\n重\tzhong4".encode())
    assert read.rows == (("重", "zhong4"),)
    (note,) = read.notes
    assert note.startswith("line 2: '重' is said as 'zhong4', and as 'chong2' in line 1;")
    with pytest.raises(BadDictionary):
        read_rules({"rules": 3})


# --- versions -------------------------------------------------------------------------------------


def test_equal_rows_are_one_version() -> None:
    """In whatever order; any other row makes another version."""
    one = Dictionary("a", (("x", "y"), ("z", "w")))
    assert one.version == Dictionary("b", one.rows[::-1]).version
    assert one.version != one.edited([("x", "yy")]).version
    assert one.edited([("x", "yy")], ["x"]).rows == (("z", "w"),)


def test_the_difference_between_versions() -> None:
    """What came, what went, and what is said otherwise."""
    before = (("a", "1x"), ("b", "2x"), ("c", "3x"))
    after = (("b", "2x"), ("c", "4x"), ("d", "5x"))
    assert difference(before, after) == ((("d", "5x"),), (("a", "1x"),), (("c", "3x", "4x"),))
    assert difference(after, after) == ((), (), ())


def test_what_a_voice_cannot_be_told_is_noted() -> None:
    """A reading that no common character has."""
    (note,) = Dictionary("a", (("卡住", "qia3 zhu4"), ("重庆", "chong2 qing4"))).notes
    assert "qia3" in note


def test_the_earlier_source_counts_and_the_longer_word() -> None:
    """And it is explained which, against what, and why."""
    first = Dictionary("first", (("重庆", "chong2 qing4"), ("GIF", "jif")))
    second = Dictionary("second", (("重庆", "zhong4 qing4"), ("重庆路", "zhong4 qing4 lu4")))
    text = "重庆路在重庆"
    assert applied(text, [first, second]) == (
        ("重庆", "chong2 qing4"),
        ("重庆路", "zhong4 qing4 lu4"),
    )
    street, city = explained(text, [first, second])
    assert (street.word, street.source, street.start, street.end) == ("重庆路", "second", 0, 3)
    assert "'重庆' of 'first' is shorter" in street.why
    assert (city.source, city.start) == ("first", 4)
    assert city.why == "'second' says 'zhong4 qing4', but 'first' comes first"


def test_only_what_is_in_the_text_counts() -> None:
    """A dictionary of ten thousand words changes nothing of a text that has none of them."""
    big = Dictionary("big", tuple((f"word{n}", "x") for n in range(10_000)))
    assert applied("nothing of that", [big]) == ()
    assert applied("word77 here, Word77 there", [big]) == (("word77", "x"),)
    assert len(applied(None, [big])) == 10_000


def test_a_dictionary_made_to_cost_costs_little() -> None:
    """Words of every length that begin alike, and a text that nearly holds them all."""
    words = ((("词" * (number % 60) + str(number))[-60:], "x") for number in range(10_000))
    hostile = Dictionary("hostile", tuple(dict(words).items()))
    began = time.perf_counter()
    assert applied("词" * 1_000, [hostile]) == ()
    assert time.perf_counter() - began < 0.5


def test_explaining_costs_little() -> None:
    """Also where every dictionary knows every word, and shorter ones in them, otherwise."""
    characters = [chr(0x4E00 + number) for number in range(2_000)]
    pairs = [a + b for a, b in zip(characters[::2], characters[1::2], strict=True)]
    rows = dict.fromkeys([*pairs, *characters, *(f"w{n}" for n in range(7_000))], "x")
    sources = [
        Dictionary(f"d{number}", tuple((word, f"x{number}") for word in rows))
        for number in range(MOST_REASONS + 2)
    ]
    text = "".join(characters) * 2
    for each in sources:
        each.pronouncer, each.sayings  # noqa: B018  (made once, whoever asks)
    began = time.perf_counter()
    words = explained(text, sources)
    assert time.perf_counter() - began < 2.0
    assert len(words) == len(text) // 2
    assert len(words[0].why.split("; ")) == MOST_REASONS
