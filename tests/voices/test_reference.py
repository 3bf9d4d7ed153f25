"""The desk where uploads are checked: bounded, deterministic, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from antiphon import refusals
from antiphon.errors import CheckerNotReady, DeadlineExceeded, Overloaded, SpeechError
from antiphon.refusals import BadReference, BadTranscript, ReferenceTooShort, UnreadableAudio
from antiphon.voices import messages
from antiphon.voices.checkers import _fate
from antiphon.voices.reference import Accepted, Bounds, References, _refusal
from tests.voices import crafted
from tests.voices.sounds import RATE, file, noise, silence, speech

pytestmark = pytest.mark.anyio
ONE = Bounds(at_once=1, rest=0)
SENTENCES = "Some words that a person could well have read aloud in six and a half seconds of time."


@asynccontextmanager
async def desk(bounds: Bounds = ONE) -> AsyncIterator[References]:
    """A desk that is closed at the end."""
    references = References(bounds)
    try:
        yield references
    finally:
        await references.aclose()


async def until(true: Callable[[], bool]) -> None:
    """Let other tasks go on until it is so."""
    with anyio.fail_after(10):
        while not true():
            await anyio.lowlevel.checkpoint()


def samples(accepted: Accepted) -> np.ndarray:
    """What was kept, full scale being 1."""
    return np.frombuffer(accepted.recording.pcm, "<i2") / 32_768


async def test_equal_bytes_give_an_equal_recording() -> None:
    """The digest of a file's recording is the same on every try and in every process."""
    data = file(speech(), "mp3", "libmp3lame")
    async with desk() as one, desk() as other:
        digests = {
            (await references.accept(data, SENTENCES)).recording.digest
            for references in (one, one, other)
        }
    assert len(digests) == 1


async def test_a_recording_is_canonical() -> None:
    """Mono at 24 kHz, no louder than can be, silent at both ends, with its transcript."""
    async with desk() as references:
        accepted = await references.accept(file(2 * speech(), "wav", "pcm_f32le"), SENTENCES)
    kept = samples(accepted)
    assert accepted.recording.rate == RATE
    assert accepted.recording.transcript == SENTENCES
    assert 0.9 < np.abs(kept).max() <= 0.97
    assert abs(kept[0]) + abs(kept[-1]) < 0.001


async def test_the_level_of_a_recording_stays() -> None:
    """Moods of one voice are compared by it, so that only what is too loud is turned down."""
    async with desk() as references:
        loud, soft = [
            samples(await references.accept(file(scale * speech()))) for scale in (0.8, 0.2)
        ]
    assert np.sqrt(np.mean(loud**2) / np.mean(soft**2)) == pytest.approx(4, rel=0.01)


async def test_the_verdict_tells_the_window() -> None:
    """Silence around the speech is left out, but for a tenth of a second."""
    async with desk() as references:
        verdict = (await references.accept(file(np.r_[silence(3), speech(), silence(3)]))).verdict
    assert verdict.duration_s == pytest.approx(12.7, abs=0.1)
    assert 2.9 <= verdict.start_s <= 3.3
    assert 9.4 <= verdict.end_s <= 9.8
    assert verdict.snr_db > 40
    assert verdict.bandwidth_hz == pytest.approx(7_300, abs=700)


@pytest.mark.parametrize(
    ("transcript", "says"),
    [
        ("Hello \x07 there, this is me", "U+0007"),
        ("word " * 1_000, "5000 characters"),
        ("word " * 90, "too long for"),
        ("Hi", "too short for"),
        ("...", "no word"),
    ],
)
async def test_a_transcript_that_cannot_be_is_refused(transcript: str, says: str) -> None:
    """What holds no words, or more than anybody says in the time, is a mistake."""
    async with desk() as references:
        with pytest.raises(BadTranscript) as error:
            await references.accept(file(speech()), transcript)
    assert says in str(error.value)
    assert error.value.param == "ref_text"


async def test_with_a_transcript_all_is_kept_or_nothing() -> None:
    """A window of it would not say what the transcript says."""
    long = file(np.tile(speech(), 3))
    async with desk() as references:
        assert len((await references.accept(long)).recording.pcm) <= 10 * RATE * 2
        with pytest.raises(BadTranscript, match="a voice keeps 10 s"):
            await references.accept(long, SENTENCES * 3)
        whole = await references.accept(file(speech()), SENTENCES)
    assert whole.verdict.speech_s > 6


async def test_one_too_many_is_refused_at_once() -> None:
    """The places to wait are counted."""
    data = file(speech())
    async with desk(Bounds(at_once=1, waiting=1)) as references, anyio.create_task_group() as group:
        group.start_soon(references.accept, data)
        group.start_soon(references.accept, data)
        await until(lambda: references.inside == 2)
        with pytest.raises(Overloaded):
            await references.accept(data)
        assert references.inside == 2


async def test_what_waits_is_bounded_in_bytes() -> None:
    """Sixteen large files would be a lot of memory."""
    bounds = Bounds(at_once=1, waiting=16, held_bytes=1_000_000)
    async with desk(bounds) as references, anyio.create_task_group() as group:
        group.start_soon(references.accept, file(speech()))
        await until(lambda: references.inside == 1)
        with pytest.raises(Overloaded):
            await references.accept(crafted.wav(bytes(20 * 1024 * 1024)))


async def test_nobody_waits_for_ever() -> None:
    """A place that does not come free in time is given up."""
    data = file(speech())
    bounds = Bounds(at_once=1, wait_s=0.01)
    async with desk(bounds) as references, anyio.create_task_group() as group:
        group.start_soon(references.accept, data)
        await until(lambda: references.inside == 1)
        with pytest.raises(DeadlineExceeded):
            await references.accept(data)
    assert references.inside == 0


