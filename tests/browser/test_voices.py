"""Your voices in the studio: hear, lend, give a mood, take along, remove, and the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from antiphon.settings import Settings
from antiphon.staircase import memory
from antiphon.voices.advice import Measures, advice
from tests.browser.conftest import Enters, Opens, matching
from tests.browser.engines import MIMIC, Held
from tests.browser.panel import Voices
from tests.browser.test_page import DESKTOP, LOCALES, PHONE, SCHEMES
from tests.edge.serving import serving_in_thread

POOR = Measures(
    duration_s=3,
    loudest_dbfs=-20,
    offset=0.1,
    broken=2,
    range_db=9,
    window_s=3,
    speech_s=3,
    voiced_share=0.5,
    steadiness=0.45,
    level_dbfs=-40,
    clipped_share=0.005,
    snr_db=12,
    bandwidth_hz=3_400,
)


def test_voices_are_heard_lent_and_removed(enters: Enters, reading: Path) -> None:
    """Each by a button that names the voice; removal is asked twice."""
    voices = enters()
    voices.enrol(reading, "Ada")
    made = voices.page.locator("#mine li")
    expect(made).to_have_attribute("data-state", "playing")
    expect(made).to_have_attribute("data-state", "paused")
    assert voices.engine is not None
    assert voices.engine.spoken_with[-1] is not None
    voices.button("Hear: Ada").click()
    voices.button("Stop: Ada").click()
    expect(voices.button("Hear: Ada")).to_be_visible()
    share, facts = voices.button("Share: Ada"), voices.page.locator("#mine .facts")
    expect(share).to_have_attribute("aria-pressed", "false")
    share.click()
    expect(facts).to_have_text("Shared with all who use this service · Neutral")
    expect(share).to_have_attribute("aria-pressed", "true")
    expect(share).to_be_focused()
    share.click()
    expect(facts).to_have_text("Only for you · Neutral")
    voices.button("Remove: Ada").click()
    voices.button("Remove for good?: Ada").press("Tab")
    voices.button("Remove: Ada").click()
    voices.button("Remove for good?: Ada").click()
    expect(voices.page.locator("#mine")).to_be_hidden()
    expect(voices.button("Record")).to_be_focused()
    assert "Ada" not in voices.studio.page.locator("#voice").inner_text()


def test_a_mood_is_added_from_another_recording(enters: Enters, reading: Path) -> None:
    """No name is asked again; that the speaker agrees, is."""
    voices = enters()
    voices.enrol(reading, "Ada")
    voices.button("Add a mood: Ada").click()
    expect(voices.page.locator("#enrol-title")).to_have_text("Ada: another mood")
    voices.choose(reading)
    expect(voices.page.get_by_label("Name")).to_be_hidden()
    voices.page.get_by_label("Feeling in the recording").select_option("sad")
    voices.button("Add the mood").click()
    expect(voices.page.locator("#consent-problem")).to_be_visible()
    voices.page.get_by_label("This is my own voice").check()
    voices.button("Add the mood").click()
    expect(voices.page.locator("#mine .facts")).to_have_text("Only for you · Neutral · Sad")


def test_a_voice_is_taken_along_and_brought_back(enters: Enters, reading: Path) -> None:
    """The exported file, dropped where recordings are, is the voice again."""
    voices = enters()
    voices.enrol(reading, "Ada")
    with voices.studio.page.expect_download() as download:
        voices.button("Export: Ada").click()
    assert download.value.suggested_filename == "Ada.voice.zip"
    voices.button("Remove: Ada").click()
    voices.button("Remove for good?: Ada").click()
    expect(voices.page.locator("#mine")).to_be_hidden()
    voices.drop("Ada.voice.zip", download.value.path().read_bytes())
    expect(voices.page.locator("#verdict-title")).to_have_text("Ada is ready")
    expect(voices.page.locator("#mine .said")).to_have_text("Ada")


def test_a_key_is_asked_for_where_keys_are_needed(
    opens: Opens, tmp_path: Path, reading: Path
) -> None:
    """It is told beside the field for it, kept in this browser, and sent from then on."""
    settings = Settings(engine="held", data=tmp_path)

    async def make_key() -> str:
        async with memory(settings) as kept:
            _, secret = await kept.keys.create("ada")
            return secret

    with start_blocking_portal() as portal:
        secret = portal.call(make_key)
    engine = Held(frames=6, card=MIMIC)
    with serving_in_thread(settings, matching(engine)) as served:
        voices = Voices(opens(served.url), engine)
        voices.open()
        voices.choose(reading)
        voices.agree("Ada")
        voices.button("Make the voice").click()
        expect(voices.page.locator("#key-problem")).to_contain_text("needs a key")
        key = voices.page.get_by_label("Where the operator hands out keys")
        expect(key).to_be_focused()
        key.fill("ak_unknown")
        key.press("Tab")
        expect(voices.page.locator("#key-problem")).to_contain_text("not known here")
        key.fill(secret)
        key.press("Tab")
        expect(voices.page.locator("#key-problem")).to_be_hidden()
        voices.button("Make the voice").click()
        expect(voices.page.locator("#verdict-title")).to_have_text("Ada is ready")
        voices.studio.page.reload()
        voices.open()
        expect(voices.page.locator("#mine .said")).to_have_text("Ada")
        voices.studio.forgive("status of 401")


def test_every_advice_is_told_in_chinese(enters: Enters) -> None:
    """Whatever the check can advise, and what it may say of the engine."""
    voices = enters(locale="zh-CN")
    told = [
        *advice(POOR),
        "the engine 'x' here cannot speak as this voice; another engine can",
        "the engine 'x' needs the words of the recording: send ref_text",
    ]
    script = "return a.map((sentence) => m.translateAdvice(sentence));"
    translated = voices.studio.module("phrases", script, told)
    assert len(told) == 10
    assert not [each for each in translated if not "\u4e00" <= each[0] <= "\u9fff"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["narrow", "wide"])
def test_a_checker_of_accessibility_finds_nothing(
    enters: Enters, reading: Path, size: dict[str, object], scheme: str, locale: str
) -> None:
    """Neither empty, nor with a recording and a problem, nor with a verdict; and all of it fits."""
    voices = enters(locale=locale, color_scheme=scheme, reduced_motion="reduce", **size)
    page, axe, found = voices.studio.page, Axe(), []
    too_wide = "() => document.querySelector('#voices').scrollWidth - innerWidth"
    found += axe.run(page).response["violations"]
    voices.choose(reading)
    voices.page.locator("#key-place summary").click()
    voices.page.locator("#save").click()
    expect(voices.page.locator("#voice-name-problem")).to_be_visible()
    found += axe.run(page).response["violations"]
    assert page.evaluate(too_wide) <= 0
    voices.page.locator("#voice-name").fill(
        "小雅 of the unbreakablyloooooooooooooooooooooooong name"
    )
    voices.page.locator("#agreed").check()
    voices.page.locator("#save").click()
    expect(voices.page.locator("#verdict-likeness")).not_to_be_empty()
    found += axe.run(page).response["violations"]
    assert page.evaluate(too_wide) <= 0
    assert not [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found]
