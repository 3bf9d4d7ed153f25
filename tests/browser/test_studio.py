"""The studio: type, hear it, watch it, seek, stop, keep, download."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Opens
from tests.browser.driving import Studio
from tests.browser.engines import Held
from tests.edge.serving import Served

CHOIR = "Good morning to the whole choir."


def samples(url: str, **asked: object) -> int:
    """How many samples the API gives for this."""
    body = {"response_format": "pcm", "voice": "alto", **asked}
    with httpx.Client(trust_env=False, timeout=15) as http:
        return len(http.post(f"{url}/v1/audio/speech", json=body).content) // 2


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


def test_a_press_moves_the_listener(studio: Studio) -> None:
    """On the waveform to that place, on a word to that word."""
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


def test_the_wav_holds_every_sample(studio: Studio) -> None:
    """As many as the API gives for the same request."""
    studio.said(CHOIR)
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "antiphon.wav"
    with wave.open(io.BytesIO(download.value.path().read_bytes())) as file:
        told = (file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes())
    assert told == (24_000, 1, 2, samples(studio.url, input=CHOIR))


def test_other_formats_are_asked_of_the_api(studio: Studio) -> None:
    """The page offers what the service's own description lists."""
    studio.said(CHOIR)
    formats = studio.page.get_by_label("Format")
    expect(formats.locator("option")).not_to_have_count(1)
    formats.select_option("mp3")
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="Download", exact=True).click()
    data = download.value.path().read_bytes()
    assert download.value.suggested_filename == "antiphon.mp3"
    assert (data[0], data[1] & 0xE0) == (0xFF, 0xE0)


def test_recent_takes_are_kept_and_used_again(studio: Studio) -> None:
    """They outlive the page, play, give back their choices, and can be removed."""
    studio.write(CHOIR)
    studio.page.locator("#pace").fill("1.5")
    studio.page.locator("#voice").select_option("bass")
    studio.page.locator("#speak").click()
    expect(studio.page.locator("#shelf li")).to_have_count(1)
    studio.page.locator("#pace").fill("1")
    studio.said("Another text.", takes=2)
    studio.page.reload()
    said = studio.page.locator("#shelf .said")
    expect(said).to_have_text(["Another text.", CHOIR])
    expect(studio.page.locator("#text")).to_have_value("Another text.")
    studio.page.get_by_role("button", name=f"Play: {CHOIR[:30]}").click()
    studio.plays("playing")
    expect(studio.page.locator("#words")).to_have_text(CHOIR)
    expect(studio.page.locator("#words mark")).to_have_count(1)
    studio.page.get_by_role("button", name=f"Use again: {CHOIR[:30]}").click()
    expect(studio.page.locator("#text")).to_have_value(CHOIR)
    expect(studio.page.locator("#pace")).to_have_value("1.5")
    expect(studio.page.locator("#voice")).to_have_value("bass")
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name=f"Download WAV: {CHOIR[:30]}").click()
    expected = samples(studio.url, input=CHOIR, voice="bass", speed=1.5)
    assert len(download.value.path().read_bytes()) == 44 + 2 * expected
    studio.page.get_by_role("button", name=f"Remove: {CHOIR[:30]}").click()
    expect(said).to_have_text(["Another text."])
    expect(studio.page.locator("#player")).to_be_hidden()
    studio.page.get_by_role("button", name="Remove all").click()
    studio.page.get_by_role("button", name="Remove all 1?").click()
    expect(studio.page.locator("#shelf")).to_be_hidden()
    expect(studio.page.locator("#text")).to_be_focused()


def test_recent_takes_are_bounded(studio: Studio) -> None:
    """Twenty takes, 60 MB; the oldest go first, and one that is larger is not kept at all."""
    script = """
      const takes = new m.Takes(), kept = [];
      for (const samples of a) kept.push(await takes.keep({ samples }, new Int16Array(samples)));
      const list = await takes.list();
      for (const { id } of list) await takes.remove(id);
      return [kept.at(-1) !== null, list.map((each) => each.samples)];
    """
    many = studio.module("takes", script, list(range(1, 23)))
    assert many == [True, list(range(22, 2, -1))]
    large = studio.module("takes", script, [10_000_000, 12_000_000, 14_000_000])
    assert large == [True, [14_000_000, 12_000_000]]
    assert studio.module("takes", script, [30_000_001]) == [False, []]


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


def test_a_service_that_is_gone_is_told(opens: Opens, served: Served) -> None:
    """And the page works again when the service does."""
    studio = opens()
    studio.page.route("**/v1/audio/speech", lambda route: route.abort("connectionrefused"))
    studio.say(CHOIR)
    expect(studio.page.locator("#problem")).to_contain_text("does not answer")
    expect(studio.page.locator("#stop")).to_be_hidden()
    studio.page.unroute("**/v1/audio/speech")
    studio.said(CHOIR)
    expect(studio.page.locator("#problem")).to_be_hidden()
    studio.forgive("ERR_CONNECTION_REFUSED")


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
    assert 0 < studio.slider("valuemax") < samples(studio.url, input=CHOIR) / 24_000


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
    expect(studio.page.get_by_label("Word")).to_have_value("重")
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
    assert plain == ["去重庆x!", [0, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4]]
    units = "const o = new m.Offsets(a); return [0, 1, 2, 3, 2, 9].map((n) => o.unit(n));"
    assert studio.module("text", units, "a😀b") == [0, 1, 3, 4, 3, 4]
