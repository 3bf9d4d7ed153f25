"""Your voices: record, cut, agree, enrol, hear, speak with it, lend, remove."""

from __future__ import annotations

import io
import json
import wave
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.from_thread
import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from antiphon.engines.admission import Load
from antiphon.settings import Settings
from antiphon.staircase import Staircase, memory
from tests.browser.conftest import Opens
from tests.browser.driving import Studio
from tests.browser.engines import MIMIC, Held
from tests.browser.test_page import DESKTOP, LOCALES, PHONE, SCHEMES, focused, tab_to
from tests.edge.serving import Served, serving_in_thread
from tests.voices import sounds

DENIED = """navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("", "%s");
};"""
DENIALS = {
    "NotAllowedError": "may not use the microphone",
    "NotFoundError": "No microphone was found",
    "NotReadableError": "does not answer",
}


@dataclass
class Voices:
    """The panel as a person uses it, and the service behind it."""

    studio: Studio
    engine: Held
    url: str

    @property
    def page(self) -> Locator:
        return self.studio.page.locator("#voices")

    def open(self) -> None:
        """Press the button beside the list of voices."""
        self.studio.page.locator("#voices-open").click()
        expect(self.page.locator("#record")).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def choose(self, path: Path | dict[str, object]) -> None:
        """A file, as the browser's own dialog gives it."""
        self.page.locator("#file").set_input_files(path)  # type: ignore[arg-type]
        expect(self.page.locator("#clip")).to_be_visible()

    def agree(self, name: str) -> None:
        """Everything that is asked beside the recording."""
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("This is my own voice").check()

    def enrol(self, path: Path, name: str) -> None:
        """A file becomes a voice."""
        self.choose(path)
        self.agree(name)
        self.button("Make the voice").click()
        expect(self.page.locator("#verdict-title")).to_have_text(f"{name} is ready")

    def handle(self, name: str) -> float:
        return float(self.page.get_by_label(name, exact=True).input_value())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Held]]:
    """One service that keeps voices, and an engine that can match them."""
    engine = Held(frames=6, card=MIMIC)

    @asynccontextmanager
    async def open_stairs(settings: Settings) -> AsyncIterator[Staircase]:
        async with memory(settings) as remembered:
            yield Staircase(engine, MIMIC, lambda: Load(0, 0, 8), memory=remembered)

    settings = Settings(engine="held", data=tmp_path_factory.mktemp("voices"))
    with serving_in_thread(settings, open_stairs) as served:
        yield served, engine


@pytest.fixture
def enters(opens: Opens, kept: tuple[Served, Held]) -> Iterator[Callable[..., Voices]]:
    """Opens the studio and its panel; voices that were made are removed in the end."""
    served, engine = kept

    def enter(**kind: object) -> Voices:
        voices = Voices(opens(served.url, **kind), engine, served.url)
        voices.open()
        return voices

    yield enter
    with httpx.Client(base_url=served.url, trust_env=False, timeout=15) as http:
        for each in http.get("/v1/audio/voices").json()["uploaded_voices"]:
            http.delete(f"/v1/audio/voices/{each['id']}").raise_for_status()


def test_a_voice_is_recorded_cut_enrolled_heard_and_spoken_with(enters: Callable) -> None:
    """From the microphone to the first sentence, and it says that it is matched, not cloned."""
    voices: Voices = enters()
    page, hint = voices.page, voices.page.locator("#hint")
    voices.button("Record").click()
    expect(hint).to_have_text("Speak now.")
    expect(hint).to_contain_text("Enough", timeout=9_000)
    voices.button("Stop").click()
    expect(page.locator("#clip-facts")).to_contain_text("seconds")
    whole = voices.handle("End")
    for _ in range(5):
        page.get_by_label("Begin", exact=True).press("ArrowRight")
    assert (voices.handle("Begin"), voices.handle("End")) == (0.5, whole)
    voices.agree("Ada")
    with voices.studio.page.expect_response("**/v1/audio/voices") as made:
        voices.button("Make the voice").click()
    assert made.value.json()["verdict"]["duration_s"] == pytest.approx(whole - 0.5, abs=0.06)
    expect(page.locator("#verdict-title")).to_be_focused()
    expect(page.locator("#verdict-title")).to_have_text("Ada is ready")
    expect(page.locator("#verdict-facts")).to_contain_text("s of speech")
    expect(page.locator("#verdict-likeness")).to_contain_text("not a clone")
    expect(page.locator("#mine .said")).to_have_text("Ada")
    assert voices.engine.spoken_with[-1] is not None
    voices.button("Speak with it").click()
    expect(page).to_be_hidden()
    expect(voices.studio.page.locator("#voice option:checked")).to_have_text("Ada · yours")
    voices.studio.said("Good morning.")
    expect(voices.studio.page.locator("#likeness")).to_contain_text("not a clone")
    expect(voices.studio.page.locator("#shelf .facts")).to_contain_text("Ada · matched")

