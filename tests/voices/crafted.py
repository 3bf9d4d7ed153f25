"""Files made byte by byte: what nobody's recorder writes."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import numpy as np

NOT_OURS = "/etc/passwd"


def wav(
    data: bytes = bytes(48_000),
    *,
    tag: int = 1,
    channels: int = 1,
    rate: int = 16_000,
    bits: int = 16,
    claimed: int | None = None,
) -> bytes:
    """A WAV file whose header says what it is told to."""
    size = len(data) if claimed is None else claimed
    block = channels * bits // 8
    layout = struct.pack(
        "<HHIIHH", tag, channels & 0xFFFF, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF, bits
    )
    head = b"RIFF" + struct.pack("<I", min(size + 36, 0xFFFFFFFF)) + b"WAVE"
    return (
        head + b"fmt " + struct.pack("<I", 16) + layout + b"data" + struct.pack("<I", size) + data
    )


def float_wav(value: float) -> bytes:
    """Three seconds of one sample."""
    return wav(np.full(48_000, value, "<f4").tobytes(), tag=3, bits=32)


def box(kind: bytes, body: bytes, size: int | None = None) -> bytes:
    """An MP4 box; `size` may lie."""
    return struct.pack(">I", (len(body) + 8) if size is None else size) + kind + body


FTYP = box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom")


def nested_boxes(depth: int = 20_000) -> bytes:
    """Boxes inside boxes, far deeper than any file has."""
    body = b""
    kinds = (b"moov", b"trak", b"mdia", b"minf")
    for level in range(depth):
        body = kinds[level % 4] + body
        body = struct.pack(">I", len(body) + 4) + body
    return FTYP + body


def boxes_that_promise(kind: bytes, entries: int = 0x0FFFFFFF) -> bytes:
    """A sound track whose table says that it has hundreds of millions of entries."""
    table = box(
        kind,
        struct.pack(">III", 0, 0, entries) if kind == b"stsz" else struct.pack(">II", 0, entries),
    )
    return FTYP + box(b"moov", _track(table))


def external_movie() -> bytes:
    """A QuickTime film whose sound lies in another file of the reader's machine."""
    url = box(b"url ", b"\0\0\0\0file://" + NOT_OURS.encode() + b"\0")
    alias = box(b"alis", b"\0\0\0\0" + NOT_OURS.encode() + b"\0" * 150)
    dref = box(b"dref", struct.pack(">II", 0, 2) + url + alias)
    tables = (
        box(b"stsz", struct.pack(">III", 0, 2, 40_000))
        + box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 40_000, 1))
        + box(b"stco", struct.pack(">III", 0, 1, 0))
        + box(b"stts", struct.pack(">IIII", 0, 1, 40_000, 1))
    )
    return box(b"ftyp", b"qt  \0\0\0\0qt  ") + box(b"moov", _track(tables, dref))


def _track(tables: bytes, dref: bytes = b"") -> bytes:
    entry = struct.pack(">6xH8xHHIHH", 1, 1, 16, 0, 16_000, 0)
    stsd = box(b"stsd", struct.pack(">II", 0, 1) + box(b"twos", entry))
    dinf = box(b"dinf", dref) if dref else b""
    minf = box(b"minf", dinf + box(b"stbl", stsd + tables))
    mdhd = box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 16_000, 40_000, 0, 0))
    hdlr = box(b"hdlr", b"\0\0\0\0mhlrsoun" + bytes(13))
    return box(b"trak", box(b"mdia", mdhd + hdlr + minf))


def ogg_page(body: bytes, sequence: int, kind: int = 0) -> bytes:
    """A page with a true checksum."""
    lacing = b"\xff" * (len(body) // 255) + bytes([len(body) % 255])
    head = b"OggS" + struct.pack("<BBqIIIB", 0, kind, 0, 1, sequence, 0, len(lacing)) + lacing
    page = bytearray(head + body)
    page[22:26] = struct.pack("<I", _ogg_checksum(bytes(page)))
    return bytes(page)


def _ogg_checksum(page: bytes) -> int:
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register & 0x80000000 else 0)) & 0xFFFFFFFF
    return register


def endless_ogg(pages: int = 2_000) -> bytes:
    """Opus headers, and then pages without any packet."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<II", 0, 0)
    empty = b"OggS" + struct.pack("<BBqIIIB", 0, 0, 0, 1, 2, 0, 0)
    return ogg_page(head, 0, 2) + ogg_page(tags, 1) + empty * pages


def flac_with_huge_metadata() -> bytes:
    """Sixteen megabytes announced for a picture, and nothing behind it."""
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + struct.pack(">Q", 16_000 << 44 | 15 << 36)
    stream_info = b"\0" + len(info + bytes(16)).to_bytes(3, "big") + info + bytes(16)
    return b"fLaC" + stream_info + b"\x86" + b"\xff\xff\xff" + bytes(1_000)


def long_mp3(hours: float) -> bytes:
    """Silence at 8 kbit/s: hours in a few megabytes."""
    frame = b"\xff\xe3\x18\xc4" + bytes(68)  # MPEG 2.5, layer III, 8 kbit/s, 8 kHz, mono: 72 ms
    return frame * round(hours * 3600 / 0.072)


def tagged(body: bytes, sound: bytes) -> bytes:
    """Something in an ID3 tag before a sound."""
    size = len(body)
    coded = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + coded + body + sound


def zipped(name: str, body: bytes) -> bytes:
    """One file in a ZIP archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return written.getvalue()


def tarred(name: str, body: bytes) -> bytes:
    """One file in a tar archive."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(body)
        archive.addfile(entry, io.BytesIO(body))
    return written.getvalue()


def squeezed(how: str, body: bytes) -> bytes:
    """The body as that program makes it small."""
    return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[how](body)


def random_bytes(seed: int) -> bytes:
    """Twenty thousand of them."""
    return np.random.default_rng(seed).bytes(20_000)
