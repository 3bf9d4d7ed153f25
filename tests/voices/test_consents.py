"""Consents: kept as sent, found by their owner, erased with the last voice that rests on them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from antiphon.claims import ConsentInUse, ConsentNotFound, ConsentRequired
from antiphon.errors import InvalidRequest
from tests.voices.keeping import Kept, a_profile, a_recording, keeping

pytestmark = pytest.mark.anyio


@pytest.fixture
async def kept(database_url: str, tmp_path: Path) -> AsyncIterator[Kept]:
    """An empty library, on both databases."""
    async with keeping(database_url, tmp_path) as found:
        yield found


async def test_a_consent_is_kept_as_it_was_sent(kept: Kept) -> None:
    """It is evidence: not a sample is changed."""
    one = await kept.consents.add("local", "Anna", "en-GB", b"RIFF...", "audio/wav")
    assert await kept.objects.get(f"consents/{one.id}") == b"RIFF..."
    assert await kept.consents.find("local", one.id) == one
    with pytest.raises(ConsentNotFound):
        await kept.consents.find("bob", one.id)


async def test_consents_are_listed_renamed_and_erased(kept: Kept) -> None:
    """Page by page, by their owner only."""
    made = [await kept.consents.add("local", f"c{n}", "en", b"x", "") for n in range(3)]
    found, more = await kept.consents.page("local", "", 2)
    assert (found, more) == (made[:2], True)
    assert await kept.consents.page("local", made[1].id, 2) == ([made[2]], False)
    assert await kept.consents.page("bob", "", 2) == ([], False)
    assert (await kept.consents.rename("local", made[0].id, "Anna")).name == "Anna"
    for refused in (kept.consents.rename("bob", made[0].id, "x"), kept.consents.remove("bob", "c")):
        with pytest.raises(ConsentNotFound):
            await refused
    await kept.consents.remove("local", made[0].id)
    assert await kept.objects.get(f"consents/{made[0].id}") is None
    with pytest.raises(ConsentNotFound):
        await kept.consents.find("local", made[0].id)


async def test_a_consent_stays_while_a_voice_rests_on_it(kept: Kept) -> None:
    """Its sound goes with the last of them; what remains is that there was one."""
    one = await kept.consents.add("local", "Anna", "en", b"x", "")
    said, name = await kept.consents.given("local", one.id)
    for voice in ("a", "b"):
        profile = a_profile(voice, consent_id=name)
        await kept.library.enrol(profile, {"neutral": a_recording()})
    assert (said, name) == ("recorded: Anna (en)", one.id)
    with pytest.raises(ConsentInUse, match="a, b"):
        await kept.consents.remove("local", one.id)
    await kept.library.remove("local", "a")
    assert await kept.objects.has(f"consents/{one.id}")
    await kept.library.remove("local", "b")
    assert not await kept.objects.has(f"consents/{one.id}")
    with pytest.raises(ConsentRequired, match="erased"):
        await kept.consents.given("local", one.id)
    await kept.consents.remove("local", one.id)


AGREED = ("true", "TRUE", "I agree.", "Anna agreed on Monday", "是", "同意", "No. 7 has agreed")


@pytest.mark.parametrize("said", AGREED)
async def test_any_statement_is_a_consent(kept: Kept, said: str) -> None:
    """As peers take it; it is kept in the words in which it was said."""
    assert await kept.consents.given("local", f" {said} ") == (said, None)


REFUSED = (
    *("", "  ", "false", "No", "0", "null", "none", "No.", "nein", "no, never", "不", "..."),
    *("I refuse", "She does not agree", "I don’t consent", "Anna has not agreed", "他不同意"),
)


@pytest.mark.parametrize("said", REFUSED)
async def test_a_refusal_is_no_consent(kept: Kept, said: str) -> None:
    """And the answer says what to send."""
    with pytest.raises(ConsentRequired, match="consent=true"):
        await kept.consents.given("local", said)


async def test_somebody_elses_consent_is_none(kept: Kept) -> None:
    """Nor is one that was never given."""
    one = await kept.consents.add("local", "Anna", "en", b"x", "")
    for owner, name in (("bob", one.id), ("local", "cons_0")):
        with pytest.raises(ConsentNotFound):
            await kept.consents.given(owner, name)


@pytest.mark.parametrize(("name", "language"), [("", "en"), ("a\0", "en"), ("a", "english!")])
async def test_what_a_consent_cannot_be_called(kept: Kept, name: str, language: str) -> None:
    """A name that can be read, and a language that is one."""
    with pytest.raises(InvalidRequest):
        await kept.consents.add("local", name, language, b"x", "")
