"""How a recording becomes a voice: in one order, whoever brings it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from antiphon.speech import Ability, Card, Need, Recording
from antiphon.voices import carrying
from antiphon.voices.consents import Consents
from antiphon.voices.enrolled import Enrolled, Profile
from antiphon.voices.library import Library
from antiphon.voices.naming import check_mood, check_name, check_text
from antiphon.voices.patience import checking, whole
from antiphon.voices.reference import Accepted, References
from antiphon.voices.transcripts import cleaned

TO_CHECK = "the recording to be checked"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is said of a recording; `name` is that of the new voice, or of the one to add to."""

    owner: str
    name: str
    consent: str
    text: str = ""
    mood: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where recordings are brought; what costs little is checked before they are listened to."""

    library: Library
    consents: Consents
    references: References
    card: Card
    prepare: Callable[[Recording], Awaitable[None]]
    aliases: Collection[str]
    patience_s: float

    async def new_voice(self, offer: Offer, data: bytes) -> tuple[Enrolled, Accepted]:
        """A new voice; raises `SpeechError`."""
        name, mood = check_name(offer.name, self._reserved), check_mood(offer.mood)
        description = check_text(offer.description, "speaker_description")
        words = cleaned(offer.text)
        consent, consent_id = await self.consents.given(offer.owner, offer.consent)
        await self.library.check_free(offer.owner, name)
        accepted = await self.accepted(data, words)
        profile = Profile(offer.owner, name, consent, description, consent_id)
        one = await whole(self.library.enrol(profile, {mood: accepted.recording}))
        return one, accepted

    async def more(self, offer: Offer, data: bytes) -> tuple[Enrolled, Accepted]:
        """One more mood of a voice, or another recording for one that it has."""
        mood, words = check_mood(offer.mood), cleaned(offer.text)
        voice = await self.library.own(offer.owner, offer.name)
        await self.consents.given(offer.owner, offer.consent)
        accepted = await self.accepted(data, words)
        one = await whole(self.library.add(offer.owner, voice.id, mood, accepted.recording))
        return one, accepted

    async def imported(self, owner: str, data: bytes, name: str = "") -> Enrolled:
        """A voice from a file, under another name where one is given."""
        name = check_name(name, self._reserved) if name else ""
        async with (
            checking(self.patience_s, "the file to be checked"),
            self.references.place(len(data)),
        ):
            bundle = await carrying.opened(data)
            name = check_name(name or bundle.name, self._reserved)
            await self.library.check_free(owner, name)
            for recording in bundle.recordings.values():
                await self._make_ready(recording)
        return await whole(carrying.enrol(self.library, owner, bundle, name))

    async def accepted(self, data: bytes, words: str) -> Accepted:
        """The recording in a file once it is good, and the engine ready to speak with it."""
        async with checking(self.patience_s, TO_CHECK):
            accepted = await self.references.accept(data, words)
            await self._make_ready(accepted.recording)
        return accepted

    def advice(self, one: Enrolled) -> list[str]:
        """What the engine that runs will say to this voice."""
        card = self.card
        if not adopts(card):
            return [
                f"the engine {card.engine!r} here cannot speak as this voice; another engine can"
            ]
        if Need.TRANSCRIPT in card.needs and not all(k.transcribed for k in one.kept.values()):
            return [f"the engine {card.engine!r} needs the words of the recording: send ref_text"]
        return []

    @property
    def _reserved(self) -> set[str]:
        """The names that an enrolled voice cannot have."""
        return {voice.name for voice in self.card.voices} | set(self.aliases)

    async def _make_ready(self, recording: Recording) -> None:
        """Let the engine prepare a recording, where it can use one: its first words are quick.

        Raises `SpeechError` when the engine finds that it cannot speak with it.
        """
        self.library.hold(recording)
        card = self.card
        if adopts(card) and (recording.transcript or Need.TRANSCRIPT not in card.needs):
            await self.prepare(recording)


def adopts(card: Card) -> bool:
    """Whether the engine can speak in a voice that is not its own."""
    return bool({Ability.MATCHING, Ability.CLONING} & card.abilities)
