"""Runs the steps on the connection that is given, inside its transaction."""

from __future__ import annotations

from alembic import context

from antiphon.storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
