"""What the library knows: voices, consents, and how a voice answers to a mood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from antiphon.speech import Voice
from antiphon.voices.naming import NEUTRAL


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a recording without opening it."""

    digest: str
    seconds: float
    transcribed: bool


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A voice in the library; `kept` tells of the recordings that the voice names by mood."""

    id: str
    created_at: float
    shared: bool
    voice: Voice
    kept: Mapping[str, Kept] = field(default_factory=dict)
    consent_id: str | None = None

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.voice.owner or ""

    def cast(self, emotion: str | None) -> tuple[Kept, bool]:
        """The recording that speaks in this mood, and whether it carries the mood itself."""
        moods = self.voice.recordings
        if emotion is not None and emotion in moods:
            return self.kept[moods[emotion]], True
        return self.kept[moods.get(NEUTRAL) or next(iter(moods.values()))], False


@dataclass(frozen=True, slots=True)
class Consent:
    """Somebody's recorded word that a voice may be used; `erased_at` once the sound is gone."""

    id: str
    owner: str
    name: str
    language: str
    created_at: float
    media_type: str
    erased_at: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of many, in the order in which they came; `more` follow the last."""

    voices: tuple[Enrolled, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What a voice is called and may be used for, before it has a recording."""

    owner: str
    name: str
    consent: str
    description: str = ""
    consent_id: str | None = None
    shared: bool = False


def recording_object(digest: str) -> str:
    """Where a recording is kept."""
    return f"recordings/{digest}"


def consent_object(name: str) -> str:
    """Where the sound of a consent is kept."""
    return f"consents/{name}"


def prepared_folder(digest: str) -> str:
    """Where everything is kept that engines made of a recording: a name that ends in a slash."""
    return f"prepared/{digest}/"
