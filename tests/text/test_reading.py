"""Inline marks, SSML, and the order in which a text is read out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.errors import InvalidRequest
from antiphon.text.markup import PLAIN, Break, Inline, Manner, Said
from antiphon.text.reading import Phrase, Reading
from antiphon.text.ssml import read

pytestmark = pytest.mark.anyio


async def read_out(text: str | Iterable[str]) -> list[Phrase | Break]:
    """Everything a text says; an iterable arrives piece by piece."""

    async def arriving() -> AsyncIterator[str]:
        for piece in text:
            yield piece

    reading = Reading(text if isinstance(text, str) else arriving())
    return [item async for item in reading.out()]


def texts(items: list[Phrase | Break]) -> list[str | float]:
    """Phrases as text, pauses as seconds."""
    return [item.text.strip() if isinstance(item, Phrase) else item.seconds for item in items]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello. World.", ["Hello.", "World."]),
        ("The [[GIF|jif]] is old.", ["The jif is old."]),
        ("去[[重|chong2]]庆。", ["去虫庆。"]),
        ("A [[b is open.", ["A [[b is open."]),
        ("A [[b|c] d]] e.", ["A [[b|c] d]] e."]),
        ("x[0] and y[[1]].", ["x[0] and y[[1]]."]),
        ("One [[style:happy 0.7]]two.[[style:]] Three.", ["One", "two.", "Three."]),
        ("One [[style:purple]]two.", ["One two."]),
        ("<speak>One.<break time='300ms'/>Two.</speak>", ["One.", 0.3, "Two."]),
        ("<speak>A<break strength='strong'/>b</speak>", ["A", 0.9, "b"]),
        ("<speak><sub alias='World Wide Web'>WWW</sub> it.</speak>", ["World Wide Web it."]),
        ("<speak>say <say-as interpret-as='characters'>AB1</say-as></speak>", ["say A B 1"]),
        (
            "<speak><phoneme alphabet='pinyin' ph='chong2'>重</phoneme>庆。</speak>",
            ["虫庆。"],
        ),
        ("<speak><p>One</p><p>two</p></speak>", ["One", "two"]),
        ("<speak>Tom &amp; Jerry &lt;3</speak>", ["Tom & Jerry <3"]),
    ],
)
async def test_what_is_read_out(text: str, said: list[str | float]) -> None:
    """Marks change what is said, pauses stand where they were written."""
    assert texts(await read_out(text)) == said


async def test_spans_point_into_the_source() -> None:
    """What was said instead of a word stands for that word, the rest for itself."""
    source = "The [[GIF|jif]] is old. And [[重|chong2]]庆 too."
    first, second = await read_out(source)
    assert isinstance(first, Phrase)
    assert isinstance(second, Phrase)
    for phrase, word, written in (
        (first, "The", "The"),
        (first, "jif", "GIF"),
        (first, "old", "old"),
        (second, "虫", "重"),
        (second, "too", "too"),
    ):
        at = phrase.text.index(word)
        start, end = phrase.span(at, at + len(word))
        assert source[start:end] == written


async def test_ssml_spans_point_into_the_source() -> None:
    """Places in SSML count the tags and what stands for a character."""
    source = "\n<speak>Tom &amp; <sub alias='the cat'>Jerry</sub> ran 快 home.</speak>"
    (phrase,) = await read_out(source)
    assert isinstance(phrase, Phrase)
    for word, written in (("Tom", "Tom"), ("cat", "Jerry"), ("ran", "ran"), ("home", "home")):
        at = phrase.text.index(word)
        start, end = phrase.span(at, at + len(word))
        assert source[start:end] == written


def test_manners_nest() -> None:
    """Prosody multiplies and adds, languages replace, and both end with their element."""
    items, ignored = read(
        "<speak>a<prosody rate='80%' pitch='+2st'>b<prosody volume='-6dB' rate='50%'>c</prosody>"
        "</prosody><lang xml:lang='fr'>d</lang><emphasis>e</emphasis></speak>"
    )
    manners = {item.text: item.manner for item in items if isinstance(item, Said)}
    assert manners["a"] == manners["e"] == PLAIN
    assert manners["b"] == Manner(pace=0.8, pitch=2.0)
    assert manners["c"] == Manner(pace=0.4, pitch=2.0, energy=-6.0)
    assert manners["d"] == Manner(language="fr")
    assert ignored == ("ssml:emphasis",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<speak>no end", "line 1"),
        ("<speak>a & b</speak>", "line 1"),
        ("<speak><break time='soon'/>a</speak>", "500ms"),
        ("<speak><prosody rate='quick'>a</prosody></speak>", "rate"),
        ("<speak><!DOCTYPE x>a</speak>", "line 1"),
        ("<speak " + "a='1' " * 3 + ">x</speak>", "line 1"),
        ("<speak>" + "<s>" * 40 + "x" + "</s>" * 40 + "</speak>", "nested"),
    ],
)
def test_bad_ssml_is_refused_with_its_place(text: str, reason: str) -> None:
    """The error says where, or what to write instead."""
    with pytest.raises(InvalidRequest, match=reason):
        read(text)


@pytest.mark.parametrize(
    ("mark", "emotion", "strength"),
    [
        ("style:happy", "happy", None),
        ("style: happy 0.7 ", "happy", 0.7),
        ("style：开心0.5", "happy", 0.5),
        ("style:Cheerful 3", "happy", 1.0),
        ("style:calm 1.1.1", "calm", None),
        ("style:", None, None),
        ("style:0.5", None, None),
        ("style:purple", None, None),
    ],
)
async def test_a_style_mark(mark: str, emotion: str | None, strength: float | None) -> None:
    """A mood with or without a strength, by any of its names."""
    _, phrase = await read_out(f"One. [[{mark}]]Two.")
    assert isinstance(phrase, Phrase)
    assert (phrase.manner.emotion, phrase.manner.strength) == (emotion, strength)


async def test_a_style_holds_until_it_is_ended_however_it_arrives() -> None:
    """Over clauses and pieces; what is not known is listed, and spoken by nobody."""
    text = "Ah. [[style:sad 0.5]]Be. See [[GIF|jif]].[[style:purple]] Deep. [[style:]]Ease."
    reading = Reading(text)
    whole = [item async for item in reading.out()]
    assert reading.ignored == ("style purple",)
    arriving = await read_out(list(text))
    assert [item.manner for item in whole if isinstance(item, Phrase)] == [
        PLAIN, *[Manner(emotion="sad", strength=0.5)] * 3, PLAIN,
    ]  # fmt: skip
    assert texts(whole) == texts(arriving) == ["Ah.", "Be.", "See jif.", "Deep.", "Ease."]
    last = whole[-1]
    assert isinstance(last, Phrase)
    at = last.text.index("Ease")
    assert last.span(at, at + 5) == (len(text) - 5, len(text))


HAPPY, EXCITED = Manner(emotion="happy", strength=1), Manner(emotion="excited", strength=0.4)


@pytest.mark.parametrize(
    ("element", "manner", "ignored"),
    [
        ("<mstts:express-as style='cheerful' styledegree='1.5'>", HAPPY, ()),
        ("<express-as style='sad' styledegree='0.4'>", Manner(emotion="sad", strength=0.4), ()),
        ("<express-as style='terrified'>", Manner(emotion="fearful"), ()),
        ("<express-as style='sportscast'>", PLAIN, ("ssml:express-as sportscast",)),
        ("<express-as>", PLAIN, ("ssml:express-as",)),
        ("<amazon:effect name='whispered'>", Manner(emotion="whisper"), ()),
        ("<amazon:effect name='drc'>", PLAIN, ("ssml:effect drc",)),
        ("<amazon:effect name='happy'>", PLAIN, ("ssml:effect happy",)),
        ("<amazon:emotion name='excited' intensity='low'>", EXCITED, ()),
    ],
)  # fmt: skip
def test_moods_of_other_services(element: str, manner: Manner, ignored: tuple[str, ...]) -> None:
    """SSML as people paste it; what has no mood here is listed and its text is spoken."""
    name = element[1:].split(">")[0].split()[0]
    items, passed_over = read(f"<speak>{element}a</{name}></speak>")
    assert [item.manner for item in items if isinstance(item, Said)] == [manner]
    assert passed_over == ignored


MARKED = st.text("a[]|重 .", max_size=40) | st.lists(
    st.sampled_from(["a", "[[style:sad 0.5]]", "[[style:]]", "[[style:x]]", "重", ".", "[", "]"])
).map("".join)


@given(MARKED, st.data())
@settings(max_examples=300, deadline=None)
def test_cuts_do_not_change_what_is_said(text: str, data: st.DataObject) -> None:
    """However a text arrives, the same is said for the same places."""

    def joined(said: list[Said]) -> list[tuple[str, int, int, Manner]]:
        letters = []
        for one in said:
            if len(one.text) == one.end - one.start:
                letters += [
                    (letter, one.start + at, one.start + at + 1, one.manner)
                    for at, letter in enumerate(one.text)
                ]
            else:
                letters.append((one.text, one.start, one.end, one.manner))
        return letters

    whole, arriving = Inline(), Inline()
    cut = data.draw(st.integers(0, len(text)))
    pieces = arriving.feed(text[:cut]) + arriving.feed(text[cut:]) + arriving.flush()
    assert joined(pieces) == joined(whole.feed(text) + whole.flush())


async def test_an_empty_piece_reads_out_what_there_is() -> None:
    """A flush ends the phrase, even inside an open mark."""
    assert texts(await read_out(["Hello ", "", "there [[a", "", "b."])) == [
        "Hello",
        "there [[a",
        "b.",
    ]
