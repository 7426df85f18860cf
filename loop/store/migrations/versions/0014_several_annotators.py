"""Several annotators at once: a queue for each focus, chosen texts of each, and texts that several answer."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    # Both follow from the rest: the trainer builds the queue again, and a text may be chosen again.
    op.execute("DELETE FROM state WHERE key IN ('queue', 'request', 'focus')")
    op.execute("DELETE FROM queue")
    op.execute("ALTER TABLE answers ADD COLUMN needs INTEGER NOT NULL DEFAULT 1")
    op.execute("ALTER TABLE texts ADD COLUMN released INTEGER")
    op.execute("CREATE INDEX texts_released ON texts (id) WHERE released IS NOT NULL")
