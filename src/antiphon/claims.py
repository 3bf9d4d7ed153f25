"""What is refused about voices, consents and keys, with what to do about it.

SpeechError
  x Rejected               something else must be asked for, or by somebody else
    + VoiceUnsupported       400  the engine speaks with its own voices only
    + ConsentRequired        400  nobody has said that this voice may be used
    + BadArchive             400  the file is no voice that was exported
    + InvalidKey             401  no key like that, or it was revoked
    + KeyRequired            401  only the holder of a key may do this
    + ForeignOrigin          403  a house without keys was asked by somebody else's web page
    + VoiceNotFound          404  no enrolled voice of that name is yours
    + ConsentNotFound        404  no consent of that id is yours
    + VoiceExists            409  one of your voices has that name
    + ConsentInUse           409  voices rest on this consent
"""

from __future__ import annotations

from collections.abc import Iterable

from antiphon.errors import Rejected


class VoiceUnsupported(Rejected):
    """The engine speaks with its own voices only."""

    code, param = "voice_unsupported", "voice"

    def __init__(self, engine: str, own: Iterable[str]) -> None:
        super().__init__(
            f"the engine {engine!r} can neither match nor clone a voice, so it cannot speak as"
            f" this one; ask for one of its own ({', '.join(own)}) or run another engine"
        )


class ConsentRequired(Rejected):
    """Nobody has said that this voice may be used."""

    code, param = "consent_required", "consent"

    def __init__(self, why: str = "no consent was given") -> None:
        super().__init__(
            f"{why}; once the speaker has agreed, send consent=true, a sentence that says so, or"
            " the id of a consent from POST /v1/audio/voice_consents"
        )


class BadArchive(Rejected):
    """The file is no voice that was exported, or it was changed since."""

    code, param = "bad_archive", "file"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; send a file as `antiphon voice export` writes it")


class InvalidKey(Rejected):
    """There is no key like that, or it was revoked."""

    code, status = "invalid_api_key", 401

    def __init__(self) -> None:
        super().__init__(
            "this key is not known here, or was revoked; the operator makes one with"
            " `antiphon keys create NAME`"
        )


class KeyRequired(Rejected):
    """Only the holder of a key may do this here."""

    code, status = "key_required", 401

    def __init__(self) -> None:
        super().__init__("this needs a key; send it as `Authorization: Bearer ak_…`")


class ForeignOrigin(Rejected):
    """A house without keys answers its own web pages and programs, not a page of another address.

    The name to allow is told where there is one that could be.
    """

    code, status = "foreign_origin", 403

    def __init__(self, who: str, name: str = "") -> None:
        allow = f"sets `allowed_hosts` to {name[:80]!r} to trust it, or " if name else ""
        super().__init__(
            f"{who} is not known here, and a house without keys answers no web page of others;"
            f" the operator {allow}makes a key with `antiphon keys create NAME`"
        )


class VoiceNotFound(Rejected):
    """No enrolled voice of that name or id is yours."""

    code, status, param = "voice_not_found", 404, "voice"

    def __init__(self, name: str) -> None:
        super().__init__(f"none of your voices is called {name[:80]!r}; GET /v1/audio/voices lists")


class ConsentNotFound(Rejected):
    """No consent of that id is yours."""

    code, status, param = "consent_not_found", 404, "consent"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"there is no consent {name[:80]!r}; GET /v1/audio/voice_consents lists them"
        )


class VoiceExists(Rejected):
    """One of your voices has that name already."""

    code, status, param = "voice_exists", 409, "name"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"you have a voice called {name!r} already; choose another name or remove that one"
        )


class ConsentInUse(Rejected):
    """Voices rest on this consent."""

    code, status, param = "consent_in_use", 409, "consent"

    def __init__(self, voices: Iterable[str]) -> None:
        super().__init__(f"remove what rests on this consent first: {', '.join(voices)}")
