"""Rounds may close: they learn from the answers left over, until the next round takes their place."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE rounds ADD COLUMN closing BOOLEAN DEFAULT 0 NOT NULL")
