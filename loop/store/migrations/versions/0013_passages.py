"""Questions and answers may be about a passage of a text."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE questions ADD COLUMN passage TEXT")
    op.execute("ALTER TABLE answers ADD COLUMN passage TEXT")
