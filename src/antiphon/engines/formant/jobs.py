"""An utterance made into a job for a worker: which voice says which stretch of it, and how."""

from __future__ import annotations

import contextlib
import unicodedata

from antiphon.engines.formant import messages, profile
from antiphon.engines.formant.library import PACE_WPM
from antiphon.engines.formant.manner import FASTEST_WPM, SLOWEST_WPM, carried, guise, own
from antiphon.engines.formant.moods import Mood, named
from antiphon.engines.formant.voices import CHOIR, LANGUAGES, WIDEST_PITCH, spoken_by, variant
from antiphon.errors import NothingToSay, UnknownVoice, UnsupportedLanguage
from antiphon.speech import Style, Utterance
from antiphon.text.language import Run, runs


def job_of(
    utterance: Utterance,
    matched: profile.Profile | None = None,
    recorded: profile.Neutral | None = None,
) -> tuple[messages.Job, tuple[str, ...]]:
    """What a worker needs to say this, and the languages inside that it cannot read.

    `matched` is the voice of the utterance's recording, `recorded` the mood of its style's.
    Raises `NothingToSay`, `UnknownVoice` or `UnsupportedLanguage`.
    """
    if not utterance.whole.strip("\0 \n"):
        raise NothingToSay
    voice = utterance.voice or next(iter(CHOIR))
    if voice not in CHOIR and matched is None:
        raise UnknownVoice(voice, CHOIR)
    found, unread = passages(utterance.whole, utterance.language)
    if unread and not found and utterance.follows is None:
        raise UnsupportedLanguage(unread[0], LANGUAGES)
    speaker = matched or own(CHOIR[voice])
    mood = _mood(speaker, utterance.style, recorded)
    if matched is None and mood == Mood() and not utterance.style.energy:
        job = _plain(found, voice, utterance.style)
    else:
        parts = tuple(messages.Part(*passage) for passage in found)
        guises = tuple(guise(speaker, part.voice, mood, utterance.style) for part in parts)
        job = messages.Job(parts, 0, 0, guises)
    return job, tuple(f"language {tag}" for tag in unread)


def _plain(found: list[tuple[str, str, int]], voice: str, style: Style) -> messages.Job:
    """A job for a voice of the choir as it is, whose files lie ready."""
    ready = variant(voice, style.pitch)
    parts = tuple(messages.Part(f"{name}+{ready}", text, start) for name, text, start in found)
    return messages.Job(parts, _wpm(style), CHOIR[voice].volume)


def _mood(speaker: profile.Profile, style: Style, recorded: profile.Neutral | None) -> Mood:
    """The mood of the recording that a style points to, else the one it names."""
    mood = carried(recorded, speaker) if recorded else named(style.emotion or "") or Mood()
    return mood.at(style.strength)


def passages(text: str, language: str | None) -> tuple[list[tuple[str, str, int]], tuple[str, ...]]:
    """Stretches of text with the espeak-ng language that says them, and where each starts.

    Chinese with English inside stays one stretch: espeak-ng's Mandarin says Latin words as
    English, with one melody over both. A script that it does not read is passed over and listed,
    since one foreign word must not end a stream. Raises `UnsupportedLanguage` for `language`.
    """
    if language is not None:
        spoken_by(language)
    stretches: list[tuple[str, str, int]] = []
    unread: dict[str, None] = {}
    found = runs(text, language or "en")
    mixed = {run.language for run in found} >= {"zh", "en"}
    for run in found:
        piece = text[run.start : run.end]
        name = "cmn" if mixed and run.language == "en" else _named(run, piece)
        if name is None:
            unread[run.language] = None
        elif stretches and stretches[-1][0] == name:
            _, before, start = stretches[-1]
            stretches[-1] = (name, before + piece, start)
        else:
            stretches.append((name, piece, run.start))
    return stretches, tuple(unread)


def _named(run: Run, piece: str) -> str | None:
    """espeak-ng's language for a run, if it has one; kana can be read, kanji cannot."""
    if run.language != "ja":
        with contextlib.suppress(UnsupportedLanguage):
            return spoken_by(run.language)
        return None
    kanji = any(unicodedata.name(letter, "").startswith("CJK") for letter in piece)
    return None if kanji else "ja"


def _wpm(style: Style) -> int:
    return min(FASTEST_WPM, max(SLOWEST_WPM, round(PACE_WPM * style.pace)))


def ignored(utterance: Utterance) -> tuple[str, ...]:
    """The options that were asked for and not honoured, or not fully."""
    style = utterance.style
    asked = {
        "pronunciations": bool(utterance.pronunciations),
        f"emotion {style.emotion}": bool(style.emotion)
        and style.reference is None
        and named(style.emotion or "") is None,
        "pitch": abs(style.pitch) > WIDEST_PITCH,
        "pace": not SLOWEST_WPM <= round(PACE_WPM * style.pace) <= FASTEST_WPM,
    }
    return tuple(name for name, is_asked in asked.items() if is_asked)
