"""Rounds keep what they find in a sample of the pool, and no longer how far that agrees with the round before."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("ALTER TABLE predictions ADD COLUMN pool BOOLEAN NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE rounds DROP COLUMN agreement")
    op.execute("ALTER TABLE rounds DROP COLUMN estimate")
