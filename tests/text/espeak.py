"""What espeak-ng says that it pronounces, as a judge of readings that is not our own code."""

from __future__ import annotations

import ctypes
import os
import re
from functools import cache


@cache
def _library() -> ctypes.CDLL:
    import espeakng_loader

    library = ctypes.CDLL(str(espeakng_loader.get_library_path()))
    data = os.fsencode(espeakng_loader.get_data_path())
    assert library.espeak_Initialize(2, 200, data, 0x8000) > 0
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    return library


def phonemes(text: str, voice: str = "cmn") -> str:
    """The phonemes of a text, with tones, without stress and the gaps between words."""
    assert _library().espeak_SetVoiceByName(voice.encode()) == 0
    buffer = ctypes.create_string_buffer(text.encode())
    left, said = ctypes.c_void_p(ctypes.addressof(buffer)), b""
    while left.value:
        said += _library().espeak_TextToPhonemes(ctypes.byref(left), 1, 0)
    return re.sub(r"[ '_|,:]", "", said.decode())


def pinyin_phonemes(pinyin: str) -> str:
    """The phonemes of pinyin with tone numbers, `v` for ü, by espeak-ng's own reader of it."""
    return phonemes(pinyin, "cmn-latn-pinyin")
