"""Whether a transcript can be what a recording says."""

from __future__ import annotations

import unicodedata

from antiphon.refusals import BadTranscript

LONGEST = 2_000  # characters; ten seconds hold about 200
# Letters per second of speech. Slow reading is 8, an auctioneer 25; a digit is a word, and a
# Chinese, Japanese or Korean character a syllable.
FEWEST_PER_S, MOST_PER_S = 2.0, 40.0
DIGIT, SYLLABLE = 4, 3
WIDE = ("CJK ", "HIRAGANA", "KATAKANA", "HANGUL")
UNSPEAKABLE = ("Cc", "Cs", "Co", "Cn")


def cleaned(transcript: str) -> str:
    """In one line and composed; raises `BadTranscript` for what nobody can say."""
    line = " ".join(unicodedata.normalize("NFC", transcript[: LONGEST + 1]).split())
    if len(transcript) > LONGEST:
        raise BadTranscript(f"has {len(transcript)} characters and the limit is {LONGEST}")
    for character in line:
        if unicodedata.category(character) in UNSPEAKABLE:
            raise BadTranscript(f"holds the character U+{ord(character):04X}")
    if line and not any(map(str.isalnum, line)):
        raise BadTranscript("holds no word")
    return "".join(each for each in line if unicodedata.category(each) != "Cf")


def check_plausible(transcript: str, speech_s: float) -> None:
    """Raise `BadTranscript` when nobody speaks that fast or that slowly."""
    if not transcript:
        return
    letters = sum(map(_letters, transcript))
    if letters > MOST_PER_S * speech_s:
        raise BadTranscript(f"is too long for {speech_s:.1f} s of speech")
    if letters < FEWEST_PER_S * speech_s:
        raise BadTranscript(f"is too short for {speech_s:.1f} s of speech")


def _letters(character: str) -> int:
    if character.isdigit():
        return DIGIT
    if not character.isalpha():
        return 0
    return SYLLABLE if unicodedata.name(character, "").startswith(WIDE) else 1
