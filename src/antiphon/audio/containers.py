"""What a file truly is, told by its first bytes and never by its name."""

from __future__ import annotations

from dataclasses import dataclass

from antiphon.refusals import NotAudio

# An ID3 tag may hold a picture, so what it hides lies this far in at most.
FARTHEST = 16 * 1024 * 1024
MPEG_LAYERS = {2: "mp2", 1: "mp3"}  # as the header counts them
UNUSED_BIT_RATES, UNUSED_RATE, UNUSED_VERSION = (0, 15), 3, 1


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file that can hold a recording, and FFmpeg's demuxer for it."""

    name: str
    demuxer: str


WAV, W64 = Container("WAV", "wav"), Container("Wave64", "w64")
FLAC, OGG = Container("FLAC", "flac"), Container("Ogg", "ogg")
MATROSKA = Container("WebM or Matroska", "matroska,webm")
MP4 = Container("MP4, M4A, 3GP or MOV", "mov,mp4,m4a,3gp,3g2,mj2")
MP3, AAC = Container("MP3", "mp3"), Container("AAC", "aac")
AMR, CAF = Container("AMR", "amr"), Container("CAF", "caf")
AIFF, ASF = Container("AIFF", "aiff"), Container("WMA", "asf")
AU = Container("AU", "au")

# (offset, bytes) that all stand there, and what the file then is.
Signs = tuple[tuple[int, bytes], ...]
RECORDINGS: tuple[tuple[Signs, Container], ...] = (
    (((0, b"RIFF"), (8, b"WAVE")), WAV),
    (((0, b"RF64"), (8, b"WAVE")), WAV),
    (((0, b"BW64"), (8, b"WAVE")), WAV),
    (((0, b"riff\x2e\x91\xcf\x11"),), W64),
    (((0, b"fLaC"),), FLAC),
    (((0, b"OggS"),), OGG),
    (((0, b"\x1a\x45\xdf\xa3"),), MATROSKA),
    (((4, b"ftyp"),), MP4),
    (((4, b"moov"),), MP4),
    (((4, b"mdat"),), MP4),
    (((4, b"wide"),), MP4),
    (((0, b"#!AMR"),), AMR),
    (((0, b"caff"),), CAF),
    (((0, b"FORM"), (8, b"AIF")), AIFF),
    (((0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),), ASF),
    (((0, b".snd"),), AU),
)
OTHERS: tuple[tuple[Signs, str], ...] = (
    (((0, b"\x7fELF"),), "a program (ELF)"),
    (((0, b"MZ"),), "a program (Windows)"),
    (((0, b"\xfe\xed\xfa"),), "a program (Mach-O)"),
    (((0, b"\xcf\xfa\xed\xfe"),), "a program (Mach-O)"),
    (((0, b"\xca\xfe\xba\xbe"),), "a program (Java or Mach-O)"),
    (((0, b"\0asm"),), "a program (WebAssembly)"),
    (((0, b"#!"),), "a script"),
    (((0, b"#EXTM3U"),), "a playlist"),
    (((0, b"[playlist]"),), "a playlist"),
    (((0, b"ffconcat"),), "a list of other files"),
    (((0, b"WEBVTT"),), "subtitles"),
    (((0, b"[Script Info]"),), "subtitles"),
    (((0, b"1\n00:"),), "subtitles"),
    (((0, b"1\r\n00:"),), "subtitles"),
    (((0, b"PK"),), "a ZIP archive or an office document"),
    (((0, b"\x1f\x8b"),), "a gzip archive"),
    (((0, b"BZh"),), "a bzip2 archive"),
    (((0, b"\xfd7zXZ"),), "an xz archive"),
    (((0, b"\x28\xb5\x2f\xfd"),), "a zstd archive"),
    (((0, b"7z\xbc\xaf"),), "a 7z archive"),
    (((0, b"Rar!"),), "a RAR archive"),
    (((257, b"ustar"),), "a tar archive"),
    (((0, b"%PDF"),), "a PDF document"),
    (((0, b"{\\rtf"),), "a document"),
    (((0, b"\xd0\xcf\x11\xe0"),), "an office document"),
    (((0, b"\x89PNG"),), "a picture (PNG)"),
    (((0, b"\xff\xd8\xff"),), "a picture (JPEG)"),
    (((0, b"GIF8"),), "a picture (GIF)"),
    (((0, b"BM"),), "a picture (BMP)"),
    (((0, b"II*\0"),), "a picture (TIFF)"),
    (((0, b"RIFF"), (8, b"WEBP")), "a picture (WebP)"),
    (((0, b"RIFF"), (8, b"AVI ")), "a film (AVI)"),
    (((0, b"FLV\x01"),), "a film (FLV)"),
    (((0, b"\0\0\x01\xba"),), "a film (MPEG)"),
    (((0, b"MThd"),), "notes for a synthesiser (MIDI)"),
    (((0, b"SQLite format 3"),), "a database"),
    (((0, b"<"),), "a web page, a drawing or another text with markup"),
    (((0, b"{"),), "a text (JSON)"),
)


def container_of(data: bytes) -> Container:
    """What kind of recording these bytes are; raises `NotAudio`, saying what else they are."""
    for signs, container in RECORDINGS:
        if _stands(data, signs):
            return container
    if data.startswith(b"ID3"):
        return _tagged(data)
    if (mpeg := _mpeg(data, 0)) is not None:
        return mpeg
    raise NotAudio(_other(data))


def _stands(data: bytes, signs: Signs) -> bool:
    return all(data.startswith(sign, offset) for offset, sign in signs)


def _tagged(data: bytes) -> Container:
    """What an ID3 tag stands before; unreadable there means MP3, whose own errors say why."""
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    at = min(10 + size, FARTHEST)
    if data.startswith(b"fLaC", at):
        return FLAC
    return _mpeg(data, at) or MP3


def _mpeg(data: bytes, at: int) -> Container | None:
    """MP3 or AAC, if a frame of either begins at `at`."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return AAC
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, rate = head[2] >> 4, head[2] >> 2 & 3
    sound = layer in MPEG_LAYERS and version != UNUSED_VERSION
    return MP3 if sound and bit_rate not in UNUSED_BIT_RATES and rate != UNUSED_RATE else None


def _other(data: bytes) -> str:
    """What a file is that is no recording."""
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    for signs, name in OTHERS:
        if _stands(data, signs) or _stands(start, signs):
            return name
    if not data:
        return "empty"
    if data[:4096].isascii() and b"\0" not in data[:4096]:
        return "a text"
    return "nothing that is known"
