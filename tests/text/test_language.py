"""The facts of `language`."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.text.language import Run, dominant, primary, runs


def said(text: str, default: str = "en") -> list[tuple[str, str]]:
    """The runs of a text as (language, stretch)."""
    return [(run.language, text[run.start : run.end]) for run in runs(text, default)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello", "en"),
        ("naïve café e\u0301", "en"),
        ("你好", "zh"),
        ("ㄅㄆㄇ", "zh"),
        ("こんにちは", "ja"),
        ("東京タワーへ行く", "ja"),
        ("ｶﾀｶﾅ", "ja"),
        ("안녕하세요", "ko"),
        ("Привет и\u0306", "ru"),
        ("Γειά σου", "el"),
        ("مرحبا", "ar"),
        ("שלום", "he"),
        ("नमस्ते", "hi"),
        ("สวัสดี", "th"),
        ("გამარჯობა", "ka"),
        ("Բարեւ", "hy"),
        ("வணக்கம்", "ta"),
        ("নমস্কার", "bn"),
        ("నమస్కారం", "te"),
        ("નમસ્તે", "gu"),
        ("ನಮಸ್ಕಾರ", "kn"),
        ("നമസ്കാരം", "ml"),
        ("ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "pa"),
        ("ආයුබෝවන්", "si"),
        ("မင်္ဂလာပါ", "my"),
        ("ሰላም", "am"),
        ("ສະບາຍດີ", "lo"),
        ("សួស្តី", "km"),
    ],
)
def test_script(text: str, language: str) -> None:
    """The script of a text tells its language, in one run."""
    assert runs(text) == (Run(language, 0, len(text)),)


@pytest.mark.parametrize(
    ("text", "default"),
    [
        ("Привіт", "uk"),
        ("你好", "yue"),
        ("你好", "zh-Hant-TW"),
        ("漢字", "ja"),
        ("سلام", "fa"),
        ("नमस्कार", "mr"),
        ("bonjour", "fr"),
        ("color", "en-US"),
        ("добар дан", "sr"),
        ("dobar dan", "sr-Latn"),
        ("2024", "zh"),
        ("…", "de"),
    ],
)
def test_default_wins(text: str, default: str) -> None:
    """The caller's language wins wherever it is written in that script."""
    assert runs(text, default) == (Run(default, 0, len(text)),)


def test_latin_in_a_chinese_text_is_english() -> None:
    """Latin letters are English where the default is not written in them."""
    assert said("用 ChatGPT 写", "zh") == [("zh", "用 "), ("en", "ChatGPT "), ("zh", "写")]


def test_neutral_characters_join_the_run_before() -> None:
    """Digits, marks and spaces join the run before them, leading ones the run after."""
    text = "“1, Hello 2! 世界 3。½①"
    assert said(text) == [("en", "“1, Hello 2! "), ("zh", "世界 3。½①")]


def test_kana_makes_the_han_of_its_sentence_japanese() -> None:
    """Han is Japanese in a sentence with kana and Chinese in the next without."""
    assert said("これは漢字です。这是中文。") == [("ja", "これは漢字です。"), ("zh", "这是中文。")]


def test_named_chinese_stays_chinese_beside_kana() -> None:
    """A caller who says Chinese is believed, whatever kana the sentence quotes."""
    assert said("优の良品", "zh") == [("zh", "优"), ("ja", "の"), ("zh", "良品")]


def test_empty() -> None:
    """An empty text has no run and is in the default language."""
    assert runs("") == ()
    assert dominant("", "fr") == "fr"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("用 ChatGPT 写诗", "zh"),
        ("I love 北京 very much", "en"),
        ("123", "en"),
        ("Windows で動く", "ja"),
        ("Он сказал hi", "ru"),
    ],
)
def test_dominant(text: str, language: str) -> None:
    """Most of the text is in the dominant language, a Han character for three letters."""
    assert dominant(text) == language


def test_primary() -> None:
    """The primary subtag is the language without region and script."""
    assert [primary(tag) for tag in ("zh-Hant-TW", "EN_us", "yue")] == ["zh", "en", "yue"]


@given(st.text(st.sampled_from("aé你のか한Пα1 ,。\n😀½①") | st.characters(), max_size=60))
@settings(deadline=None)
def test_runs_cover_the_text(text: str) -> None:
    """Runs follow one another without gaps from the first character to the last."""
    found = runs(text)
    assert [run.start for run in found] == [0, *(run.end for run in found[:-1])][: len(found)]
    assert all(run.start < run.end for run in found)
    assert not text or found[-1].end == len(text)
    assert all(one.language != two.language for one, two in pairwise(found))


@pytest.mark.parametrize("unit", ["今天hello3，", "①½", "。", "かa", "x"])
def test_a_long_text_takes_linear_time(unit: str) -> None:
    """A hundred thousand characters take well under a second."""
    text = (unit * 100_000)[:100_000]
    begun = time.perf_counter()
    runs(text)
    assert time.perf_counter() - begun < 1
