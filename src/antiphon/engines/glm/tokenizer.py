"""Text becomes token ids, by the checkpoint's own rank file and list of special tokens."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from antiphon.engines.glm.config import Specials
from antiphon.engines.glm.fields import Fields, read_json
from antiphon.errors import BadCheckpoint, PackageMissing

if TYPE_CHECKING:
    from tiktoken import Encoding

# How GLM-4 cuts a text before the ranks join its bytes; no file of the checkpoint holds it.
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
PHONEME = re.compile(r"<\|[A-Z]{1,5}[1-5]?\|>")
RANKS, CONFIG = "tokenizer.model", "tokenizer_config.json"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the tokenizer's files say: the rank of every token, and the id of every special one."""

    path: Path
    ranks: Mapping[bytes, int]
    specials: Mapping[str, int]

    @classmethod
    def read(cls, folder: Path) -> Vocabulary:
        """Raises `BadCheckpoint` where a file is missing or cannot be read."""
        return cls(folder, _ranks(folder / RANKS), _specials(folder / CONFIG))

    def problems(self) -> list[str]:
        """What would break or change the encoding, a sentence each."""
        told: list[str] = []
        missing = sum(bytes([value]) not in self.ranks for value in range(256))
        if missing:
            told.append(f"{RANKS} lacks {missing} of the 256 single bytes")
        if sorted(self.ranks.values()) != list(range(len(self.ranks))):
            told.append(f"{RANKS} has ranks with gaps or doubles")
        if len(set(self.specials.values())) != len(self.specials):
            told.append(f"{CONFIG} gives one id to two special tokens")
        shared = sum(number < len(self.ranks) for number in self.specials.values())
        if shared:
            told.append(f"{CONFIG} gives {shared} special tokens ids that are ranks")
        return told


class TextTokenizer:
    """Encodes text; a phoneme such as `<|EN1|>` is one id, no other special token can be typed."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Raises `BadCheckpoint` where the vocabulary cannot encode every text."""
        problems = vocabulary.problems()
        if problems:
            raise BadCheckpoint(vocabulary.path, "cannot encode text: " + "; ".join(problems))
        self.vocabulary = vocabulary
        self.phonemes = frozenset(filter(PHONEME.fullmatch, vocabulary.specials))
        self._encoding = _encoding(vocabulary)

    @classmethod
    def open(cls, folder: Path) -> TextTokenizer:
        """The tokenizer in that folder."""
        return cls(Vocabulary.read(folder))

    def encode(self, text: str) -> list[int]:
        """The ids of a text, with nothing before and nothing after."""
        return self._encoding.encode(
            text, allowed_special=set(self.phonemes), disallowed_special=()
        )

    def encode_special(self, token: str) -> list[int]:
        """The ids of a special token in a text: one, unless the files are at odds."""
        ids: list[int] = self._encoding.encode(
            token, allowed_special={token}, disallowed_special=()
        )
        return ids

    def special(self, token: str) -> int:
        """The id of one special token; raises `BadCheckpoint` where there is none of that name."""
        found = self.vocabulary.specials.get(token)
        if found is None:
            raise BadCheckpoint(self.vocabulary.path, f"has no special token {token}")
        return found

    def specials(self, codes: int) -> Specials:
        """The ids that the language model needs, for a speech tokenizer of that many codes."""
        return Specials(
            **{role: self.special(name) for role, name in Specials.names(codes).items()}
        )

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids, for a person to read."""
        text: str = self._encoding.decode(list(ids))
        return text


def _encoding(vocabulary: Vocabulary) -> Encoding:
    try:
        from tiktoken import Encoding
    except ImportError as error:
        raise PackageMissing("tiktoken", "glm") from error
    return Encoding(
        "glm-tts",
        pat_str=PATTERN,
        mergeable_ranks=dict(vocabulary.ranks),
        special_tokens=dict(vocabulary.specials),
    )


def _ranks(path: Path) -> dict[bytes, int]:
    """One base64 token and its rank a line."""
    found: dict[bytes, int] = {}
    try:
        for line in filter(None, path.read_bytes().splitlines()):
            token, rank = line.split()
            found[b64decode(token, validate=True)] = int(rank)
    except OSError as error:
        gone = isinstance(error, FileNotFoundError)
        raise BadCheckpoint(path, f"cannot be read ({error.strerror})", gone) from error
    except (ValueError, Base64Error) as error:
        raise BadCheckpoint(
            path, f"has a line {len(found) + 1} that is no token and rank"
        ) from error
    return found


def _specials(path: Path) -> dict[str, int]:
    """The added tokens by what they say, from `added_tokens_decoder`."""
    added = Fields.of(path, Fields.of(path, read_json(path)).values.get("added_tokens_decoder"))
    found: dict[str, int] = {}
    for number, told in added.values.items():
        token = Fields.of(path, told).values.get("content")
        if not isinstance(token, str) or not number.isdecimal():
            raise BadCheckpoint(
                path, f"has an added token {number!r:.20} that has no content or id"
            )
        Fields.of(path, told).must_be_off("lstrip", "rstrip", "single_word")
        found[token] = int(number)
    return found
