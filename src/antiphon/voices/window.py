"""The best stretch of a recording: much speech, little noise, no clipping, and no word cut."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from antiphon.voices.activity import FRAMES_PER_S, Activity, Mask, Values, bridged, runs
from antiphon.voices.advice import LEAST_S, LONGEST_S

MARGIN = FRAMES_PER_S // 10  # silence that stays at each end
# A window begins and ends at pauses between phrases, or between words for much more speech.
PAUSES = (FRAMES_PER_S // 4, FRAMES_PER_S // 8)
WORTH_A_WORSE_EDGE = 3 * FRAMES_PER_S // 2  # frames of speech
DIP_EVERY = FRAMES_PER_S // 2  # for speech without any pause
MOST_STRETCHES = 200  # of a minute; pairs of them are compared

CLIPPED_COSTS = 3.0  # frames of speech for a frame with a clipped sample
STEADY_COSTS, STEADY = 2.0, 0.5
NOISE_COSTS = 1.2  # of the speech, where noise is so much louder than in the cleanest part
NOISIER_DB, INAUDIBLE_DB = 20.0, 45.0  # even without a pause, speech dips about so far every second
REACH = FRAMES_PER_S

TOO_SHORT_COSTS = 1e6
LONGEST = round(LONGEST_S * FRAMES_PER_S) - 2 * MARGIN
LEAST = round(LEAST_S * FRAMES_PER_S) - 2 * MARGIN

Stretch = tuple[int, int]


class Span(NamedTuple):
    """From one frame to another, and what that is worth."""

    worth: float
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Window:
    """From one frame to another, in 10 ms."""

    first: int
    last: int

    @property
    def slice(self) -> slice:
        """To cut values of one for each frame."""
        return slice(self.first, self.last)


def best_window(activity: Activity, spoilt: Mask) -> Window:
    """Choose; `spoilt` are the frames with clipped samples. The earliest of equals wins."""
    total = np.concatenate(([0.0], np.cumsum(_worth(activity, spoilt))))
    cuts = list(_cuts(activity))
    found = [(_best(stretches, total), stretches) for stretches in cuts]
    best, around = found[0]
    for other, stretches in found[1:]:
        if other.worth > best.worth + WORTH_A_WORSE_EDGE:
            best, around = other, stretches
    return _with_margins(best, around, len(activity.speech))


def whole_window(activity: Activity) -> Window:
    """From the first word to the last, however long that is."""
    stretches = runs(activity.speech)
    first, last = (stretches[0][0], stretches[-1][1]) if stretches else (0, 0)
    return _with_margins(Span(0.0, first, last), [], len(activity.speech))


def _worth(activity: Activity, spoilt: Mask) -> Values:
    """What each frame adds to a window."""
    speech = activity.speech
    worth = speech * (1 - NOISE_COSTS * _noisiness(activity))
    worth -= STEADY_COSTS * speech * np.maximum(0.0, activity.steadiness - STEADY)
    worth -= CLIPPED_COSTS * spoilt
    return worth.astype(np.float32)


def _noisiness(activity: Activity) -> Values:
    """From 0 to 1: how much louder the quietest frame within a second is than anywhere else."""
    padded = np.pad(activity.level_db, REACH, constant_values=np.inf)
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1).min(axis=1)
    heard = np.maximum(near, activity.top_db - INAUDIBLE_DB)
    share: Values = np.clip((heard - heard.min()) / NOISIER_DB, 0.0, 1.0)
    return share


def _cuts(activity: Activity) -> Iterator[list[Stretch]]:
    """Stretches of speech, cut at shorter and shorter pauses; at last wherever it dips."""
    speech = activity.speech
    for pause in PAUSES:
        yield runs(bridged(activity.active & speech, pause))[:MOST_STRETCHES]
    yield _cut_at_dips(activity.level_db, runs(speech))[:MOST_STRETCHES]


def _cut_at_dips(level: Values, stretches: list[Stretch]) -> list[Stretch]:
    """Every stretch in pieces of about half a second, which meet where it is quietest."""
    pieces = []
    for first, last in stretches:
        at = first
        while last - at > 2 * DIP_EVERY:
            near = level[at + DIP_EVERY // 2 : at + DIP_EVERY * 3 // 2]
            dip = at + DIP_EVERY // 2 + int(np.argmin(near))
            pieces.append((at, dip))
            at = dip
        pieces.append((at, last))
    return pieces


def _best(stretches: list[Stretch], total: Values) -> Span:
    """The most worth between the beginning of one stretch and the end of another.

    One that is long enough wins over any that is not.
    """
    best = Span(-math.inf, 0, 0)
    for index, (first, _) in enumerate(stretches):
        for _, last in stretches[index:]:
            if last - first > LONGEST:
                break
            worth = float(total[last] - total[first])
            if last - first < LEAST:
                worth -= TOO_SHORT_COSTS
            if worth > best.worth:
                best = Span(worth, first, last)
    return best


def _with_margins(span: Span, stretches: list[Stretch], count: int) -> Window:
    """Some silence at both ends, and more where it would be too short; never the next word."""
    first, last = span.first, span.last
    before = max([0, *(end for _, end in stretches if end <= first)])
    after = min([count, *(start for start, _ in stretches if start >= last)])
    least = round(LEAST_S * FRAMES_PER_S)
    margin = max(MARGIN, -(-(least - (last - first)) // 2))
    start, end = max(before, first - margin), min(after, last + margin)
    end = min(after, max(end, start + least))
    return Window(max(before, min(start, end - least)), end)
