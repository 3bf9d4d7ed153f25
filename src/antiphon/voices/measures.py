"""What can be measured of a voice in a recording: level, noise, clipping, bandwidth."""

from __future__ import annotations

import numpy as np

from antiphon.voices.activity import FRAMES_PER_S, RATE, Activity, Mask, Values

NEAR_PEAK, NEAR_FULL_SCALE = 0.9, 0.97
SMALLEST_STEP = 1 / 32_768
BAND_WINDOW = 2_048
AUDIBLE_DB = 50.0  # below the strongest part of the voice
BAND_BINS = 16  # 190 Hz: a lone partial is no bandwidth
MOST_SNR_DB = 80.0
DIP_EVERY, DIP_PERCENTILE = 3 * FRAMES_PER_S // 2, 5
LEAST_PAUSES = FRAMES_PER_S // 5
AROUND = 2 * FRAMES_PER_S
TAIL = 5  # frames in which a word dies away


def level_dbfs(activity: Activity, within: slice) -> float:
    """The level of the voice: the mean power where somebody speaks."""
    spoken = activity.level_db[within][activity.active[within]]
    return _mean_db(spoken) if len(spoken) else float(activity.level_db[within].max())


def snr_db(activity: Activity, within: slice) -> float:
    """How far the voice stands above the noise around it."""
    noise_db = _noise_db(activity, within)
    voice = _power(level_dbfs(activity, within)) - _power(noise_db)  # both were in the speech
    if voice <= 0:
        return 0.0
    return float(np.clip(10 * np.log10(voice) - noise_db, 0.0, MOST_SNR_DB))


def _noise_db(activity: Activity, within: slice) -> float:
    """The level of the pauses in the window and 2 s around, or of its dips if those are louder.

    A pause may have been emptied, by an editor or by a telephone that sends none.
    """
    first, last = max(0, within.start - AROUND), within.stop + AROUND
    pauses = activity.level_db[first:last][~_widened(activity.speech, TAIL)[first:last]]
    levels = activity.level_db[within]
    parts = np.array_split(levels, max(1, round(len(levels) / DIP_EVERY)))
    dips = float(np.median([np.percentile(part, DIP_PERCENTILE) for part in parts]))
    return max(dips, float(np.median(pauses))) if len(pauses) >= LEAST_PAUSES else dips


def clipped(samples: Values) -> Mask:
    """The samples near the peak, or near full scale: speech is there for moments only.

    Flat tops are not looked for: an encoder makes them wavy, and higher than they were.
    """
    loudness = np.abs(samples)
    top = min(NEAR_FULL_SCALE, NEAR_PEAK * float(loudness.max(initial=0.0)))
    return np.asarray(loudness >= max(top, SMALLEST_STEP), np.bool_)


def bandwidth_hz(wave: Values) -> float:
    """The highest frequency at which the voice still has sound, in mono samples at 24 kHz."""
    window = np.hanning(BAND_WINDOW)
    count = max(1, len(wave) // (BAND_WINDOW // 2) - 1)
    padded = np.pad(wave, (0, BAND_WINDOW))
    mean = np.zeros(BAND_WINDOW // 2 + 1)
    for index in range(count):
        first = index * BAND_WINDOW // 2
        part = padded[first : first + BAND_WINDOW] * window
        mean += np.square(np.abs(np.fft.rfft(part)))
    smooth = np.convolve(mean, np.ones(BAND_BINS) / BAND_BINS, "same")
    heard = np.flatnonzero(smooth > smooth.max() * 10 ** (-AUDIBLE_DB / 10))
    highest = int(heard[-1]) if len(heard) else 0
    return float(min(RATE / 2, max(0, highest - BAND_BINS // 2) * RATE / BAND_WINDOW))


def _mean_db(levels: Values) -> float:
    return float(10 * np.log10(np.mean(10 ** (levels.astype(np.float64) / 10))))


def _power(decibels: float) -> float:
    return float(10 ** (decibels / 10))


def _widened(mask: Mask, frames: int) -> Mask:
    """The mask with so many frames more on both sides."""
    padded = np.pad(mask, frames)
    near = np.lib.stride_tricks.sliding_window_view(padded, 2 * frames + 1)
    return np.asarray(near.any(axis=1), np.bool_)
