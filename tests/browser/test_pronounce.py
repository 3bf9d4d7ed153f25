"""The studio: a word is heard before and after, and kept; a mood is chosen."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.driving import Studio, api_samples

HEARD = """() => {
  window.heard = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    this.addEventListener("ended", () => window.heard.push(this.duration));
    return play.call(this);
  };
}"""


def tell(studio: Studio, word: str, sound: str) -> None:
    """Open the panel and write a word and its sound."""
    if studio.page.locator("#pronounce[open]").count() == 0:
        studio.page.locator("#pronounce summary").click()
    studio.page.locator("#word").fill(word)
    studio.page.locator("#sound").fill(sound)


def spoken(studio: Studio) -> list[dict[str, Any]]:
    """The bodies of the speech requests so far."""
    return [one.post_data_json for one in studio.asked if one.url.endswith("/v1/audio/speech")]


def test_a_word_is_heard_before_and_after(studio: Studio) -> None:
    """As the voice says it, then as it is told to; both to their end."""
    studio.page.evaluate(HEARD)
    tell(studio, "GIF", "a graphics interchange format")
    studio.page.get_by_role("button", name="Hear it before").click()
    studio.page.wait_for_function("() => window.heard.length === 1")
    studio.page.get_by_role("button", name="Hear it after").click()
    studio.page.wait_for_function("() => window.heard.length === 2")
    before, after = studio.page.evaluate("() => window.heard")
    assert after > before > 0.2
    asked = spoken(studio)
    assert [one["input"] for one in asked] == ["GIF", "GIF"]
    assert "pronunciations" not in asked[0]
    assert asked[1]["pronunciations"] == [{"word": "GIF", "say": "a graphics interchange format"}]


def test_a_word_that_is_kept_is_always_said_so(studio: Studio) -> None:
    """In every text, also after the page was closed, until it is taken out again."""
    tell(studio, "GIF", "graphics interchange format")
    studio.page.get_by_role("button", name="Always say it so").click()
    expect(studio.page.locator("#own li")).to_have_text("GIF → graphics interchange format")
    studio.page.reload()
    studio.said("The GIF.")
    assert spoken(studio)[-1]["pronunciations"][0]["word"] == "GIF"
    heard = studio.slider("valuemax")
    assert heard * 24_000 == pytest.approx(
        api_samples(studio.url, input="The graphics interchange format."), abs=2_400
    )
    studio.page.locator("#pronounce summary").click()
    studio.page.get_by_role("button", name="No longer: GIF").click()
    expect(studio.page.locator("#own li")).to_have_count(0)
    studio.said("The GIF.", takes=2)
    assert "pronunciations" not in spoken(studio)[-1]


def test_what_cannot_be_said_is_told_beside_the_word(studio: Studio) -> None:
    """By the service, and nothing is kept; without a word or a sound nobody is asked."""
    tell(studio, "重庆", "chong6 qing4")
    studio.page.get_by_role("button", name="Always say it so").click()
    expect(studio.page.locator("#pronounce-problem")).to_contain_text("no pinyin")
    expect(studio.page.locator("#own li")).to_have_count(0)
    studio.forgive("status of 400")
    asked = len(studio.asked)
    tell(studio, "GIF", "")
    studio.page.get_by_role("button", name="Hear it after").click()
    expect(studio.page.locator("#pronounce-problem")).to_contain_text("how it should sound")
    tell(studio, "", "jif")
    studio.page.get_by_role("button", name="Hear it before").click()
    expect(studio.page.locator("#pronounce-problem")).to_contain_text("Write the word first")
    assert len(studio.asked) == asked


def test_a_mood_is_asked_for_with_its_strength(studio: Studio) -> None:
    """The strength appears with the mood; both are remembered, and belong to the take."""
    strength = studio.page.locator("#strength")
    expect(strength).to_be_hidden()
    studio.page.get_by_label("Mood").select_option("happy")
    strength.fill("0.4")
    expect(studio.page.locator("#strength-value")).to_have_text("40 %")
    studio.said("Good morning.")
    asked = spoken(studio)[-1]
    assert (asked["emotion"], asked["emotion_strength"]) == ("happy", 0.4)
    studio.page.reload()
    expect(studio.page.get_by_label("Mood")).to_have_value("happy")
    studio.page.get_by_label("Mood").select_option("")
    expect(strength).to_be_hidden()
    studio.said("Good morning again.", takes=2)
    assert "emotion" not in spoken(studio)[-1]
    studio.page.get_by_role("button", name="Use again: Good morning.").click()
    expect(studio.page.get_by_label("Mood")).to_have_value("happy")


def test_a_style_mark_is_not_shown_as_text(studio: Studio) -> None:
    """What is read aloud is shown without it, and the words still light up in their places."""
    script = "const p = new m.Plain(a); return [p.text, [...a].map((_, n) => p.to(n))];"
    text, to = studio.module("text", script, "a[[style:sad 1]]b[[c|d]]e")
    assert text == "abce"
    assert (to[0], to[16], to[19], to[24]) == (0, 1, 2, 3)
    studio.said("One. [[style:sad 0.5]]Two.")
    assert studio.page.locator("#words").inner_text() == "One. Two."


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_panel_is_accessible(opens: Opens, locale: str) -> None:
    """Open, with a kept word and a mood, on a phone, in both languages."""
    studio = opens(locale=locale, viewport={"width": 360, "height": 740})
    tell(studio, "GIF", "jif")
    studio.page.locator("#keep").click()
    expect(studio.page.locator("#own li")).to_have_count(1)
    studio.page.locator("#mood").select_option("calm")
    found = Axe().run(studio.page)
    assert found.violations_count == 0, found.generate_report()
    assert studio.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
