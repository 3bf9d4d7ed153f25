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
# A shorter vocal tract goes with a higher voice: what is believed of it before it is measured.
TRACTS = range(84, 125, 5)
TRACT_BELIEF = 0.08
MOST_BOOST_DB = 18.0
FEW = 3  # sentences are enough to compare tracts by


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
    target = Target.of(wave, rate)
    believed = believed_tract(target.measures.pitch_hz)
    drafts = {
        language: drafted(target, rehearsal, language, believed) for language in ("en-us", "cmn")
    }
    tract = fitted_tract(target, rehearsal, drafts["en-us"], believed)
    tunes = [tuned(target, rehearsal, language, tract, draft) for language, draft in drafts.items()]
    return profile.Profile(
        revision=profile.REVISION,
        formants=round(tract),
        volume=VOLUME,
        breath=0.0,
        pause=1.0,
        english=tunes[0],
        chinese=tunes[1],
        neutral=neutral(target.measures),
    )


def neutral(measures: Measures) -> profile.Neutral:
    """The measures that a mood is relative to."""
    return profile.Neutral(
        **{name: getattr(measures, name) for name in profile.Neutral.__struct_fields__}
    )


def believed_tract(pitch_hz: float) -> float:
    """The vocal tract in percent that goes with a pitch."""
    return float(np.clip(96 + 22 * np.log2(pitch_hz / 105), 88, 122))


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


def fitted_tract(target: Target, rehearsal: Rehearsal, draft: Draft, believed: float) -> float:
    """The vocal tract whose spectra, once equalised, are spread over each band as the target's."""
    wanted = _spread(target.bands)
    held = centres_hz() <= target.bandwidth_hz
    costs = []
    for tract in TRACTS:
        wave = rehearsal.say("en-us", lines(draft.low, draft.high, tract), draft.wpm, FEW)
        found = _spread(bands_db(wave, rehearsal.rate))
        apart = np.sqrt(np.mean((found - wanted)[:, held] ** 2))
        costs.append(apart + TRACT_BELIEF * ((tract - believed) / 10) ** 2)
    return float(TRACTS[int(np.argmin(costs))])


def _spread(bands: NDArray[np.float64]) -> NDArray[np.float64]:
    """(quantiles, BANDS) of each band about its mean: what no equaliser changes."""
    quantiles = np.percentile(bands, np.arange(5, 100, 10), axis=0)
    spread: NDArray[np.float64] = quantiles - quantiles.mean(axis=0)
    return spread


def tuned(
    target: Target, rehearsal: Rehearsal, language: str, tract: float, draft: Draft
) -> profile.Tune:
    """The draft with its filter: the colour of the target, at the level of our own voices."""
    wave = rehearsal.say(language, lines(draft.low, draft.high, tract), draft.wpm)
    wish = np.zeros(len(target.average))
    for _ in range(2):
        taps = minimum_phase(wish, rehearsal.rate)
        own = average_db(bands_db(Filter().run(wave, taps), rehearsal.rate))
        wish = _limited(wish + target.average - own, target.bandwidth_hz)
    taps = minimum_phase(wish, rehearsal.rate)
    levels = level_db(Filter().run(wave, taps), rehearsal.rate)
    level = 10 * np.log10(np.mean(10 ** (levels[spoken(levels)] / 10)))
    taps = taps * 10 ** ((LEVEL_DB - level) / 20)
    return profile.Tune(draft.low, draft.high, draft.wpm, taps.astype("<f4").tobytes())


def _limited(wish: NDArray[np.float64], bandwidth_hz: float) -> NDArray[np.float64]:
    """A wish that a voice survives: smooth, bounded, and level where the recording has ended."""
    held = centres_hz() <= bandwidth_hz
    wish = wish - wish[held].mean()
    wish[~held] = wish[held][-1]
    kernel = np.array([0.1, 0.8, 0.1])
    smooth = np.convolve(np.pad(wish, 1, "edge"), kernel, "valid")
    return np.clip(smooth, -MOST_BOOST_DB, MOST_BOOST_DB)
