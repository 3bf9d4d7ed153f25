"""The panel of voices as a person uses it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, expect

from tests.browser.driving import Studio
from tests.browser.engines import Held

DROP = """(panel, [name, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  panel.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@dataclass
class Voices:
    """The panel as a person uses it, and the engine behind it where the test brought one."""

    studio: Studio
    engine: Held | None = None

    @property
    def page(self) -> Locator:
        """The panel, in which everything is looked for."""
        return self.studio.page.locator("#voices")

    def open(self) -> None:
        """Press the button beside the list of voices."""
        self.studio.page.locator("#voices-open").click()
        expect(self.page.locator("#record")).to_be_focused()

    def button(self, name: str) -> Locator:
        """A button by the whole of its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def choose(self, path: Path | FilePayload) -> None:
        """A file, as the browser's own dialog gives it."""
        self.page.locator("#file").set_input_files(path)
        expect(self.page.locator("#clip")).to_be_visible()

    def drop(self, name: str, data: bytes) -> None:
        """A file, let go over the panel."""
        self.page.evaluate(DROP, [name, base64.b64encode(data).decode()])

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
        """Where a handle stands, in seconds."""
        return float(self.page.get_by_label(name, exact=True).input_value())
