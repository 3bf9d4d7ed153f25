"""Where somebody speaks in a recording: how loud, how voiced and how steady it is, every 10 ms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

Values = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

RATE = 24_000
HOP = 240  # 10 ms
FRAMES_PER_S = RATE // HOP
# Pitch and partials are looked for below 4 kHz: a telephone has them too.
LOW_RATE = 8_000
LOW_HOP = LOW_RATE // FRAMES_PER_S
LEVEL_WINDOW, PITCH_WINDOW, PARTIALS_WINDOW = 480, 320, 512
LOWEST_PITCH, HIGHEST_PITCH = 60, 500  # Hz
PARTIALS = slice(5, 192)  # 80 to 3 000 Hz
ENVELOPE_BINS = 11
STEADY_LAG = 6  # frames: the pitch of speech moves in 60 ms, that of a note does not
QUIETEST_DB = -120.0
INAUDIBLE_DB = -90.0

VOICED = 0.5  # of the energy repeats with the pitch: a voice 0 dB above white noise still has that
WITHIN_DB = 35.0  # of the loudest syllables
ABOVE_FLOOR = 0.3  # of the way from the quietest to the loudest frames
BRIDGED, SHORTEST = 20, 5  # frames: a gap in a word, and a click


@dataclass(frozen=True, slots=True)
class Activity:
    """One value for every 10 ms; `floor_db` and `top_db` are the quiet and the loud ones."""

    level_db: Values
    periodicity: Values
    steadiness: Values
    active: Mask
    floor_db: float
    top_db: float

    @property
    def voiced(self) -> Mask:
        """Where something sounds that has a pitch."""
        return self.active & (self.periodicity > VOICED)

    @property
    def quiet_db(self) -> float:
        """The level of the quietest tenth, down to where no microphone reaches."""
        return max(self.floor_db, INAUDIBLE_DB)

    @property
    def speech(self) -> Mask:
        """Where somebody speaks: what sounds, with the short gaps inside words."""
        return _without_clicks(bridged(self.active, BRIDGED), SHORTEST)


def activity_of(wave: Values) -> Activity:
    """Listen to mono samples at 24 kHz."""
    low = soxr.resample(wave, RATE, LOW_RATE)
    level = _levels(wave)
    count = len(level)
    floor, top = (float(value) for value in np.percentile(level, (10, 95)))
    threshold = max(floor + ABOVE_FLOOR * (top - floor), top - WITHIN_DB)
    return Activity(
        level_db=level,
        periodicity=_fitted(_periodicity(low), count),
        steadiness=_fitted(_steadiness(low), count),
        active=level > threshold,
        floor_db=floor,
        top_db=top,
    )


def runs(mask: Mask) -> list[tuple[int, int]]:
    """The stretches where the mask holds, each as first and one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def bridged(mask: Mask, longest: int) -> Mask:
    """The mask without its gaps of at most so many frames."""
    filled = mask.copy()
    for first, last in runs(~mask):
        if last - first <= longest and first > 0 and last < len(mask):
            filled[first:last] = True
    return filled


def _without_clicks(mask: Mask, shortest: int) -> Mask:
    kept = mask.copy()
    for first, last in runs(mask):
        if last - first < shortest:
            kept[first:last] = False
    return kept


def _windows(wave: Values, size: int, hop: int) -> Values:
    """Overlapping stretches, centred on each hop."""
    padded = np.pad(wave, (size // 2, size))
    every = np.lib.stride_tricks.sliding_window_view(padded, size)
    return every[: max(1, len(wave)) : hop]


def _fitted(values: Values, count: int) -> Values:
    """Of exactly that length; resampling may have made one more or less."""
    return np.pad(values, (0, max(0, count - len(values))))[:count]


def _levels(wave: Values) -> Values:
    power = np.square(_windows(wave, LEVEL_WINDOW, HOP)).mean(axis=1)
    levels: Values = 10 * np.log10(np.maximum(power, 10 ** (QUIETEST_DB / 10)))
    return levels


def _periodicity(low: Values) -> Values:
    """How much of the energy repeats with a pitch: the peak of the autocorrelation.

    It is divided by that of the window (Boersma 1993). High frequencies count more, and those
    below any voice not at all: a band of rumble repeats too, and a voice has partials above it.
    """
    window = np.hanning(PITCH_WINDOW).astype(np.float32)
    size = 4 * PITCH_WINDOW
    spectra = np.square(np.abs(np.fft.rfft(_windows(low, PITCH_WINDOW, LOW_HOP) * window, size)))
    spectra *= np.arange(spectra.shape[1])
    spectra[:, : LOWEST_PITCH * size // LOW_RATE] = 0
    lags = slice(LOW_RATE // HIGHEST_PITCH, LOW_RATE // LOWEST_PITCH + 1)
    own = np.fft.irfft(np.square(np.abs(np.fft.rfft(window, size))))
    repeats = np.fft.irfft(spectra, axis=1)
    power = np.maximum(repeats[:, :1], 1e-9)
    peaks: Values = (repeats[:, lags] / power / (own[lags] / own[0])).max(axis=1)
    return peaks


def _steadiness(low: Values) -> Values:
    """How alike the partials are 60 ms later: notes about 1, speech about 0.2."""
    window = np.hanning(PARTIALS_WINDOW).astype(np.float32)
    spectra = np.abs(np.fft.rfft(_windows(low, PARTIALS_WINDOW, LOW_HOP) * window))[:, PARTIALS]
    fine = _without_envelope(np.log(np.square(spectra) + 1e-9))
    fine /= np.sqrt(np.square(fine).sum(axis=1, keepdims=True)) + 1e-9
    alike: Values = np.zeros(len(fine), np.float32)
    alike[:-STEADY_LAG] = (fine[:-STEADY_LAG] * fine[STEADY_LAG:]).sum(axis=1)
    return alike


def _without_envelope(logs: Values) -> Values:
    """What is left of a spectrum when its smooth shape is taken away."""
    half = ENVELOPE_BINS // 2
    sums = np.cumsum(np.pad(logs, ((0, 0), (half + 1, half)), mode="edge"), axis=1)
    smooth = (sums[:, ENVELOPE_BINS:] - sums[:, :-ENVELOPE_BINS]) / ENVELOPE_BINS
    fine = logs - smooth
    centred: Values = (fine - fine.mean(axis=1, keepdims=True)).astype(np.float32)
    return centred
