"""A stranger's file becomes the canonical recording of a voice, or the reason why not."""

from __future__ import annotations

import numpy as np
import soxr

from antiphon.audio.decoding import Decoded, decode
from antiphon.voices import advice, measures
from antiphon.voices.activity import HOP, RATE, Activity, Mask, Values, activity_of
from antiphon.voices.messages import Passed
from antiphon.voices.window import Window, best_window, whole_window

LOWEST_HZ, FULL_FROM_HZ = 20.0, 40.0  # below it is no voice, but wind, hum and offsets
PEAK = 0.97  # what resampling raises above full scale is turned down, the rest stays as loud
FADE_S = 0.01


def check_reference(data: bytes, whole: bool = False) -> Passed:
    """Decode, measure, choose; equal bytes give equal samples. Raises a `BadReference`.

    `whole` keeps everything from the first word to the last, since the transcript says it all.
    """
    decoded = decode(data, advice.LONGEST_FILE_S)
    duration_s = len(decoded.samples) / decoded.rate
    wave = _high_passed(_at_rate(decoded))
    loudest = float(20 * np.log10(max(1e-6, np.abs(wave).max(initial=0.0))))
    advice.check_silent(duration_s, loudest)
    activity = activity_of(wave)
    spoilt = measures.clipped(decoded.samples)
    if whole:
        window = whole_window(activity)
    else:
        window = best_window(activity, _per_frame(spoilt, decoded.rate, len(activity.level_db)))
    found = _measured(decoded, spoilt, activity, window, wave, loudest)
    advice.check(found)
    return _passed(wave, window, found)


def _passed(wave: Values, window: Window, found: advice.Measures) -> Passed:
    return Passed(
        pcm=_canonical(wave[window.first * HOP : window.last * HOP]),
        rate=RATE,
        duration_s=found.duration_s,
        speech_s=found.speech_s,
        level_dbfs=found.level_dbfs,
        snr_db=found.snr_db,
        clipped_share=found.clipped_share,
        bandwidth_hz=found.bandwidth_hz,
        start_s=window.first * HOP / RATE,
        end_s=min(window.last * HOP / RATE, found.duration_s),
        advice=tuple(advice.advice(found)),
    )


def _measured(
    decoded: Decoded, spoilt: Mask, activity: Activity, window: Window, wave: Values, loudest: float
) -> advice.Measures:
    """Of the window, all that decides; of the file, what is the same everywhere."""
    within = window.slice
    active, count = activity.active[within], max(1, int(activity.active[within].sum()))
    steadiness = activity.steadiness[within][active]
    first, last = (edge * HOP * decoded.rate // RATE for edge in (window.first, window.last))
    spoken_samples = max(1.0, activity.speech[within].sum() * HOP / RATE * decoded.rate)
    return advice.Measures(
        duration_s=len(decoded.samples) / decoded.rate,
        loudest_dbfs=loudest,
        offset=float(decoded.samples.mean(dtype=np.float64)),
        broken=decoded.broken,
        range_db=activity.top_db - activity.floor_db,
        window_s=(window.last - window.first) * HOP / RATE,
        speech_s=float(activity.speech[within].sum() * HOP / RATE),
        voiced_share=float(activity.voiced[within].sum() / count),
        steadiness=float(np.median(steadiness)) if len(steadiness) else 0.0,
        level_dbfs=measures.level_dbfs(activity, within),
        clipped_share=float(spoilt[first:last].sum() / spoken_samples),
        snr_db=measures.snr_db(activity, within),
        bandwidth_hz=measures.bandwidth_hz(wave[window.first * HOP : window.last * HOP]),
    )


def _at_rate(decoded: Decoded) -> Values:
    samples = decoded.samples
    wave: Values = soxr.resample(samples, decoded.rate, RATE) if decoded.rate != RATE else samples
    return wave


def _high_passed(wave: Values) -> Values:
    """Without offset and rumble; in one piece, so that no filter rings at a seam."""
    spectrum = np.fft.rfft(wave)
    hertz = np.fft.rfftfreq(len(wave), 1 / RATE)
    spectrum *= np.clip((hertz - LOWEST_HZ) / (FULL_FROM_HZ - LOWEST_HZ), 0, 1)
    passed: Values = np.fft.irfft(spectrum, len(wave)).astype(np.float32)
    return passed


def _per_frame(spoilt: Mask, rate: int, count: int) -> Mask:
    """The frames of 10 ms in which a sample is clipped."""
    frames = np.zeros(count, np.bool_)
    at = np.flatnonzero(spoilt) * (RATE // HOP) // rate
    frames[at[at < count]] = True
    return frames


def _canonical(wave: Values) -> bytes:
    """Mono s16 with short fades, no louder than can be."""
    peak = float(np.abs(wave).max(initial=0.0))
    scaled = wave.astype(np.float64) * (PEAK / peak if peak > PEAK else 1.0)
    length = min(round(FADE_S * RATE), len(scaled) // 2)
    fade = np.sin(np.linspace(0, np.pi / 2, length, endpoint=False)) ** 2
    scaled[:length] *= fade
    scaled[len(scaled) - length :] *= fade[::-1]
    return np.round(scaled * 32_767).astype("<i2").tobytes()
