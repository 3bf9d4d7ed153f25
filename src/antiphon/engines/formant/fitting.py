"""A voice fitted to a recording by analysis and synthesis: say, measure, correct, say again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antiphon.audio.analysis.colour import (
    average_db,
    bands_db,
    bandwidth_hz,
    centres_hz,
)
from antiphon.audio.analysis.framing import Wave, level_db, spoken
from antiphon.audio.analysis.measures import Measures, measure
from antiphon.audio.analysis.pace import pace
from antiphon.engines.formant import profile
from antiphon.engines.formant.filtering import Filter, minimum_phase
from antiphon.engines.formant.library import PACE_WPM
from antiphon.engines.formant.melodies import Range, bounds, shares
from antiphon.engines.formant.rehearsal import VOLUME, Rehearsal
from antiphon.engines.formant.voices import lines
from antiphon.errors import InvalidRequest

LEVEL_DB = -20.0  # where speech sits, as with the engine's own voices
LEAST_VOICED_S = 0.4
SLOWEST_WPM, FASTEST_WPM = 100, 320
MOST_BOOST_DB = 24.0
# Over neighbouring bands: the taps blur what they are asked for. Low bands are as narrow as the
# harmonics are apart, and stay as they are: no harmonic must stand out, or the pitch is heard an
# octave off, and none may be lost.
SHARPENED = (-0.1, 1.2, -0.1)
LOW_HZ = 500.0
CORRECTIONS = 4
BREATH_DB, MOST_BREATH = 18.0, 0.25  # a third of noise takes 6 dB
PAUSES = (0.5, 2.0)
MOST_S = 15  # of a recording; a voice is known by then


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be matched: the measures and the colour of a recording."""

    measures: Measures
    bands: NDArray[np.float64]
    average: NDArray[np.float64]

    @classmethod
    def of(cls, wave: Wave, rate: int) -> Target:
        """Measure a recording; raises `InvalidRequest` where there is no voice to measure."""
        measures = measure(wave, rate)
        bands = bands_db(wave, rate)
        if measures.voiced_share * len(bands) * 0.01 < LEAST_VOICED_S or not measures.syllables_hz:
            raise InvalidRequest(
                "the recording holds no voice that can be measured; record 3 to 10 seconds of one "
                "person speaking, close to the microphone",
                "audio_sample",
            )
        return cls(measures, bands, average_db(bands))

    @property
    def bandwidth_hz(self) -> float:
        """Up to where the recording holds sound."""
        return bandwidth_hz(self.average)


@dataclass(frozen=True, slots=True)
class Draft:
    """A tune in the making."""

    low: float
    high: float
    wpm: float = PACE_WPM


def fit(wave: Wave, rate: int, rehearsal: Rehearsal) -> profile.Profile:
    """The profile of a recording; raises `InvalidRequest` where it holds no voice."""
    target = Target.of(wave[: MOST_S * rate], rate)
    tract = tract_of(target.measures.pitch_hz)
    english, said = tuned(target, rehearsal, "en-us", tract)
    chinese, _ = tuned(target, rehearsal, "cmn", tract)
    found = measure(said, rehearsal.rate)
    return profile.Profile(
        revision=profile.REVISION,
        formants=round(tract),
        volume=VOLUME,
        breath=breath(found.breath_db - target.measures.breath_db),
        pause=pause(target.measures.mean_pause_s, found.mean_pause_s),
        english=english,
        chinese=chinese,
        neutral=neutral(target.measures),
    )


def breath(too_clear_db: float) -> float:
    """The share of noise that makes a voice so much less harmonic; a noisy room is no breath."""
    return float(np.clip(too_clear_db / BREATH_DB, 0.0, MOST_BREATH))


def pause(wanted_s: float, found_s: float) -> float:
    """How much longer pauses must be; a recording without any tells nothing."""
    if not wanted_s or not found_s:
        return 1.0
    return float(np.clip(wanted_s / found_s, *PAUSES))


def neutral(measures: Measures) -> profile.Neutral:
    """The measures that a mood is relative to."""
    return profile.Neutral(
        **{name: getattr(measures, name) for name in profile.Neutral.__struct_fields__}
    )


def tract_of(pitch_hz: float) -> float:
    """The vocal tract in percent that goes with a pitch: shorter, so larger, for a higher voice.

    Of what was tried, this told speakers apart best (docs/explanation/matching.md): measures of the
    spectrum choose worse than the pitch alone, since a recording says other words than we do.
    """
    return float(np.clip(97 + 22 * np.log2(pitch_hz / 105), 86, 124))


def drafted(target: Target, rehearsal: Rehearsal, language: str, tract: float) -> Draft:
    """Pitch bounds and pace; how fast espeak-ng speaks is not quite linear in what it is told."""
    measures = target.measures
    wanted = Range(measures.pitch_hz, measures.spread_cents)
    low, high = bounds(shares(language), wanted)
    wpm = float(PACE_WPM)
    for _ in range(2):
        wave = rehearsal.say(language, lines(low, high, tract), wpm)
        wpm *= measures.syllables_hz / max(pace(wave, rehearsal.rate).syllables_hz, 0.1)
        wpm = float(np.clip(wpm, SLOWEST_WPM, FASTEST_WPM))
    return Draft(low, high, wpm)


def tuned(
    target: Target, rehearsal: Rehearsal, language: str, tract: float
) -> tuple[profile.Tune, Wave]:
    """Pitch, pace and filter, and the passage said with them, at the level of our own voices."""
    draft = drafted(target, rehearsal, language, tract)
    wave = rehearsal.say(language, lines(draft.low, draft.high, tract), draft.wpm)
    wish = np.zeros(len(target.average))
    for _ in range(CORRECTIONS):
        taps = minimum_phase(wish, rehearsal.rate)
        own = average_db(bands_db(Filter().run(wave, taps), rehearsal.rate))
        wish = _limited(wish + target.average - own, target.bandwidth_hz)
    taps = minimum_phase(wish, rehearsal.rate)
    said = Filter().run(wave, taps)
    levels = level_db(said, rehearsal.rate)
    level = 10 * np.log10(np.mean(10 ** (levels[spoken(levels)] / 10)))
    taps = taps * 10 ** ((LEVEL_DB - level) / 20)
    return profile.Tune(draft.low, draft.high, draft.wpm, taps.astype("<f4").tobytes()), said


def _limited(wish: NDArray[np.float64], bandwidth_hz: float) -> NDArray[np.float64]:
    """A wish that a voice survives: bounded, and level where the recording has ended."""
    held = centres_hz() <= bandwidth_hz
    wish = wish - wish[held].mean()
    wish[~held] = wish[held][-1]
    sharp = np.convolve(np.pad(wish, 1, "edge"), SHARPENED, "valid")
    sharp = np.where(centres_hz() < LOW_HZ, wish, sharp)
    bounded: NDArray[np.float64] = np.clip(sharp, -MOST_BOOST_DB, MOST_BOOST_DB)
    return bounded
