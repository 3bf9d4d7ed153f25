"""The moods of the formant engine: what each does to a voice, relative to the voice's neutral."""

from __future__ import annotations

from typing import NamedTuple

from antiphon.text.moods import known_mood


class Mood(NamedTuple):
    """Changes to a voice at full strength.

    `pitch` is in semitones, `energy` in decibels; `spread` (of the pitch), `pace` and `pause`
    multiply; `breath` is the share of noise added to the voice, and `tremor` how much it trembles,
    from 0 to 1.
    """

    pitch: float = 0.0
    spread: float = 1.0
    energy: float = 0.0
    pace: float = 1.0
    pause: float = 1.0
    breath: float = 0.0
    tremor: float = 0.0

    def at(self, strength: float) -> Mood:
        """The mood carried so far, from 0 (neutral) to 1; everything moves evenly."""
        return Mood(
            self.pitch * strength,
            self.spread**strength,
            self.energy * strength,
            self.pace**strength,
            self.pause**strength,
            self.breath * strength,
            self.tremor * strength,
        )


# Directions after Scherer ("Vocal communication of emotion", 2003) and Juslin and Laukka (2003);
# sizes are what this synthesiser bears.
MOODS = {
    "neutral": Mood(),
    "happy": Mood(pitch=2.0, spread=1.35, energy=2.0, pace=1.08, pause=0.85),
    "sad": Mood(pitch=-1.5, spread=0.6, energy=-4.0, pace=0.82, pause=1.5, breath=0.1),
    "angry": Mood(pitch=1.0, spread=1.3, energy=5.0, pace=1.12, pause=0.75),
    "calm": Mood(pitch=-0.7, spread=0.78, energy=-2.0, pace=0.9, pause=1.35),
    "excited": Mood(pitch=3.0, spread=1.5, energy=4.0, pace=1.2, pause=0.7),
    "fearful": Mood(pitch=3.0, spread=0.85, energy=-2.0, pace=1.18, pause=0.9, tremor=0.8),
    "surprised": Mood(pitch=3.5, spread=1.6, energy=3.0, pace=1.06),
    "disgusted": Mood(pitch=-1.0, spread=0.85, energy=1.0, pace=0.88, pause=1.2),
    "tender": Mood(pitch=0.5, spread=0.85, energy=-3.0, pace=0.9, pause=1.2, breath=0.15),
    "serious": Mood(pitch=-1.2, spread=0.75, energy=1.0, pace=0.94, pause=1.2),
    "bored": Mood(pitch=-1.5, spread=0.45, energy=-2.0, pace=0.85, pause=1.3),
    "whisper": Mood(spread=0.9, energy=-8.0, pace=0.92, pause=1.1, breath=1.0),
}


def named(emotion: str) -> Mood | None:
    """The mood of a name or a synonym, in any case; None where there is none."""
    return MOODS.get(known_mood(emotion) or "")
