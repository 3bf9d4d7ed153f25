"""A real browser, a real server, and a page that must not complain."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from antiphon.engines.admission import Load
from antiphon.settings import Settings
from antiphon.staircase import Opener, Staircase, memory, staircase
from tests.browser.driving import Studio
from tests.browser.engines import MIMIC, Held
from tests.browser.panel import Voices
from tests.edge.serving import Served, only, serving_in_thread
from tests.voices import sounds

HERE = os.path.dirname(__file__)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]

Opens = Callable[..., Studio]
Enters = Callable[..., Voices]


def find_chromium() -> str | None:
    """The one that `CHROMIUM` names, else one that is installed."""
    named = os.environ.get("CHROMIUM")
    found = (shutil.which(name) for name in ([named] if named else NAMES))
    return next(filter(None, found), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test beside this file needs the browser."""
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of somebody reading: what the browser's microphone hears, over and over."""
    path = tmp_path_factory.mktemp("microphone") / "reading.wav"
    path.write_bytes(sounds.file(sounds.speech("woman")))
    return path


@pytest.fixture(scope="package")
def browser(reading: Path) -> Iterator[Browser]:
    """One Chromium for this folder; closed after it, since it keeps an event loop running."""
    path = find_chromium()
    if path is None:
        told = "no Chromium is installed; set CHROMIUM to its path"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        heard = f"--use-file-for-fake-audio-capture={reading}"
        chromium = playwright.chromium.launch(executable_path=path, args=[*FLAGS, heard])
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def served() -> Iterator[Served]:
    """One server with the real engine."""
    with serving_in_thread(Settings(workers=1), staircase) as server:
        yield server


@pytest.fixture
def opens(browser: Browser, served: Served) -> Iterator[Opens]:
    """Opens the studio in a fresh context of the given kind, and checks it at the end."""
    with ExitStack() as stack:

        def open_studio(url: str = served.url, **kind: object) -> Studio:
            context: BrowserContext = browser.new_context(**{"locale": "en-GB", **kind})  # type: ignore[arg-type]
            stack.callback(context.close)
            studio = Studio.open(context, url)
            stack.callback(studio.check)
            return studio

        yield open_studio


@pytest.fixture
def studio(opens: Opens) -> Studio:
    """The studio in English, light, on a desktop."""
    return opens()


@pytest.fixture
def serves() -> Iterator[Callable[..., Served]]:
    """Serves an engine of the test's own."""
    with ExitStack() as stack:
        yield lambda engine: stack.enter_context(
            serving_in_thread(Settings(engine="held"), only(lambda: engine))
        )


def matching(engine: Held) -> Opener:
    """Stairs that keep voices, with an engine that can match them."""

    @asynccontextmanager
    async def open_stairs(settings: Settings) -> AsyncIterator[Staircase]:
        async with memory(settings) as remembered:
            yield Staircase(engine, engine.card(), lambda: Load(0, 0, 8), memory=remembered)

    return open_stairs


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Held]]:
    """One service that keeps voices, and an engine that can match them."""
    engine = Held(frames=6, card=MIMIC)
    settings = Settings(engine="held", data=tmp_path_factory.mktemp("voices"))
    with serving_in_thread(settings, matching(engine)) as served:
        yield served, engine


@pytest.fixture
def enters(opens: Opens, kept: tuple[Served, Held]) -> Iterator[Enters]:
    """Opens the studio and its panel; voices that were made are removed in the end."""
    server, engine = kept
    with entering(opens, server, engine) as enter:
        yield enter


@pytest.fixture
def really_enters(opens: Opens, served: Served) -> Iterator[Enters]:
    """The same, with the engine that is built in."""
    with entering(opens, served, None) as enter:
        yield enter


@contextmanager
def entering(opens: Opens, server: Served, engine: Held | None) -> Iterator[Enters]:
    """Opens panels, and leaves a service that keeps no voice."""

    def enter(**kind: object) -> Voices:
        voices = Voices(opens(server.url, **kind), engine)
        voices.open()
        return voices

    yield enter
    with httpx.Client(base_url=server.url, trust_env=False, timeout=15) as http:
        for each in http.get("/v1/audio/voices").json()["uploaded_voices"]:
            http.delete(f"/v1/audio/voices/{each['id']}").raise_for_status()
