"""Where speech is written: whole or not at all."""

from __future__ import annotations

import io
import wave
from contextlib import closing
from pathlib import Path

import pytest

from antiphon.audio.encoding import FORMATS
from antiphon.cli.exits import OutputFailed
from antiphon.cli.sinks import FileSink, StreamSink

PCM = bytes(range(200)) * 24


def test_a_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    """Until then it lies beside its place, under another name."""
    path = tmp_path / "said.wav"
    with closing(FileSink(path, FORMATS["wav"])) as sink:
        sink.start(22_050)
        sink.write(PCM)
        assert not path.exists()
        sink.finish()
        assert path.exists()
    with wave.open(str(path)) as opened:
        assert opened.getframerate() == 22_050
        assert opened.readframes(1 << 20) == PCM


def test_a_file_that_was_not_finished_was_never_there(tmp_path: Path) -> None:
    """Neither under its name nor under another."""
    with closing(FileSink(tmp_path / "said.wav", FORMATS["wav"])) as sink:
        sink.start(22_050)
        sink.write(PCM)
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced."""
    target, link = tmp_path / "target.pcm", tmp_path / "link.pcm"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with closing(FileSink(link, FORMATS["pcm"])) as sink:
        sink.start(24_000)
        sink.write(PCM)
        sink.finish()
    assert link.is_symlink()
    assert target.read_bytes() == PCM


def test_a_file_that_cannot_be_is_told_before_anything_is_spoken(tmp_path: Path) -> None:
    """A folder is not written over."""
    with pytest.raises(OutputFailed, match="cannot write"):
        FileSink(tmp_path, FORMATS["wav"])


def test_headerless_samples_have_the_rate_that_clients_expect(tmp_path: Path) -> None:
    """An engine at another rate is resampled to 24 kHz."""
    path = tmp_path / "said.pcm"
    with closing(FileSink(path, FORMATS["pcm"])) as sink:
        sink.start(48_000)
        sink.write(bytes(2 * 48_000))
        sink.finish()
    assert path.stat().st_size == pytest.approx(2 * 24_000, abs=4)


def test_a_file_that_the_shell_opened_is_mended(tmp_path: Path) -> None:
    """`antiphon speak > said.wav` is a whole WAV file."""
    path = tmp_path / "said.wav"
    with path.open("wb") as stream:
        sink = StreamSink(stream, FORMATS["wav"])
        sink.start(24_000)
        sink.write(PCM)
        sink.finish()
    with wave.open(str(path)) as opened:
        assert opened.readframes(1 << 20) == PCM


def test_a_file_that_is_appended_to_keeps_its_streaming_header(tmp_path: Path) -> None:
    """Mending it would write the header a second time at the end."""
    path = tmp_path / "said.wav"
    with path.open("ab") as stream:
        sink = StreamSink(stream, FORMATS["wav"])
        sink.start(24_000)
        sink.write(PCM)
        sink.finish()
    assert path.stat().st_size == 44 + len(PCM)


def test_a_stream_that_is_no_file_is_left_as_it_is() -> None:
    """A pipe cannot be mended and is not ours to close."""
    stream = io.BytesIO()
    with closing(StreamSink(stream, FORMATS["pcm"])) as sink:
        sink.start(24_000)
        sink.write(PCM)
        sink.finish()
    assert stream.getvalue() == PCM


@pytest.mark.parametrize("wanted", ["wav", "flac"])
def test_a_stream_that_is_full_is_told(wanted: str) -> None:
    """As a full disk is told for a file."""
    with Path("/dev/full").open("wb", buffering=0) as stream:
        sink = StreamSink(stream, FORMATS[wanted])
        sink.start(24_000)
        with pytest.raises(OutputFailed, match="cannot write standard output: No space left"):
            for _ in range(1_000):
                sink.write(PCM)
