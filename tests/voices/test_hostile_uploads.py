"""Hostile and poor uploads: each has its own clear refusal, or is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from antiphon import refusals
from antiphon.refusals import BadReference
from antiphon.voices.reference import MOST_BYTES, Bounds, References
from tests.voices import crafted, sounds
from tests.voices.sounds import RATE, at_db, file, mixed, noise, silence, speech, tones

SHORT = 3 * RATE


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, and what is said of it: a refusal, or advice (none: "") though it is taken."""

    name: str
    make: Callable[[], bytes]
    refusal: type[BadReference] | None
    says: str


def refused(kind: type[BadReference], **uploads: tuple[Callable[[], bytes], str]) -> list[Upload]:
    """Uploads that are refused so, each with words that its message holds."""
    return [Upload(name, make, kind, says) for name, (make, says) in uploads.items()]


def taken(**uploads: tuple[Callable[[], bytes], str]) -> list[Upload]:
    """Uploads that become a recording, each with words of its advice."""
    return [Upload(name, make, None, says) for name, (make, says) in uploads.items()]


def given(data: bytes) -> Callable[[], bytes]:
    """Just these bytes."""
    return lambda: data


def truncated(container: str, codec: str, length: int, rate: int = RATE) -> Callable[[], bytes]:
    """The first bytes of a good file."""
    return lambda: file(speech(), container, codec, rate)[:length]


def heard(wave: Callable[[], sounds.Wave]) -> Callable[[], bytes]:
    """A good WAV file with this in it."""
    return lambda: file(wave())


def two_channels(left: sounds.Wave, right: sounds.Wave) -> bytes:
    """A stereo file."""
    return file(np.stack([left, right]))


def broken_in_the_middle() -> bytes:
    """An MP3 with a hole of nonsense."""
    data = bytearray(file(speech(), "mp3", "libmp3lame"))
    middle = len(data) // 2
    data[middle : middle + 600] = b"\x55" * 600
    return bytes(data)


OTHER_THINGS = refused(
    refusals.NotAudio,
    elf_program=(given(b"\x7fELF\x02\x01\x01" + bytes(200)), "program (ELF)"),
    windows_program=(given(b"MZ\x90\0" + bytes(200) + b"PE\0\0"), "program (Windows)"),
    mac_program=(given(b"\xcf\xfa\xed\xfe" + bytes(200)), "program (Mach-O)"),
    java_class=(given(b"\xca\xfe\xba\xbe\0\0\0\x34"), "program (Java"),
    wasm=(given(b"\0asm\1\0\0\0"), "program (WebAssembly)"),
    shell_script=(given(b"#!/bin/sh\nrm -rf /\n"), "script"),
    python_text=(given(b"import os\nos.system('id')\n"), "a text"),
    web_page=(given(b"<!DOCTYPE html><script>alert(1)</script>"), "web page"),
    svg=(given(b"<?xml version='1.0'?><svg onload='x()'/>"), "drawing"),
    page_with_bom=(given(b"\xef\xbb\xbf  <html>"), "web page"),
    json=(given(b'{"audio": "data:audio/wav;base64,"}'), "JSON"),
    utf16_text=(given("#EXTM3U".encode("utf-16")), "nothing that is known"),
    pdf=(given(b"%PDF-1.7\n1 0 obj"), "PDF"),
    png=(given(b"\x89PNG\r\n\x1a\n" + bytes(60)), "PNG"),
    jpeg=(given(b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(60)), "JPEG"),
    gif=(given(b"GIF89a" + bytes(60)), "GIF"),
    bmp=(given(b"BM" + bytes(60)), "BMP"),
    webp=(given(b"RIFF\x40\0\0\0WEBPVP8 " + bytes(60)), "WebP"),
    zip_archive=(lambda: crafted.zipped("a.wav", file(speech())), "ZIP"),
    zip_bomb=(lambda: crafted.zipped("a.wav", bytes(20_000_000)), "ZIP"),
    gzip_bomb=(lambda: crafted.squeezed("gz", bytes(20_000_000)), "gzip"),
    bzip2_bomb=(lambda: crafted.squeezed("bz2", bytes(20_000_000)), "bzip2"),
    xz_bomb=(lambda: crafted.squeezed("xz", bytes(2_000_000)), "xz"),
    seven_zip=(given(b"7z\xbc\xaf\x27\x1c" + bytes(60)), "7z"),
    rar=(given(b"Rar!\x1a\x07\1\0" + bytes(60)), "RAR"),
    tar=(lambda: crafted.tarred("a.wav", file(speech())), "tar"),
    office_document=(given(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60)), "office"),
    database=(given(b"SQLite format 3\0" + bytes(84)), "database"),
    hls_playlist=(given(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), "playlist"),
    pls_playlist=(given(b"[playlist]\nFile1=/etc/passwd\n"), "playlist"),
    concat_script=(given(b"ffconcat version 1.0\nfile /etc/passwd\n"), "list of other files"),
    bare_concat_script=(given(b"file '/etc/passwd'\n"), "a text"),
    webvtt=(given(b"WEBVTT\n\n00:00.000 --> 00:01.000\nhi\n"), "subtitles"),
    srt=(given(b"1\n00:00:00,000 --> 00:00:01,000\nhi\n"), "subtitles"),
    ass=(given(b"[Script Info]\nScriptType: v4.00+\n"), "subtitles"),
    midi=(given(b"MThd\0\0\0\6\0\1\0\1\0\x60"), "MIDI"),
    avi=(given(b"RIFF\x40\0\0\0AVI LIST" + bytes(60)), "AVI"),
    flv=(given(b"FLV\1\5\0\0\0\x09" + bytes(60)), "FLV"),
    mpeg_film=(given(b"\0\0\1\xba" + bytes(60)), "MPEG"),
    nothing=(given(b""), "empty"),
    one_byte=(given(b"\xff"), "nothing that is known"),
    random_4=(lambda: crafted.random_bytes(4), "nothing that is known"),
    random_2=(lambda: crafted.random_bytes(2), "nothing that is known"),
    random_3=(lambda: crafted.random_bytes(3), "nothing that is known"),
    picture_then_mp3=(
        lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + file(speech(), "mp3", "libmp3lame"),
        "JPEG",
    ),
    page_then_mp3=(lambda: b"<html></html>" + file(speech(), "mp3", "libmp3lame"), "web page"),
    pdf_then_wav=(lambda: b"%PDF-1.4\n" + file(speech()), "PDF"),
    zip_then_wav=(lambda: crafted.zipped("x", b"x") + file(speech()), "ZIP"),
)

