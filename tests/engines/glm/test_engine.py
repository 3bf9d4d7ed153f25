"""The neural engine: streams while it speaks, ends truthfully, gives everything back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from antiphon.engines.admission import Admitted, Limits
from antiphon.engines.glm.engine import Glm, open_engine
from antiphon.engines.glm.loading import Loaded
from antiphon.engines.glm.plans import BlockPlan
from antiphon.engines.glm.scheduler import Scheduler
from antiphon.engines.glm.script import MOST_TEXT_IDS
from antiphon.engines.registry import EngineOptions
from antiphon.errors import (
    BadSetting,
    EngineFailed,
    EngineNotReady,
    InvalidRequest,
    NothingToSay,
    TranscriptRequired,
    UnknownRecording,
    UnknownVoice,
    UnsupportedLanguage,
)
from antiphon.speech import (
    Audio,
    Call,
    Finished,
    Frame,
    Likeness,
    Passage,
    Recording,
    Started,
    Style,
    Utterance,
    digest,
)
from tests.engines.glm.gated import Gated

pytestmark = pytest.mark.anyio
ENGLISH = Utterance("The quick brown fox jumps over the lazy dog, and then again.", seed=3)
MIXED = Utterance("今天 weather 很好，我们去 park 吧。", seed=4)


async def opened(loaded: Loaded, **changed: object) -> Glm:
    """An engine of its own on the shared weights."""
    fresh = replace(loaded, **{"scheduler": Scheduler(), **changed})  # type: ignore[arg-type]
    engine = Glm(fresh, None, 1)
    await engine.open()
    return engine


@pytest.fixture
async def engine(loaded: Loaded) -> AsyncIterator[Glm]:
    """An engine, closed after the test."""
    made = await opened(loaded)
    yield made
    await made.aclose()


async def frames_of(engine: Glm, utterance: Utterance) -> list[Frame]:
    """All frames of one clause."""
    async with engine.speak(utterance, Call("test")) as stream:
        return [frame async for frame in stream]


async def pcm_of(engine: Glm, utterance: Utterance) -> bytes:
    """All samples of one clause."""
    frames = await frames_of(engine, utterance)
    return b"".join(frame.pcm for frame in frames if isinstance(frame, Audio))


async def test_a_clause_is_started_spoken_and_finished(engine: Glm) -> None:
    """Frames come in order, and the counts of the last are those of the audio."""
    frames = await frames_of(engine, ENGLISH)
    started, finished = frames[0], frames[-1]
    assert isinstance(started, Started)
    assert (started.engine, started.rate, started.likeness) == ("glm", 24_000, Likeness.OWN)
    assert started.model == engine.card().model
    assert "random" in started.model
    assert isinstance(finished, Finished)
    assert finished.characters == len(ENGLISH.whole)
    assert finished.samples == sum(f.samples for f in frames if isinstance(f, Audio)) > 0
    assert finished.samples % 480 == 0  # whole mel frames
    assert finished.reason in {"complete", "length"}


async def test_the_first_audio_leaves_before_the_model_has_finished(loaded: Loaded) -> None:
    """By the order of events: the model may say one more token only once audio was heard."""
    first_due = BlockPlan().due(0)
    gated = Gated(loaded.runner, gate_at=first_due + 1)
    engine = await opened(loaded, runner=gated)
    with anyio.fail_after(15):
        async with engine.speak(ENGLISH, Call("test")) as frames:
            async for frame in frames:
                if isinstance(frame, Audio) and not gated.gate.is_set():
                    assert gated.steps.count("token") <= first_due + 2
                    gated.gate.set()
    sound = gated.steps.index("sound")
    assert gated.steps[sound:].count("token") > 1  # it went on to speak after that
    await engine.aclose()


async def test_the_same_clause_is_the_same_samples(engine: Glm, loaded: Loaded) -> None:
    """Whatever was said before, and on another engine, a clause is a function of what it is."""
    first = await pcm_of(engine, ENGLISH)
    await pcm_of(engine, MIXED)
    assert await pcm_of(engine, ENGLISH) == first
    assert await pcm_of(engine, replace(ENGLISH, seed=5)) != first
    another = await opened(loaded)
    assert await pcm_of(another, ENGLISH) == first
    await another.aclose()


async def test_without_a_seed_the_sound_is_still_the_same(engine: Glm) -> None:
    """The seed comes from what is said."""
    unseeded = replace(MIXED, seed=None)
    assert await pcm_of(engine, unseeded) == await pcm_of(engine, unseeded)


async def test_leaving_at_every_frame_frees_everything(loaded: Loaded) -> None:
    """After leaving at any frame the device holds nothing, and the slot is free."""
    short = replace(ENGLISH, text="Hello there.")
    small = Scheduler(BlockPlan((6, 8), look_ahead=2))  # several blocks even so
    engine = await opened(loaded, scheduler=small)
    admitted = Admitted(engine, Limits(1, 1, 2))
    whole = await pcm_of(engine, short)
    count = len(await frames_of(engine, short))
    for leave_at in range(count + 1):
        async with admitted.speak(short, Call("test")) as frames:
            for _ in range(leave_at):
                await anext(frames)
        assert (engine.desk.inside, loaded.runner.held, admitted.load.busy) == (0, 0, 0)
    assert await pcm_of(engine, short) == whole
    await engine.aclose()


async def test_leaving_ends_within_the_step_under_way(
    loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is the last one that is spoken for a listener who has hung up."""
    gated = Gated(loaded.runner, gate_at=5)
    engine = await opened(loaded, runner=gated)
    leave = engine.desk.leave

    def left(number: int) -> None:
        leave(number)
        gated.gate.set()  # only now does the token under way go on

    monkeypatch.setattr(engine.desk, "leave", left)
    with anyio.fail_after(15):
        async with engine.speak(ENGLISH, Call("test")) as frames:
            assert isinstance(await anext(frames), Started)
            await anyio.to_thread.run_sync(gated.waiting.wait)
    assert gated.steps == ["token"] * 6
    assert engine.desk.inside == 0
    await engine.aclose()


