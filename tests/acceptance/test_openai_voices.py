"""The official OpenAI client makes, lists, uses and deletes consents and voices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import openai
import pytest

from antiphon.settings import Settings
from tests.edge.serving import serving
from tests.edge.voicing import Matching, remembering

pytestmark = pytest.mark.anyio
FIXTURES = Path(__file__).parents[1] / "fixtures"
WOMAN = ("anna.flac", (FIXTURES / "woman.flac").read_bytes(), "audio/flac")
MAN = ("ben.flac", (FIXTURES / "man.flac").read_bytes(), "audio/flac")


@asynccontextmanager
async def connected(folder: Path, key: str = "none") -> AsyncIterator[openai.AsyncOpenAI]:
    """A client of a server of its own, which checks recordings as it does for everybody."""
    async with serving(Settings(engine="tone", data=folder), remembering(Matching())) as served:
        url = f"{served.url}/v1"
        async with openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0) as client:
            yield client


async def test_a_voice_lives_as_openai_describes_it(tmp_path: Path) -> None:
    """Consent, voice, speech by id and by name, and the end of both."""
    async with connected(tmp_path) as client:
        consent = await client.audio.voice_consents.create(
            name="Anna", language="en-US", recording=WOMAN
        )
        assert (consent.object, consent.language) == ("audio.voice_consent", "en-US")
        voice = await client.audio.voices.create(
            name="anna", consent=consent.id, audio_sample=WOMAN
        )
        assert (voice.object, voice.name, voice.type) == ("audio.voice", "anna", "audio_sample")
        for name in ({"id": voice.id}, "anna"):
            speech = await client.audio.speech.create(
                model="tts-1", voice=name, input="One.", response_format="pcm"
            )
            assert speech.response.headers["x-voice-likeness"] == "matched"
            assert len(speech.content) > 1_000
        gone = await client.audio.voices.delete(voice.id)
        assert (gone.deleted, gone.id) == (True, voice.id)
        assert (await client.audio.voice_consents.delete(consent.id)).deleted
        with pytest.raises(openai.BadRequestError) as refused:
            await client.audio.speech.create(model="tts-1", voice="anna", input="One.")
        assert refused.value.code == "unknown_voice"


async def test_consents_are_paged_through(tmp_path: Path) -> None:
    """The client follows `after` to the end; each is shown and renamed."""
    async with connected(tmp_path) as client:
        consents = client.audio.voice_consents
        made = [
            await consents.create(name=f"c{number}", language="en", recording=MAN)
            for number in range(3)
        ]
        listed = [one.id async for one in consents.list(limit=2)]
        assert listed == [one.id for one in made]
        assert (await consents.retrieve(made[1].id)).name == "c1"
        assert (await consents.update(made[1].id, name="new")).name == "new"
        with pytest.raises(openai.NotFoundError):
            await consents.retrieve("cons_0")


async def test_refusals_are_the_errors_that_the_client_has(tmp_path: Path) -> None:
    """By class and code: without consent, twice the same name, and a file that is none."""
    async with connected(tmp_path) as client:
        voices = client.audio.voices
        with pytest.raises(openai.BadRequestError) as refused:
            await voices.create(name="ben", consent="false", audio_sample=MAN)
        assert (refused.value.code, refused.value.param) == ("consent_required", "consent")
        await voices.create(name="ben", consent="true", audio_sample=MAN)
        with pytest.raises(openai.ConflictError):
            await voices.create(name="ben", consent="true", audio_sample=MAN)
        with pytest.raises(openai.APIStatusError) as refused:
            await voices.create(name="x", consent="true", audio_sample=("x.wav", b"MZ" * 50_000))
        assert refused.value.code == "not_audio"
        with pytest.raises(openai.NotFoundError):
            await voices.delete("nobody")
