"""A server that remembers voices, over an engine that notes what it is asked to speak with."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from starlette.routing import Match

from antiphon.edge.house import House
from antiphon.edge.operations import operations
from antiphon.engines.admission import Load
from antiphon.refusals import NotAudio
from antiphon.settings import Settings
from antiphon.speech import (
    Ability,
    Call,
    Frame,
    Likeness,
    Need,
    Recording,
    Recordings,
    Started,
    Utterance,
)
from antiphon.staircase import Opener, Staircase, memory
from antiphon.storage.changes import RECORDING
from antiphon.voices.reference import Accepted, Verdict
from tests.edge.fakes import Watched
from tests.edge.serving import Served, serving
from tests.speakers import CARD
from tests.voices.keeping import a_recording

VOICES, CONSENTS = "/v1/audio/voices", "/v1/audio/voice_consents"


class Matching(Watched):
    """An engine that can match a voice: it fetches each recording, and keeps what it made."""

    def __init__(self, *needs: Need, abilities: tuple[Ability, ...] = (Ability.MATCHING,)) -> None:
        super().__init__(samples=2_400)
        self._card = replace(CARD, abilities=frozenset(abilities), needs=frozenset(needs))
        self.recordings: Recordings | None = None
        self.prepared: list[str] = []
        self.spoken: list[Recording] = []
        self.forgotten: list[str] = []

    @asynccontextmanager
    async def speak(self, utterance: Utterance, call: Call) -> AsyncIterator[AsyncIterator[Frame]]:
        """As asked; with a recording the voice is matched."""
        if utterance.recording is not None:
            assert self.recordings is not None
            self.spoken.append(await self.recordings.recording(utterance.recording))
        async with super().speak(utterance, call) as frames:
            yield _matched(frames) if utterance.recording else frames

    async def prepare(self, recording: Recording) -> None:
        """Note it, and keep something of it."""
        assert self.recordings is not None
        self.prepared.append(recording.digest)
        await self.recordings.keep_prepared(recording.digest, "counting-1", b"profile")

    def forget(self, digest: str) -> None:
        """Note it."""
        self.forgotten.append(digest)


async def _matched(frames: AsyncIterator[Frame]) -> AsyncIterator[Frame]:
    async for frame in frames:
        yield replace(frame, likeness=Likeness.MATCHED) if isinstance(frame, Started) else frame


class Wavs:
    """Takes any WAV file for a good recording, and refuses the rest."""

    async def accept(self, data: bytes, transcript: str = "") -> Accepted:
        """All of it."""
        if not data.startswith(b"RIFF"):
            raise NotAudio("no WAV file")
        with wave.open(io.BytesIO(data)) as file:
            recording = Recording(file.readframes(file.getnframes()), 24_000, transcript)
        verdict = Verdict(0.1, 0.1, -20.0, 30.0, 0.0, 8_000.0, 0.0, 0.1, ("come nearer",))
        return Accepted(recording, verdict)

    @asynccontextmanager
    async def place(self, size: int) -> AsyncIterator[None]:
        """There is always one."""
        yield

    async def aclose(self) -> None:
        """Nothing to give back."""


def wav(seed: int = 1) -> bytes:
    """A recording as a file."""
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        file.writeframes(a_recording(seed).pcm)
    return written.getvalue()


def remembering(engine: Matching) -> Opener:
    """A staircase that is this engine, and what is kept."""

    @asynccontextmanager
    async def open_stairs(settings: Settings) -> AsyncIterator[Staircase]:
        async with memory(settings) as kept:
            engine.recordings = kept.library
            kept.changes.on(RECORDING, engine.forget)
            card = engine.card()
            load: Callable[[], Load] = lambda: Load(0, 0, card.slots)  # noqa: E731
            yield Staircase(engine, card, load, engine.check, engine.prepare, kept)

    return open_stairs


@dataclass(frozen=True, slots=True)
class Voicing:
    """A server, its engine, and a client."""

    served: Served
    engine: Matching
    http: httpx.AsyncClient

    async def enrol(self, name: str = "anna", seed: int = 1, **fields: Any) -> httpx.Response:
        """A voice, with consent unless told otherwise."""
        data = {"name": name, "consent": "true", **fields}
        return await self.http.post(VOICES, data=data, files=sample(seed))

    async def speak(self, voice: Any, **fields: Any) -> httpx.Response:
        """A sentence in that voice."""
        ask = {"input": "One.", "voice": voice, "response_format": "pcm", **fields}
        return await self.http.post("/v1/audio/speech", json=ask)

    async def key(self, owner: str) -> dict[str, str]:
        """A new key, as a header."""
        memory = self.served.house.memory
        _, secret = await memory.keys.create(owner)
        return {"authorization": f"Bearer {secret}"}


def sample(seed: int = 1, field: str = "audio_sample") -> dict[str, tuple[str, bytes, str]]:
    """A file of a form."""
    return {field: ("anna.wav", wav(seed), "audio/wav")}


async def refused_as_told(house: House, answer: httpx.Response) -> None:
    """Whatever a test is refused for, the description of the API says so."""
    if answer.status_code < 400:
        return
    code, request = json.loads(await answer.aread())["error"]["code"], answer.request
    asked = {"type": "http", "method": request.method, "path": request.url.path}
    for each in operations(house):
        if each.route().matches(asked)[0] is Match.FULL:
            told = {(error.status, error.code) for error in each.refuses}
            assert (answer.status_code, code) in told, f"{each.method} {each.path}: {code}"
            return


@asynccontextmanager
async def voicing(
    folder: Path, engine: Matching | None = None, **chosen: Any
) -> AsyncIterator[Voicing]:
    """A server whose data is in this folder, and a client that trusts no environment."""
    engine = engine or Matching()
    settings = Settings(engine="tone", data=folder, **chosen)
    async with (
        serving(settings, remembering(engine)) as served,
        httpx.AsyncClient(base_url=served.url, trust_env=False, timeout=15) as http,
    ):
        http.event_hooks["response"] = [partial(refused_as_told, served.house)]
        served.house.references = Wavs()  # type: ignore[assignment]
        yield Voicing(served, engine, http)
