"""Describes the default engine's voices and languages."""

from __future__ import annotations

import re
from pathlib import Path

from espeakng_loader import get_data_path
from writing import GENERATED, code, listed, table

from antiphon.engines.formant.voices import CHOIR, LANGUAGES, spoken_by
from antiphon.settings import OPENAI_VOICES

VOICES = f"""# Voices and languages

What the default engine, `formant`, can say, and as whom. It is a synthesiser and plainly a machine.
Cloned voices are not in this version. `antiphon voices` asks the engine that is installed.

```sh
for voice in {" ".join(CHOIR)}; do
  curl -s http://localhost:7860/v1/audio/speech -o $voice.mp3 \\
    -d '{{"input": "One voice answers another. 一声唱，一声和。", "voice": "'$voice'"}}'
done
```
"""


def voices_page() -> str:
    """Every voice with a sample, and every language."""
    head = ["voice", "sounds", "is", "pitch", "also called"]
    return "\n".join((GENERATED, VOICES, table(head, map(_voice, CHOIR)), _languages()))


def _voice(name: str) -> tuple[str, ...]:
    timbre = CHOIR[name]
    aliases = [alias for alias, target in OPENAI_VOICES.items() if target == name]
    pitch = f"{timbre.low}–{timbre.high} Hz"
    return code(name), f"<!-- hear: {name}.mp3 -->", timbre.description, pitch, listed(aliases)


def _languages() -> str:
    """Every voice speaks all of them, so there is one list."""
    said = (
        f"## {len(LANGUAGES)} languages\n\nEvery voice speaks all of them. A tag that is not here"
        " is spoken as the nearest one: `de-AT` as `de`. Chinese and English are what we test;"
        " the others are espeak-ng's own rules, passed on. Which language a text is in is told from"
        " its script, so languages that share one are told apart by `language` alone."
    )
    files = _language_files()
    rows = [(code(tag), _language(spoken_by(tag), files)) for tag in LANGUAGES]
    return said + "\n\n" + table(["tag", "language"], rows)


def _language(name: str, files: dict[str, str]) -> str:
    """What espeak-ng calls a language that it names so, or by the first part of a longer name."""
    longer = (file for file in sorted(files) if file.startswith(f"{name}-"))
    text = files.get(name) or files[next(longer)]
    return re.findall(r"^name\s+(.+?)\s*(?://.*)?$", text, re.MULTILINE)[0]


def _language_files() -> dict[str, str]:
    """espeak-ng's files of languages, each called as the language is."""
    paths = (path for path in (Path(get_data_path()) / "lang").rglob("*") if path.is_file())
    return {path.name.lower(): path.read_text(encoding="utf-8") for path in paths}
