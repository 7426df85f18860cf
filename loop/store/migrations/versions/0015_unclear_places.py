"""An imported answer may be unclear at some places, where a later answer that is not imported touched it."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("ALTER TABLE answers ADD COLUMN unclear TEXT NOT NULL DEFAULT '[]'")