BROKEN = refused(
    refusals.UnreadableAudio,
    half_a_wav_header=(truncated("wav", "pcm_s16le", 20), "as WAV it is broken"),
    half_a_flac_header=(truncated("flac", "flac", 20), "as FLAC it is broken"),
    half_an_ogg_header=(truncated("ogg", "libopus", 20, 48_000), "as Ogg it is broken"),
    half_a_webm_header=(truncated("webm", "libopus", 20, 48_000), "as WebM or Matroska it"),
    half_an_mp4_header=(truncated("mp4", "aac", 30), "as MP4, M4A, 3GP or MOV it is broken"),
    mp4_without_its_end=(truncated("mp4", "aac", 20_000), "as MP4, M4A, 3GP or MOV it is broken"),
    half_an_mp3_frame=(truncated("mp3", "libmp3lame", 14), ""),
    half_an_aac_frame=(truncated("adts", "aac", 9), ""),
    half_an_amr_header=(given(b"#!AMR\n"), "it ends before any sound"),
    half_a_caf_header=(truncated("caf", "pcm_s16be", 20), "as CAF it is broken"),
    half_an_aiff_header=(truncated("aiff", "pcm_s16be", 14), "as AIFF it is broken"),
    half_a_wma_header=(given(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9"), "as WMA it is broken"),
    half_an_au_header=(truncated("au", "pcm_s16be", 10), "as AU it is broken"),
    wav_of_nothing=(lambda: crafted.wav(b""), "before any sound"),
    wav_at_0_hz=(lambda: crafted.wav(rate=0), "broken"),
    wav_at_1_khz=(lambda: crafted.wav(rate=1_000), "sample rate is 1000 Hz"),
    wav_at_1_mhz=(lambda: crafted.wav(rate=1_000_000), "sample rate is 1000000 Hz"),
    wav_at_4_ghz=(lambda: crafted.wav(rate=4_000_000_000), "broken"),
    wav_without_channels=(lambda: crafted.wav(channels=0), "before any sound"),
    wav_of_255_channels=(lambda: crafted.wav(channels=255), "255 channels"),
    wav_of_65535_channels=(lambda: crafted.wav(channels=65_535), ""),
    wav_of_0_bits=(lambda: crafted.wav(bits=0), "coded in a way"),
    wav_of_unknown_coding=(lambda: crafted.wav(tag=0x1234), "coded in a way"),
    wav_of_cinema_sound=(lambda: crafted.wav(tag=0x2000), ""),
    float_nan=(lambda: crafted.float_wav(float("nan")), "not numbers"),
    float_infinity=(lambda: crafted.float_wav(float("-inf")), "not numbers"),
    float_far_too_loud=(lambda: crafted.float_wav(1e30), "beyond full scale"),
    flac_with_huge_metadata=(crafted.flac_with_huge_metadata, "as FLAC it is broken"),
    ogg_of_empty_pages=(crafted.endless_ogg, "Ogg"),
    boxes_in_boxes=(crafted.nested_boxes, "as MP4"),
    table_of_sizes_bomb=(lambda: crafted.boxes_that_promise(b"stsz"), ""),
    table_of_times_bomb=(lambda: crafted.boxes_that_promise(b"stts"), ""),
    film_without_sound=(sounds.film, "no sound"),
    matroska_without_sound=(lambda: sounds.film("matroska"), "no sound"),
    photo_of_a_phone=(given(crafted.box(b"ftyp", b"heic\0\0\0\0mif1heic")), "MP4"),
    random_that_begins_like_mp3=(lambda: crafted.random_bytes(1), "as MP3 it is broken"),
    picture_in_a_tag=(lambda: crafted.tagged(b"APIC" + bytes(500), b""), ""),
    page_in_a_tag=(lambda: crafted.tagged(b"<script>", b"<html>" * 100), ""),
)

TOO_MUCH = [
    *refused(
        refusals.ReferenceTooLong,
        mp3_of_3_hours=(lambda: crafted.long_mp3(3), "60 s"),
        flac_of_10_minutes=(lambda: file(silence(600), "flac", "flac", 8_000), "60 s"),
        speech_of_67_s=(lambda: file(np.tile(speech(), 10), "ogg", "libopus", 48_000), "60 s"),
        wav_of_50_minutes=(
            lambda: crafted.wav(bytes(24_000_000), rate=8_000, bits=8),
            "cut out about 10 s",
        ),
    ),
    *refused(
        refusals.UploadTooLarge,
        wav_of_26_mb=(lambda: crafted.wav(bytes(MOST_BYTES + 1)), f"limit is {MOST_BYTES}"),
    ),
]

NOBODY = [
    *refused(
        refusals.ReferenceSilent,
        digital_zero=(heard(lambda: silence(5)), "all 5.0 s"),
        last_bit_noise=(heard(lambda: noise(5, -95)), "switch the microphone on"),
        constant_offset=(heard(lambda: np.full(5 * RATE, 0.5)), "silent"),
    ),
    *refused(
        refusals.ReferenceNotSpeech,
        pure_tone=(heard(lambda: tones((440,), 5)), "steady tone"),
        mains_hum=(heard(lambda: tones((50, 100, 150, 250), 5)), "hum"),
        white_noise=(heard(lambda: noise(5)), "hiss"),
        gusts=(heard(lambda: noise(6, colour=1) * np.sin(np.arange(6 * RATE) / 5e3) ** 2), "noise"),
        chords=(heard(sounds.chords), "steady tone"),
        melody=(heard(sounds.melody), "music"),
        dial_tone=(heard(lambda: np.tile(np.r_[tones((425,), 1), silence(1)], 3)), "tones"),
        song_in_front=(heard(lambda: mixed(speech(), sounds.melody(), -10)), "music"),
        music_as_loud=(heard(lambda: mixed(speech(), sounds.chords(), 0)), "music behind"),
    ),
]

POOR = [
    *refused(
        refusals.ReferenceTooShort,
        click=(lambda: crafted.wav(b"\xff\x7f" * 160), "two or three sentences"),
        speech_of_half_a_second=(heard(lambda: speech()[SHORT : SHORT + RATE // 2]), "0.5 s long"),
        speech_of_2_s=(heard(lambda: speech()[: 2 * RATE]), "2.0 s long"),
        speech_of_2_s_in_silence=(
            heard(lambda: np.r_[silence(4), speech()[: 2 * RATE], silence(4)]),
            "10.0 s long",
        ),
    ),
    *refused(
        refusals.ReferenceTooQuiet,
        speech_at_minus_60_db=(heard(lambda: at_db(speech(), -45)), "speak closer"),
    ),
    *refused(
        refusals.ReferenceClipped,
        clipped_by_10_db=(heard(lambda: sounds.clipped(speech(), 10)), "turn the microphone down"),
        clipped_then_softer=(heard(lambda: 0.3 * sounds.clipped(speech(), 12)), "cut off"),
        clipped_then_mp3=(
            lambda: file(sounds.clipped(speech(), 12), "mp3", "libmp3lame"),
            "cut off",
        ),
    ),
    *refused(
        refusals.ReferenceNoisy,
        noise_as_loud=(heard(lambda: mixed(speech(), noise(7), 0)), "quiet room"),
        wind_alone=(heard(lambda: noise(5, colour=2)), "quiet room"),
        noise_5_db_below=(heard(lambda: mixed(speech(), noise(7), 5)), "quiet room"),
        rumble_as_loud=(heard(lambda: mixed(speech("man"), noise(7, colour=1), 0)), "noise"),
    ),
]

MENDED = taken(
    good=(lambda: file(speech()), ""),
    telephone=(lambda: file(speech(), "wav", "pcm_alaw", 8_000), "telephone"),
    phone_memo=(lambda: file(speech(), "amr", "libopencore_amrnb", 8_000), "telephone"),
    offset=(heard(lambda: 0.5 * speech() + 0.2), "offset"),
    soft=(heard(lambda: at_db(speech(), -24)), "soft"),
    noise_15_db_below=(heard(lambda: mixed(speech(), noise(7), 15)), "quieter room"),
    clipped_a_little=(heard(lambda: sounds.clipped(speech("man"), 5)), "cut off"),
    speech_of_4_s=(heard(lambda: speech()[: 4 * RATE]), "another sentence"),
    speech_of_40_s=(heard(lambda: np.tile(speech(), 6)), ""),
    long_silence_first=(heard(lambda: np.r_[silence(40), speech()]), ""),
    music_then_speech=(heard(lambda: np.r_[sounds.melody(), silence(1), speech()]), ""),
    endless_wav=(lambda: _endless(file(speech())), ""),
    wav_then_zip=(lambda: file(speech()) + crafted.zipped("x.exe", b"MZ"), ""),
    page_in_a_tag_of_speech=(
        lambda: crafted.tagged(b"<script>", file(speech(), "mp3", "libmp3lame")),
        "",
    ),
    one_dead_channel=(lambda: two_channels(silence(len(speech()) / RATE), speech()), ""),
    channels_that_cancel=(lambda: two_channels(speech(), -speech()), ""),
    broken_in_the_middle=(broken_in_the_middle, ""),
    broken_off=(lambda: file(speech(), "mp3", "libmp3lame")[:40_000], ""),
    floats_above_full_scale=(lambda: file(2 * speech(), "wav", "pcm_f32le"), ""),
    eight_bits=(lambda: file(speech(), "wav", "pcm_u8"), ""),
)


def _endless(data: bytes) -> bytes:
    """The same WAV with the lengths of a stream that never ends."""
    at = data.index(b"data") + 4
    return data[:4] + b"\xff" * 4 + data[8:at] + b"\xff" * 4 + data[at + 4 :]


REFUSED = [*OTHER_THINGS, *BROKEN, *TOO_MUCH, *NOBODY, *POOR]
EVERY = [*REFUSED, *MENDED]


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    """An event loop for the whole module."""
    with start_blocking_portal("asyncio") as started:
        yield started


@pytest.fixture(scope="module")
def references(portal: BlockingPortal) -> Iterator[References]:
    """One desk for all uploads, as in a server."""

    async def opened() -> References:
        return References(Bounds(at_once=1, rest=0))

    desk = portal.call(opened)
    yield desk
    portal.call(desk.aclose)


@pytest.mark.parametrize("upload", REFUSED, ids=lambda upload: upload.name)
def test_a_hostile_or_poor_upload_is_refused_by_name(
    upload: Upload, references: References, portal: BlockingPortal
) -> None:
    """The situation is its own, the message says what was found and what to do."""
    assert upload.refusal is not None
    with pytest.raises(upload.refusal) as error:
        portal.call(references.accept, upload.make())
    assert upload.says in str(error.value)
    assert ";" in str(error.value)


@pytest.mark.parametrize("upload", MENDED, ids=lambda upload: upload.name)
def test_what_can_be_mended_is_taken_with_advice(
    upload: Upload, references: References, portal: BlockingPortal
) -> None:
    """It becomes 3 to 10 s of speech, and what could be better is said."""
    accepted = portal.call(references.accept, upload.make())
    recording, verdict = accepted.recording, accepted.verdict
    assert 2.99 <= len(recording.pcm) / 2 / recording.rate <= 10.0
    assert verdict.speech_s >= 2.5
    if upload.says:
        assert upload.says in " ".join(verdict.advice)


def test_there_are_enough_of_them() -> None:
    """Sixty at least, each with a name of its own."""
    names = [upload.name for upload in EVERY]
    assert len(names) >= 60
    assert len(set(names)) == len(names)


def test_no_file_of_this_machine_is_heard(references: References, portal: BlockingPortal) -> None:
    """A film that names `/etc/passwd` as its sound gets none of it."""
    with pytest.raises(BadReference):
        portal.call(references.accept, crafted.external_movie())


def test_the_desk_still_works_after_all_of_them(
    references: References, portal: BlockingPortal
) -> None:
    """The next honest upload is accepted."""
    assert portal.call(references.accept, file(speech())).recording.pcm
