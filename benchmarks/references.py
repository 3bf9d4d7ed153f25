"""Speakers to match voices to, for the benchmarks: found in folders, or made with RHVoice.

    python benchmarks/references.py FOLDER [--rhvoice ROOT]

makes 24 speakers in five languages with RHVoice (Debian packages `rhvoice rhvoice-english
rhvoice-russian rhvoice-ukrainian rhvoice-polish rhvoice-brazilian-portuguese rhvoice-esperanto`,
non-free; ROOT is where they were unpacked, if not at `/`). A speaker is NAME.A.wav, which is
enrolled, and NAME.B.wav, other words to compare with.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import wave
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from antiphon.audio.analysis.framing import Wave
from antiphon.engines.formant import profile
from antiphon.engines.formant.engine import Formant, open_engine
from antiphon.engines.registry import EngineOptions
from antiphon.errors import UnknownRecording
from antiphon.speech import Audio, Call, Recording, Style, Utterance

RATE = 24_000
MOST_S = 10  # more is not enrolled

# Who was listened to while the method was chosen; all others are held out.
TUNED_ON = frozenset(
    {
        *("dita", "fl_awb", "fl_slt", "ked", "lp", "nsh", "pc", "hu_libri"),
        *("rh_anna", "rh_bdl", "rh_irina", "rh_lyubov", "rh_natalia", "rh_natan"),
        *("rh_pavel", "rh_vitaliy"),
    }
)
# Left out: `slt` is a speaker of the set above, the others are a second voice of one speaker.
VOICES = {
    "English": "alan bdl clb evgeniy-eng lyubov",
    "Russian": "aleksandr anna arina artemiy elena irina mikhail pavel tatiana victoria "
    "vitaliy yuriy",
    "Ukrainian": "anatol marianna natalia volodymyr",
    "Polish": "magda natan",
    "Portuguese": "Leticia-F123",
    "Esperanto": "spomenka",
}
TEXTS = {
    "English": (
        (
            "When the sunlight strikes raindrops in the air, they act as a prism and form a "
            "rainbow. People look for the pot of gold at its end."
        ),
        (
            "She opened the window, and the cold morning came in. Nobody had asked him where "
            "the old road to the harbour really went. The shop on the corner sells bread, "
            "fruit and flowers until late in the evening. My grandfather still remembers the "
            "winter when the lake was frozen for three months."
        ),
    ),
    "Russian": (
        (
            "Когда солнечный свет падает на капли дождя, в небе появляется радуга. Люди давно"
            " ищут золото там, где она кончается."
        ),
        (
            "Она открыла окно, и в комнату вошло холодное утро. Никто не спросил его, куда "
            "ведёт старая дорога к гавани. Магазин на углу продаёт хлеб, фрукты и цветы до "
            "позднего вечера. Мой дедушка до сих пор помнит зиму, когда озеро было покрыто "
            "льдом три месяца."
        ),
    ),
    "Ukrainian": (
        (
            "Коли сонячне світло падає на краплі дощу, у небі з'являється веселка. Люди давно"
            " шукають золото там, де вона закінчується."
        ),
        (
            "Вона відчинила вікно, і до кімнати зайшов холодний ранок. Ніхто не запитав його,"
            " куди веде стара дорога до гавані. Крамниця на розі продає хліб, фрукти та квіти"
            " до пізнього вечора. Мій дідусь досі пам'ятає зиму, коли озеро було вкрите "
            "кригою три місяці."
        ),
    ),
    "Polish": (
        (
            "Kiedy światło słoneczne pada na krople deszczu, na niebie pojawia się tęcza. "
            "Ludzie od dawna szukają złota tam, gdzie się kończy."
        ),
        (
            "Otworzyła okno i do pokoju weszło zimne rano. Nikt nie zapytał go, dokąd "
            "prowadzi stara droga do portu. Sklep na rogu sprzedaje chleb, owoce i kwiaty do "
            "późnego wieczora. Mój dziadek wciąż pamięta zimę, kiedy jezioro było zamarznięte"
            " przez trzy miesiące."
        ),
    ),
    "Portuguese": (
        (
            "Quando a luz do sol atinge as gotas de chuva, aparece no céu um arco-íris. As "
            "pessoas procuram há muito o ouro onde ele termina."
        ),
        (
            "Ela abriu a janela, e a manhã fria entrou no quarto. Ninguém lhe perguntou para "
            "onde ia a velha estrada do porto. A loja da esquina vende pão, frutas e flores "
            "até tarde da noite. Meu avô ainda se lembra do inverno em que o lago ficou "
            "congelado por três meses."
        ),
    ),
    "Esperanto": (
        (
            "Kiam la sunlumo trafas pluverojn en la aero, ĉielarko aperas super la kampoj. "
            "Homoj longe serĉas oron tie, kie ĝi finiĝas."
        ),
        (
            "Ŝi malfermis la fenestron, kaj la malvarma mateno eniris la ĉambron. Neniu "
            "demandis lin, kien kondukas la malnova vojo al la haveno. La vendejo ĉe la "
            "angulo vendas panon, fruktojn kaj florojn ĝis malfrua vespero. Mia avo ankoraŭ "
            "memoras la vintron, kiam la lago estis frosta dum tri monatoj."
        ),
    ),
}
SENTENCES = {
    "en": (
        "She had never seen such a large garden before, and she walked slowly between the trees.",
        "Please close the door when you leave the office this evening.",
        "The train from the north arrives at seven in the morning.",
        "You should drink more water during the summer.",
        "The teacher asked the class to open their books at page nine.",
        "Fresh bread smells better than anything else in the world.",
    ),
    "zh": (
        "她从来没有见过这么大的花园，就在树林里慢慢地走着。",
        "今天下午我们去图书馆借几本新书，好不好？",
        "每年都有成千上万的鸟飞过大海，去寻找温暖的地方。",
        "这本书改变了我的想法。",
    ),
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody to match: what is enrolled, and other words of theirs."""

    name: str
    enrolled: Recording
    other: Recording

    @property
    def held_out(self) -> bool:
        """Whether the method was chosen without this speaker."""
        return self.name not in TUNED_ON


