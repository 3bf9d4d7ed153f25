"""Enrolment in the studio: record, cut, agree, enrol, hear, speak with it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enters
from tests.browser.test_page import focused, tab_to
from tests.voices import sounds

DENIED = """() => {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("", "%s");
  };
}"""
DENIALS = {
    "NotAllowedError": "may not use the microphone",
    "NotFoundError": "No microphone was found",
    "NotReadableError": "does not answer",
}


def test_a_voice_is_recorded_cut_enrolled_heard_and_spoken_with(really_enters: Enters) -> None:
    """From the microphone to the first sentence, and it says that it is matched, not cloned."""
    voices = really_enters()
    page, hint = voices.page, voices.page.locator("#hint")
    voices.button("Record").click()
    expect(hint).to_have_text("Speak now.")
    expect(hint).to_contain_text("Enough", timeout=9_000)
    expect(page.locator("#heard")).to_have_text("0:04 / 1:00")
    voices.button("Stop").click()
    expect(page.locator("#clip-facts")).to_have_text(re.compile(r"^[\d.]+ of [\d.]+ s$"))
    whole = voices.handle("End")
    for _ in range(5):
        page.get_by_label("Begin", exact=True).press("ArrowRight")
    assert (voices.handle("Begin"), voices.handle("End")) == (0.5, whole)
    voices.agree("Ada")
    with voices.studio.page.expect_response("**/v1/audio/voices") as made:
        voices.button("Make the voice").click()
    assert made.value.json()["verdict"]["duration_s"] == pytest.approx(whole - 0.5, abs=0.06)
    expect(page.locator("#verdict-title")).to_be_focused(timeout=9_000)
    expect(page.locator("#verdict-title")).to_have_text("Ada is ready")
    expect(page.locator("#verdict-facts")).to_contain_text("Good, −")
    expect(page.locator("#verdict-likeness")).to_contain_text("not a clone")
    expect(page.locator("#mine .said")).to_have_text("Ada")
    voices.button("Speak with it").click()
    expect(page).to_be_hidden()
    expect(voices.studio.page.locator("#voice option:checked")).to_have_text("Ada · yours")
    voices.studio.said("Good morning.")
    expect(voices.studio.page.locator("#likeness")).to_contain_text("not a clone")
    expect(voices.studio.page.locator("#shelf .facts")).to_contain_text("Ada · matched")


def test_a_recording_that_is_refused_says_what_to_do(enters: Enters, reading: Path) -> None:
    """The refusal stands beside the recording; another one mends it, and nothing is typed twice."""
    voices = enters()
    hiss = sounds.file(sounds.noise(5))
    voices.choose({"name": "hiss.wav", "mimeType": "audio/wav", "buffer": hiss})
    voices.agree("Ada")
    voices.button("Make the voice").click()
    problem = voices.page.locator("#clip-problem")
    expect(problem).to_contain_text("record one person reading aloud")
    expect(voices.page.locator("#drop-clip")).to_be_focused()
    voices.button("Another recording").click()
    expect(voices.button("Record")).to_be_focused()
    voices.choose(reading)
    expect(problem).to_be_hidden()
    voices.button("Make the voice").click()
    expect(voices.page.locator("#verdict-title")).to_have_text("Ada is ready")
    voices.studio.forgive("status of 400")


def test_a_file_that_cannot_be_shown_is_sent_as_it_is(enters: Enters) -> None:
    """The service looks into it by content, and its refusal is told in the reader's language."""
    voices = enters(locale="zh-CN")
    voices.drop("voice.wav", b"MZ" + bytes(4_000))
    expect(voices.page.locator("#clip-facts")).to_contain_text("浏览器不能显示这个文件")
    expect(voices.page.locator("#clip-deck")).to_be_hidden()
    voices.page.get_by_label("名字").fill("小雅")
    voices.page.get_by_label("这是我自己的声音").check()
    voices.button("生成声音").click()
    expect(voices.page.locator("#clip-problem")).to_contain_text("这个文件不是录音")
    voices.studio.forgive("status of 415")