async def test_a_flood_leaves_the_processor_alone_between_files() -> None:
    """The place of a check stays empty for a while, and nobody but the next waits for that."""
    data = file(speech())
    async with desk(Bounds(at_once=1, rest=1_000, wait_s=0.01)) as references:
        assert (await references.accept(data)).recording.pcm
        with pytest.raises(DeadlineExceeded):
            await references.accept(data)


async def test_a_check_that_takes_too_long_is_given_up() -> None:
    """Decoding has a limit of its own; this is a machine with too much to do, and may pass."""
    async with desk(Bounds(check_s=0.001)) as references:
        with pytest.raises(CheckerNotReady, match="took more than"):
            await references.accept(file(speech()))


async def test_a_process_that_is_killed_is_replaced() -> None:
    """The upload that it held may be sent again, and the next one is taken."""
    data = file(np.tile(speech(), 8))
    async with desk() as references:

        async def kill() -> None:
            await until(lambda: bool(references.pids))
            os.kill(references.pids[0], signal.SIGKILL)

        async with anyio.create_task_group() as group:
            group.start_soon(kill)
            with pytest.raises(CheckerNotReady):
                await references.accept(data)
        assert (await references.accept(data)).recording.pcm


async def test_one_process_checks_file_after_file() -> None:
    """Starting one costs running speech more than checking does."""
    async with desk() as references:
        seen = set()
        for data in (file(speech()), crafted.wav(b""), file(speech("man"))):
            with suppress(BadReference):
                await references.accept(data)
            seen.update(references.pids)
    assert len(seen) == 1


async def test_what_is_no_recording_costs_no_process() -> None:
    """Its first bytes are looked at here."""
    async with desk() as references:
        with pytest.raises(refusals.NotAudio):
            await references.accept(b"%PDF-1.7")
        assert references.pids == []


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (-11, UnreadableAudio, "breaks the decoder"),
        (-getattr(signal, "SIGXCPU", 24), UnreadableAudio, "takes too much time"),
        (-getattr(signal, "SIGALRM", 14), CheckerNotReady, "too much else to do"),
    ],
)
async def test_how_a_process_ended_says_whose_fault_it_was(
    status: int, kind: type[SpeechError], says: str
) -> None:
    """A file would do it again; a busy machine would not."""
    error = _fate(status)
    assert type(error) is kind
    assert says in str(error)


async def test_processes_are_there_while_files_come() -> None:
    """None before the first upload, and none any more when no other has come for a while."""
    async with desk(Bounds(idle_s=0.3)) as references:
        assert references.pids == []
        await references.accept(file(speech()))
        await until(lambda: len(references.pids) == 1)
        await until(lambda: references.pids == [])


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system has no such priorities")
async def test_running_speech_goes_first() -> None:
    """The processes run at a low priority."""
    async with desk() as references:
        await references.accept(file(speech()))
        await until(lambda: len(references.pids) == 1)
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, references.pids[0]) == min(19, ours + 10)


async def test_closing_ends_what_is_being_checked() -> None:
    """Nobody is left waiting, and no process is left over."""
    async with desk() as references:
        ended = []

        async def ask() -> None:
            with pytest.raises(CheckerNotReady):
                await references.accept(file(np.tile(speech(), 8)))
            ended.append(True)

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await until(lambda: bool(references.pids))
            await references.aclose()
    assert ended
    assert references.pids == []


async def test_leaving_frees_the_place() -> None:
    """Whoever hangs up takes neither a process nor a place with them."""
    async with desk() as references:
        async with anyio.create_task_group() as group:
            group.start_soon(references.accept, file(np.tile(speech(), 8)))
            await until(lambda: bool(references.pids))
            group.cancel_scope.cancel()
        assert references.inside == 0
        assert len(references.pids) == 1
        assert (await references.accept(file(speech()))).recording.pcm


async def test_the_cleanest_stretch_is_chosen() -> None:
    """Of a minute, the ten seconds with the least noise and no clipping."""
    noisy = speech() + noise(len(speech()) / RATE, -30)
    clipped = np.clip(4 * speech(), -1, 1)
    async with desk() as references:
        accepted = await references.accept(
            file(np.concatenate([noisy, silence(0.5), speech(), silence(0.5), clipped]))
        )
    assert 6.6 < accepted.verdict.start_s < 7.6
    assert accepted.verdict.end_s < 14.1


@pytest.mark.parametrize(
    "refused",
    [
        messages.Refused("Overloaded", (1.0, 2.0)),
        messages.Refused("annotations", ()),
        messages.Refused("ReferenceTooShort", ("x",)),
        messages.Refused("ReferenceTooLong", ()),
    ],
)
def test_a_process_that_was_taken_over_is_not_believed(refused: messages.Refused) -> None:
    """It can name no situation but a refusal, with facts that fit."""
    assert type(_refusal(refused)) is UnreadableAudio


def test_a_refusal_keeps_its_numbers() -> None:
    """They can be read from the error, not from the message alone."""
    error = _refusal(messages.Refused("ReferenceTooShort", (2.0, 0.5, 3.0, 2.5)))
    assert isinstance(error, ReferenceTooShort)
    assert error.facts == (2.0, 0.5, 3.0, 2.5)
    assert isinstance(error, refusals.BadReference)


def test_the_server_loads_nothing_heavy_for_it() -> None:
    """Samples are looked at in the other process alone."""
    program = "import sys, antiphon.voices.reference; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert not {b"numpy", b"av", b"soxr"} & set(done.stdout.split())
