"""What every door of one app shares: the staircase once it is open, the meters, the threads."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable

import anyio
import anyio.to_thread
from starlette.datastructures import Headers

from antiphon.accounts.keys import LOCAL
from antiphon.audio import encoding
from antiphon.edge.door import Door
from antiphon.edge.metrics import Metrics
from antiphon.edge.origins import Origins
from antiphon.edge.shelf import Shelf
from antiphon.engines.admission import Load
from antiphon.errors import EngineNotReady, StorageAway
from antiphon.producing import ungrouped
from antiphon.settings import OPENAI_VOICES, Settings
from antiphon.speech import Card
from antiphon.staircase import Memory, Opener, Staircase, given_back
from antiphon.storage.changes import RECORDING
from antiphon.text.dictionary_store import DictionaryStore, MemoryDictionaries
from antiphon.voices.enrolling import Desk
from antiphon.voices.reference import Bounds, References

logger = logging.getLogger(__name__)

Failed = Callable[[Exception], None]


class House:
    """One app's settings, staircase, door and meters."""

    def __init__(self, settings: Settings, opener: Opener, on_failure: Failed | None) -> None:
        self.settings = settings
        self.door = Door(settings)
        self.origins = Origins(settings)
        self.metrics = Metrics()
        self.shelf = Shelf()
        self._passing = MemoryDictionaries()
        self.references = References(
            Bounds.of_this_machine(settings.max_upload_bytes, settings.enrolment_timeout_s)
        )
        self.threads = anyio.CapacityLimiter(max(2, os.cpu_count() or 1))
        self.opened_at = int(time.time())
        self.reason = f"the engine {settings.engine!r} is starting"
        self._opener, self._on_failure = opener, on_failure
        self._staircase: Staircase | None = None
        self._settled = anyio.Event()
        self._watch()

    @property
    def staircase(self) -> Staircase:
        """The open staircase; raises `EngineNotReady` with the reason."""
        if self._staircase is None:
            raise EngineNotReady(f"{self.reason}; retry shortly")
        return self._staircase

    @property
    def memory(self) -> Memory:
        """Keys and voices; raises `EngineNotReady` or `StorageAway`."""
        if self.staircase.memory is None:
            raise StorageAway("the library of voices")
        return self.staircase.memory

    @property
    def desk(self) -> Desk:
        """Where recordings become voices; raises `EngineNotReady` or `StorageAway`."""
        memory, stairs, settings = self.memory, self.staircase, self.settings
        return Desk(
            memory.library,
            memory.consents,
            self.references,
            stairs.card,
            stairs.prepare,
            settings.voice_aliases,
            settings.enrolment_timeout_s,
        )

    async def caller(self, headers: Headers, *, programs_by_any_name: bool = False) -> str:
        """Who asks; raises `InvalidKey`, `ForeignOrigin`, `EngineNotReady` or `StorageAway`.

        Nobody's browser adds a key by itself, so only a house that asks for none looks at pages.
        """
        memory, owner = self.staircase.memory, LOCAL
        if memory is not None:
            owner = await memory.keys.caller(headers.get("authorization"))
        if memory is None or memory.keys.open:
            self.origins.check(headers, programs_by_any_name=programs_by_any_name)
        return owner

    @property
    def dictionaries(self) -> DictionaryStore:
        """Pronunciation dictionaries; stairs that keep nothing forget them with the process."""
        memory = self.staircase.memory
        return self._passing if memory is None else memory.dictionaries

    async def settled(self) -> None:
        """Wait until the staircase is open, or has failed to open."""
        await self._settled.wait()

    async def open(self) -> None:
        """Hold the staircase open until cancelled; a failure is logged, and told to the hook."""
        try:
            with ungrouped():
                await self._hold_open()
        except Exception as error:
            self._close(f"the engine {self.settings.engine!r} could not start: {error}")
            logger.exception("the staircase broke")
            if self._on_failure is not None:
                self._on_failure(error)
        finally:
            if not self.reason:
                self._close("the service is stopping")

    async def _hold_open(self) -> None:
        warmed = anyio.Event()

        async def warm() -> None:
            await anyio.to_thread.run_sync(encoding.warm)
            warmed.set()

        async with anyio.create_task_group() as beside:
            beside.start_soon(warm)  # codecs load while the engine does
            async with given_back(self.references), self._opener(self.settings) as staircase:
                await warmed.wait()
                self._warn_of_aliases(staircase.card)
                self._staircase, self.reason = staircase, ""
                self._settled.set()
                await self._remember(staircase.memory)
                await anyio.sleep_forever()

    async def _remember(self, memory: Memory | None) -> None:
        """Notice what others change, and erase what was left to be erased, until cancelled."""
        if memory is None:
            return
        memory.changes.on(RECORDING, self.shelf.forget)
        async with anyio.create_task_group() as beside:
            beside.start_soon(memory.changes.watch)
            beside.start_soon(memory.library.retention.sweep)

    def _warn_of_aliases(self, card: Card) -> None:
        """Say which of the operator's own names lead to none of the engine's voices.

        Enrolled voices are looked for when one is asked for; the first voice answers for the rest.
        """
        names = {voice.name for voice in card.voices}
        for alias, target in self.settings.voice_aliases.items():
            if target not in names and OPENAI_VOICES.get(alias) != target:
                logger.warning(
                    "the voice alias %r leads to %r, which is no voice of the engine; whoever has"
                    " or is lent an enrolled voice of that name hears that one",
                    alias,
                    target,
                )

    def _close(self, reason: str) -> None:
        self._staircase, self.reason = None, reason
        self._settled.set()

    def _load(self) -> Load:
        return self._staircase.load() if self._staircase else Load(0, 0, 0)

    def _watch(self) -> None:
        watch = self.metrics.watch
        watch("kept_bytes", "Encoded answers in memory.", lambda: self.shelf.held_bytes)
        watch("streams_in_flight", "Streams being answered.", lambda: self.door.streams)
        watch("engine_slots_busy", "Calls that hold a slot.", lambda: self._load().busy)
        watch("engine_slots_waiting", "Calls that wait for a slot.", lambda: self._load().waiting)
        watch("engine_slots_total", "Slots of the engine.", lambda: self._load().slots)
