"""Decoding strangers' files: what phones and browsers make, within bounds."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.audio import containers
from antiphon.audio.containers import OTHERS, RECORDINGS, container_of
from antiphon.audio.decoding import CODECS, Samples, decode, options
from antiphon.errors import SpeechError
from antiphon.refusals import NotAudio, ReferenceTooLong, UnreadableAudio
from antiphon.voices.check import check_reference
from tests.voices import crafted
from tests.voices.sounds import RATE, file, silence, speech, tones

MADE = [
    ("wav", "pcm_s16le", 16_000),
    ("wav", "pcm_s24le", 48_000),
    ("wav", "pcm_s32le", 44_100),
    ("wav", "pcm_f32le", 16_000),
    ("wav", "pcm_f64le", 16_000),
    ("wav", "pcm_u8", 16_000),
    ("wav", "pcm_alaw", 8_000),
    ("wav", "pcm_mulaw", 8_000),
    ("wav", "adpcm_ms", 16_000),
    ("w64", "pcm_s16le", 16_000),
    ("mp3", "libmp3lame", 24_000),
    ("adts", "aac", 24_000),
    ("ipod", "aac", 48_000),
    ("mp4", "aac", 48_000),
    ("mp4", "alac", 16_000),
    ("mov", "pcm_s16le", 16_000),
    ("3gp", "aac", 16_000),
    ("3gp", "libopencore_amrnb", 8_000),
    ("amr", "libopencore_amrnb", 8_000),
    ("webm", "libopus", 48_000),
    ("matroska", "pcm_s16le", 16_000),
    ("ogg", "libopus", 48_000),
    ("flac", "flac", 16_000),
    ("caf", "alac", 16_000),
    ("caf", "pcm_s16be", 16_000),
    ("aiff", "pcm_s16be", 16_000),
    ("au", "pcm_s16be", 16_000),
    ("asf", "wmav2", 44_100),
]
SEEDS = [file(speech()[: 4 * RATE], *made) for made in MADE[:1] + MADE[10:14] + MADE[19:23:3]]


def likeness(found: Samples, rate: int) -> float:
    """How alike the loudness is to that of the speech, every 10 ms, whatever a codec delays."""
    heard, wanted = _loudness(found, rate), _loudness(speech().astype(np.float32), RATE)
    count = len(wanted) - 40
    return max(
        float(np.corrcoef(heard[at : at + count], wanted[20 : 20 + count])[0, 1])
        for at in range(min(40, len(heard) - count))
    )


def _loudness(samples: Samples, rate: int) -> Samples:
    step = rate // 100
    whole = samples[: len(samples) // step * step].reshape(-1, step)
    return np.asarray(np.sqrt(np.square(whole).mean(axis=1)), np.float32)


@pytest.mark.parametrize("made", MADE, ids=lambda made: "-".join(map(str, made)))
def test_what_phones_and_browsers_make_is_heard(made: tuple[str, str, int]) -> None:
    """Every container and codec gives the speech that went in, at its own rate."""
    decoded = decode(file(speech(), *made), 60)
    assert decoded.rate == made[2]
    assert decoded.broken == 0
    assert len(decoded.samples) / decoded.rate == pytest.approx(len(speech()) / RATE, abs=0.15)
    assert likeness(decoded.samples, decoded.rate) > 0.95


def test_full_scale_is_one() -> None:
    """Integers of every width become the same samples."""
    wave = tones((440,), 1)
    for codec in ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"):
        samples = decode(file(wave, "wav", codec), 60).samples
        assert np.abs(samples - wave).max() < (0.01 if codec == "pcm_u8" else 1e-4)


def test_the_loudest_channel_is_taken() -> None:
    """A dead channel does not make the voice softer, and opposite ones do not cancel."""
    voice = speech()
    alone = decode(file(voice), 60).samples
    for other in (np.zeros_like(voice), 0.5 * voice, -0.9 * voice):
        assert np.array_equal(decode(file(np.stack([other, voice])), 60).samples, alone)


def test_decoding_stops_where_it_is_too_long() -> None:
    """An hour of silence in a few bytes is not unpacked: 60 s of it are."""
    with pytest.raises(ReferenceTooLong):
        decode(crafted.long_mp3(1), 60)
    assert decode(crafted.long_mp3(0.01), 60).samples.size > 0


def test_what_encoders_pad_is_not_too_long() -> None:
    """Sixty seconds stay sixty seconds, in AAC too."""
    assert decode(file(silence(60), "mp4", "aac", 16_000), 60).rate == 16_000


def test_ffmpeg_may_do_nothing_but_read_these_bytes() -> None:
    """One demuxer, the decoders of sound alone, no protocol."""
    allowed = options(containers.OGG)
    assert allowed["format_whitelist"] == "ogg"
    assert allowed["protocol_whitelist"] == "none"
    assert set(allowed["codec_whitelist"].split(",")) == set(CODECS)


def test_no_recording_is_a_list_of_files_or_a_picture() -> None:
    """The demuxers that open other files, or draw, are never chosen."""
    chosen = {name for _, each in RECORDINGS for name in each.demuxer.split(",")}
    assert not chosen & {"hls", "concat", "dash", "image2", "sdp", "rtsp", "lavfi", "tedcaptions"}


def test_a_nested_reference_to_a_file_is_not_followed() -> None:
    """Its sound is looked for in the bytes that came, and nowhere else."""
    try:
        samples = decode(crafted.external_movie(), 60).samples
    except UnreadableAudio:
        return
    assert len(samples) * 2 <= len(crafted.external_movie())


@pytest.mark.parametrize(("signs", "name"), OTHERS, ids=[name for _, name in OTHERS])
def test_what_else_it_is_is_said(signs: containers.Signs, name: str) -> None:
    """The message names the kind of file, since a wrong file is the usual mistake."""
    data = bytearray(600)
    for offset, sign in signs:
        data[offset : offset + len(sign)] = sign
    with pytest.raises(NotAudio, match=r"the file is (an? |subtitles|notes )"):
        container_of(bytes(data))


@given(seed=st.integers(0, len(SEEDS) - 1), data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_mutated_file_is_refused_or_heard(seed: int, data: st.DataObject) -> None:
    """Whatever is changed in a good file, nothing but a situation is raised."""
    mutated = bytearray(SEEDS[seed])
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(mutated) - 1))
        mutated[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    length = data.draw(st.sampled_from([len(mutated), len(mutated) * 9 // 10, 500, 40]))
    with suppress(SpeechError):
        check_reference(bytes(mutated[:length]))


@given(
    st.binary(max_size=200), st.sampled_from([sign for signs, _ in RECORDINGS for sign in signs])
)
@settings(max_examples=200, deadline=None)
def test_nonsense_behind_a_true_beginning_is_refused(body: bytes, sign: tuple[int, bytes]) -> None:
    """The first bytes alone make no recording."""
    with pytest.raises(SpeechError):
        check_reference(bytes(sign[0]) + sign[1] + body)
