"""What a recording of a voice is refused for, each with what was found and what to do about it.

Rejected
  x BadReference           another recording of the voice, or another file, mends it
    + UnreadableAudio        400  the file is broken, or holds no sound that can be decoded
    + ReferenceSilent        400  the recording holds silence
    + ReferenceNotSpeech     400  the recording holds sound, and nobody speaks in it
    + ReferenceTooShort      400  the recording holds too little speech
    + ReferenceTooLong       400  the recording is longer than is listened to
    + ReferenceTooQuiet      400  the voice is too soft
    + ReferenceClipped       400  the voice is cut off at full scale
    + ReferenceNoisy         400  the voice does not stand out from the noise
    + BadTranscript          400  the transcript cannot be what the recording says
    + UploadTooLarge         413  the file has more bytes than a recording needs
    + NotAudio               415  the file is something other than a recording
"""

from __future__ import annotations

from antiphon.errors import Rejected


class BadReference(Rejected):
    """Another recording of the voice, or another file, mends it; `facts` are what was found."""

    code, param = "bad_reference", "audio_sample"
    told = "the recording cannot be used; make another"

    def __init__(self, *facts: str | float) -> None:
        super().__init__(self.told.format(*facts))
        self.facts = facts


class UnreadableAudio(BadReference):
    """The file is broken, or holds no sound that can be decoded."""

    code = "unreadable_audio"
    told = "the file cannot be decoded: {}; save the recording as WAV or FLAC and send that"


class ReferenceSilent(BadReference):
    """The recording holds silence."""

    code = "reference_silent"
    told = (
        "all {:.1f} s of the recording are silent (loudest: {:.0f} dBFS);"
        " switch the microphone on, choose the right one, and record again"
    )


class ReferenceNotSpeech(BadReference):
    """The recording holds sound, and nobody speaks in it."""

    code = "reference_not_speech"
    told = "nobody is heard speaking, only {}; record one person reading aloud, and nothing else"


class ReferenceTooShort(BadReference):
    """The recording holds too little speech."""

    code = "reference_too_short"
    told = (
        "the recording is {:.1f} s long and holds {:.1f} s of speech; at least {:g} s with {:g} s"
        " of speech are needed: read two or three sentences"
    )


class ReferenceTooLong(BadReference):
    """The recording is longer than is listened to."""

    code = "reference_too_long"
    told = "the recording is longer than {:g} s; cut out about 10 s of clear speech and send those"


class ReferenceTooQuiet(BadReference):
    """The voice is too soft."""

    code = "reference_too_quiet"
    told = (
        "the voice is at {:.1f} dBFS and must be at {:.0f} dBFS or above;"
        " speak closer to the microphone or turn it up"
    )


class ReferenceClipped(BadReference):
    """The voice is cut off at full scale."""

    code = "reference_clipped"
    told = (
        "{:.2f} % of the voice is cut off at full scale and at most {:g} % may be;"
        " turn the microphone down or speak from further away, and record again"
    )


class ReferenceNoisy(BadReference):
    """The voice does not stand out from the noise."""

    code = "reference_noisy"
    told = (
        "the voice is {:.1f} dB above the noise and must be {:.0f} dB above it;"
        " record in a quiet room, closer to the microphone"
    )


class BadTranscript(BadReference):
    """The transcript cannot be what the recording says."""

    code, param = "bad_transcript", "ref_text"
    told = "the transcript {}; send exactly the words that are spoken, or none"


class UploadTooLarge(BadReference):
    """The file has more bytes than a recording needs."""

    code, status = "upload_too_large", 413
    told = "the file has {} bytes and the limit is {}; send 10 s of speech, or compress it"


class NotAudio(BadReference):
    """The file is something other than a recording."""

    code, status = "not_audio", 415
    told = (
        "the file is {}, whatever its name says;"
        " send a recording, such as WAV, FLAC, MP3, M4A, WebM or Ogg"
    )
