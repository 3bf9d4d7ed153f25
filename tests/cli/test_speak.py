"""`antiphon speak`: from words to a file, a pipe or a player."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import wave
from pathlib import Path

import anyio
import pytest

from antiphon.accounts.keys import LOCAL
from antiphon.audio import encoding
from antiphon.cli.speak import FORMATS
from antiphon.settings import Settings
from antiphon.staircase import memory
from antiphon.text.dictionaries import Dictionary
from antiphon.text.dictionary_store import KeptDictionary
from tests.cli.running import ANTIPHON, antiphon, environment

TONE = ("--engine", "tone", "--workers", "1")
SAMPLES_PER_CHARACTER = 1_200


def samples_of(wav: bytes | Path) -> int:
    """How many samples a WAV file says that it holds, and holds."""
    with wave.open(io.BytesIO(wav) if isinstance(wav, bytes) else str(wav)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth()) == (1, 2)
        assert len(opened.readframes(opened.getnframes())) == 2 * opened.getnframes()
        return int(opened.getnframes())


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    """The header is right, nothing is left beside it, and nothing is said when all is well."""
    done = antiphon("speak", *TONE, "Hello", "there.", "--out", "said.wav", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert samples_of(tmp_path / "said.wav") >= SAMPLES_PER_CHARACTER * len("Hello there")
    assert [path.name for path in tmp_path.iterdir()] == ["said.wav"]


def test_a_built_in_voice_needs_no_place_to_keep_things(tmp_path: Path) -> None:
    """Where the data folder cannot be made only what is kept there is missed, and told."""
    (tmp_path / "taken").write_text("")
    data = ("--data", str(tmp_path / "taken" / "data"))
    done = antiphon("speak", *TONE, *data, "Hello.", "--out", "said.wav", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert samples_of(tmp_path / "said.wav") > 0
    done = antiphon("speak", *TONE, *data, "--voice", "anna", "Hello.", "-o", "a.wav", cwd=tmp_path)
    assert done.returncode == 2
    assert b"(bad_setting)" in done.stderr


def test_the_files_name_says_the_format(tmp_path: Path) -> None:
    """An `.mp3` is an MP3."""
    done = antiphon("speak", *TONE, "Hello.", "-o", "said.mp3", cwd=tmp_path)
    assert done.returncode == 0
    first = (tmp_path / "said.mp3").read_bytes()[:2]
    assert first[0] == 0xFF
    assert first[1] & 0xE0 == 0xE0


def test_standard_output_takes_what_arrives_on_standard_input(tmp_path: Path) -> None:
    """`echo … | antiphon speak > file` is a whole WAV file: its header is mended at the end."""
    with (tmp_path / "said.wav").open("wb") as said:
        done = subprocess.run(
            [*ANTIPHON, "speak", *TONE],
            input="Hello.\n你好。\n".encode(),
            stdout=said,
            cwd=tmp_path,
            env=environment(),
            check=True,
        )
    assert done.returncode == 0
    assert samples_of(tmp_path / "said.wav") > 0


def test_a_pipe_takes_bare_samples(tmp_path: Path) -> None:
    """`--format pcm` is s16 samples at 24 kHz and nothing else."""
    (tmp_path / "text.txt").write_text("Hello.", encoding="utf-8")
    flags = ("--file", "text.txt", "--format", "pcm", "--out", "-")
    done = antiphon("speak", *TONE, *flags, cwd=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout) == 2 * SAMPLES_PER_CHARACTER * len("Hello.")
    assert not done.stdout.startswith(b"RIFF")


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("...",), 1, "(nothing_to_say)"),
        (("a\x07b",), 1, "(bad_text)"),
        (("Hi.", "--voice", "hgih"), 1, "did you mean 'high'? (unknown_voice)"),
        (("Hi.", "--engine", "tune"), 2, "did you mean 'tone'? (engine_missing)"),
        (("Hi.", "--out", "x.aiff"), 2, "there is no audio format 'aiff'"),
        (("Hi.", "--speed", "9"), 2, "--speed"),
        (("Hi.", "--file", "missing.txt"), 2, "missing.txt"),
        (("Hi.", "--out", "no/such/folder.wav"), 3, "(output_failed)"),
        (("Hi.", "--out", "."), 3, "(output_failed)"),
        (("Hi.", "--out", "/dev/full", "--format", "wav"), 3, "(output_failed)"),
    ],
)
def test_what_fails_is_told_in_a_line_and_leaves_nothing(
    tmp_path: Path, arguments: tuple[str, ...], status: int, told: str
) -> None:
    """Each kind of failure has its exit status, and no half-written file stays."""
    out = () if "--out" in arguments else ("--out", "said.wav")
    done = antiphon("speak", *TONE, *arguments, *out, cwd=tmp_path)
    assert done.returncode == status, done.stderr
    assert told in done.stderr.decode().splitlines()[-1]
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    """What was there is replaced only by something whole."""
    (tmp_path / "said.wav").write_bytes(b"old")
    done = antiphon("speak", *TONE, "Hi.", "-v", "nobody", "-o", "said.wav", cwd=tmp_path)
    assert done.returncode == 1
    assert (tmp_path / "said.wav").read_bytes() == b"old"


def test_a_device_is_written_and_not_replaced(tmp_path: Path) -> None:
    """`--out /dev/null` leaves the device a device."""
    flags = ("--out", "/dev/null", "--format", "wav")
    assert antiphon("speak", *TONE, "Hi.", *flags, cwd=tmp_path).returncode == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_openais_names_are_voices_here_too(tmp_path: Path) -> None:
    """The same aliases as over HTTP."""
    done = antiphon("speak", *TONE, "Hi.", "--voice", "alloy", "-o", "a.wav", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_owners_dictionaries_count_here_too(tmp_path: Path) -> None:
    """Those that are attached to everything; for a text that is whole and one that arrives."""

    async def keep() -> None:
        async with memory(Settings(data=tmp_path / "data")) as kept:
            rules = Dictionary("mine", (("GIF", "a word that is very much longer"),))
            mine = KeptDictionary("dict_1", LOCAL, rules, 1.0, 1.0, everywhere=True)
            await kept.dictionaries.put(mine)

    anyio.run(keep)
    seconds = []
    for data in ("data", "none"):
        where = (*TONE, "--data", data, "--out", "said.wav")
        antiphon("speak", *where, "One GIF.", cwd=tmp_path)
        seconds.append(samples_of(tmp_path / "said.wav"))
        antiphon("speak", *where, cwd=tmp_path, input=b"One GIF.")
        seconds.append(samples_of(tmp_path / "said.wav"))
    assert seconds[0] == seconds[1] > seconds[2] == seconds[3]


def test_a_reader_who_leaves_is_no_failure(tmp_path: Path) -> None:
    """`antiphon speak … | head -c 4` is quiet."""
    with subprocess.Popen(
        [*ANTIPHON, "speak", *TONE, "la " * 300],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(4) == b"RIFF"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_text_is_spoken_while_it_arrives(tmp_path: Path) -> None:
    """A writer who pauses hears what there is; an interrupt then ends it with status 130."""
    with subprocess.Popen(
        [*ANTIPHON, "speak", *TONE, "--format", "pcm"],
        cwd=tmp_path,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"no full stop and no end")
        process.stdin.flush()
        assert len(process.stdout.read(4_800)) == 4_800
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.stderr.read() == b""
        assert process.wait() == 130


def test_a_limit_holds_for_text_that_arrives(tmp_path: Path) -> None:
    """However slowly it comes, no more is spoken than one request may hold."""
    command = [*ANTIPHON, "speak", *TONE]
    done = subprocess.run(
        command,
        input=b"la " * 10,
        cwd=tmp_path,
        env=environment(ANTIPHON_MAX_CHARACTERS="20"),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.decode().endswith("(text_too_long)\n")


@pytest.mark.parametrize(("player", "status"), [("aplay", 0), ("afplay", 0), ("broken", 3)])
def test_a_terminal_hears_it(tmp_path: Path, player: str, status: int) -> None:
    """Where standard output is a terminal, the first player found takes the samples."""
    script = 'cat "${@: -1}" > heard' if player == "afplay" else "cat > heard"
    script = "echo no loudspeaker >&2; exit 5" if player == "broken" else script
    name = "aplay" if player == "broken" else player
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / name
    command.write_text(f"#!/bin/bash\nPATH=/usr/bin:/bin; {script}\n")
    command.chmod(0o755)
    done = on_a_terminal(tmp_path, "speak", *TONE, "Hello.")
    assert done == status
    if player == "broken":
        assert "no loudspeaker; write a file with --out" in (tmp_path / "stderr").read_text()
    else:
        least = 2 * SAMPLES_PER_CHARACTER * len("Hello.")
        assert (tmp_path / "heard").stat().st_size >= least


def test_without_a_player_a_file_is_proposed(tmp_path: Path) -> None:
    """It is told before anything is spoken."""
    assert on_a_terminal(tmp_path, "speak", *TONE, "Hello.") == 2
    assert "write a file with --out FILE" in (tmp_path / "stderr").read_text()


def on_a_terminal(folder: Path, *arguments: str) -> int:
    """Run with a terminal for standard output, and only the players in `folder/bin`."""
    ours, theirs = os.openpty()
    try:
        with (folder / "stderr").open("wb") as stderr:
            return subprocess.run(
                [*ANTIPHON, *arguments],
                cwd=folder,
                env=environment(PATH=str(folder / "bin")),
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=stderr,
                check=False,
            ).returncode
    finally:
        os.close(ours)
        os.close(theirs)


def test_nothing_to_read_is_wrong_usage(tmp_path: Path) -> None:
    """On a terminal nobody waits for a text that does not come."""
    ours, theirs = os.openpty()
    try:
        done = antiphon("speak", *TONE, cwd=tmp_path, stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 2
    assert b"say what to speak" in done.stderr


def test_the_formats_are_those_of_the_encoders() -> None:
    """The command line offers what the service encodes, no more and no less."""
    assert set(FORMATS) == set(encoding.FORMATS)
