"""When a recording is refused, and what is said of one that could be better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from antiphon import refusals

LONGEST_FILE_S = 60.0
LONGEST_S = 10.0
LEAST_S, LEAST_SPEECH_S, GOOD_SPEECH_S = 3.0, 2.5, 5.0
SILENT_DBFS = -70.0  # the loudest 10 ms of a microphone that is switched off
LEAST_RANGE_DB = 3.0  # between the loud and the quiet: speech has pauses, a machine has none
LEAST_VOICED_IN_NOISE = 0.05  # noise hides the pitch of a voice before it hides the voice
LEAST_VOICED, MOST_STEADY, GOOD_STEADY = 0.3, 0.5, 0.42
LEAST_LEVEL_DBFS, GOOD_LEVEL_DBFS = -45.0, -33.0
MOST_CLIPPED, GOOD_CLIPPED = 0.01, 0.003
LEAST_SNR_DB, GOOD_SNR_DB = 10.0, 20.0
GOOD_BANDWIDTH_HZ = 5_000.0
MOST_OFFSET = 0.02  # of full scale


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured: of the file, then of the window that was chosen."""

    duration_s: float
    loudest_dbfs: float
    offset: float
    broken: int
    range_db: float
    window_s: float
    speech_s: float
    voiced_share: float
    steadiness: float
    level_dbfs: float
    clipped_share: float
    snr_db: float
    bandwidth_hz: float


def check_silent(duration_s: float, loudest_dbfs: float) -> None:
    """Raise `ReferenceSilent` when there is nothing to measure."""
    if loudest_dbfs < SILENT_DBFS:
        raise refusals.ReferenceSilent(duration_s, loudest_dbfs)


def check(found: Measures) -> None:
    """Raise the situation that matters most; another recording mends it."""
    too_short = refusals.ReferenceTooShort(
        found.duration_s, found.speech_s, LEAST_S, LEAST_SPEECH_S
    )
    if found.duration_s < LEAST_S:
        raise too_short
    if found.range_db < LEAST_RANGE_DB:
        raise refusals.ReferenceNotSpeech("a steady tone, hum or hiss")
    if found.steadiness > MOST_STEADY:
        raise refusals.ReferenceNotSpeech("music or tones, or a voice with music behind it")
    noisy = found.snr_db < LEAST_SNR_DB
    if found.voiced_share < (LEAST_VOICED_IN_NOISE if noisy else LEAST_VOICED):
        raise refusals.ReferenceNotSpeech("noise or whispering, which has no pitch")
    if found.speech_s < LEAST_SPEECH_S:
        raise too_short
    if found.window_s > LONGEST_S + 1e-6:
        raise refusals.BadTranscript(
            f"belongs to {found.window_s:.1f} s of recording, and a voice keeps {LONGEST_S:g} s:"
            " cut the recording to one or two sentences"
        )
    if found.level_dbfs < LEAST_LEVEL_DBFS:
        raise refusals.ReferenceTooQuiet(found.level_dbfs, LEAST_LEVEL_DBFS)
    if found.clipped_share > MOST_CLIPPED:
        raise refusals.ReferenceClipped(100 * found.clipped_share, 100 * MOST_CLIPPED)
    if noisy:
        raise refusals.ReferenceNoisy(found.snr_db, LEAST_SNR_DB)


def advice(found: Measures) -> Iterator[str]:
    """What would make the voice better, though the recording is taken."""
    if found.speech_s < GOOD_SPEECH_S:
        yield (
            f"{found.speech_s:.1f} s of speech is enough, and {GOOD_SPEECH_S:g} to 10 s would be"
            " better: read another sentence"
        )
    if found.level_dbfs < GOOD_LEVEL_DBFS:
        yield (
            f"the voice is soft ({found.level_dbfs:.0f} dBFS; {GOOD_LEVEL_DBFS:.0f} or more would"
            " be better): speak closer to the microphone"
        )
    if found.clipped_share > GOOD_CLIPPED:
        yield "the loudest syllables are cut off: turn the microphone down a little"
    if found.snr_db < GOOD_SNR_DB:
        yield (
            f"there is noise {found.snr_db:.0f} dB below the voice ({GOOD_SNR_DB:.0f} or more would"
            " be better): record in a quieter room"
        )
    if found.steadiness > GOOD_STEADY:
        yield "something steady sounds with the voice, such as music or a fan: switch it off"
    if found.bandwidth_hz < GOOD_BANDWIDTH_HZ:
        yield (
            f"nothing is heard above {found.bandwidth_hz / 1000:.1f} kHz, as over a telephone, and"
            " the voice will be as dull: record with a microphone at 24 kHz or more"
        )
    if abs(found.offset) > MOST_OFFSET:
        yield "the microphone adds a constant offset, which was taken out: check its cable"
    if found.broken:
        yield f"{found.broken} parts of the file were broken and are left out: send it again"
