"""How a voice says a clause: its profile, the mood and the style, made one for espeak-ng."""

from __future__ import annotations

import math

from antiphon.engines.formant.library import PACE_WPM
from antiphon.engines.formant.melodies import ENGLISH, between, bounds, lifted, shares
from antiphon.engines.formant.messages import Guise
from antiphon.engines.formant.moods import Mood
from antiphon.engines.formant.profile import REVISION, Neutral, Profile, Tune
from antiphon.engines.formant.voices import WIDEST_PITCH, Timbre, lines
from antiphon.speech import Style

SLOWEST_WPM, FASTEST_WPM = 80, 450
# How our own voices speak at `PACE_WPM`, as the measures of a recording would say it.
OWN_SYLLABLES_HZ, OWN_LEVEL_DB, OWN_PAUSE_SHARE, OWN_BREATH_DB = 4.4, -20.0, 0.09, 15.0
# A recording's mood is carried no further than this, whatever was measured in it.
MOST_PITCH, MOST_ENERGY_DB, MOST_BREATH = 9.0, 12.0, 0.5
SPREADS, PACES, PAUSES = (0.3, 2.5), (0.55, 1.8), (0.3, 3.0)
BREATH_DB = 18.0  # a third of noise takes 6 dB off the ratio of harmonics to noise


def own(timbre: Timbre) -> Profile:
    """A voice of the choir as a profile."""
    tune = Tune(timbre.low, timbre.high, PACE_WPM, b"")
    neutral = Neutral(
        pitch_hz=0.0,  # see `carried`
        spread_cents=between(ENGLISH, timbre.low, timbre.high).spread_cents,
        movement=0.0,
        level_db=OWN_LEVEL_DB,
        dynamics_db=0.0,
        syllables_hz=OWN_SYLLABLES_HZ,
        pause_share=OWN_PAUSE_SHARE,
        breath_db=OWN_BREATH_DB,
    )
    return Profile(REVISION, timbre.formants, timbre.volume, 0.0, 1.0, tune, tune, neutral)


def guise(voice: Profile, language: str, mood: Mood, style: Style) -> Guise:
    """What a worker needs to say a stretch in one of espeak-ng's languages."""
    tune, melody = voice.tune(language), shares(language)
    raised = mood.pitch + _within(style.pitch, -WIDEST_PITCH, WIDEST_PITCH)
    wanted = between(melody, tune.low, tune.high).moved(raised, mood.spread)
    if mood.spread > 1:
        wanted = lifted(melody, wanted)
    described = lines(*bounds(melody, wanted), voice.formants)
    if mood.tremor:
        described += f"flutter {round(2 + 28 * mood.tremor)}\n"
    return Guise(
        lines=described,
        wpm=round(_within(tune.wpm * mood.pace * style.pace, SLOWEST_WPM, FASTEST_WPM)),
        volume=voice.volume,
        taps=tune.taps,
        gain_db=mood.energy + style.energy,
        breath=min(1.0, mood.breath + voice.breath),
        pause=mood.pause * voice.pause,
    )


def carried(recorded: Neutral, voice: Profile) -> Mood:
    """The mood of a recording beside a voice's own neutral.

    One of our own voices has no recording to compare with, and nobody says whose voice the mood
    is in: it keeps its register, and takes the rest as it is in the recording.
    """
    neutral = voice.neutral
    raised = 12 * math.log2(recorded.pitch_hz / neutral.pitch_hz) if neutral.pitch_hz else 0.0
    return Mood(
        pitch=_within(raised, -MOST_PITCH, MOST_PITCH),
        spread=_within(recorded.spread_cents / max(neutral.spread_cents, 1), *SPREADS),
        energy=_within(recorded.level_db - neutral.level_db, -MOST_ENERGY_DB, MOST_ENERGY_DB),
        pace=_within(recorded.syllables_hz / max(neutral.syllables_hz, 0.1), *PACES),
        pause=_within((recorded.pause_share + 0.02) / (neutral.pause_share + 0.02), *PAUSES),
        breath=_within((neutral.breath_db - recorded.breath_db) / BREATH_DB, 0.0, MOST_BREATH),
    )


def _within(value: float, least: float, most: float) -> float:
    return min(most, max(least, value))
