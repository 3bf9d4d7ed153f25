"""Owners, keys, voices with their recordings, consents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _accounts()
    _recordings()
    _voices()


def _accounts() -> None:
    op.create_table(
        "owners",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_owners"),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("revoked_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("digest", name="uq_keys_digest"),
        sa.ForeignKeyConstraint(["owner"], ["owners.name"], name="fk_keys_owner"),
    )
    op.create_table(
        "changes",
        sa.Column("sequence", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_at", "changes", ["at"])
    op.create_table(
        "erasing",
        sa.Column("object", sa.String(200), nullable=False),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("object", name="pk_erasing"),
    )


def _recordings() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("language", sa.String(40), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("erased_at", sa.Float),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sa.ForeignKeyConstraint(["owner"], ["owners.name"], name="fk_consents_owner"),
    )
    op.create_index("ix_consents_owner_id", "consents", ["owner", "id"])
    op.create_table(
        "recordings",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("transcribed", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_recordings"),
    )


def _voices() -> None:
    op.create_table(
        "voices",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("consent", sa.String(500), nullable=False),
        sa.Column("consent_id", sa.String(40)),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_voices"),
        sa.UniqueConstraint("owner", "name", name="uq_voices_owner"),
        sa.ForeignKeyConstraint(["owner"], ["owners.name"], name="fk_voices_owner"),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name="fk_voices_consent_id"),
    )
    for name, columns in {
        "ix_voices_owner_id": ["owner", "id"],
        "ix_voices_shared_id": ["shared", "id"],
        "ix_voices_shared_name": ["shared", "name", "id"],
        "ix_voices_consent_id": ["consent_id"],
    }.items():
        op.create_index(name, "voices", columns)
    op.create_table(
        "moods",
        sa.Column("voice", sa.String(40), nullable=False),
        sa.Column("mood", sa.String(40), nullable=False),
        sa.Column("recording", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("voice", "mood", name="pk_moods"),
        sa.ForeignKeyConstraint(
            ["voice"], ["voices.id"], name="fk_moods_voice", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["recording"], ["recordings.digest"], name="fk_moods_recording"),
    )
    op.create_index("ix_moods_recording", "moods", ["recording"])


def downgrade() -> None:
    """Take them away, and all that is in them."""
    for name in ("moods", "voices", "recordings", "consents"):
        op.drop_table(name)
    for name in ("erasing", "changes", "keys", "owners"):
        op.drop_table(name)
