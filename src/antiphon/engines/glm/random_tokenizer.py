"""Writes a text tokenizer in the official format, for checkpoints of random weights."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

from antiphon.engines.glm.fields import read_json
from antiphon.engines.glm.phonemes import ABLE, DATA, KNOWN
from antiphon.engines.glm.tokenizer import CONFIG, RANKS

# The order of the official list, so that each keeps its distance from <|endoftext|>.
CHAT = (
    *("<|endoftext|>", "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>", "<|system|>", "<|user|>"),
    *("<|assistant|>", "<|observation|>", "<|begin_of_image|>", "<|end_of_image|>"),
    *("<|begin_of_video|>", "<|end_of_video|>", "<|begin_of_audio|>", "<|end_of_audio|>"),
    *("<|begin_of_transcription|>", "<|end_of_transcription|>", "<|code_prefix|>", "<|speaker|>"),
)
MARKS = "，。？！、：；…—“”‘’"
PAIRS = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou le ve co"
    " me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur"
)


def write_tokenizer(folder: Path, codes: int, ranks: int = 0, audio_at: int = 0) -> int:
    """Write both files, and tell how many ids there are.

    `ranks` is how many text tokens there are at least, `audio_at` how far behind the first special
    token `<|audio_0|>` stands at least; unused places hold sentinels that no text is cut into.
    """
    tokens = _tokens()
    tokens += [f"<|UNUSED_pad_{n}|>".encode() for n in range(ranks - len(tokens))]
    folder.mkdir(parents=True)
    lines = (f"{b64encode(token).decode()} {rank}\n" for rank, token in enumerate(tokens))
    (folder / RANKS).write_text("".join(lines), encoding="ascii")
    specials = _specials(codes, audio_at)
    told = {
        "tokenizer_class": "ChatGLM4Tokenizer",
        "added_tokens_decoder": {
            str(len(tokens) + number): _added(name) for number, name in enumerate(specials)
        },
    }
    (folder / CONFIG).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return len(tokens) + len(specials)


def _tokens() -> list[bytes]:
    """All bytes, then what is joined of them: the characters that stay characters, and letters."""
    characters = dict.fromkeys([*read_json(DATA / ABLE), *_common(), *MARKS])
    wholes = [character.encode() for character in characters]
    letters = [f" {letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    joined = dict.fromkeys(pair.encode() for pair in [*letters, *PAIRS.split()])
    joined |= dict.fromkeys(whole[:2] for whole in wholes)  # three bytes are joined in two steps
    joined |= dict.fromkeys(whole[:3] for whole in wholes)
    return [bytes([value]) for value in range(256)] + list(joined)


def _common() -> str:
    """The 3,755 characters of the first level of GB 2312, those with many readings among them."""
    cells = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return b"".join(cells).decode("gb2312", errors="ignore")


def _specials(codes: int, audio_at: int) -> list[str]:
    phonemes = [f"<|{phoneme}|>" for phoneme in read_json(DATA / KNOWN).values()]
    named = [*CHAT, *phonemes]
    named += [f"<|extra_{number}|>" for number in range(audio_at - len(named))]
    return [*named, *(f"<|audio_{code}|>" for code in range(codes))]


def _added(name: str) -> dict[str, object]:
    flags = dict.fromkeys(("lstrip", "rstrip", "single_word", "normalized"), False)
    return {"content": name, **flags, "special": True}
