"""The child process for text: its grammars hold the interpreter lock, so they live apart."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from antiphon.piped import Pipe
from antiphon.text.lexicon import Lexicon
from antiphon.text.normalizer import Asked, Reply
from antiphon.text.spoken_form import spoken_form


def main() -> None:
    """Serve until the parent closes stdin: `worker [PRONUNCIATIONS [REPLACEMENTS]]`."""
    paths = [Path(path) if path else None for path in (*sys.argv[1:3], "", "")]
    lexicon = Lexicon.load(paths[0], paths[1])
    pipe = Pipe()
    for text, language in (("5%", "en"), ("重5", "zh")):  # loads the grammars and the readings
        spoken_form(text, language, True)
    pipe.write(msgspec.msgpack.encode(Reply(0, "", ())))
    while (body := pipe.read()) is not None:
        asked = msgspec.msgpack.decode(body, type=Asked)
        spoken = spoken_form(asked.text, asked.language, asked.respell, lexicon)
        pipe.write(msgspec.msgpack.encode(Reply(asked.number, spoken.text, spoken.origins)))


if __name__ == "__main__":
    main()
