"""A clause as it is spoken: lexicon, numbers and readings together."""

from __future__ import annotations

from pathlib import Path

import pytest

from antiphon.text.lexicon import Lexicon
from antiphon.text.spoken_form import is_mandarin, spoken_form

G2P = """{"弦": "<|X|><|IAN2|>"}
{"乡音无改鬓毛衰": "乡音无改鬓毛<|C|><|UEI1|>"}
"""
CUSTOM = '{"origin": "噢", "new": "哦"}\n{"origin": "Ltd", "new": "limited"}\n'


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    """Both files in their official formats."""
    (tmp_path / "g2p.jsonl").write_text(G2P, encoding="utf-8")
    (tmp_path / "custom.jsonl").write_text(CUSTOM, encoding="utf-8")
    return Lexicon.load(tmp_path / "g2p.jsonl", tmp_path / "custom.jsonl")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("噢，Smith Ltd。", "哦，Smith limited。"),
        ("乡音无改鬓毛衰。", "乡音无改鬓毛催。"),
        ("他用5根弦。", "他用五根贤。"),
    ],
)
def test_the_lexicon_is_honoured(lexicon: Lexicon, text: str, said: str) -> None:
    """Replacements first, then phonemes, as homophones for an engine that takes only text."""
    assert spoken_form(text, None, True, lexicon).text == said


def test_places_lead_back_to_the_source(lexicon: Lexicon) -> None:
    """Through every step, a spoken word stands for the written one."""
    text = "噢，Smith Ltd 有5根弦，重庆的。"
    spoken = spoken_form(text, None, True, lexicon)
    assert len(spoken.origins) == len(spoken.text) + 1
    assert list(spoken.origins) == sorted(spoken.origins)
    assert spoken.origins[-1] == len(text)
    assert text[spoken.origins[spoken.text.index("limited")] :].startswith("Ltd")
    assert text[spoken.origins[spoken.text.index("庆")]] == "庆"


def test_readings_are_respelled_only_where_asked() -> None:
    """An engine that takes pronunciations gets the characters as they are."""
    assert spoken_form("我们重新开始。", None, False).text == "我们重新开始。"
    assert spoken_form("他重新开始。", "fr", False).text == "他重新开始。"


def test_what_is_mandarin() -> None:
    """Han characters are, unless the text is Japanese or the caller says otherwise."""
    assert is_mandarin("你好 friend", None)
    assert not is_mandarin("hello", None)
    assert not is_mandarin("你好", "yue")
    assert not is_mandarin("日本の", None)
