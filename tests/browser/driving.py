"""The studio as a person uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, expect

WATCH = """() => {
  window.lit = [];
  new MutationObserver(() => {
    const mark = document.querySelector("#words mark");
    if (mark && window.lit.at(-1) !== mark.textContent) window.lit.push(mark.textContent);
  }).observe(document.getElementById("words"), { childList: true, subtree: true });
}"""


def api_samples(url: str, **asked: object) -> int:
    """How many samples the API gives for this."""
    body = {"response_format": "pcm", "voice": "alto", **asked}
    with httpx.Client(trust_env=False, timeout=15) as http:
        return len(http.post(f"{url}/v1/audio/speech", json=body).content) // 2


@dataclass
class Studio:
    """One page, and everything that went wrong or left the house while it was open."""

    page: Page
    url: str
    wrong: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    @classmethod
    def open(cls, context: BrowserContext, url: str) -> Studio:
        """Open it, and wait until it knows its voices."""
        studio = cls(context.new_page(), url)
        studio.page.on("console", studio._said)
        studio.page.on("pageerror", lambda error: studio.wrong.append(str(error)))
        studio.page.on("request", lambda request: studio.asked.append(request))
        studio.page.goto(url)
        expect(studio.page.locator("#voice option")).not_to_have_count(0)
        return studio

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(message.text)

    def forgive(self, pattern: str) -> None:
        """Take complaints back that the test provoked; all others still count."""
        self.wrong = [each for each in self.wrong if not re.search(pattern, each)]

    def check(self) -> None:
        """Nothing complained, and nothing was asked of anyone else."""
        assert not self.wrong
        elsewhere = [each.url for each in self.asked if not each.url.startswith(self.url)]
        assert not [url for url in elsewhere if not url.startswith(("blob:", "data:"))]

    def write(self, text: str) -> None:
        """Put a text in."""
        self.page.locator("#text").fill(text)

    def say(self, text: str) -> None:
        """Put a text in and press Speak."""
        self.write(text)
        self.page.locator("#speak").click()

    def said(self, text: str, takes: int = 1) -> None:
        """Speak a text, and wait until it was made and kept."""
        self.say(text)
        expect(self.page.locator("#shelf li")).to_have_count(takes)

    def pause(self) -> None:
        """Halt what plays."""
        self.page.get_by_role("button", name="Pause", exact=True).click()
        self.plays("paused")

    def plays(self, state: str) -> None:
        """Wait for a state of the player."""
        expect(self.page.locator("#player")).to_have_attribute("data-state", state, timeout=12_000)

    def bars(self) -> int:
        """How many bars of the waveform hold sound."""
        return int(self.page.locator("#seek canvas").get_attribute("data-bars") or 0)

    def slider(self, name: str) -> float:
        """`valuenow` or `valuemax` of the waveform, in seconds."""
        return float(self.page.locator("#seek").get_attribute(f"aria-{name}") or -1)

    def watch(self) -> None:
        """From now on note which words are lit."""
        self.page.evaluate(WATCH)

    def lit(self) -> list[str]:
        """The words that were lit, in turn."""
        words: list[str] = self.page.evaluate("() => window.lit")
        return words

    def module(self, name: str, expression: str, argument: Any = None) -> Any:
        """Evaluate a function of one of the page's own modules, as `m`, and an argument."""
        script = f"async (a) => {{ const m = await import('/studio/{name}.js'); {expression} }}"
        return self.page.evaluate(script, argument)
