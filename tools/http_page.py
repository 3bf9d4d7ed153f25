"""Describes the HTTP API as the service describes itself."""

from __future__ import annotations

import re
from typing import Any

from writing import GENERATED, code, listed, table

from antiphon.edge.house import House
from antiphon.edge.openapi import Description, describe
from antiphon.edge.operations import operations
from antiphon.settings import Settings
from antiphon.staircase import staircase

HTTP = """# HTTP API

Generated from what the running service says of itself at `GET /openapi.json`. A key is sent as
`Authorization: Bearer ak_…`; until the operator has [made one](../how-to/keys.md), whoever reaches
the port may do everything.

An answer with audio carries `X-Engine`, who spoke; `X-Voice-Likeness`, whether in the engine's
`own` voice, in one `matched` to a recording, or in one `cloned` from it; `X-Sample-Rate`;
`X-Cache`, `hit` when it came from memory; `X-Ignored`, with the options that were understood and
not honoured; and `X-Style`, with what was understood of `instructions`. Every answer carries
`X-Request-Id`: yours where you sent one, else a new one. An error that may pass carries
`Retry-After`. Every error has the same body, [`Problem`](#problem); the codes are listed in
[Errors](errors.md).

How the formats differ: [Formats](../formats.md). The same in Python:
[Use the OpenAI SDKs](../how-to/openai-sdk.md).
"""
FIELDS = {
    "input": "The text: plain, with inline marks, or SSML.",
    "model": "One of `GET /v1/models`; left out, the engine that runs.",
    "voice": "A voice or one of its other names, also as an object with an `id`; "
    "left out, the first voice.",
    "response_format": "The audio format; left out, `mp3`.",
    "speed": "How fast; 1 is the voice's own pace.",
    "pitch": "Semitones up or down; 0 is the voice's own pitch.",
    "instructions": "How to say it, in English or Chinese words: moods, pace, pitch, loudness. "
    "`X-Style` says what was understood, `X-Ignored` what was not.",
    "stream_format": "`audio` sends the audio itself, `sse` server-sent events; left out, `audio`.",
    "language": "BCP 47 tag; left out, told from the script.",
    "seed": "The same seed gives the same sound; left out, one follows from the request.",
    "sample_rate": "Samples per second; each format has its own list and default.",
    "word_timestamps": "With `sse`: the words beside the audio.",
    "energy": "Decibels louder or quieter.",
    "emotion": "A mood by name, such as `happy` or 开心.",
    "emotion_strength": "How far the mood is carried; left out, 1.",
    "pronunciations": "Words and how they are said: `[{word, say}]`, or an object.",
    "pronunciation_dictionaries": "Ids or names of dictionaries; left out, those that are "
    "attached; an empty list, none.",
    "ref_audio": "A recording to speak like, in base64 or as a `data:` URI; it is not kept.",
    "ref_text": "What that recording says; some engines need it.",
    "style_audio": "A recording whose mood is carried, in base64 or as a `data:` URI; wins over "
    "`emotion`; it is not kept.",
}
SAMPLE = {
    "audio_sample": "The recording: 3 to 60 s, in any format.",
    "file": "The same by another name.",
    "files": "The same by another name.",
    "ref_text": "What the recording says; some engines need it.",
    "consent": "`true`, a sentence that says that the speaker agreed, or the id of a consent; "
    "needed.",
}
FORMS: dict[str, dict[str, str]] = {
    "SpeechRequest": FIELDS,
    "EnrolmentForm": {
        **SAMPLE,
        "name": "What the voice is called.",
        "speaker_description": "A few words about the voice.",
        "mood": "The mood that it is spoken in, such as `happy`; left out, `neutral`.",
        "type": "`audio_sample`.",
    },
    "MoodForm": {
        **SAMPLE,
        "mood": "The mood that it is spoken in, such as `happy`; left out, `neutral`.",
    },
    "ImportForm": {
        "file": "The file that was exported.",
        "name": "Another name to give the voice.",
    },
    "ConsentForm": {
        "name": "What the consent is called.",
        "language": "BCP 47 tag of what is said.",
        "recording": "The speaker says that the voice may be used.",
    },
    "ConsentChange": {"name": "What the consent is called from now on."},
    "VoiceChange": {"shared": "Whether others may use the voice."},
}