def test_the_best_part_of_a_long_file_is_taken(enters: Enters) -> None:
    """A minute of it is chosen at first, ten seconds are used, and it is told which."""
    voices = enters()
    long = np.tile(sounds.speech("man"), 10)
    voices.drop("long.flac", sounds.file(long, "flac", "flac", 24_000))
    facts = voices.page.locator("#clip-facts")
    expect(facts).to_have_text(f"60.0 of {len(long) / 24_000:.1f} s; the clearest ten are used")
    voices.page.get_by_label("End", exact=True).press("Home")
    assert voices.handle("End") == 3.0
    voices.page.get_by_label("End", exact=True).fill("40")
    voices.agree("Bo")
    voices.button("Make the voice").click()
    expect(voices.page.locator("#verdict-advice")).to_contain_text("s of the recording.")


def test_both_handles_follow_the_pointer(enters: Enters, reading: Path) -> None:
    """They can be dragged, leave three seconds, and what plays is what is between them."""
    voices = enters()
    voices.choose(reading)
    box = voices.page.locator("#cut").bounding_box()
    assert box is not None
    mouse, middle = voices.studio.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + 12, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    mouse.up()
    whole = voices.handle("End")
    assert voices.handle("Begin") == pytest.approx(whole / 2, abs=0.15)
    begin = voices.page.get_by_label("Begin", exact=True)
    begin.press("End")
    assert voices.handle("Begin") == pytest.approx(whole - 3, abs=0.05)
    expect(begin).to_have_attribute("aria-valuetext", f"{voices.handle('Begin'):g} seconds")
    voices.button("Play this part").click()
    expect(voices.button("Pause")).to_be_visible()
    expect(voices.button("Play this part")).to_be_visible()


def test_what_is_missing_is_told_beside_its_field(enters: Enters, reading: Path) -> None:
    """A name, a name that is free, and the consent; each gets the focus."""
    voices = enters()
    voices.enrol(reading, "Ada")
    voices.button("A new voice").click()
    voices.choose(reading)
    save = voices.button("Make the voice")
    save.click()
    assert focused(voices.studio) == "voice-name"
    voices.page.get_by_label("Name").fill("Ada")
    save.click()
    expect(voices.page.locator("#consent-problem")).to_contain_text("only if its speaker agrees")
    assert focused(voices.studio) == "agreed"
    voices.page.get_by_label("This is my own voice").check()
    save.click()
    expect(voices.page.locator("#voice-name-problem")).to_contain_text("choose another name")
    voices.studio.forgive("status of 409")


@pytest.mark.parametrize("name", DENIALS)
def test_without_a_microphone_it_says_what_to_do(enters: Enters, name: str) -> None:
    """Whether it is forbidden, missing or taken; a file always does."""
    voices = enters()
    voices.studio.page.evaluate(DENIED % name)
    voices.button("Record").click()
    expect(voices.page.locator("#record-problem")).to_contain_text(DENIALS[name])
    expect(voices.page.locator("#record-problem")).to_contain_text("choose a file")
    expect(voices.button("Record")).to_be_focused()


def test_a_recording_ends_by_itself(enters: Enters) -> None:
    """After a minute, though nobody presses Stop."""
    voices = enters()
    voices.studio.page.clock.install()
    voices.button("Record").click()
    expect(voices.page.locator("#hint")).to_have_text("Speak now.")
    voices.studio.page.clock.fast_forward(60_000)
    expect(voices.page.locator("#clip")).to_be_visible()
    expect(voices.button("Stop")).to_be_hidden()


def test_a_voice_is_made_with_the_keyboard(enters: Enters) -> None:
    """Open, record, stop, cut, name, agree, send, leave; Escape ends the recording first."""
    voices = enters()
    press, page = voices.studio.page.keyboard.press, voices.page
    press("Escape")
    expect(page).to_be_hidden()
    assert focused(voices.studio) == "voices-open"
    press("Enter")
    expect(voices.button("Record")).to_be_focused()
    press("Enter")
    expect(page.locator("#hint")).to_contain_text("Enough", timeout=9_000)
    press("Escape")
    expect(page.locator("#clip-play")).to_be_focused()
    press("Tab")
    assert focused(voices.studio) == "cut-from"
    press("ArrowRight")
    press("Tab")
    press("PageDown")
    tab_to(voices.studio, "voice-name")
    voices.studio.page.keyboard.type("Ada")
    tab_to(voices.studio, "agreed")
    press("Space")
    press("Tab")
    press("Enter")
    expect(page.locator("#verdict-title")).to_be_focused()
    press("Tab")
    press("Enter")
    expect(page).to_be_hidden()
    assert focused(voices.studio) == "text"
