"""The page itself: two languages, two themes, every width, the keyboard, and its own policy."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Request, expect

from tests.browser.conftest import Opens
from tests.browser.driving import Studio

STUDIO = files("antiphon") / "studio"
PHONE = {"viewport": {"width": 360, "height": 740}}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
SCHEMES = ["light", "dark"]
LOCALES = ["en-GB", "zh-CN"]
BUDGET = 100_000  # bytes, everything that a first visit needs
SMALL = 60_000  # bytes, everything that there is, as it is sent


def strings(language: str) -> dict[str, str]:
    """The sentences of one language, as they are written down."""
    found: dict[str, str] = {}
    for name in ("i18n.js", "phrases.js"):
        source = (STUDIO / name).read_text(encoding="utf-8")
        table = source.partition(f"const {language} = {{")[2].partition("\n};")[0]
        found |= re.findall(r'^  (\w+): "(.*)",$', table, re.MULTILINE)
    return found


def focused(studio: Studio) -> str:
    """The id of what has the focus."""
    return str(studio.page.evaluate("() => document.activeElement.id"))


def tab_to(studio: Studio, name: str) -> None:
    """Press Tab until that element has the focus."""
    for _ in range(40):
        studio.page.keyboard.press("Tab")
        if focused(studio) == name:
            return
    raise AssertionError(f"#{name} cannot be reached with Tab")


def test_every_sentence_is_there_in_both_languages() -> None:
    """With the same gaps to fill; and every sentence that the page asks for exists."""
    en, zh = strings("en"), strings("zh")
    gaps = {key: sorted(re.findall(r"{\w+}", text)) for key, text in en.items()}
    assert gaps == {key: sorted(re.findall(r"{\w+}", zh[key])) for key in en}
    html = (STUDIO / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'data-(?:text|label)="(\w+)"', html)) <= en.keys()
    used = {
        name
        for script in STUDIO.iterdir()
        if script.name.endswith(".js")
        for name in re.findall(r'\bt\("(\w+)"', script.read_text(encoding="utf-8"))
    }
    assert used <= en.keys()


def test_the_language_can_be_switched(studio: Studio) -> None:
    """The strings, the voices and the language of the document; remembered."""
    html, speak = studio.page.locator("html"), studio.page.locator("#speak")
    expect(html).to_have_attribute("lang", "en")
    studio.page.get_by_role("button", name="中文").click()
    expect(html).to_have_attribute("lang", "zh-CN")
    expect(speak).to_have_text("朗读")
    expect(studio.page.locator("#voice option").first).to_have_text("alto · 女低音，温暖")
    expect(studio.page.get_by_label("语言").locator("option:checked")).to_have_text("自动识别")
    studio.say("…")
    expect(studio.page.locator("#text-problem")).to_contain_text("没有可以朗读的内容")
    studio.page.reload()
    expect(html).to_have_attribute("lang", "zh-CN")
    studio.page.get_by_role("button", name="English").click()
    expect(speak).to_have_text("Speak")
    studio.forgive("status of 400")


def test_the_language_follows_the_browser(opens: Opens) -> None:
    """Until it is chosen."""
    expect(opens(locale="zh-CN").page.locator("#speak")).to_have_text("朗读")
    expect(opens(locale="fr-FR").page.locator("#speak")).to_have_text("Speak")


def test_light_and_dark(opens: Opens) -> None:
    """As the system says, until it is chosen; the choice is remembered."""
    paper = "() => getComputedStyle(document.body).backgroundColor"
    dark = opens(color_scheme="dark")
    light = opens(color_scheme="light")
    assert dark.page.evaluate(paper) != light.page.evaluate(paper)
    expect(dark.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    toggle = light.page.get_by_role("button", name="Dark", pressed=False)
    toggle.click()
    expect(light.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    light.page.reload()
    assert light.page.evaluate(paper) == dark.page.evaluate(paper)


def test_the_whole_page_is_small(opens: Opens) -> None:
    """What a first visit needs, unpacked; and what it and the panel of voices transfer together."""
    studio = opens()
    studio.page.wait_for_load_state("networkidle")
    needed = {each.url: len(body(each)) for each in studio.asked if each.url.startswith("http")}
    assert all(needed.values())
    assert sum(needed.values()) <= BUDGET, needed
    studio.page.locator("#voices-open").click()
    expect(studio.page.locator("#record")).to_be_visible()
    asked = [each for each in studio.asked if each.url.startswith("http")]
    assert len(asked) > len(needed)
    assert sum(each.sizes()["responseBodySize"] for each in asked) <= SMALL


def body(asked: Request) -> bytes:
    """What was answered, unpacked."""
    answer = asked.response()
    assert answer is not None
    return answer.body()


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_wider_than_a_phone(opens: Opens, locale: str) -> None:
    """Neither empty, nor with everything open, nor with a take."""
    studio = opens(locale=locale, **PHONE)
    too_wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert studio.page.evaluate(too_wide) == 0
    studio.page.locator("#pronounce summary").click()
    studio.said("An unbreakablyloooooooooooooooooooooooooooooooooooooooooooooooooooong word.")
    assert studio.page.evaluate(too_wide) == 0


def test_everything_can_be_done_with_the_keyboard(studio: Studio) -> None:
    """Write, choose, speak, pause, seek, download, use again; without a mouse."""
    press = studio.page.keyboard.press
    tab_to(studio, "text")
    studio.page.keyboard.type("The keyboard is enough for all of it.")
    tab_to(studio, "voice")
    press("ArrowDown")
    tab_to(studio, "pace")
    press("ArrowLeft")
    expect(studio.page.locator("#pace-value")).to_have_text("0.95×")
    press("Control+Enter")
    studio.plays("playing")
    tab_to(studio, "toggle")
    press("Space")
    studio.plays("paused")
    press("Tab")
    assert focused(studio) == "seek"
    press("Home")
    press("Space")
    studio.plays("playing")
    press("Space")
    studio.plays("paused")
    tab_to(studio, "download")
    with studio.page.expect_download():
        press("Enter")
    expect(studio.page.locator("#shelf .facts")).to_contain_text("soprano")
    press("Tab")
    press("Tab")
    press("Enter")
    studio.plays("playing")
    press("Escape")
    studio.plays("paused")


def test_keys_of_an_input_method_are_left_alone(studio: Studio) -> None:
    """Enter and Escape while composing choose a character; they speak and stop nothing."""
    studio.write("你好")
    studio.page.locator("#text").evaluate(
        """text => ["Enter", "Escape"].forEach((key) => text.dispatchEvent(new KeyboardEvent(
             "keydown", { key, ctrlKey: true, isComposing: true, bubbles: true })))"""
    )
    assert not [each for each in studio.asked if each.method == "POST"]


def test_samples_are_offered_when_there_is_no_text(studio: Studio) -> None:
    """One press fills the text, and they go."""
    samples = studio.page.locator("#samples")
    samples.get_by_role("button", name="秋天").click()
    expect(studio.page.locator("#text")).to_have_value(re.compile("^秋天的北京"))
    expect(samples).to_be_hidden()
    studio.write("")
    expect(samples).to_be_visible()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["narrow", "wide"])
def test_a_checker_of_accessibility_finds_nothing(
    opens: Opens, size: dict[str, object], scheme: str, locale: str
) -> None:
    """Neither empty, nor with everything open, a take, a lit word and a problem."""
    studio = opens(locale=locale, color_scheme=scheme, reduced_motion="reduce", **size)
    axe = Axe()
    found = [*axe.run(studio.page).response["violations"]]
    studio.page.locator("#pronounce summary").click()
    studio.said("Good morning to the whole choir, 早上好。")
    studio.page.locator("#toggle").click()
    studio.plays("paused")
    studio.say("…")
    expect(studio.page.locator("#text-problem")).to_be_visible()
    found += axe.run(studio.page).response["violations"]
    assert not [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found]
    studio.forgive("status of 400")