def document() -> dict[str, Any]:
    """What `GET /openapi.json` answers, without starting an engine."""
    house = House(Settings(), staircase, None)
    return describe(Description(operations(house)).operations)


def http_page() -> str:
    """Every path with what it takes, what it answers and how it refuses."""
    api = document()
    schemas = api["components"]["schemas"]
    parts = [GENERATED, HTTP]
    for path, methods in api["paths"].items():
        for method, each in methods.items():
            parts.append(_path(f"{method.upper()} {path}", each, api["components"]))
    parts += [_schema(name, each) for name, each in schemas.items() if not _meanings(name)]
    return "\n".join(parts)


def _path(name: str, each: dict[str, Any], components: dict[str, Any]) -> str:
    parts = [f"## {name}\n\n{each['summary']}\n"]
    asked = [one["name"] for one in each.get("parameters", ()) if one["in"] == "query"]
    if asked:
        parts.append(f"In the query: {listed(asked)}.\n")
    if "requestBody" in each:
        (media, holds), *others = each["requestBody"]["content"].items()
        parts += _body(media, _named(holds["schema"]), components["schemas"])
        if others:
            parts.append(f"Or a file: {listed([kind for kind, _ in others])}.\n")
    answers = dict(each["responses"])
    parts.append(f"Answers {', '.join(map(_media, answers.pop('200')['content'].items()))}.\n")
    refusals = {status: components["responses"][_named(a)] for status, a in answers.items()}
    rows = [(status, _codes(answer["description"])) for status, answer in refusals.items()]
    return "\n".join([*parts, table(["refuses with", "because"], rows) if rows else ""])


def _meanings(name: str) -> dict[str, str]:
    """What the fields of a request mean, where they are explained beside its path."""
    return FORMS.get(name, {})


def _body(media: str, name: str, schemas: dict[str, Any]) -> list[str]:
    """What is sent: field by field where that is explained, else by its name."""
    if not (meanings := _meanings(name)):
        return [f"Body: {code(media)}, [{name}](#{name.lower()}).\n"]
    body, head = schemas[name], ["field", "type", "meaning"]
    rows = [(code(k), _type(v), meanings[k]) for k, v in body["properties"].items()]
    needed = body.get("required")
    told = f"Needed: {listed(needed)}." if needed else "Every field may be left out."
    shape = "JSON" if media.endswith("json") else f"a form, {code(media)}"
    return [f"Body: {shape}. {told}\n", table(head, rows)]


def _media(content: tuple[str, dict[str, Any]]) -> str:
    """One media type, and what is in it where that is JSON."""
    media, holds = content
    kinds = [_type(one) for one in holds.get("schema", {}).get("anyOf", ())]
    return f"{code(media)}{' of ' + ', '.join(kinds) if kinds else ''}"


def _codes(description: str) -> str:
    """The codes alone: what they mean stands on the page of errors."""
    return listed(re.findall(r"`(\w+)`:", description))


def _schema(name: str, each: dict[str, Any]) -> str:
    """One kind of JSON object."""
    needed = set(each.get("required", ()))
    rows = [
        (code(field), _type(kind), "yes" if field in needed else "")
        for field, kind in each["properties"].items()
    ]
    said = " ".join(each.get("description", "").split())
    return f"## {name}\n\n{said}\n\n{table(['field', 'type', 'always there'], rows)}"


def _type(schema: dict[str, Any]) -> str:
    """A JSON schema in a few words."""
    if schema.get("format") == "binary":
        return "file"
    if "$ref" in schema:
        return f"[{_named(schema)}](#{_named(schema).lower()})"
    if "enum" in schema:
        return listed([value for value in schema["enum"] if value is not None])
    if "anyOf" in schema:
        given = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return " or ".join(map(_type, given))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    low, high = schema.get("minimum"), schema.get("maximum")
    return str(schema.get("type", "")) + (f", {low} to {high}" if low is not None else "")


def _named(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]
