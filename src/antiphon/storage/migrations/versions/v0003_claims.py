"""Until when somebody is erasing an object."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add it."""
    op.add_column("erasing", sa.Column("claimed_until", sa.Float))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("erasing", "claimed_until")
