"""The sound of a stranger's file: one channel of it, decoded by FFmpeg within bounds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from antiphon.audio.containers import Container, container_of
from antiphon.refusals import ReferenceTooLong, UnreadableAudio

Samples = npt.NDArray[np.float32]

LOWEST_RATE, HIGHEST_RATE = 6_000, 192_000
MOST_VALUES_PER_S = 8 * 48_000  # a minute of float32 is then 92 MB
MOST_STREAMS = 16
MOST_BROKEN = 64  # packets; some phones break one at the end
PADDING_S = 0.5  # what encoders add at both ends does not make a minute too long
LOUDEST = 64.0  # full scale is 1; what is far beyond it was never samples of that kind

# What phones, browsers and recorders write; every other decoder of FFmpeg stays shut.
CODECS = (
    *("pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le"),
    *("pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_alaw", "pcm_mulaw"),
    *("adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "mp3", "mp3float", "mp2", "mp2float", "aac"),
    *("alac", "opus", "libopus", "vorbis", "flac", "amrnb", "amrwb", "libopencore_amrnb"),
    *("libopencore_amrwb", "wmav1", "wmav2", "wmavoice"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The loudest channel as it was in the file, full scale being 1; `broken` packets lack."""

    samples: Samples
    rate: int
    broken: int = 0


def options(container: Container) -> dict[str, str]:
    """What FFmpeg may do with the file: read these bytes as this format, and nothing else.

    No protocol is left, so that no file names another one: playlists, references, and includes
    lead nowhere. Pictures and films inside have no decoder.
    """
    return {
        "format_whitelist": container.demuxer,
        "codec_whitelist": ",".join(CODECS),
        "protocol_whitelist": "none",
        "probesize": "1000000",
        "analyzeduration": "2000000",
        "max_streams": str(MOST_STREAMS),
    }


def decode(data: bytes, limit_s: float) -> Decoded:
    """Decode a whole file; raises `NotAudio`, `UnreadableAudio` or `ReferenceTooLong`."""
    container = container_of(data)
    av.logging.set_level(av.logging.PANIC)
    try:
        with av.open(
            io.BytesIO(data),
            "r",
            format=container.demuxer.partition(",")[0],
            container_options=options(container),
            metadata_errors="ignore",
        ) as opened:
            return _gather(opened, limit_s)
    except MemoryError:
        raise UnreadableAudio("it asks for more memory than a recording needs") from None
    except (av.error.FFmpegError, ValueError, OverflowError, ArithmeticError) as error:
        raise UnreadableAudio(f"as {container.name} it is broken ({_reason(error)})") from None


def _reason(error: Exception) -> str:
    """FFmpeg's word for it, without the name of the file that it thinks it opened."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).partition("\n")[0][:80]


def _gather(opened: InputContainer, limit_s: float) -> Decoded:
    if not opened.streams.audio:
        raise UnreadableAudio("it holds no sound")
    if opened.streams.audio[0].codec_context is None:
        raise UnreadableAudio("its sound is coded in a way that recorders do not use")
    channels = Channels(limit_s)
    broken = 0
    for packet in _packets(opened, opened.streams.audio[0]):
        try:
            for frame in packet.decode():
                channels.add(frame)
        except av.error.FFmpegError:
            broken += 1
            if broken > MOST_BROKEN:
                raise UnreadableAudio(f"more than {MOST_BROKEN} of its parts are broken") from None
    return channels.loudest(broken)


def _packets(opened: InputContainer, stream: AudioStream) -> Iterator[av.Packet[AudioStream]]:
    """The packets of the sound; a file that breaks off ends there."""
    stream.codec_context.thread_type = "NONE"
    packets = opened.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.EOFError):
            return
        except av.error.FFmpegError:
            return
        yield packet


class Channels:
    """Gathers frames until there are too many."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._rate = self._count = self._samples = 0
        self._frames: list[Samples] = []

    def add(self, frame: object) -> None:
        """Take one frame; raises `ReferenceTooLong` or `UnreadableAudio`."""
        if not isinstance(frame, AudioFrame) or frame.samples == 0:
            return
        if not self._frames:
            self._accept(frame.sample_rate, len(frame.layout.channels))
        if (frame.sample_rate, len(frame.layout.channels)) != (self._rate, self._count):
            raise UnreadableAudio("its sample rate or its channels change on the way")
        self._samples += frame.samples
        if self._samples > (self._limit_s + PADDING_S) * self._rate:
            raise ReferenceTooLong(self._limit_s)
        self._frames.append(_scaled(frame, self._count))

    def loudest(self, broken: int) -> Decoded:
        """The channel with the most power: the mean of two would comb what reaches both."""
        if not self._frames:
            raise UnreadableAudio("it ends before any sound")
        channels = (
            np.concatenate([frame[index] for frame in self._frames]) for index in range(self._count)
        )
        best = max(channels, key=_power)
        if not np.isfinite(best).all():
            raise UnreadableAudio("it holds samples that are not numbers")
        if np.abs(best).max() > LOUDEST:
            raise UnreadableAudio("its samples are far beyond full scale")
        return Decoded(best, self._rate, broken)

    def _accept(self, rate: int, count: int) -> None:
        if not LOWEST_RATE <= rate <= HIGHEST_RATE:
            raise UnreadableAudio(
                f"its sample rate is {rate} Hz and may be {LOWEST_RATE} to {HIGHEST_RATE}"
            )
        if not 1 <= count <= MOST_VALUES_PER_S // rate:
            raise UnreadableAudio(f"it has {count} channels at {rate} Hz")
        self._rate, self._count = rate, count


def _scaled(frame: AudioFrame, channels: int) -> Samples:
    """Channels by samples; integers become what they are of full scale."""
    found = frame.to_ndarray()
    if not frame.format.is_planar:
        found = found.reshape(-1, channels).T
    if found.dtype.kind == "f":
        return found.astype(np.float32)
    middle = 128 if found.dtype == np.uint8 else 0
    scale = 2.0 ** (8 * found.dtype.itemsize - 1)
    return ((found.astype(np.float64) - middle) / scale).astype(np.float32)


def _power(channel: Samples) -> float:
    """Of one channel; one with a sample that is no number is the loudest, and so refused."""
    with np.errstate(over="ignore", invalid="ignore"):
        power = float(np.square(channel).sum(dtype=np.float64))
    return power if np.isfinite(power) else np.inf
