"""Schemes say which of their labels were asked about; an answer that replaces another has its rank."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Held-out answers and those to texts that were asked again got a rank of their own when they were corrected.
_RANKS = """
UPDATE answers SET place = (SELECT before.place FROM answers AS before WHERE before.id = answers.retracts)
WHERE EXISTS (
    SELECT 1 FROM answers AS before WHERE before.id = answers.retracts AND before.place <> answers.place
    AND (before.verdict = 'accept' OR (before.verdict = 'reject' AND NOT before.complete))
)
"""


def upgrade() -> None:
    op.add_column("schemes", sa.Column("asked", sa.Text(), nullable=True))
    # A replaced answer may replace another: each step brings ranks one answer further.
    while op.get_bind().execute(sa.text(_RANKS)).rowcount:
        pass
