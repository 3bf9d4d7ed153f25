"""What the engine keeps of a recording: the few numbers and the filter that match its voice."""

from __future__ import annotations

import msgspec

REVISION = 1  # raise it when profiles made before would sound different; old ones are made anew


class Tune(msgspec.Struct, frozen=True, array_like=True):
    """What differs by language: pitch bounds as espeak-ng takes them in Hz, pace, and colour.

    `taps` is a minimum-phase filter at espeak-ng's rate, little-endian float32, with the gain in
    it that brings speech to the level of the engine's own voices.
    """

    low: float
    high: float
    wpm: float
    taps: bytes


class Neutral(msgspec.Struct, frozen=True, array_like=True):
    """The voice's own neutral, as measured in its recording: what a mood is relative to."""

    pitch_hz: float
    spread_cents: float
    movement: float
    level_db: float
    dynamics_db: float
    syllables_hz: float
    pause_share: float
    breath_db: float


class Profile(msgspec.Struct, frozen=True, array_like=True):
    """A matched voice.

    `formants` scales the vocal tract in percent, `volume` is espeak-ng's, `breath` is the share of
    noise in the voice, `pause` multiplies espeak-ng's pauses. Chinese has melodies of its own, and
    so a tune; every other language takes the one fitted on English.
    """

    revision: int
    formants: int
    volume: int
    breath: float
    pause: float
    english: Tune
    chinese: Tune
    neutral: Neutral

    def tune(self, language: str) -> Tune:
        """The tune for one of espeak-ng's languages."""
        return self.chinese if language in {"cmn", "yue", "hak"} else self.english


encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Profile).decode


def decode(data: bytes) -> Profile | None:
    """A profile that was kept; None when it is of another revision, or spoilt."""
    try:
        profile = _decode(data)
    except msgspec.MsgspecError:
        return None
    return profile if profile.revision == REVISION else None
