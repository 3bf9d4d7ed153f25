"""Normalization off the event loop: a child process does it, clause after clause."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import anyio
import msgspec

from antiphon.children import Child, ChildGoneError
from antiphon.text.lexicon import Lexicon
from antiphon.text.normalization import Spoken, needs_normalizing, unchanged
from antiphon.text.spoken_form import is_mandarin

MODULE = "antiphon.text.worker"
START_S = 30.0
# A clause takes about 10 ms; who waits longer than this hears it as it is written.
PATIENCE_S = 5.0
FAILURES = (TimeoutError, ChildGoneError, OSError, UnicodeError)

log = logging.getLogger(__name__)


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """A clause for the child; `number` tells its reply from one that nobody waits for."""

    number: int
    text: str
    language: str | None
    respell: bool


class Reply(msgspec.Struct, frozen=True, array_like=True):
    """What the child made of it; `number` 0 says that it is ready."""

    number: int
    text: str
    origins: tuple[int, ...]


class Normalizer:
    """Turns written clauses into spoken ones; never fails, at worst the clause stays as it is."""

    def __init__(
        self,
        pronunciations: Path | None = None,
        replacements: Path | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """Raises `BadSetting` when a file of the lexicon cannot be read."""
        Lexicon.load(pronunciations, replacements)  # the child reads it; a mistake is told here
        self._files = [str(path or "") for path in (pronunciations, replacements)]
        self.patience_s = patience_s
        self._turn = asyncio.Lock()
        self.child: Child | None = None
        self._number = 0
        self._closed = False

    async def start(self) -> None:
        """Load the grammars, which takes about half a second; `normalize` waits for it."""
        async with self._turn:
            try:
                await self._ready()
            except FAILURES as error:
                log.warning("the normalizer did not start (%r); the next clause tries again", error)

    async def normalize(
        self, text: str, language: str | None = None, respell: bool = False
    ) -> Spoken:
        """The spoken form of a clause; plain prose does not cross to the child.

        `respell` is for an engine that takes only text: see `spoken_form`.
        """
        if not (needs_normalizing(text) or any(self._files)):
            respell = respell and is_mandarin(text, language)
            if not respell:
                return unchanged(text)
        try:
            async with asyncio.timeout(self.patience_s):
                await self._turn.acquire()
            try:
                return await self._asked(text, language, respell)
            finally:
                self._turn.release()
        except FAILURES as error:
            log.warning("a clause of %d characters stays as it is written: %r", len(text), error)
        return unchanged(text)

    async def aclose(self) -> None:
        """End the child; calls in flight give their clause back as it is written."""
        self._closed = True
        await self._end()

    async def _end(self) -> None:
        child, self.child = self.child, None
        if child is not None:
            await child.close()

    async def _asked(self, text: str, language: str | None, respell: bool) -> Spoken:
        """Ask; a child that has died is replaced and asked once more, one that hangs is ended."""
        try:
            return await self._ask(text, language, respell)
        except ChildGoneError:
            return await self._ask(text, language, respell)

    async def _ask(self, text: str, language: str | None, respell: bool) -> Spoken:
        child = await self._ready()
        self._number += 1
        child.send(msgspec.msgpack.encode(Asked(self._number, text, language, respell)))
        while True:
            reply = await self._reply(child, self.patience_s)
            if reply.number == self._number:  # an older one was for somebody who left
                return Spoken(reply.text, reply.origins)

    async def _ready(self) -> Child:
        if self.child is not None and self.child.alive:
            return self.child
        await self._end()
        if self._closed:
            raise ChildGoneError(None)
        child = await Child.start(MODULE, *self._files)
        try:
            await self._reply(child, START_S)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await child.close()
            raise
        self.child = child
        return child

    async def _reply(self, child: Child, patience_s: float) -> Reply:
        return msgspec.msgpack.decode(await child.receive(patience_s), type=Reply)
