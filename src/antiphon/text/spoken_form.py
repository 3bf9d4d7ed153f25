"""From a clause as written to a clause as spoken: the lexicon, then numbers, then readings."""

from __future__ import annotations

from antiphon.text.homophones import homophones
from antiphon.text.language import primary, runs
from antiphon.text.lexicon import Lexicon, tones
from antiphon.text.normalization import Spoken, normalize
from antiphon.text.pronunciation import respelled

MANDARIN = ("zh", "cmn")
NO_LEXICON = Lexicon({})


def is_mandarin(text: str, language: str | None) -> bool:
    """Whether some of it will be read as Mandarin."""
    if text.isascii():
        return False
    return any(primary(run.language) in MANDARIN for run in runs(text, language or "en"))


def spoken_form(
    text: str, language: str | None, respell: bool, lexicon: Lexicon = NO_LEXICON
) -> Spoken:
    """What is said for a clause; never raises, never loses a word.

    With `respell`, for an engine that takes only text, characters whose reading it would miss are
    replaced by homophones. Slow (milliseconds) and holds the interpreter lock: for a child process.
    """
    replaced = lexicon.replaced(text)
    spoken = _after(replaced, normalize(replaced.text, language))
    if not respell or not is_mandarin(spoken.text, language):
        return spoken
    spoken = _after(spoken, _by_lexicon(spoken.text, lexicon))
    return _after(spoken, respelled(spoken.text))


def _after(first: Spoken, second: Spoken) -> Spoken:
    """What `second` makes of what `first` says, with places in the source of `first`."""
    return Spoken(second.text, tuple(first.origins[origin] for origin in second.origins))


def _by_lexicon(text: str, lexicon: Lexicon) -> Spoken:
    """The words of the lexicon in characters that are read as it says."""
    pieces, origins, at = [], list[int](), 0
    for match in lexicon.phonemes(text):
        said = "".join(homophones().get(one, one) for one in tones(match.replacement))
        if any(letter.isascii() for letter in said):
            continue  # a syllable that no character has: left as it is written
        pieces += [text[at : match.start], said]
        origins += range(at, match.start)
        together = len(said) == match.end - match.start
        origins += range(match.start, match.end) if together else [match.start] * len(said)
        at = match.end
    pieces.append(text[at:])
    origins += range(at, len(text) + 1)
    return Spoken("".join(pieces), tuple(origins))
