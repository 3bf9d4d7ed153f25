"""espeak-ng through ctypes, loaded afresh for every clause."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from antiphon.errors import EngineFailed

# Each call back into Python costs about 20 us; so much sound is made in 0.2 ms.
BUFFER_MS = 200
PACE_WPM = 175

# Constants of espeak-ng's speak_lib.h, version 1.52.
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
CHARS_UTF8 = 1
END_PAUSE = 0x1000
RATE, VOLUME, WORD_GAP = 1, 2, 7
EVENT_END_OF_LIST, EVENT_WORD = 0, 1

SynthCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _Identity(ctypes.Union):
    # `name` is a pointer for two event types only; never read it for the others.
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_void_p),
        ("string", ctypes.c_char * 8),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identity),
    )


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text: 0-based start and length in code points, and its first sample."""

    start: int
    length: int
    sample: int


# Receives PCM (mono s16 at the library's rate) and the words that begin in it; True stops.
Hear = Callable[[bytes, list[Word]], bool]


class FreshLibrary:
    """One load of espeak-ng, good for one clause.

    espeak-ng keeps wave state between calls, so the second clause of a process differs from the
    same clause said first (by up to 0.3 % in length). Loading anew costs 1 to 2 ms and makes
    every clause a pure function of its text, voice and pace.
    """

    def __init__(self, path: Path, data: Path) -> None:
        self._library = ctypes.CDLL(str(path))
        self.rate: int = self._library.espeak_Initialize(
            AUDIO_OUTPUT_SYNCHRONOUS, BUFFER_MS, os.fsencode(data), INITIALIZE_DONT_EXIT
        )
        if self.rate <= 0:
            raise EngineFailed(f"espeak-ng did not start with the data in {data}")
        self._hear: Hear | None = None
        self._failure: BaseException | None = None
        self._callback = SynthCallback(self._called)  # kept: the library holds only a pointer
        self._library.espeak_SetSynthCallback(self._callback)

    def choose(self, voice: str) -> None:
        """Take a voice by espeak-ng's name, such as `en-us+alto`; loads its dictionary."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EngineFailed(f"espeak-ng has no voice {voice!r}")

    def widen(self, gap: int) -> None:
        """Lengthen every gap between words by so many times 10 ms (at the usual pace)."""
        self._library.espeak_SetParameter(WORD_GAP, gap, 0)

    def speak(self, text: str, wpm: int, volume: int, last: bool, hear: Hear) -> None:
        """Say `text`, giving the audio to `hear` as it is made; `last` adds the closing pause."""
        self._hear, self._failure = hear, None
        self._library.espeak_SetParameter(RATE, wpm, 0)
        self._library.espeak_SetParameter(VOLUME, volume, 0)
        raw = text.encode()
        flags = CHARS_UTF8 | (END_PAUSE if last else 0)
        status = self._library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, flags, None, None)
        if self._failure is not None:
            raise self._failure
        if status != 0:
            raise EngineFailed(f"espeak-ng could not say this text (status {status})")

    def close(self) -> None:
        """Unload; the next load of the same path starts with clean globals."""
        self._library.espeak_Terminate()
        _unload(self._library)

    def _called(self, wave: object, count: int, events: int) -> int:
        """Hand on one buffer; an exception must not cross C, so it is kept and raised after."""
        try:
            pcm = ctypes.string_at(wave, count * 2) if count > 0 else b""  # type: ignore[arg-type]
            assert self._hear is not None  # noqa: S101
            return int(self._hear(pcm, _words(events)))
        except BaseException as error:
            self._failure = error
            return 1


def _words(events: int) -> list[Word]:
    """The word events of one buffer; a list of events ends with type 0."""
    listed = ctypes.cast(events, ctypes.POINTER(_Event))
    words = []
    index = 0
    while listed[index].type != EVENT_END_OF_LIST:
        event = listed[index]
        if event.type == EVENT_WORD:
            words.append(Word(event.text_position - 1, event.length, event.sample))
        index += 1
    return words


def _unload(library: ctypes.CDLL) -> None:
    handle = library._handle
    if os.name == "nt":
        import _ctypes

        _ctypes.FreeLibrary(handle)  # type: ignore[attr-defined]
    else:
        import _ctypes

        _ctypes.dlclose(handle)
