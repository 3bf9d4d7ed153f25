"""The studio: type, hear it, watch it, seek, stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Route, expect

from antiphon.settings import Settings
from tests.browser.conftest import Opens
from tests.browser.driving import Studio, api_samples
from tests.browser.engines import CARD, Held
from tests.edge.serving import only, serving_in_thread

CHOIR = "Good morning to the whole choir."


def test_a_text_is_heard_and_its_words_light_up(studio: Studio) -> None:
    """From the first word to the last, in order, while the time goes on."""
    studio.watch()
    studio.say(CHOIR)
    studio.plays("playing")
    expect(studio.page.locator("#elapsed")).to_have_text("0:01")
    studio.plays("ended")
    lit, words = studio.lit(), CHOIR.strip(".").split()
    assert (lit[0], lit[-1], len(lit) > 3) == ("Good", "choir", True)
    assert lit == [word for word in words if word in lit]
    assert studio.page.locator("#words").inner_text() == CHOIR
    expect(studio.page.locator("#words mark")).to_have_count(0)
    expect(studio.page.locator("#status")).to_have_text("Finished, 2 seconds.")


def test_words_are_found_beyond_the_first_plane(studio: Studio) -> None:
    """Offsets count code points; emoji and rare characters shift nothing."""
    studio.watch()
    studio.said("😀 hello 𠮷𠮷 world, 你好")
    studio.plays("ended")
    assert {"hello", "world"} <= set(studio.lit())


def test_the_waveform_grows_while_the_speech_is_made(opens: Opens, serves: Callable) -> None:
    """The first second is drawn and heard while the engine still waits."""
    engine = Held(frames=20, at=6)
    studio = opens(serves(engine).url)
    studio.say(CHOIR + " And one voice answers another." * 3)
    expect(studio.page.locator("#total")).to_have_text("0:01")
    expect(studio.page.locator("#making")).to_have_text("being made…")
    studio.plays("playing")
    expect(studio.page.locator("#elapsed")).to_have_text("0:01")
    before = studio.bars()
    engine.release()
    expect(studio.page.locator("#total")).to_have_text("0:04")
    expect(studio.page.locator("#making")).to_be_empty()
    assert 0 < before < studio.bars()
    studio.plays("ended")


def test_the_keyboard_moves_the_listener(studio: Studio) -> None:
    """Arrows, page keys, Home and End on the waveform, which says where it stands."""
    studio.said(CHOIR)
    studio.pause()
    slider = studio.page.get_by_role("slider", name="Position")
    places = []
    for key in ("Home", "ArrowRight", "PageUp", "ArrowLeft", "End"):
        slider.press(key)
        places.append(studio.slider("valuenow"))
    whole = studio.slider("valuemax")
    assert places == pytest.approx([0, 1, 1 + whole / 10, whole / 10, whole], abs=0.11)
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "0 seconds of 2 seconds: Good")
    slider.press(" ")
    studio.plays("playing")


def test_a_press_moves_the_listener(opens: Opens) -> None:
    """On the waveform to that place, on a word to that word."""
    studio = opens(reduced_motion="reduce")
    studio.said(CHOIR)
    studio.pause()
    slider = studio.page.locator("#seek")
    box = slider.bounding_box()
    assert box is not None
    slider.click(position={"x": box["width"] / 2, "y": 10})
    assert studio.slider("valuenow") == pytest.approx(studio.slider("valuemax") / 2, abs=0.11)
    press = """() => {
      const range = new Range(), text = document.querySelector("#words p");
      const at = text.textContent.indexOf("choir");
      const nodes = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
      let before = 0, node = nodes.nextNode();
      while (before + node.length <= at) { before += node.length; node = nodes.nextNode(); }
      range.setStart(node, at - before); range.setEnd(node, at - before + 2);
      const box = range.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    }"""
    studio.page.mouse.click(*studio.page.evaluate(press))
    expect(studio.page.locator("#words mark")).to_have_text("choir")


def test_stop_leaves_the_engine_and_keeps_what_was_heard(opens: Opens, serves: Callable) -> None:
    """Escape ends the request; the take is marked as cut short."""
    engine = Held(frames=20, at=6)
    studio = opens(serves(engine).url)
    studio.say(CHOIR)
    studio.plays("playing")
    studio.page.keyboard.press("Escape")
    studio.plays("paused")
    expect(studio.page.locator("#shelf li .facts")).to_contain_text("cut short")
    expect(studio.page.locator("#stop")).to_be_hidden()
    expect(studio.page.locator("#status")).to_have_text("Stopped.")
    engine.at = None
    studio.said(CHOIR, takes=2)
    assert engine.inside == 0


def test_stop_works_before_the_first_sound(opens: Opens, serves: Callable) -> None:
    """Nothing is shown, nothing is kept, and the focus does not fall off the page."""
    studio = opens(serves(Held(at=0)).url)
    studio.say(CHOIR)
    stop = studio.page.get_by_role("button", name="Stop")
    expect(studio.page.locator("#asking")).to_have_text("Asking…")
    stop.click()
    expect(stop).to_be_hidden()
    expect(studio.page.locator("#asking")).to_be_hidden()
    expect(studio.page.locator("#speak")).to_be_focused()
    expect(studio.page.locator("#player")).to_be_hidden()
    expect(studio.page.locator("#shelf")).to_be_hidden()


def test_speaking_again_replaces_what_plays(studio: Studio) -> None:
    """Also while the first is still playing."""
    studio.said(CHOIR)
    studio.plays("playing")
    studio.said("Another text.", takes=2)
    expect(studio.page.locator("#words")).to_have_text("Another text.")
    studio.plays("playing")


def test_a_text_of_punctuation_is_told_beside_the_text(studio: Studio) -> None:
    """In words, and taken back as soon as the text changes."""
    studio.say("…!?")
    problem, text = studio.page.locator("#text-problem"), studio.page.locator("#text")
    expect(problem).to_contain_text("nothing here to speak")
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_be_focused()
    text.press("a")
    expect(problem).to_be_hidden()
    text.fill(" ")
    studio.page.locator("#speak").click()
    expect(problem).to_contain_text("Write something first")
    studio.forgive("status of 400")


def test_a_service_that_went_away_is_told(opens: Opens) -> None:
    """In words, under the buttons."""
    with serving_in_thread(Settings(engine="held"), only(Held)) as served:
        studio = opens(served.url)
    studio.say(CHOIR)
    expect(studio.page.locator("#problem")).to_contain_text("does not answer")
    expect(studio.page.locator("#stop")).to_be_hidden()
    studio.forgive("ERR_CONNECTION_REFUSED")


def test_a_service_that_comes_back_is_used(studio: Studio) -> None:
    """What was written is still there, and is spoken."""
    studio.page.route("**/v1/audio/speech", lambda route: route.abort("connectionrefused"))
    studio.say(CHOIR)
    expect(studio.page.locator("#problem")).to_be_visible()
    studio.page.unroute("**/v1/audio/speech")
    studio.page.locator("#speak").click()
    expect(studio.page.locator("#shelf li")).to_have_count(1)
    expect(studio.page.locator("#problem")).to_be_hidden()
    studio.forgive("ERR_CONNECTION_REFUSED")


def test_a_name_that_is_not_ours_is_told(studio: Studio) -> None:
    """What the operator does about it stands under the buttons, and not that it is starting."""

    def by_another_name(route: Route) -> None:
        headers = {"host": "tts.example", "sec-fetch-site": "same-origin"}
        route.fulfill(response=route.fetch(headers=headers))

    studio.page.route("**/v1/audio/voices?*", by_another_name)
    studio.page.reload()
    expect(studio.page.locator("#problem")).to_contain_text("allowed_hosts")
    studio.page.unroute("**/v1/audio/voices?*")
    expect(studio.page.locator("#problem")).to_be_hidden()
    studio.forgive("403")


def test_a_connection_that_breaks_keeps_what_was_heard(studio: Studio) -> None:
    """It says so, plays what came, and keeps it."""

    def halve(route: Route) -> None:
        whole = route.fetch()
        events = whole.text().split("\n\n")
        cut = "\n\n".join(events[: len(events) // 2]) + "\n\n"
        route.fulfill(status=200, content_type="text/event-stream", body=cut)

    studio.page.route("**/v1/audio/speech", halve)
    studio.said(CHOIR)
    expect(studio.page.locator("#problem")).to_contain_text("connection was lost")
    expect(studio.page.locator("#shelf li .facts")).to_contain_text("cut short")
    studio.plays("ended")
    assert 0 < studio.slider("valuemax") < api_samples(studio.url, input=CHOIR) / 24_000


def test_a_very_long_text_is_no_burden(opens: Opens, serves: Callable) -> None:
    """100,000 characters: paragraphs of bounded length, one of them cut up, none lost."""
    studio = opens(serves(Held(frames=20)).url)
    text = "one voice answers another, and the choir listens. " * 2_000
    studio.watch()
    studio.said(text)
    expect(studio.page.locator("#words mark")).to_have_count(1)
    lengths = studio.page.locator("#words p").evaluate_all(
        "all => all.map(p => p.textContent.length)"
    )
    assert (sum(lengths), max(lengths) <= 1_200) == (len(text), True)
    assert studio.page.locator("#words *").count() <= len(lengths) + 2
    expect(studio.page.locator("#count")).to_have_text("100,000 characters")
    studio.plays("ended")


def test_a_pronunciation_is_written_into_the_text(studio: Studio) -> None:
    """The selected word is wrapped; what is shown while it is spoken is the word alone."""
    studio.write("去重庆看重山")
    studio.page.locator("#pronounce summary").click()
    studio.page.locator("#text").evaluate("text => text.setSelectionRange(1, 2)")
    expect(studio.page.get_by_label("Word", exact=True)).to_have_value("重")
    studio.page.get_by_role("button", name="Insert").click()
    expect(studio.page.locator("#pronounce-problem")).to_contain_text("how it should sound")
    studio.page.get_by_label("Sounds like").fill("chong2")
    studio.page.get_by_label("Sounds like").press("Enter")
    expect(studio.page.locator("#text")).to_have_value("去[[重|chong2]]庆看重山")
    assert not [each for each in studio.asked if each.method == "POST"]


def test_offsets_survive_the_markup(studio: Studio) -> None:
    """Every offset of the source leads to the same place in the text as people read it."""
    script = "const p = new m.Plain(a); return [p.text, [...a].map((_, n) => p.to(n))];"
    plain = studio.module("text", script, "去[[重|ab]]庆[[x|y]]!")
    assert plain == ["去重庆x!", [0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4]]
    units = "const o = new m.Offsets(a); return [0, 1, 2, 3, 2, 9].map((n) => o.unit(n));"
    assert studio.module("text", units, "a😀b") == [0, 1, 3, 4, 3, 4]


def test_a_marked_word_is_lit_as_it_is_read(studio: Studio) -> None:
    """The words around a pronunciation keep their places; its markup is not shown."""
    studio.watch()
    studio.said("Save it as [[GIF|jif]] now, please.")
    expect(studio.page.locator("#words")).to_have_text("Save it as GIF now, please.")
    studio.plays("ended")
    lit = studio.lit()
    assert lit == [word for word in ["Save", "it", "as", "GIF", "now", "please"] if word in lit]
    assert {"GIF", "please"} <= set(lit)


def test_what_listeners_should_know_stands_on_the_page(
    studio: Studio, opens: Opens, serves: Callable
) -> None:
    """An engine's notice is shown; where there is none, nothing is."""
    expect(studio.page.locator("#notice")).to_be_hidden()
    notice = "This model's weights are random numbers: what it says holds no words."
    noted = opens(serves(Held(card=replace(CARD, notice=notice))).url)
    expect(noted.page.locator("#notice")).to_have_text(notice)