def recorded(file: Path, most_s: int = 60) -> Recording:
    """A WAV file as a recording."""
    with wave.open(str(file)) as read:
        assert (read.getnchannels(), read.getsampwidth()) == (1, 2), file
        rate = read.getframerate()
        return Recording(read.readframes(most_s * rate), rate)


def speakers(folders: Iterable[Path]) -> list[Speaker]:
    """Everybody in some folders, by name."""
    files = sorted(file for folder in folders for file in folder.glob("*.A.wav"))
    return [
        Speaker(
            file.name.removesuffix(".A.wav"),
            recorded(file, MOST_S),
            recorded(file.with_name(file.name.replace(".A.wav", ".B.wav"))),
        )
        for file in sorted(files, key=lambda file: file.name)
    ]


class Store:
    """Recordings by digest, and profiles under any name one likes."""

    def __init__(self) -> None:
        self.recordings: dict[str, Recording] = {}
        self.profiles: dict[str, bytes] = {}

    def put(self, name: str, made: profile.Profile) -> str:
        """Let an utterance be said with a profile, by its name."""
        self.profiles[name] = profile.encode(made)
        return name

    async def recording(self, digest: str) -> Recording:
        """The recording of that digest."""
        if digest not in self.recordings:
            raise UnknownRecording(digest)
        return self.recordings[digest]

    async def prepared(self, digest: str, model: str) -> bytes | None:
        """The profile of that name."""
        return self.profiles.get(digest)

    async def keep_prepared(self, digest: str, model: str, data: bytes) -> None:
        """Keep it."""
        self.profiles[digest] = data


@asynccontextmanager
async def engine(store: Store, workers: int = 1) -> AsyncIterator[Formant]:
    """The formant engine over a store."""
    opened = await open_engine(EngineOptions(workers=workers, recordings=store))
    assert isinstance(opened, Formant)
    try:
        yield opened
    finally:
        await opened.aclose()


async def said(
    speaker: Formant,
    texts: Iterable[str],
    recording: str | None = None,
    style: Style | None = None,
    voice: str = "",
) -> Wave:
    """The texts, each a clause, one after another as a wave at `RATE`."""
    pcm = bytearray()
    for text in texts:
        utterance = Utterance(text, voice, recording, style=style or Style())
        async with speaker.speak(utterance, Call("benchmark")) as frames:
            async for frame in frames:
                pcm += frame.pcm if isinstance(frame, Audio) else b""
    return np.frombuffer(bytes(pcm), np.int16) / 32_768


async def enrolled(speaker: Formant, store: Store, one: Recording) -> profile.Profile:
    """The profile of a recording, made by the engine."""
    await speaker.prepare(one)
    found = profile.decode(store.profiles[one.digest])
    assert found is not None
    return found


def make(folder: Path, root: Path) -> None:
    """Synthesise every speaker."""
    folder.mkdir(parents=True, exist_ok=True)
    libraries = root / "usr" / "lib" / "x86_64-linux-gnu"
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": f"{libraries}:{libraries / 'pulseaudio'}",
        "RHVOICE_DATA_PATH": str(root / "usr" / "share" / "RHVoice"),
        "RHVOICE_CONFIG_PATH": str(root / "etc" / "RHVoice"),
    }
    for language, names in VOICES.items():
        for name in names.split():
            for side, text in zip("AB", TEXTS[language], strict=True):
                target = folder / f"rh_{name.lower()}.{side}.wav"
                command = [
                    str(root / "usr" / "bin" / "RHVoice-test"),
                    "-p",
                    name,
                    "-o",
                    str(target),
                ]
                subprocess.run(command, input=text.encode(), env=environment, check=True)


def main() -> None:
    """Make the speakers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rhvoice", type=Path, default=Path("/"))
    chosen = parser.parse_args()
    make(chosen.folder, chosen.rhvoice)


if __name__ == "__main__":
    main()
