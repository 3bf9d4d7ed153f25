"""Characters as phonemes: the reference's lists, its rows, and what dictionaries tell."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pypinyin.pinyin_dict
import pytest
from pypinyin.contrib.tone_convert import to_finals_tone3, to_initials, to_tone3

from antiphon.engines.glm.phonemes import (
    DATA,
    Hybrid,
    Syllable,
    all_phonemes,
    pronounced,
    spelled,
    syllable,
    syllables,
)
from antiphon.errors import BadCheckpoint
from tests.engines.glm.golden import FOLDER

RAW = json.loads((FOLDER / "g2p_raw.json").read_text(encoding="utf-8"))["rows"]
# A bank is a háng; 一 before 个 changes its tone, and every engine knows how.
OTHERWISE = {"银行行长", "一个花儿"}


@pytest.mark.parametrize("row", RAW, ids=lambda row: row["input"])
def test_readings_are_the_reference_s(row: dict[str, list[str]]) -> None:
    """Initials and finals with their tones, syllable by syllable, but for two that are listed."""
    said: list[str] = []
    for found in syllables(str(row["input"])):
        assert found is not None
        said += [*filter(None, found), "-"]
    assert (said[:-1] == row["phonemes"]) is (row["input"] not in OTHERWISE)


def test_the_longest_word_of_the_dictionary_counts() -> None:
    """It is written as it says; a character that the model reads well stays."""
    hybrid = Hybrid.open()
    assert hybrid.written("乡音无改鬓毛衰，弦") == "乡音无改鬓毛<|C|><|UEI1|>，<|X|><|IAN2|>"
    assert hybrid.written("我最爱吃人参果") == "我最爱吃人<|SH|><|EN1|>果"
    assert hybrid.written("hello, 12") == "hello, 12"


def test_a_checkpoint_s_own_lists_count(tmp_path: Path) -> None:
    """A list that is no list is told with its file."""
    (tmp_path / "G2P_able_1word.json").write_text('["参"]', encoding="utf-8")
    assert Hybrid.open(tmp_path).written("参") == "参"
    (tmp_path / "G2P_able_1word.json").write_text('{"参": 1}', encoding="utf-8")
    with pytest.raises(BadCheckpoint, match="no list of characters"):
        Hybrid.open(tmp_path)


def test_the_three_sounds_of_i() -> None:
    """知 and 资 have each their own, and 低 the plain one."""
    assert syllable("zhi1") == Syllable("zh", "iii1")
    assert syllable("zi1") == Syllable("z", "ii1")
    assert syllable("di1") == Syllable("d", "i1")
    assert syllable("nope") is None


def test_every_syllable_is_made_of_phonemes_that_the_model_has() -> None:
    """Whatever the reading of a common character, its tokens are among the 204."""
    able = json.loads((DATA / "G2P_able_1word.json").read_text(encoding="utf-8"))
    assert len(all_phonemes()) == 204
    for character in able[:600]:
        found = syllables(character)[0]
        assert found is None or {part.upper() for part in found if part} <= all_phonemes()


def test_pinyin_is_taken_apart_as_pypinyin_does() -> None:
    """For every syllable that it has, but for yo, whose sound is in the model's list."""
    single = pypinyin.pinyin_dict.pinyin_dict.values()
    said = {
        to_tone3(one, neutral_tone_with_five=True) for each in single for one in each.split(",")
    }
    checked = 0
    plain = re.compile("(?!zh|ch|sh|r|z|c|s|yo[1-5])")  # the others have their own i, see above
    for one in filter(plain.match, sorted(said)):
        if (ours := syllable(one)) is None:
            continue
        options = {"strict": True, "neutral_tone_with_five": True}
        final = to_finals_tone3(one, **options)
        assert ours == (to_initials(one, strict=True), "er2" if final == "er5" else final), one
        checked += 1
    assert checked > 700
    assert syllable("yo1") == Syllable("", "io1")


def test_dictionaries_speak_in_phonemes() -> None:
    """Pinyin and phonemes for characters, letters for letters; what has no sound stays written."""
    assert spelled("chong2 qing4") == "<|CH|><|ONG2|><|Q|><|ING4|>"
    pairs = [("重庆", "chong2 qing4"), ("GIF", "jif"), ("好", "<|H|><|AO4|>")]
    assert pronounced("重庆GIF好", pairs) == "<|CH|><|ONG2|><|Q|><|ING4|>jif<|H|><|AO4|>"
    assert pronounced("plain", pairs) == "plain"
