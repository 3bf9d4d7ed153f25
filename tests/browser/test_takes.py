"""What was heard is kept: downloads, and the recent takes."""

from __future__ import annotations

import io
import wave

from playwright.sync_api import expect

from tests.browser.driving import Studio, api_samples

CHOIR = "Good morning to the whole choir."


def test_the_wav_holds_every_sample(studio: Studio) -> None:
    """As many as the API gives for the same request."""
    studio.said(CHOIR)
    with studio.page.expect_download() as download:
        studio.page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "antiphon.wav"
    with wave.open(io.BytesIO(download.value.path().read_bytes())) as file:
        told = (file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes())
    assert told == (24_000, 1, 2, api_samples(studio.url, input=CHOIR))


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
    expected = api_samples(studio.url, input=CHOIR, voice="bass", speed=1.5)
    assert len(download.value.path().read_bytes()) == 44 + 2 * expected
    studio.page.get_by_role("button", name=f"Remove: {CHOIR[:30]}").click()
    expect(said).to_have_text(["Another text."])
    expect(studio.page.locator("#player")).to_be_hidden()
    studio.page.get_by_role("button", name="Remove all").click()
    studio.page.get_by_role("button", name="Remove all 1?").click()
    expect(studio.page.locator("#shelf")).to_be_hidden()
    expect(studio.page.locator("#text")).to_be_focused()


def test_recent_takes_are_bounded(studio: Studio) -> None:
    """Twenty takes, 60 MB; the oldest go first, and one that is larger does not fit at all."""
    script = """
      const takes = new m.Takes();
      for (const samples of a) await takes.keep({ samples }, new Int16Array(samples));
      const list = await takes.list();
      for (const { id } of list) await takes.remove(id);
      return list.map((each) => each.samples);
    """
    assert studio.module("takes", script, list(range(1, 23))) == list(range(22, 2, -1))
    large = studio.module("takes", script, [10_000_000, 12_000_000, 14_000_000])
    assert large == [14_000_000, 12_000_000]
    fits = "const takes = new m.Takes(); return a.map((count) => takes.fits(count));"
    assert studio.module("takes", fits, [30_000_000, 30_000_001]) == [True, False]
