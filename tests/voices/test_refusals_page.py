"""The page that explains the refusals."""

from __future__ import annotations

from pathlib import Path

from antiphon.refusals import BadReference
from antiphon.voices import advice, reference, transcripts

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "references.md"


def test_every_refusal_is_explained() -> None:
    """Its code stands in the table, and no other does."""
    rows = [line.split("|")[1].strip() for line in PAGE.read_text().splitlines() if "| `" in line]
    assert sorted(row.strip("`") for row in rows) == sorted(
        each.code for each in BadReference.__subclasses__()
    )


def test_the_limits_on_the_page_are_those_in_force() -> None:
    """A number that is changed in the code is changed on the page."""
    text = PAGE.read_text().replace("\u2212", "-")
    for told in (
        f"over {transcripts.LONGEST:,} characters",
        f"over {reference.MOST_BYTES // 2**20} MiB",
        f"more than {advice.LONGEST_FILE_S:g} s",
        f"above {advice.SILENT_DBFS:g} dBFS",
        f"less than {advice.LEAST_RANGE_DB:g} dB apart",
        f"(over {advice.MOST_STEADY:g})",
        f"less than {advice.LEAST_VOICED:.0%}".replace("%", " %"),
        f"under {advice.LEAST_S:g} s, or under {advice.LEAST_SPEECH_S:g} s",
        f"below {advice.LEAST_LEVEL_DBFS:g} dBFS",
        f"more than {advice.MOST_CLIPPED:.0%}".replace("%", " %"),
        f"less than {advice.LEAST_SNR_DB:g} dB above",
        f"below {advice.GOOD_LEVEL_DBFS:g} dBFS",
        f"more than {100 * advice.GOOD_CLIPPED:g} % clipped",
        f"{advice.GOOD_SNR_DB:g} dB above the noise",
        f"nothing above {advice.GOOD_BANDWIDTH_HZ / 1000:g} kHz",
    ):
        assert told in " ".join(text.split()), told
