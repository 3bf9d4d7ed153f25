"""Pronunciation dictionaries and their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "dictionaries",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("everywhere", sa.Boolean, nullable=False),
        sa.Column("voices", sa.String(4000), nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("changed_at", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dictionaries"),
        sa.UniqueConstraint("owner", "name", name="uq_dictionaries_owner"),
        sa.ForeignKeyConstraint(["owner"], ["owners.name"], name="fk_dictionaries_owner"),
    )
    op.create_table(
        "dictionary_versions",
        sa.Column("dictionary", sa.String(40), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("dictionary", "version", name="pk_dictionary_versions"),
        sa.ForeignKeyConstraint(
            ["dictionary"],
            ["dictionaries.id"],
            name="fk_dictionary_versions_dictionary",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("dictionary_versions")
    op.drop_table("dictionaries")
