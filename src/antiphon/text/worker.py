"""The child process that normalizes: wetext holds the interpreter lock, so it lives apart."""

from __future__ import annotations

import msgspec

from antiphon.piped import Pipe
from antiphon.text.normalization import normalize
from antiphon.text.normalizer import Asked, Reply


def main() -> None:
    """Serve until the parent closes stdin."""
    pipe = Pipe()
    for text, language in (("5%", "en"), ("百分之5", "zh")):  # loads the grammars
        normalize(text, language)
    pipe.write(msgspec.msgpack.encode(Reply(0, "", ())))
    while (body := pipe.read()) is not None:
        asked = msgspec.msgpack.decode(body, type=Asked)
        spoken = normalize(asked.text, asked.language)
        pipe.write(msgspec.msgpack.encode(Reply(asked.number, spoken.text, spoken.origins)))


if __name__ == "__main__":
    main()