async def test_what_was_said_joins_the_next_prompt_on_any_engine(
    engine: Glm, loaded: Loaded
) -> None:
    """The second clause sounds otherwise than alone, and alike on an engine that heard nothing."""
    finished = (await frames_of(engine, ENGLISH))[-1]
    assert isinstance(finished, Finished)
    assert finished.memory
    follows = Passage(ENGLISH.whole, digest(ENGLISH), finished.memory)
    second = replace(MIXED, follows=follows)
    heard = await pcm_of(engine, second)
    assert heard != await pcm_of(engine, MIXED)
    another = await opened(loaded)
    assert await pcm_of(another, second) == heard
    await another.aclose()


async def test_the_memory_of_another_model_is_left(engine: Glm) -> None:
    """Its codes would mean other sounds."""
    stranger = Passage("a", "b", b"\x92\xa5other\x90")
    assert await pcm_of(engine, replace(MIXED, follows=stranger)) == await pcm_of(engine, MIXED)


async def test_a_long_text_is_spoken_whole(engine: Glm) -> None:
    """What does not fit at once is cut and spoken on; the end tells all characters."""
    text = "My name is Anna, and I live here. " * 12
    ids = engine._script.encoding.encode(text)
    assert len(ids) > MOST_TEXT_IDS
    finished = (await frames_of(engine, Utterance(text, seed=1)))[-1]
    assert isinstance(finished, Finished)
    assert finished.characters == len(text)
    assert finished.samples > 24_000


async def test_a_recording_is_spoken_with_once_it_is_prepared(engine: Glm, loaded: Loaded) -> None:
    """Its voice is cloned; forgotten, it is unknown again."""
    recording = next(iter(loaded.voices.values()))
    asked = replace(ENGLISH, recording=recording.digest)
    with pytest.raises(UnknownRecording):
        await pcm_of(engine, asked)
    await engine.prepare(recording)
    frames = await frames_of(engine, asked)
    assert isinstance(frames[0], Started)
    assert frames[0].likeness is Likeness.CLONED
    engine.forget(recording.digest)
    with pytest.raises(UnknownRecording):
        await pcm_of(engine, asked)


async def test_a_mood_is_read_from_another_recording(engine: Glm, loaded: Loaded) -> None:
    """The voice stays, and what the model reads is the recording of the mood."""
    recording = next(iter(loaded.voices.values()))
    half = Recording(recording.pcm[: len(recording.pcm) // 2], recording.rate, "Oh no!")
    await engine.prepare(half)
    moody = replace(ENGLISH, style=Style(emotion="glad", reference=half.digest))
    frames = await frames_of(engine, moody)
    assert isinstance(frames[0], Started)
    assert frames[0].ignored == ()
    assert await pcm_of(engine, moody) != await pcm_of(engine, ENGLISH)


async def test_what_cannot_be_spoken_is_refused(engine: Glm) -> None:
    """Each situation has its error, before anything is taken."""
    for utterance, error in (
        (Utterance("..."), NothingToSay),
        (Utterance("Hi.", voice="nobody"), UnknownVoice),
        (Utterance("Hola.", language="es"), UnsupportedLanguage),
        (Utterance("Hi.", recording="0" * 64), UnknownRecording),
    ):
        with pytest.raises(error):
            await pcm_of(engine, utterance)
    with pytest.raises(TranscriptRequired):
        await engine.prepare(Recording(bytes(48_000), 24_000, " "))
    assert engine.desk.inside == 0


async def test_a_checkpoint_without_voices_says_how_to_make_one(loaded: Loaded) -> None:
    """The official checkpoint has none: a recording must come with the request, or be enrolled."""
    engine = await opened(loaded, voices={})
    with pytest.raises(InvalidRequest, match="antiphon voice add"):
        await pcm_of(engine, ENGLISH)
    await engine.aclose()


async def test_a_broken_step_fails_one_call_alone(loaded: Loaded) -> None:
    """The next call is spoken by the same thread."""
    gated = Gated(loaded.runner)
    engine = await opened(loaded, runner=gated)
    gated.failing = RuntimeError("out of memory")
    with pytest.raises(EngineFailed, match="out of memory"):
        await pcm_of(engine, ENGLISH)
    gated.failing = None
    assert await pcm_of(engine, ENGLISH)
    await engine.aclose()


async def test_closing_ends_the_calls_in_flight(loaded: Loaded) -> None:
    """They fail; later ones are refused, and so says the check."""
    engine = await opened(loaded)
    async with engine.speak(ENGLISH, Call("test")) as frames:
        await anext(frames)
        await engine.aclose()
        with pytest.raises(EngineFailed):
            async for _ in frames:
                pass
    with pytest.raises(EngineNotReady):
        engine.check()
    with pytest.raises(EngineNotReady):
        await pcm_of(engine, ENGLISH)


async def test_an_engine_needs_a_checkpoint(tiny: Path) -> None:
    """Without one it says how to get one; a device that is not there is told."""
    with pytest.raises(BadSetting, match="make-random"):
        await open_engine(EngineOptions())
    with pytest.raises(BadSetting, match="cannot be used"):
        await open_engine(EngineOptions(tiny, device="cuda:7"))
    engine = await open_engine(EngineOptions(tiny, workers=2))
    assert engine.card().slots == 2
    await engine.aclose()
