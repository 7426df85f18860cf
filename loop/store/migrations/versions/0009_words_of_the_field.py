"""Columns and what stands in them have the words of the field."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # Batch operations would copy the tables: questions hold a lattice each.
    op.execute("ALTER TABLE questions RENAME COLUMN share TO stream")
    op.execute("ALTER TABLE questions RENAME COLUMN reading TO prediction")
    op.execute("ALTER TABLE answers RENAME COLUMN again TO repeat")
    op.execute("UPDATE questions SET stream = 'uncertain' WHERE stream = 'doubtful'")
    op.execute("UPDATE questions SET stream = 'repeat' WHERE stream = 'again'")
    op.execute("""UPDATE rounds SET estimate = replace(estimate, '"f":', '"f1":')""")
