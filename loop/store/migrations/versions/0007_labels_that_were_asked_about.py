"""Schemes record which of their labels were asked about; a replacement gets the rank of the answer it replaces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Corrections of held-out answers and of answers to repeats had got new ranks.
_RANKS = """
UPDATE answers SET place = (SELECT before.place FROM answers AS before WHERE before.id = answers.retracts)
WHERE EXISTS (
    SELECT 1 FROM answers AS before WHERE before.id = answers.retracts AND before.place <> answers.place
    AND (before.verdict = 'accept' OR (before.verdict = 'reject' AND NOT before.complete))
)
"""


def upgrade() -> None:
    op.add_column("schemes", sa.Column("asked", sa.Text(), nullable=True))
    # Replacements may be chained: each step propagates ranks by one answer.
    while op.get_bind().execute(sa.text(_RANKS)).rowcount:
        pass
