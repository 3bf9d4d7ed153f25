"""Text to ids: the official rank format, and what a user cannot type."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from antiphon.engines.glm.random_tokenizer import CHAT, write_tokenizer
from antiphon.engines.glm.tokenizer import TextTokenizer
from antiphon.errors import BadCheckpoint


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> TextTokenizer:
    """One with 256 speech tokens."""
    folder = tmp_path_factory.mktemp("vocabulary") / "tokenizer"
    write_tokenizer(folder, codes=256)
    return TextTokenizer.open(folder)


def written(folder: Path, ranks: list[tuple[bytes, int]], added: dict[str, object]) -> Path:
    """A vocabulary in the official format."""
    lines = [f"{b64encode(token).decode()} {rank}" for token, rank in ranks]
    (folder / "tokenizer.model").write_text("\n".join(lines), encoding="ascii")
    (folder / "tokenizer_config.json").write_text(json.dumps({"added_tokens_decoder": added}))
    return folder


BYTES = [(bytes([value]), value) for value in range(256)]


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_every_text_comes_back(tokenizer: TextTokenizer, text: str) -> None:
    """Whatever is written, phonemes and other tokens included."""
    encodable = text.encode("utf-8", "ignore").decode()
    assert tokenizer.decode(tokenizer.encode(encodable)) == encodable


def test_a_character_is_one_id_and_nothing_is_added(tokenizer: TextTokenizer) -> None:
    """Encoding has neither prefix nor suffix."""
    assert len(tokenizer.encode("你好")) == 2
    assert tokenizer.encode("") == []


def test_a_phoneme_is_one_id_and_no_other_special_token_can_be_typed(
    tokenizer: TextTokenizer,
) -> None:
    """The mark that ends speech is spelled when it stands in a text."""
    assert tokenizer.encode("<|EN1|>") == [tokenizer.special("<|EN1|>")]
    assert len(tokenizer.phonemes) == 204
    for name in ("<|user|>", "<|audio_0|>", "<|begin_of_audio|>", "<|endoftext|>"):
        assert tokenizer.special(name) not in tokenizer.encode(name)
        assert tokenizer.encode_special(name) == [tokenizer.special(name)]


def test_special_ids_are_where_the_official_list_has_them(tokenizer: TextTokenizer) -> None:
    """Each keeps its distance from the first."""
    specials = tokenizer.specials(256)
    assert (specials.end - specials.pad, specials.begin - specials.pad) == (7, 14)
    assert CHAT.index("<|user|>") == 7
    assert not specials.misfits(256, specials.last_audio + 1)
    with pytest.raises(BadCheckpoint, match="audio_32767"):
        tokenizer.specials(32_768)


def test_sentinels_among_the_ranks_change_nothing(tmp_path: Path) -> None:
    """Places that no text is cut into hold words that nobody can write."""
    plain, padded = tmp_path / "plain", tmp_path / "padded"
    write_tokenizer(plain, codes=4)
    write_tokenizer(padded, codes=4, ranks=6_000, audio_at=400)
    text = "你好, <|UNUSED_pad_3|> world"
    assert TextTokenizer.open(padded).encode(text) == TextTokenizer.open(plain).encode(text)
    assert TextTokenizer.open(padded).special("<|audio_0|>") == 6_400


@pytest.mark.parametrize(
    ("ranks", "added", "told"),
    [
        (BYTES[1:], {}, "lacks 1 of the 256 single bytes"),
        ([*BYTES, (b"ab", 300)], {}, "gaps or doubles"),
        (BYTES, {"3": {"content": "<|x|>"}}, "ids that are ranks"),
        (BYTES, {"x": {"content": "<|x|>"}}, "no content or id"),
        (BYTES, {"300": {"content": "<|x|>", "rstrip": True}}, "not implemented"),
    ],
)
def test_a_vocabulary_that_cannot_encode_is_told(
    ranks: list[tuple[bytes, int]], added: dict[str, object], told: str, tmp_path: Path
) -> None:
    """Before a text is lost to it."""
    with pytest.raises(BadCheckpoint, match=told):
        TextTokenizer.open(written(tmp_path, ranks, added))


def test_a_line_that_is_no_rank_is_told(tmp_path: Path) -> None:
    """With its number."""
    folder = written(tmp_path, BYTES, {})
    (folder / "tokenizer.model").write_text("IQ== 0\nnot a rank\n")
    with pytest.raises(BadCheckpoint, match="line 2"):
        TextTokenizer.open(folder)
