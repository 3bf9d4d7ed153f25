"""How each compressed format is made: its codec, its container, and how little they hold back."""

from __future__ import annotations

from antiphon.audio.muxing import Codec, Muxed

# Streams leave in steps of so much audio; shorter steps would cost more bytes than time is won.
STEP_MS = 40
# Twice as fast as LAME's default, and a frame sooner; speech has bits to spare for both.
LAME = {"compression_level": "7", "reservoir": "0"}


def mp3(rate: int) -> Muxed:
    """Bare MP3 frames: tags and the Xing header tell the end, which a stream does not know."""
    codec = Codec("libmp3lame", "s16p", _bit_rate(rate), LAME)
    return Muxed(rate, codec, "mp3", {"write_xing": "0", "id3v2_version": "0"})


def aac(rate: int) -> Muxed:
    """AAC-LC, each frame behind an ADTS header."""
    return Muxed(rate, Codec("aac", "fltp", _bit_rate(rate)), "adts")


def opus(rate: int) -> Muxed:
    """Opus in Ogg, whose pages would otherwise hold a second or more."""
    return Muxed(rate, _opus(rate), "ogg", {"page_duration": str(STEP_MS * 1000)})


def webm(rate: int) -> Muxed:
    """Opus in WebM, as a live stream of short clusters."""
    return Muxed(rate, _opus(rate), "webm", {"live": "1", "cluster_time_limit": str(STEP_MS)})


def flac(rate: int) -> Muxed:
    """FLAC behind a header that leaves the length open."""
    block = {"frame_size": str(rate * STEP_MS // 1000)}
    return Muxed(rate, Codec("flac", options=block), "flac")


def ulaw(rate: int) -> Muxed:
    """G.711 µ-law, headerless."""
    return Muxed(rate, Codec("pcm_mulaw"), "mulaw")


def alaw(rate: int) -> Muxed:
    """G.711 A-law, headerless."""
    return Muxed(rate, Codec("pcm_alaw"), "alaw")


def _bit_rate(rate: int) -> int:
    return 128_000 if rate >= 32_000 else 64_000


def _opus(rate: int) -> Codec:
    # At 48 kbit/s libopus takes another mode, which costs more than twice the time.
    return Codec("libopus", bit_rate=64_000 if rate >= 24_000 else 32_000)
