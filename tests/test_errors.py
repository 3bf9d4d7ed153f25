"""The situations: their tree, and what each tells."""

from __future__ import annotations

import re

import pytest

from antiphon import claims, errors, refusals
from antiphon.errors import SpeechError, nearest

LEAF = re.compile(r"^    \+ (\w+) +(\d{3})  \S", re.MULTILINE)
BRANCH = re.compile(r"^  x (\w+)  +\S", re.MULTILINE)
TREE = (errors.__doc__ or "") + (claims.__doc__ or "") + (refusals.__doc__ or "")
TOLD = {
    errors.InvalidRequest: ("speed is 9 and must be at most 4", "speed"),
    errors.BadText: ("\x07", 3),
    errors.NothingToSay: (),
    errors.TextTooLong: (11, 10),
    errors.BadDictionary: (["line 3: no saying; write one"],),
    errors.UnknownVoice: ("atlo", ["alto", "bass"]),
    errors.UnsupportedFormat: ("mp5", ["mp3", "wav"]),
    errors.UnsupportedLanguage: ("xx", ["en"]),
    errors.TranscriptRequired: ("glm",),
    claims.VoiceUnsupported: ("tone", ["low", "high"]),
    claims.ConsentRequired: (),
    claims.BadArchive: ("the file is no zip archive",),
    claims.InvalidKey: (),
    claims.KeyRequired: (),
    claims.ForeignOrigin: ("the name 'evil.example'", "evil.example"),
    claims.VoiceNotFound: ("anna",),
    claims.ConsentNotFound: ("cons_1",),
    claims.VoiceExists: ("anna",),
    claims.ConsentInUse: (["anna"],),
    errors.StorageAway: ("the database",),
    errors.UnknownRecording: ("ab" * 32,),
    errors.Unsayable: (),
    errors.UnknownModel: ("tts-9", ["tts-1"]),
    errors.UnknownDictionary: ("name", ["names"]),
    errors.RequestTooLarge: (5,),
    errors.RequestTimeout: (1.5,),
    refusals.UnreadableAudio: ("it ends too early",),
    refusals.ReferenceSilent: (4.0, -90.0),
    refusals.ReferenceNotSpeech: ("music or tones",),
    refusals.ReferenceTooShort: (2.0, 0.5, 3.0, 2.5),
    refusals.ReferenceTooLong: (60.0,),
    refusals.ReferenceTooQuiet: (-60.0, -45.0),
    refusals.ReferenceClipped: (9.0, 1.0),
    refusals.ReferenceNoisy: (1.0, 10.0),
    refusals.BadTranscript: ("holds the character U+0007",),
    refusals.UploadTooLarge: (6, 5),
    refusals.NotAudio: ("a PDF document",),
    errors.CheckerNotReady: ("no memory",),
    errors.Overloaded: (4, 4, 2.0),
    errors.EngineNotReady: ("the engine is starting; retry shortly",),
    errors.EngineFailed: ("the engine broke; try again",),
    errors.DeadlineExceeded: ("the first audio",),
    errors.ListenerStalled: (60.0,),
    errors.UnknownSetting: ("prot", "antiphon.toml", ["port"]),
    errors.BadSetting: ("port cannot be 'abc'",),
    errors.EngineMissing: ("tune", ["tone"]),
    errors.BadCheckpoint: ("glm-tts/llm/config.json", "has no field 'hidden_size'"),
    errors.PackageMissing: ("tiktoken", "glm"),
    errors.MemoryShort: (9 << 30, 5 << 30, "cuda"),
}


def classes() -> list[type[SpeechError]]:
    """Every situation defined in `errors.py`, `claims.py` and `refusals.py`."""
    named = {**vars(errors), **vars(claims), **vars(refusals)}
    found = (value for value in named.values() if isinstance(value, type))
    return [each for each in found if issubclass(each, SpeechError) and each is not SpeechError]


def leaves() -> list[type[SpeechError]]:
    """Those that are raised."""
    return [each for each in classes() if not each.__subclasses__()]


def test_the_tree_in_the_docstring_is_the_classes() -> None:
    """Every class stands in the tree, under its parent, with its status; and nothing else does."""
    drawn: set[tuple[str, str, int]] = set()
    for branch in TREE.split("\n  x ")[1:]:
        parent = branch.split()[0]
        drawn.update({(name, parent, int(status)) for name, status in LEAF.findall(branch)})
    assert drawn == {(each.__name__, each.__mro__[1].__name__, each.status) for each in leaves()}
    branches = {each.__name__ for each in classes() if each.__subclasses__()}
    assert set(BRANCH.findall(TREE)) == branches


def test_every_situation_has_a_code_of_its_own() -> None:
    """A caller tells situations apart by their code alone."""
    codes = [each.code for each in leaves()]
    assert sorted(set(codes)) == sorted(codes)
    assert all(re.fullmatch("[a-z_]+", code) for code in codes)


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_every_situation_says_what_happened(kind: type[SpeechError]) -> None:
    """The message is one line for a person."""
    message = str(kind(*TOLD[kind]))
    assert message
    assert "\n" not in message


def test_only_what_may_pass_says_when_to_retry() -> None:
    """Mending the request, or the installation, is not a matter of time."""
    for kind in leaves():
        waits = kind(*TOLD[kind]).retry_after_s is not None
        assert waits == issubclass(kind, errors.Unavailable)


def test_numbers_are_kept_for_the_caller() -> None:
    """What the message says can also be read from the error."""
    assert errors.TextTooLong(11, 10).limit == 10
    assert errors.BadText("\x07", 3).position == 3
    assert errors.Overloaded(4, 5, 2.0).retry_after_s == 2.0
    assert errors.InvalidRequest("bad", "speed").param == "speed"


def test_the_nearest_word_is_offered() -> None:
    """A typo is answered with what was meant."""
    assert nearest("Atlo", ["alto", "bass"]) == "did you mean 'alto'?"


def test_far_from_everything_lists_what_there_is() -> None:
    """With nothing close, a few known words are listed, and then an ellipsis."""
    assert nearest("zzz", ["alto", "bass"]) == "known: alto, bass"
    assert nearest("zzz", []) == "none is known"
    assert nearest("???", [f"v{n:02}" for n in range(30)]).endswith("v23, …")


def test_a_hostile_name_is_not_repeated_at_length() -> None:
    """A name of a megabyte does not come back as a megabyte."""
    assert len(str(errors.UnknownVoice("x" * 1_000_000, ["alto"]))) < 200
