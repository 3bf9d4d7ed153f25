"""Every table, as the newest migration leaves it.

A new table is written here and in a migration of its own; a test finds where the two differ.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

OWNERS = Table(
    "owners",
    METADATA,
    Column("name", String(80), primary_key=True),
    Column("created_at", Float, nullable=False),
)

KEYS = Table(
    "keys",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("owner", ForeignKey("owners.name"), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
)

# What other processes must notice, in order: a key came or went, a recording was erased.
CHANGES = Table(
    "changes",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("at", Float, nullable=False),
    Index("ix_changes_at", "at"),
    sqlite_autoincrement=True,  # a number is never given twice
)

# Objects that must go once they are due: written before they are kept, or with the change that
# makes them go; taken out when a voice has them, or when they are gone.
ERASING = Table(
    "erasing",
    METADATA,
    Column("object", String(200), primary_key=True),
    Column("due_at", Float, nullable=False),
    Column("claimed_until", Float),
)

# Ids begin with the time they were given, so their order is that of creation.
CONSENTS = Table(
    "consents",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("owner", ForeignKey("owners.name"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("language", String(40), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("media_type", String(80), nullable=False),
    Column("erased_at", Float),
    Index("ix_consents_owner_id", "owner", "id"),
)

RECORDINGS = Table(
    "recordings",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("transcribed", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
)

VOICES = Table(
    "voices",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("owner", ForeignKey("owners.name"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("description", String(500), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("consent", String(500), nullable=False),
    Column("consent_id", ForeignKey("consents.id")),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("owner", "name"),
    Index("ix_voices_owner_id", "owner", "id"),
    Index("ix_voices_shared_id", "shared", "id"),
    Index("ix_voices_shared_name", "shared", "name", "id"),
    Index("ix_voices_consent_id", "consent_id"),
)

MOODS = Table(
    "moods",
    METADATA,
    Column("voice", ForeignKey("voices.id", ondelete="CASCADE"), primary_key=True),
    Column("mood", String(40), primary_key=True),
    Column("recording", ForeignKey("recordings.digest"), nullable=False),
    Index("ix_moods_recording", "recording"),
)

DICTIONARIES = Table(
    "dictionaries",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("owner", ForeignKey("owners.name"), nullable=False),
    Column("name", String(80), nullable=False),
    Column("version", String(16), nullable=False),
    Column("everywhere", Boolean, nullable=False),
    Column("voices", String(4000), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    UniqueConstraint("owner", "name"),
)

# `number` is the order of the versions; `words` are the rows, packed.
DICTIONARY_VERSIONS = Table(
    "dictionary_versions",
    METADATA,
    Column("dictionary", ForeignKey("dictionaries.id", ondelete="CASCADE"), primary_key=True),
    Column("version", String(16), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("words", LargeBinary, nullable=False),
)
